"""What the benchmarks found: as a table, as JSON, and as a page of the documentation."""

from __future__ import annotations

import json
import os
import platform
from dataclasses import asdict
from importlib import metadata
from typing import TYPE_CHECKING, Any

import h5py
from harness import Result

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

__all__ = ["machine", "page", "read_json", "table", "write_json"]

_PACKAGES = (
    "hdmf-io-core", "hdmf-io-hdf5", "hdmf-io-zarr", "hdmf", "pynwb", "h5py", "zarr", "numpy",
    "isal", "deflate",
)  # fmt: skip


def machine() -> dict[str, str]:
    """Return what the figures depend on."""
    versions = {}
    for name in _PACKAGES:
        try:
            versions[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            versions[name] = "absent"
    return {
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "cores": str(os.cpu_count()),
        "hdf5": h5py.version.hdf5_version,
        **versions,
    }


def table(results: Sequence[Result]) -> str:
    """Return results as a Markdown table."""
    lines = [
        "| case | way | median | least to most | times ours | goal | file | peak memory |",
        "|---|---|---:|---:|---:|---|---:|---:|",
    ]
    for r in results:
        cells = (
            r.case, r.way, _time(r.median_s), f"{_time(r.least_s)} to {_time(r.most_s)}",
            f"{r.ratio:.2f}", _goal(r), _size(r.file_bytes), _size(r.peak_bytes),
        )  # fmt: skip
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def page(content: Mapping[str, Any]) -> str:
    """Return the page of the documentation for what :func:`write_json` wrote."""
    results = [Result(**result) for result in content["results"]]
    goals = [r for r in results if r.goal is not None]
    met = sum(r.ratio >= (r.goal or 0) for r in goals)
    facts = ", ".join(f"{name} {value}" for name, value in content["machine"].items())
    return f"""# Benchmarks

Each row runs our way, the stock libraries and the bare libraries below them in turn, each in a
process of its own. Every way runs once before it is timed: files are in the page cache, results are
compared, and the run stops if they differ. "Times ours" is the median of a way divided by ours.
Peak memory is what a call adds to its process. {met} of {len(goals)} goals are met in this run.

```text
{content["command"]}
```

Made with: {facts}.

{table(results)}
"""


def write_json(path: Path, results: Sequence[Result], command: str) -> None:
    """Write results and what they depend on."""
    content = {
        "command": command,
        "machine": machine(),
        "results": [asdict(result) for result in results],
    }
    path.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


def read_json(path: Path) -> dict[str, Any]:
    """Return what :func:`write_json` wrote."""
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


def _goal(result: Result) -> str:
    if result.goal is None:
        return ""
    return f"{result.goal:g}x, {'met' if result.ratio >= result.goal else 'not met'}"


def _time(seconds: float) -> str:
    return f"{seconds * 1e3:.2f} ms" if seconds < 1 else f"{seconds:.2f} s"


def _size(n_bytes: int | None) -> str:
    return "" if n_bytes is None else f"{n_bytes / 1e6:.1f} MB"
