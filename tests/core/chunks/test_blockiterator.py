"""Block iterators cover an array in blocks whose geometry follows from bytes."""

import importlib.util
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hdmf_io_core.chunks.blockiterator import ArrayChunkIterator, scaled_shape
from hdmf_io_core.chunks.iterators import GenericDataChunkIterator
from hdmf_io_core.chunks.progress import PlainProgress
from hdmf_io_core.errors import OptionError, ShapeError


class Blocks(GenericDataChunkIterator):
    """Blocks of an array in memory."""

    def __init__(self, array: Any, **options: Any) -> None:
        self.array = array
        super().__init__(**options)

    def _get_data(self, selection: Any) -> Any:
        return self.array[selection]

    def _get_maxshape(self) -> Any:
        return self.array.shape

    def _get_dtype(self) -> Any:
        return self.array.dtype


def assembled(blocks: Any) -> Any:
    out = np.full(blocks.maxshape, -1, blocks.dtype)
    for chunk in blocks:
        assert np.all(out[chunk.selection] == -1)
        out[chunk.selection] = chunk.data
    return out


@given(st.data())
def test_blocks_cover_the_array_once(data: Any) -> None:
    shape = tuple(data.draw(st.lists(st.integers(1, 9), min_size=1, max_size=3)))
    array = np.arange(math.prod(shape), dtype="i4").reshape(shape)
    blocks = Blocks(
        array,
        buffer_gb=data.draw(st.integers(4, 400)) / 1e9,
        chunk_mb=data.draw(st.integers(4, 100)) / 1e6,
    )
    np.testing.assert_array_equal(assembled(blocks), array)


def test_facts_are_known_beforehand() -> None:
    blocks = Blocks(np.zeros((10, 6), "i2"), chunk_shape=(2, 3), buffer_shape=(4, 6))
    assert (blocks.dtype, blocks.maxshape, blocks.num_buffers) == (np.dtype("i2"), (10, 6), 3)
    assert blocks.recommended_chunk_shape() == blocks.chunk_shape == (2, 3)
    assert blocks.recommended_data_shape() == (10, 6)
    assert blocks.buffer_shape == (4, 6)


def test_default_geometry_is_bounded() -> Any:
    class Big(Blocks):
        def _get_maxshape(self) -> Any:
            return (10**7, 384)

    blocks = Big(np.zeros((1, 1), "i2"))
    assert 2 * math.prod(blocks.chunk_shape) <= 10_000_000
    assert 2 * math.prod(blocks.chunk_shape) >= 5_000_000
    assert 2 * math.prod(blocks.buffer_shape) <= 32_000_000


@pytest.mark.parametrize(
    "options",
    [
        {"buffer_gb": 1, "buffer_shape": (2,)},
        {"chunk_mb": 1, "chunk_shape": (2,)},
        {"buffer_gb": 0},
        {"chunk_mb": -1},
        {"display_progress": True, "progress_bar_options": {"total": 3}},
    ],
)
def test_contradicting_options_raise(options: Any) -> None:
    with pytest.raises(OptionError):
        Blocks(np.zeros(10), **options)


@pytest.mark.parametrize(
    "options",
    [
        {"chunk_shape": (11,)},
        {"chunk_shape": (1, 1)},
        {"chunk_shape": (0,)},
        {"buffer_shape": (12,), "chunk_shape": (2,)},
        {"buffer_shape": (5,), "chunk_shape": (2,)},
    ],
)
def test_shapes_that_do_not_fit_raise(options: Any) -> None:
    with pytest.raises(ShapeError):
        Blocks(np.zeros(10), **options)


class Bar:
    """A progress bar that remembers."""

    def __init__(self, **options: Any) -> None:
        self.options = options
        self.done = 0
        self.is_closed = False

    def update(self, n: Any) -> None:
        self.done += n

    def close(self) -> None:
        self.is_closed = True


def test_progress_counts_blocks() -> None:
    blocks = Blocks(
        np.zeros(10),
        chunk_shape=(2,),
        buffer_shape=(4,),
        display_progress=True,
        progress_bar_class=Bar,
        progress_bar_options={"desc": "x"},
    )
    assert len(list(blocks)) == 3
    assert blocks.progress_bar.options == {"total": 3, "desc": "x"}
    assert (blocks.progress_bar.done, blocks.progress_bar.is_closed) == (3, True)


def test_progress_without_tqdm_is_plain_text(monkeypatch: Any, capsys: Any) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    blocks = Blocks(np.zeros(4), chunk_shape=(1,), buffer_shape=(2,), display_progress=True)
    assert isinstance(blocks.progress_bar, PlainProgress)
    list(blocks)
    assert capsys.readouterr().err.splitlines() == ["Writing: 1 of 2", "Writing: 2 of 2"]


def test_blocks_of_an_array_like_keep_to_its_chunks() -> Any:
    class Chunked:
        array = np.arange(60.0).reshape(10, 6)
        shape, dtype, chunks = array.shape, array.dtype, (3, 4)

        def __getitem__(self, key: Any) -> Any:
            return self.array[key]

    blocks = ArrayChunkIterator(Chunked(), buffer_gb=3 * 4 * 8 * 2 / 1e9)
    assert blocks.buffer_shape == (3, 6)
    assert blocks.recommended_chunk_shape() is None
    np.testing.assert_array_equal(assembled(blocks), Chunked.array)


@given(
    st.lists(st.integers(1, 10**6), min_size=1, max_size=4).map(tuple),
    st.integers(1, 16),
    st.integers(16, 10**7),
)
def test_scaled_shapes_fill_half_of_the_limit_or_the_array(
    shape: Any, itemsize: Any, limit: Any
) -> None:
    chunk = scaled_shape(shape, itemsize, limit)
    n_bytes = itemsize * math.prod(chunk)
    assert n_bytes <= limit
    assert all(1 <= c <= n for c, n in zip(chunk, shape, strict=True))
    assert n_bytes * 4 >= min(limit, itemsize * math.prod(shape))
