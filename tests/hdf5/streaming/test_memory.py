"""However large the data, a write holds a block of it: measured in a process of its own."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

LIMIT_BYTES = 100 << 20
CHUNK_BYTES = 4 << 20

SCRIPT = """
import json, resource, sys
import h5py, numpy as np
from hdmf_io_core import Container, Data, DataChunkIterator, GenericDataChunkIterator
from hdmf_io_hdf5 import HDF5IO, H5DataIO

N_ROWS, N_COLUMNS, CHUNK = 160_000, 1000, (1024, 1000)
way, path = sys.argv[1], sys.argv[2]
block = np.arange(1024 * N_COLUMNS, dtype="f4").reshape(1024, N_COLUMNS)
PEAK_UNIT = 1 if sys.platform == "darwin" else 1024


class Blocks(GenericDataChunkIterator):
    def _get_data(self, selection):
        return block[: selection[0].stop - selection[0].start]

    def _get_maxshape(self):
        return (N_ROWS, N_COLUMNS)

    def _get_dtype(self):
        return block.dtype


class Lazy:
    shape, dtype, chunks = (N_ROWS, N_COLUMNS), block.dtype, CHUNK

    def __getitem__(self, key):
        rows = range(N_ROWS)[key[0]]
        return block[np.arange(rows.start, rows.stop) % 1024]


def rows():
    for i in range(N_ROWS):
        yield block[i % 1024]


def source():
    if way == "rows":
        return DataChunkIterator(rows(), buffer_size=1024)
    if way == "lazy":
        return Lazy()
    return Blocks(chunk_shape=CHUNK, buffer_shape=CHUNK)


def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * PEAK_UNIT


def write(data, path):
    container = Container("session")
    container.add_child(Data("x", data))
    with HDF5IO(path, "w") as io:
        io.write(container)


# What the libraries need by themselves is not ours.
write(H5DataIO(block, compression="lzf", chunks=CHUNK), path)
start = peak()
write(H5DataIO(source(), compression="lzf", chunks=CHUNK), path)
written = peak() - start
with HDF5IO(path) as src, HDF5IO(path + ".copy", "w") as out:
    out.export(src)
exported = peak() - start
with h5py.File(path + ".copy") as file:
    x = file["x"]
    same = all(
        bool((x[i : i + 1024] == block[: len(x[i : i + 1024])]).all())
        for i in range(0, N_ROWS, 32 * 1024)
    )
    print(json.dumps([x.shape, x.size * 4, same, written, exported]))
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows tells no peak of memory this way")
@pytest.mark.parametrize("way", ["blocks", "rows", "lazy"])
def test_640_mb_are_written_and_exported_in_bounded_memory(way: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-P", "-c", SCRIPT, way, str(tmp_path / "large.h5")],
        capture_output=True,
        check=False,
        timeout=100,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    shape, n_bytes, same, written, exported = json.loads(done.stdout)
    assert (shape, n_bytes, same) == ([160_000, 1000], 640_000_000, True)
    assert written < LIMIT_BYTES + 3 * CHUNK_BYTES
    assert exported < LIMIT_BYTES + 3 * CHUNK_BYTES
