"""Chunk iterators and arrays of other libraries stream into a sink as what they stand for."""

from typing import Any

import h5py
import hdmf.data_utils
import numpy as np
import pytest
import zarr
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import hdmf_io_core.chunks.iterators
from hdmf_io_core.chunks.iterators import DataChunkIterator, adapt_stream
from hdmf_io_core.chunks.write import write_stream
from hdmf_io_core.storage.dtypes import TextType
from hdmf_io_core.storage.layout import ArrayLayout
from hdmf_io_core.storage.memory import MemoryFile, MemoryStorage
from hdmf_io_core.storage.selection import select_all


def sink_for(stream: Any, *, dtype: Any = None) -> Any:
    """An empty array as a planner would make it for a stream."""
    maxshape = stream.maxshape
    shape = tuple(0 if length is None else length for length in maxshape)
    chunks = stream.chunk_shape or tuple(max(1, n) for n in shape)
    layout = ArrayLayout(
        shape, dtype or stream.dtype, maxshape=maxshape, chunks=chunks if shape else None
    )
    return MemoryStorage(MemoryFile("m")).create_array("/x", layout)


def content(sink: Any) -> Any:
    out = np.empty(sink.layout.shape, sink.layout.memory_dtype)
    sink.read_into(select_all(sink.layout.shape), out)
    return out


def written(value: Any) -> Any:
    stream = adapt_stream(value)
    sink = sink_for(stream)
    write_stream(stream, sink)
    return content(sink)


def array_likes(tmp_path: Any, array: Any) -> Any:
    with h5py.File(tmp_path / "x.h5", "w") as file:
        file.create_dataset("x", data=array, chunks=(3, 2))
    return {
        "h5py": h5py.File(tmp_path / "x.h5")["x"],
        "zarr": zarr.array(array, chunks=(5, 2)),
    }


@pytest.mark.parametrize("kind", ["h5py", "zarr"])
def test_array_likes_are_streams(tmp_path: Any, kind: Any) -> None:
    array = np.arange(70.0).reshape(10, 7)
    value = array_likes(tmp_path, array)[kind]
    stream = adapt_stream(value)
    assert (stream.maxshape, stream.chunk_shape) == ((10, 7), None)
    np.testing.assert_array_equal(written(value), array)
    np.testing.assert_array_equal(written(DataChunkIterator(value, iter_axis=1)), array)


def test_h5py_text_is_text(tmp_path: Any) -> None:
    with h5py.File(tmp_path / "x.h5", "w") as file:
        file["x"] = ["a", "é"]
        file["s"] = np.array([b"abc", b"d"])
        assert adapt_stream(file["x"]).dtype == TextType()
        assert adapt_stream(file["s"]).dtype == TextType("ascii", 3, "null-padded")
        assert written(file["x"]).tolist() == ["a", "é"]
        assert written(file["s"]).tolist() == ["abc", "d"]


@given(hnp.arrays("f4", hnp.array_shapes(min_dims=2, max_dims=2, max_side=9)), st.integers(1, 4))
def test_stock_row_iterator_is_a_stream(array: Any, size: Any) -> None:
    stock = hdmf.data_utils.DataChunkIterator(data=iter(array), buffer_size=size)
    np.testing.assert_array_equal(written(stock), array)


class StockBlocks(hdmf.data_utils.GenericDataChunkIterator):
    array = np.arange(35.0).reshape(7, 5)

    def _get_data(self, selection: Any) -> Any:
        return self.array[selection]

    def _get_maxshape(self) -> Any:
        return self.array.shape

    def _get_dtype(self) -> Any:
        return self.array.dtype


def test_stock_block_iterator_is_a_stream() -> None:
    blocks = StockBlocks(chunk_shape=(2, 2), buffer_shape=(4, 4))
    assert adapt_stream(blocks).chunk_shape == (2, 2)
    np.testing.assert_array_equal(written(blocks), StockBlocks.array)


def test_our_iterators_have_the_stock_surface() -> None:
    for name in ("AbstractDataChunkIterator", "DataChunkIterator", "GenericDataChunkIterator"):
        stock = {n for n in dir(getattr(hdmf.data_utils, name)) if not n.startswith("_")}
        ours = hdmf_io_core.chunks.iterators
        assert stock - set(dir(getattr(ours, name))) == set()
