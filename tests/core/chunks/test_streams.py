"""Streams end in a sink as the arrays that they stand for; their errors say whose they are."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from hdmf_io_core.chunks.iterators import (
    AbstractDataChunkIterator,
    DataChunk,
    DataChunkIterator,
    adapt_stream,
)
from hdmf_io_core.chunks.write import interleave, write_array, write_stream
from hdmf_io_core.errors import (
    ChunkIteratorError,
    ShapeError,
    UnsupportedDtypeError,
)
from hdmf_io_core.storage.dtypes import NumberType, TextType
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


@given(hnp.arrays("i4", hnp.array_shapes(max_dims=3, max_side=9)), st.data())
def test_rows_come_out_as_the_array(array: Any, data: Any) -> None:
    axis = data.draw(st.integers(0, array.ndim - 1))
    size = data.draw(st.integers(1, 12))
    rows = DataChunkIterator(iter(np.moveaxis(array, axis, 0)), buffer_size=size, iter_axis=axis)
    np.testing.assert_array_equal(written(rows), array)


def test_rows_of_a_generator_are_not_lost() -> None:
    rows = DataChunkIterator(i * i for i in range(1000))
    assert (rows.dtype, rows.maxshape) == (np.dtype("i8"), (None,))
    assert rows.recommended_chunk_shape() == (1000,)
    assert written(rows).tolist() == [i * i for i in range(1000)]


def test_bare_generator_is_a_stream() -> None:
    np.testing.assert_array_equal(
        written(np.full(3, float(i)) for i in range(5)), np.arange(5.0)[:, None] * np.ones(3)
    )


def test_many_small_rows_make_few_chunks() -> None:
    rows = DataChunkIterator(iter(np.zeros((50_000, 8))))
    assert rows.recommended_chunk_shape() == (16384, 8)
    assert [len(chunk) for chunk in rows] == [16384, 16384, 16384, 848]


def test_huge_rows_are_cut_for_storage() -> None:
    rows = DataChunkIterator(iter(np.zeros((2, 100, 100, 100))))
    shape = rows.recommended_chunk_shape()
    assert np.prod(shape) * 8 <= 1 << 20
    assert shape == (1, 13, 100, 100)


def test_small_buffers_do_not_make_small_chunks() -> None:
    rows = DataChunkIterator((float(i) for i in range(100_000)), buffer_size=1)
    assert rows.recommended_chunk_shape() == (8192,)


def test_none_leaves_a_row_out() -> None:
    assert written(DataChunkIterator(iter([None, 1.0, 2.0, None, 3.0]))).tolist() == [
        0.0,
        1.0,
        2.0,
        0.0,
        3.0,
    ]


def test_text_rows() -> None:
    rows = DataChunkIterator(iter(["a", "bcd", "é"]))
    assert rows.dtype.kind == "U"
    assert adapt_stream(rows).dtype == TextType()
    assert written(rows).tolist() == ["a", "bcd", "é"]


def test_sequences_know_their_length() -> None:
    assert DataChunkIterator([1, 2, 3]).maxshape == (3,)
    assert DataChunkIterator(np.zeros((2, 3)), iter_axis=1).maxshape == (2, 3)
    assert DataChunkIterator([[1, 2, 3]], iter_axis=1).maxshape == (1, 3)
    assert DataChunkIterator.from_iterable([1, 2]).recommended_data_shape() == (2,)


def test_nothing_with_a_dtype_is_an_empty_array() -> None:
    assert written(DataChunkIterator(iter(()), maxshape=(None, 2), dtype="f4")).shape == (0, 2)


class Blocks(AbstractDataChunkIterator):
    """An iterator of someone else's, with selections of every kind."""

    def __init__(self, *chunks: Any, maxshape: Any = (None,)) -> None:
        self._chunks = iter(chunks)
        self._maxshape = maxshape

    def __next__(self) -> Any:
        return next(self._chunks)

    @property
    def dtype(self) -> Any:
        return np.dtype("i4")

    @property
    def maxshape(self) -> Any:
        return self._maxshape

    def recommended_chunk_shape(self) -> Any:
        return (2,) * len(self._maxshape)

    def recommended_data_shape(self) -> Any:
        return (0,) * len(self._maxshape)


def test_selections_of_integers_and_slices() -> None:
    blocks = Blocks(
        DataChunk(np.array([1, 2, 3]), (0, slice(None))),
        DataChunk(np.array([[4, 5, 6]]), np.s_[1:2]),
        DataChunk(np.array([7, 8]), np.s_[2, 1:3]),
        DataChunk(np.array(9), (3, 0)),
        maxshape=(None, 3),
    )
    assert written(blocks).tolist() == [[1, 2, 3], [4, 5, 6], [0, 7, 8], [9, 0, 0]]


def test_one_axis() -> None:
    blocks = Blocks(
        DataChunk(np.array([1, 2]), slice(0, 2)),
        DataChunk(np.array(3), 4),
        DataChunk(np.array([4]), slice(2, 3)),
    )
    assert written(blocks).tolist() == [1, 2, 4, 0, 3]


@pytest.mark.parametrize(
    "chunk",
    [
        DataChunk(np.zeros(2, "i4"), slice(0, 3)),
        DataChunk(np.zeros(2, "i4"), (slice(0, 2), slice(0, 1))),
        DataChunk(np.zeros(6, "i4"), slice(0, 6)),
        DataChunk(np.zeros(2, "i4"), slice(-2, None)),
    ],
)
def test_chunks_that_do_not_fit_raise(chunk: Any) -> None:
    with pytest.raises(ShapeError):
        written(Blocks(chunk, maxshape=(5,)))


