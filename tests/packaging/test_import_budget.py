"""What importing us, and asking which backends there are, must not import."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = ("h5py", "zarr", "pandas", "hdmf", "numcodecs", "pynwb", "pytest", "hypothesis", "fsspec")
STATEMENTS = {
    "package": "import hdmf_io_core",
    "names": "from hdmf_io_core import open_io, Container, Data, list_backends",
    "list": "from hdmf_io_core import list_backends; list_backends()",
    "plugin": "import hdmf_io_hdf5._plugin",
    "backend": "import hdmf_io_hdf5",
}


@pytest.mark.parametrize("statement", STATEMENTS.values(), ids=STATEMENTS)
def test_imports_no_storage_library(statement: str, tmp_path: Path) -> None:
    code = f"import json, sys\n{statement}\nprint(json.dumps(sorted(sys.modules)))"
    # A fresh interpreter, elsewhere and with -P: nothing of ours or of pytest is loaded yet.
    ran = subprocess.run(
        [sys.executable, "-P", "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    loaded = set(json.loads(ran.stdout))
    assert loaded.isdisjoint(HEAVY), sorted(loaded.intersection(HEAVY))
