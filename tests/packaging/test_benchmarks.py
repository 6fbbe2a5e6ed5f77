"""What a benchmark run tells: the same content, and a goal that is met or not."""

import importlib
import sys
from functools import partial
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture
def benchmarks(monkeypatch: pytest.MonkeyPatch) -> Any:
    """``harness`` and ``report``, found as ``run.py`` finds them, and their processes."""
    monkeypatch.syspath_prepend(str(FOLDER))
    names = ("harness", "report")
    yield tuple(importlib.import_module(name) for name in names)
    for name in names:
        del sys.modules[name]


def test_a_goal_is_met_when_the_other_way_takes_that_many_times_ours(
    benchmarks: Any, tmp_path: Path
) -> None:
    harness, report = benchmarks
    results = [
        harness.Result("write", "ours", 1.0, 1.0, 1.0, 1.0, file_bytes=2_000_000),
        harness.Result("write", "stock", 6.0, 6.0, 6.0, 6.0, goal=5.0),
        harness.Result("write", "plain", 4.0, 4.0, 4.0, 4.0, goal=5.0, peak_bytes=3_000_000),
    ]
    path = tmp_path / "results.json"
    report.write_json(path, results, "python benchmarks/run.py")
    page = report.page(report.read_json(path))
    assert "| write | stock | 6.00 s | 6.00 s to 6.00 s | 6.00 | 5x, met |  |  |" in page
    assert "| write | plain | 4.00 s | 4.00 s to 4.00 s | 4.00 | 5x, not met |  | 3.0 MB |" in page
    assert "| 1.00 |  | 2.0 MB |  |" in page
    assert "1 of 2 goals are met" in page
    assert "python benchmarks/run.py\n" in page


def test_ways_that_give_different_results_are_not_compared(benchmarks: Any) -> None:
    harness, _ = benchmarks
    case = harness.Case("sum", {"ours": partial(sum, [1]), "stock": partial(sum, [2])}, 1)
    with pytest.raises(SystemExit, match="stock gives 2, not 1"):
        harness.measure(case)


def test_the_peak_is_what_a_call_adds_where_the_system_tells(benchmarks: Any) -> None:
    harness, _ = benchmarks
    run = harness.timed(lambda: len(bytearray(b"x") * (64 << 20)))
    told = Path("/proc/self/clear_refs").exists()
    assert 60 << 20 < run.peak_bytes < 80 << 20 if told else run.peak_bytes is None
