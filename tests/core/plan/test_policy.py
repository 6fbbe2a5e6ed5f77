"""Layouts: when an array is chunked, how large its chunks are, and what may grow."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hdmf_io_core import WriteOptions
from hdmf_io_core.errors import OptionError, ShapeError
from hdmf_io_core.plan.policy import (
    MIN_GROWING_CHUNK_BYTES,
    TARGET_CHUNK_BYTES,
    copied_layout,
    guess_chunks,
    is_expandable_type,
    new_layout,
)
from hdmf_io_core.storage.dtypes import NumberType, TextType
from hdmf_io_core.storage.layout import ArrayLayout, CodecSpec

F8 = NumberType(np.dtype("f8"))
GZIP = (CodecSpec("zlib", {"level": 4}),)

shapes = st.lists(st.integers(0, 5000), min_size=1, max_size=4).map(tuple)


@given(shapes, st.integers(1, 64), st.data())
def test_guessed_chunk_fits_the_array_and_the_target(shape: Any, itemsize: int, data: Any) -> None:
    maxshape = tuple(data.draw(st.sampled_from([None, n])) for n in shape)
    chunks = guess_chunks(shape, maxshape, itemsize)
    assert len(chunks) == len(shape)
    assert all(n >= 1 for n in chunks)
    assert all(c <= max(1, n) for c, n in zip(chunks[1:], shape[1:], strict=True))
    if maxshape[0] is not None:
        assert chunks[0] <= max(1, maxshape[0])
    row = math.prod(chunks[1:]) * itemsize
    assert math.prod(chunks) * itemsize <= max(TARGET_CHUNK_BYTES, row)


@pytest.mark.parametrize(
    ("shape", "maxshape", "itemsize", "chunks"),
    [
        ((10, 3), (10, 3), 8, (10, 3)),
        ((10**7,), (10**7,), 8, (TARGET_CHUNK_BYTES // 8,)),
        ((10**6, 384), (None, 384), 2, (1365, 384)),
        ((1,), (None,), 8, (MIN_GROWING_CHUNK_BYTES // 8,)),
        ((0,), (None,), 1, (MIN_GROWING_CHUNK_BYTES,)),
        ((1,), (4,), 8, (4,)),
        ((2, 10**6), (2, 10**6), 8, (1, 125000)),
        ((0, 0), (0, 0), 8, (1, 1)),
    ],
)
def test_chunks_are_whole_rows_up_to_the_target(
    shape: Any, maxshape: Any, itemsize: int, chunks: Any
) -> None:
    assert guess_chunks(shape, maxshape, itemsize) == chunks


def test_plain_arrays_are_contiguous() -> None:
    layout = new_layout((3, 2), F8)
    assert (layout.chunks, layout.maxshape, layout.codecs) == (None, None, ())
    assert layout.storage_class == "contiguous"


@pytest.mark.parametrize("data_type", ["VectorData", "VectorIndex", "ElementIdentifiers"])
def test_columns_of_tables_grow_by_rows(data_type: str) -> None:
    layout = new_layout((1, 2), F8, expandable=is_expandable_type(data_type))
    assert layout.maxshape == (None, 2)
    assert layout.chunks is not None
    assert layout.chunks[0] > 1
    assert not is_expandable_type("Data")
    assert not is_expandable_type(None)


@pytest.mark.parametrize(
    "options",
    [
        WriteOptions(codecs=GZIP),
        WriteOptions(maxshape=(None, 2)),
        WriteOptions(chunks=True),
        WriteOptions(chunks=(1, 1)),
    ],
    ids=str,
)
def test_what_needs_chunks_gets_them(options: WriteOptions) -> None:
    assert new_layout((3, 2), F8, options).chunks is not None


def test_own_chunks_win_over_the_streams() -> None:
    asked = WriteOptions(chunks=(3, 1))
    assert new_layout((9, 2), F8, asked, chunk_hint=(2, 2)).chunks == (3, 1)
    assert new_layout((9, 2), F8, chunk_hint=(2, 2)).chunks == (2, 2)
    assert new_layout((9, 2), F8, WriteOptions(chunks=False), chunk_hint=(2, 2)).chunks is None


def test_chunks_of_a_stream_keep_to_the_callers_limit() -> None:
    layout = new_layout(
        (0, 2), F8, WriteOptions(maxshape=(4, 2)), maxshape=(None, 2), chunk_hint=(9, 2)
    )
    assert (layout.maxshape, layout.chunks) == ((4, 2), (4, 2))


@pytest.mark.parametrize("shape", [(), None])
@pytest.mark.parametrize(
    "options",
    [WriteOptions(chunks=True), WriteOptions(codecs=GZIP), WriteOptions(maxshape=(None,))],
    ids=str,
)
def test_scalars_take_no_chunks_filters_or_maxshape(shape: Any, options: WriteOptions) -> None:
    with pytest.raises(OptionError):
        new_layout(shape, TextType(), options)


def test_chunks_cannot_be_refused_where_they_are_needed() -> None:
    with pytest.raises(OptionError, match="chunks=False"):
        new_layout((3,), F8, WriteOptions(chunks=False, codecs=GZIP))


@pytest.mark.parametrize("maxshape", [(2,), (None, None)])
def test_maxshape_has_to_fit_the_shape(maxshape: Any) -> None:
    with pytest.raises(ShapeError):
        new_layout((3,), F8, WriteOptions(maxshape=maxshape))


def test_copy_keeps_the_layout_but_for_what_is_asked() -> None:
    stored = ArrayLayout((4, 2), F8, (None, 2), (2, 2), GZIP, 1.5, "chunked")
    assert copied_layout(stored, None) is stored
    assert copied_layout(stored, WriteOptions()).codecs == GZIP
    changed = copied_layout(stored, WriteOptions(codecs=(), chunks=(4, 1)))
    assert (changed.codecs, changed.chunks) == ((), (4, 1))
    assert (changed.maxshape, changed.fill_value) == ((None, 2), 1.5)


@pytest.mark.parametrize("storage_class", ["external", "virtual"])
def test_data_kept_elsewhere_is_copied_to_plain_storage(storage_class: Any) -> None:
    stored = ArrayLayout((4,), F8, storage_class=storage_class)
    assert copied_layout(stored, None).storage_class == "contiguous"
