"""Converts a file in a process of its own and prints by how many bytes its peak memory rose.

``python peakmemory.py SOURCE TARGET OPTIONS``. A source that does not exist is first made by
another process of the same script: ``python peakmemory.py make SOURCE OPTIONS``.
"""

import json
import resource
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from hdmf_io_core import Container, Data, DataChunkIterator, open_io
from hdmf_io_hdf5 import H5DataIO

COLUMNS = 512
CHUNK_ROWS = 4096
CHUNK_BYTES = CHUNK_ROWS * COLUMNS * 2
LIMIT_BYTES = 100_000_000 + 3 * CHUNK_BYTES


def rows(n_bytes: int) -> Iterator[Any]:
    """Yield blocks of rows that compress well and differ from one another."""
    pattern = np.arange(CHUNK_ROWS, dtype="i2")[:, None] // 64 + np.zeros(COLUMNS, "i2")
    for number in range(n_bytes // CHUNK_BYTES):
        yield from pattern + np.int16(number)


def make(path: Path, n_bytes: int, filters: dict[str, Any]) -> None:
    """Write the file from an iterator."""
    stream = DataChunkIterator(rows(n_bytes), buffer_size=CHUNK_ROWS)
    container = Container("root")
    chunks = (CHUNK_ROWS, COLUMNS)
    container.add_child(Data("x", H5DataIO(stream, chunks=chunks, **filters)))
    with open_io(path, "w") as io:
        io.write(container)


def convert(source: str, target: str, options: dict[str, Any]) -> None:
    """Export the source, and print the rise in bytes."""
    asked = options.pop("export", {})
    with open_io(source) as src, open_io(target, "w", **options) as dst:
        before = peak_bytes()
        dst.export(src, **asked)
        print(peak_bytes() - before)


def peak_bytes() -> int:
    """Return the peak of this program; ``ru_maxrss`` of Linux keeps that of the one before exec."""
    status = Path("/proc/self/status")
    if status.exists():
        (line,) = (line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) * 1024
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def run(*arguments: Any) -> str:
    """Run this script with arguments, and return what it prints."""
    command = [sys.executable, "-P", __file__, *map(str, arguments)]
    return subprocess.run(command, check=True, text=True, stdout=subprocess.PIPE).stdout


if __name__ == "__main__":
    first, second, told = sys.argv[1:]
    if first == "make":
        wanted = json.loads(told)
        make(Path(second), wanted.pop("n_bytes"), wanted)
    else:
        convert(first, second, json.loads(told))
