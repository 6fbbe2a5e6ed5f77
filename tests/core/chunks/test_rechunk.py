"""A copy between two grids reads few chunks twice, holds little, and is right."""

from collections import Counter
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hdmf_io_core.chunks import copy as copying
from hdmf_io_core.chunks.copy import copy_array
from hdmf_io_core.chunks.grid import ChunkGrid
from hdmf_io_core.chunks.rechunk import Spill, choose_cut
from hdmf_io_core.storage.dtypes import NumberType
from hdmf_io_core.storage.layout import ArrayLayout
from hdmf_io_core.storage.memory import MemoryFile, MemoryStorage
from hdmf_io_core.testing.factories import put_array, read_array

INT = NumberType(np.dtype("i4"))


@st.composite
def grids(draw: st.DrawFn) -> Any:
    shape = tuple(draw(st.lists(st.integers(1, 12), min_size=1, max_size=3)))
    chunks = [tuple(draw(st.integers(1, n + 2)) for n in shape) for _ in range(2)]
    return shape, *chunks


@given(grids(), st.integers(1, 2000))
def test_blocks_are_whole_chunks_of_the_sink_within_the_limit(grid: Any, limit: int) -> None:
    shape, source, sink = grid
    cut = choose_cut(shape, source, sink, itemsize=4, limit_bytes=limit)
    for block, chunk, length in zip(cut.shape, sink, shape, strict=True):
        assert block % chunk == 0 or block == length
    smallest = np.prod([min(c, n) for c, n in zip(sink, shape, strict=True)])
    assert np.prod(cut.shape) * 4 <= max(limit, smallest * 4)
    grid_of = ChunkGrid(shape, source)
    reads = Counter(
        c for region in ChunkGrid(shape, cut.shape).regions() for c in grid_of.coords(region)
    )
    assert sum(reads.values()) == pytest.approx(cut.reads * grid_of.n_chunks)


@given(grids(), st.integers(1, 500))
def test_what_goes_through_a_file_comes_out_of_it(grid: Any, limit: int) -> None:
    shape, source, sink = grid
    array = np.arange(np.prod(shape), dtype="i4").reshape(shape)
    spill = Spill(shape, array.dtype, source, sink, limit_bytes=limit)
    seen: list[Any] = []
    spill.fill(lambda region: seen.append(region) or array[region])  # type: ignore[func-returns-value]
    out = np.zeros_like(array)
    for region in spill.regions:
        out[region] = spill.read(region)
    spill.close()
    assert np.array_equal(out, array)
    assert all(ChunkGrid(shape, source).aligned(region) for region in seen)


def counted(source: Any, reads: Counter[Any]) -> Any:
    class Counted:
        layout = source.layout

        def read_into(self, selection: Any, out: Any) -> None:
            region = tuple(slice(axis.start, axis.stop) for axis in selection.axes)
            reads.update(ChunkGrid(self.layout.shape, self.layout.chunks).coords(region))
            source.read_into(selection, out)

    return Counted()


def test_grids_that_lie_across_read_each_chunk_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copying, "_BLOCK_BYTES", 40_000)
    array = np.arange(400_000, dtype="i4").reshape(2000, 200)
    one, other = MemoryStorage(MemoryFile("a")), MemoryStorage(MemoryFile("b"))
    put_array(one, "/x", INT, array, chunks=(2000, 1))
    sink = other.create_array("/x", ArrayLayout(array.shape, INT, chunks=(10, 200)))
    reads: Counter[Any] = Counter()
    copy_array(counted(one.array("/x"), reads), sink)
    assert set(reads.values()) == {1}
    assert len(reads) == 200
    np.testing.assert_array_equal(read_array(other, "/x"), array)


@pytest.mark.parametrize(
    ("source", "sink"), [((10, 200), (2000, 1)), ((64, 7), (100, 9)), ((2000, 1), (10, 200))]
)
def test_no_chunk_is_read_often(source: Any, sink: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copying, "_BLOCK_BYTES", 40_000)
    array = np.arange(400_000, dtype="i4").reshape(2000, 200)
    one, other = MemoryStorage(MemoryFile("a")), MemoryStorage(MemoryFile("b"))
    put_array(one, "/x", INT, array, chunks=source)
    out = other.create_array("/x", ArrayLayout(array.shape, INT, chunks=sink))
    reads: Counter[Any] = Counter()
    copy_array(counted(one.array("/x"), reads), out)
    assert sum(reads.values()) <= 2 * len(reads)
    np.testing.assert_array_equal(read_array(other, "/x"), array)