def test_bounds_of_a_chunk() -> None:
    assert DataChunk(np.zeros((1, 2)), (3, slice(0, 2))).get_min_bounds() == (4, 2)
    assert DataChunk(np.zeros(2), slice(1, 3)).get_min_bounds() == (3,)
    chunk = DataChunk(np.zeros(2), 1).astype("i2")
    assert (chunk.dtype, chunk.shape, len(chunk)) == (np.dtype("i2"), (2,), 2)


def test_ragged_rows_raise_and_name_the_row() -> None:
    rows = DataChunkIterator(iter([np.zeros(2), np.zeros(2), np.zeros(3)]))
    with pytest.raises(ShapeError) as caught:
        written(rows)
    assert "row 2" in caught.value.what


def failing(error: Any) -> Any:
    yield 1.0
    yield 2.0
    raise error


def test_error_of_the_callers_iterator_is_the_cause() -> None:
    rows = DataChunkIterator(failing(RuntimeError("no signal")), buffer_size=1)
    stream = adapt_stream(rows)
    sink = sink_for(stream)
    with pytest.raises(ChunkIteratorError) as caught:
        write_stream(stream, sink)
    assert isinstance(caught.value.__cause__, RuntimeError)
    assert content(sink).tolist() == [1.0, 2.0]


def test_interrupt_is_not_wrapped() -> None:
    stream = adapt_stream(DataChunkIterator(failing(KeyboardInterrupt()), buffer_size=1))
    with pytest.raises(KeyboardInterrupt):
        write_stream(stream, sink_for(stream))


def test_values_that_do_not_fit_raise() -> None:
    rows = adapt_stream(DataChunkIterator(iter([1, 2.5]), buffer_size=1))
    with pytest.raises(UnsupportedDtypeError):
        write_stream(rows, sink_for(rows, dtype=NumberType(np.dtype("i2"))))


def test_interleaving_takes_one_chunk_of_each_in_turn() -> Any:
    order = []

    def rows(name: Any, count: Any) -> Any:
        for i in range(count):
            order.append(name)
            yield float(i)

    streams = [
        adapt_stream(
            DataChunkIterator(rows(name, count), dtype="f8", maxshape=(None,), buffer_size=1)
        )
        for name, count in (("a", 2), ("b", 3))
    ]
    sinks = [sink_for(stream, dtype=NumberType(np.dtype("f8"))) for stream in streams]
    order.clear()
    interleave(list(zip(streams, sinks, strict=True)))
    assert [content(sink).tolist() for sink in sinks] == [[0.0, 1.0], [0.0, 1.0, 2.0]]
    assert "".join(order) in {"babb", "abb", "ababb", "bb", "b"}


@pytest.mark.parametrize("value", [np.zeros(2), [1], "a", b"a", 1.5, np.float32(1), (1, 2), None])
def test_data_in_memory_is_not_a_stream(value: Any) -> None:
    assert adapt_stream(value) is None


@given(hnp.arrays("i4", hnp.array_shapes(max_dims=3, max_side=9)), st.integers(4, 200))
def test_arrays_are_written_in_slabs(array: Any, slab_bytes: Any) -> None:
    layout = ArrayLayout(array.shape, NumberType(array.dtype))
    sink = MemoryStorage(MemoryFile("m")).create_array("/x", layout)
    sizes = []
    write = sink.write
    sink.write = lambda region, values: sizes.append(values.nbytes) or write(region, values)
    assert write_array(array, sink, slab_bytes=slab_bytes) == array.nbytes
    assert max(sizes) <= slab_bytes
    np.testing.assert_array_equal(content(sink), array)


def test_write_array_of_another_shape_raises() -> None:
    sink = MemoryStorage(MemoryFile("m")).create_array(
        "/x", ArrayLayout((2,), NumberType(np.dtype("i4")))
    )
    with pytest.raises(ShapeError):
        write_array(np.zeros(3, "i4"), sink)


class Foreign:
    """An array-like as other libraries have them: not an ndarray, chunked in its own way."""

    def __init__(self, array: Any, chunks: Any = None) -> None:
        self._array = array
        self.chunks = chunks
        self.read_bytes = []

    @property
    def shape(self) -> Any:
        return self._array.shape

    @property
    def dtype(self) -> Any:
        return self._array.dtype

    def __getitem__(self, key: Any) -> Any:
        block = self._array[key]
        self.read_bytes.append(block.nbytes)
        return block


@pytest.mark.parametrize("chunks", [None, (3, 2), ((4, 4, 2), (3, 3, 1)), "auto", ((), ())])
def test_array_likes_are_streams(chunks: Any) -> None:
    array = np.arange(70.0).reshape(10, 7)
    value = Foreign(array, chunks)
    stream = adapt_stream(value)
    assert (stream.maxshape, stream.chunk_shape) == ((10, 7), None)
    np.testing.assert_array_equal(written(value), array)
    np.testing.assert_array_equal(written(DataChunkIterator(value, iter_axis=1)), array)


def test_array_likes_are_read_in_blocks() -> None:
    value = Foreign(np.zeros((100, 1 << 17)), (1, 1 << 10))
    sink = sink_for(adapt_stream(value))
    write_stream(adapt_stream(value), sink)
    assert max(value.read_bytes) <= 32_000_000
    assert sum(value.read_bytes) == value._array.nbytes


def test_array_like_of_objects_is_looked_at() -> None:
    value = Foreign(np.array(["a", "b"], dtype=object))
    assert adapt_stream(value).dtype == TextType()
    assert written(value).tolist() == ["a", "b"]


def test_scalar_array_like() -> None:
    assert written(Foreign(np.array(5.0)))[()] == 5.0
