"""Times several ways to do one thing, in turn, in one run, after comparing their results."""

from __future__ import annotations

import gc
import json
import platform
import statistics
import sys
import time
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
    """Run every way once to compare results and warm the file cache, then all in turn."""
    found = {way: run() for way, run in case.ways.items()}
    first = next(iter(found.values()))
    for way, value in found.items():
        if value != first:
            msg = f"{case.name}: {way} gives {value!r}, not {first!r}"
            raise SystemExit(msg)
    times: dict[str, list[float]] = {way: [] for way in case.ways}
    for _ in range(case.repeats):
        for way, run in case.ways.items():
            # What one way leaves behind for the collector must not be paid for by the next.
            gc.collect()
            start = time.perf_counter()
            run()
            times[way].append(time.perf_counter() - start)
    ours = statistics.median(times[next(iter(times))])
    return [
        Result(
            case.name, way, median := statistics.median(took), min(took), max(took), median / ours
        )
        for way, took in times.items()
    ]


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
