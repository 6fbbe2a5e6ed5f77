"""Runs several ways to do one thing, in turn, in one run, after comparing their results."""

from __future__ import annotations

import gc
import multiprocessing
import statistics
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

__all__ = ["Case", "Result", "Run", "measure", "timed"]


@dataclass(frozen=True)
class Case:
    """One row: ways to get the same result, the first of them ours.

    Attributes
    ----------
    name
        Of the work.
    ways
        What does it, by name. A function with ``runs_elsewhere`` has another process do it, whose
        memory is not ours to see.
    repeats
        How often each way is timed.
    goals
        By way: how many times as long as ours it should take at least.
    files
        By way: what it leaves on disk.
    """

    name: str
    ways: Mapping[str, Callable[[], object]]
    repeats: int
    goals: Mapping[str, float] = field(default_factory=dict)
    files: Mapping[str, Path] = field(default_factory=dict)


@dataclass(frozen=True)
class Run:
    """One call: seconds, what it returned, and the bytes of memory it added at its peak."""

    took_s: float
    value: object
    peak_bytes: int | None


@dataclass(frozen=True)
class Result:
    """One way of one case; times in seconds."""

    case: str
    way: str
    median_s: float
    least_s: float
    most_s: float
    ratio: float
    """Median of this way divided by ours."""
    goal: float | None = None
    """What ``ratio`` should be at least."""
    file_bytes: int | None = None
    peak_bytes: int | None = None
    """Most that any timed call added to the process."""


def measure(case: Case) -> list[Result]:
    """Run every way once to compare results and warm the file cache, then all in turn.

    Each way has a process of its own, so that none pays for what another leaves behind.
    """
    context = multiprocessing.get_context("spawn")
    workers = {way: ProcessPoolExecutor(1, mp_context=context) for way in case.ways}
    try:
        found = {way: workers[way].submit(timed, run).result() for way, run in case.ways.items()}
        _check_equal(case.name, {way: first.value for way, first in found.items()})
        runs: dict[str, list[Run]] = {way: [] for way in case.ways}
        for _ in range(case.repeats):
            for way, run in case.ways.items():
                runs[way].append(workers[way].submit(timed, run).result())
    finally:
        for worker in workers.values():
            worker.shutdown()
    ours = statistics.median(run.took_s for run in runs[next(iter(runs))])
    return [_result(case, way, done, ours) for way, done in runs.items()]


def timed(run: Callable[[], object]) -> Run:
    """Call, and return what it cost."""
    gc.collect()
    before = _reset_peak()
    start = time.perf_counter()
    value = run()
    took_s = time.perf_counter() - start
    elsewhere = getattr(getattr(run, "func", run), "runs_elsewhere", False)
    peak = _status("VmHWM")
    if elsewhere or before is None or peak is None:
        return Run(took_s, value, None)
    return Run(took_s, value, max(0, peak - before))


def _reset_peak() -> int | None:
    """Let the kernel count the peak anew; return the memory in use, None where it cannot."""
    try:
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    except OSError:
        return None
    return _status("VmRSS")


def _status(name: str) -> int | None:
    """Return a number of bytes that Linux tells of this process; None elsewhere."""
    try:
        lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    except OSError:
        return None
    return next((int(line.split()[1]) << 10 for line in lines if line.startswith(f"{name}:")), None)


def _check_equal(case: str, values: Mapping[str, object]) -> None:
    first = next(iter(values.values()))
    for way, value in values.items():
        if value != first:
            msg = f"{case}: {way} gives {value!r}, not {first!r}"
            raise SystemExit(msg)


def _result(case: Case, way: str, runs: Sequence[Run], ours: float) -> Result:
    took = [run.took_s for run in runs]
    peaks = [run.peak_bytes for run in runs if run.peak_bytes is not None]
    median = statistics.median(took)
    return Result(
        case.name, way, median, min(took), max(took), median / ours,
        goal=case.goals.get(way),
        file_bytes=_size(case.files[way]) if way in case.files else None,
        peak_bytes=max(peaks, default=None),
    )  # fmt: skip


def _size(path: Path) -> int:
    """Return the bytes of a file, or of all files below a folder."""
    files = [path] if path.is_file() else [p for p in path.rglob("*") if p.is_file()]
    return sum(file.stat().st_size for file in files)
