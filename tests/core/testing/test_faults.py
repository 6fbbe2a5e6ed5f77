"""The fault harness finds what is wrong, and lets pass what is right."""

import os
from pathlib import Path

import pytest

from hdmf_io_core.durability.publish import replace_file
from hdmf_io_core.testing import faultkernel
from hdmf_io_core.testing.faults import Fault, FaultTrial, Scenario, every_fault
from hdmf_io_core.testing.forks import DONE, RAISED, in_child

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="a run is a forked child")

SEAMS = pytest.mark.parametrize("seam", [True, False])
OLD, NEW = b"old" * 5000, b"news" * 5000


def make(folder: Path) -> None:
    (folder / "x").write_bytes(OLD)


def look(folder: Path) -> bytes:
    return (folder / "x").read_bytes()


def replaced(folder: Path) -> None:
    replace_file(folder / "x", NEW)


def overwritten(folder: Path) -> None:
    (folder / "x").write_bytes(NEW)


def swept(folder: Path) -> None:
    for path in folder.glob(".x.*"):
        path.unlink()


@SEAMS
def test_a_replaced_file_passes(seam: bool, tmp_path: Path) -> None:
    trial = FaultTrial(Scenario("replace", make, replaced, look, swept), tmp_path, seam=seam)
    assert trial.calls.count("rename") == 1
    report = trial.run(every_fault(trial))
    assert not report.failures, str(report)
    assert report.found["old"]
    assert report.found["new"]
    assert list(tmp_path.iterdir()) == [tmp_path / "old"]


def test_litter_is_a_failure(tmp_path: Path) -> None:
    trial = FaultTrial(Scenario("replace", make, replaced, look), tmp_path, seam=True)
    report = trial.run([Fault("kill", trial.calls.index("rename") + 1)])
    assert "left behind" in report.failures[0]


def test_an_act_that_returns_without_its_content_is_a_failure(tmp_path: Path) -> None:
    def careless(folder: Path) -> None:
        try:
            replaced(folder)
        except OSError:
            return

    trial = FaultTrial(Scenario("careless", make, careless, look, swept), tmp_path, seam=True)
    report = trial.run([Fault("fail", trial.calls.index("rename") + 1, error=5)])
    assert "the act returned" in report.failures[0]


def test_what_is_published_on_the_way_is_right_where_it_is_named(tmp_path: Path) -> None:
    def first(folder: Path) -> None:
        replace_file(folder / "x", b"first")

    def twice(folder: Path) -> None:
        first(folder)
        replaced(folder)

    scenario = Scenario("twice", make, twice, look, swept, (first,))
    trial = FaultTrial(scenario, tmp_path, seam=True)
    report = trial.run(every_fault(trial))
    assert not report.failures, str(report)
    assert set(report.found) == {"old", "step 1", "new"}


@pytest.mark.skipif(not faultkernel.is_usable(), reason="the kernel cannot be asked")
@pytest.mark.parametrize("kind", ["kill", "torn", "fail"])
def test_a_file_that_is_overwritten_fails(kind: str, tmp_path: Path) -> None:
    trial = FaultTrial(Scenario("overwrite", make, overwritten, look), tmp_path)
    assert trial.calls == ["open", "write"]
    fault = Fault(kind, 2, error=28 * (kind == "fail"))  # type: ignore[arg-type]
    report = trial.run([fault])
    assert "neither the old nor the new" in report.failures[0]


def test_a_child_ends_as_its_act_does() -> None:
    assert in_child(lambda: None) == DONE
    assert in_child(lambda: 1 / 0) == RAISED
    assert in_child(lambda: os._exit(7)) == 7
    assert in_child(lambda: os.kill(os.getpid(), 9)) == -9
