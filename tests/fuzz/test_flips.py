"""Damaged copies of real files, read in a child: typed errors, an end, and bounded memory."""

import os
import signal
import sys
from pathlib import Path

import h5py
import pytest

from hdmf_io_core.check import shield

sys.path.insert(0, str(Path(__file__).parent))
from flips import DATA, flipped


def test_damaged_copies_give_typed_errors() -> None:
    found = flipped(60, seed=0, folders=[DATA], most=30)
    assert found["foreign"] == []
    assert found["looks"] == 30


@pytest.mark.skipif(not hasattr(os, "fork"), reason="signals of the system")
@pytest.mark.parametrize("name", ["SIGSEGV", "SIGABRT"])
def test_a_library_that_dies_is_a_finding(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A module that comes first on the child's path ends it, as a fault in HDF5 would."""
    path = tmp_path / "x.h5"
    h5py.File(path, "w").close()
    deadly = tmp_path / "site"
    deadly.mkdir()
    (deadly / "h5py.py").write_text(f"import os, signal\nos.kill(os.getpid(), signal.{name})\n")
    inherited = os.environ.get("PYTHONPATH")
    paths = [str(deadly), *([inherited] if inherited else [])]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(paths))
    report = shield.check(str(path), timeout=60)
    assert [finding.kind for finding in report.findings] == ["crash"]
    assert signal.Signals[name].name in report.findings[0].message
