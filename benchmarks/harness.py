"""Times several ways to do one thing, in turn, in one run, after comparing their results."""

from __future__ import annotations

import gc
import json
import multiprocessing
import platform
import statistics
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

import h5py

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

__all__ = ["Case", "Result", "machine", "measure", "table", "write_json"]


@dataclass(frozen=True)
class Case:
    """One row: ways to get the same result, the first of them ours."""

    name: str
    ways: Mapping[str, Callable[[], object]]
    repeats: int


@dataclass(frozen=True)
class Result:
    """Times of one way of one case, in seconds."""

    case: str
    way: str
    median_s: float
    least_s: float
    most_s: float
    ratio: float
    """Median of this way divided by ours."""


def measure(case: Case) -> list[Result]:
    """Run every way once to compare results and warm the file cache, then all in turn.

    Each way has a process of its own, so that none pays for what another leaves behind.
    """
    context = multiprocessing.get_context("spawn")
    workers = {way: ProcessPoolExecutor(1, mp_context=context) for way in case.ways}
    try:
        found = {way: workers[way].submit(timed, run).result() for way, run in case.ways.items()}
        _check_equal(case.name, {way: value for way, (_, value) in found.items()})
        times: dict[str, list[float]] = {way: [] for way in case.ways}
        for _ in range(case.repeats):
            for way, run in case.ways.items():
                times[way].append(workers[way].submit(timed, run).result()[0])
    finally:
        for worker in workers.values():
            worker.shutdown()
    ours = statistics.median(times[next(iter(times))])
    return [_result(case.name, way, took, ours) for way, took in times.items()]


def timed(run: Callable[[], object]) -> tuple[float, object]:
    """Return how long a call took, in seconds, and what it returned."""
    gc.collect()
    start = time.perf_counter()
    value = run()
    return time.perf_counter() - start, value


def _check_equal(case: str, values: Mapping[str, object]) -> None:
    first = next(iter(values.values()))
    for way, value in values.items():
        if value != first:
            msg = f"{case}: {way} gives {value!r}, not {first!r}"
            raise SystemExit(msg)


def _result(case: str, way: str, took: list[float], ours: float) -> Result:
    median = statistics.median(took)
    return Result(case, way, median, min(took), max(took), median / ours)


def machine() -> dict[str, str]:
    """Return what the figures depend on."""
    names = ("hdmf-io-core", "hdmf-io-hdf5", "hdmf", "pynwb", "h5py", "numpy")
    versions = {}
    for name in names:
        try:
            versions[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            versions[name] = "absent"
    return {
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "hdf5": h5py.version.hdf5_version,
        **versions,
    }


def table(results: Sequence[Result]) -> str:
    """Return results as a Markdown table."""
    lines = [
        "| case | way | median | least to most | times ours |",
        "|---|---|---:|---:|---:|",
    ]
    for r in results:
        spread = f"{_time(r.least_s)} to {_time(r.most_s)}"
        lines.append(f"| {r.case} | {r.way} | {_time(r.median_s)} | {spread} | {r.ratio:.2f} |")
    return "\n".join(lines)


def _time(seconds: float) -> str:
    return f"{seconds * 1e3:.2f} ms" if seconds < 1 else f"{seconds:.2f} s"


def write_json(path: Path, results: Sequence[Result]) -> None:
    """Write results and what they depend on."""
    content = {
        "command": " ".join(Path(word).name for word in sys.argv),
        "machine": machine(),
        "results": [asdict(result) for result in results],
    }
    path.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
