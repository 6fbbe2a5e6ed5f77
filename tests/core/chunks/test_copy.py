"""A copy is equal, and moves encoded chunks only where they mean the same."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hdmf_io_core.chunks.copy import can_copy_raw, copy_array
from hdmf_io_core.errors import ShapeError
from hdmf_io_core.storage.dtypes import NumberType, RefType, TextType
from hdmf_io_core.storage.layout import ArrayLayout, CodecSpec, ObjectRef
from hdmf_io_core.storage.memory import MemoryFile, MemoryStorage
from hdmf_io_core.testing.factories import put_array, read_array
from hdmf_io_core.testing.samples import SAMPLES, same_cells

INT = NumberType(np.dtype("i4"))
LAYOUT = ArrayLayout((5, 4), INT, chunks=(2, 3), codecs=(CodecSpec("zlib", {"level": 4}),))


def storages() -> Any:
    return MemoryStorage(MemoryFile("a")), MemoryStorage(MemoryFile("b"))


@pytest.mark.parametrize("sample", SAMPLES, ids=str)
@pytest.mark.parametrize("chunks", [None, (2,)])
def test_copies_are_equal(sample: Any, chunks: Any) -> None:
    one, other = storages()
    put_array(one, "/x", sample.dtype, sample.values, chunks=(2,))
    shape = one.array("/x").layout.shape
    sink = other.create_array("/x", ArrayLayout(shape, sample.dtype, chunks=chunks))
    report = copy_array(one.array("/x"), sink)
    is_plain = not sample.values.dtype.hasobject
    assert report.way == ("raw" if chunks and is_plain else "stream")
    assert same_cells(read_array(other, "/x"), sample.values)


@given(st.data())
def test_chunks_that_differ_are_cut_anew(data: Any) -> None:
    shape = tuple(data.draw(st.integers(1, 9)) for _ in range(2))
    array = np.arange(np.prod(shape), dtype="i4").reshape(shape)
    one, other = storages()
    chunks = [tuple(data.draw(st.integers(1, n)) for n in shape) for _ in range(2)]
    put_array(one, "/x", INT, array, chunks=chunks[0])
    sink = other.create_array("/x", ArrayLayout(shape, INT, chunks=chunks[1]))
    report = copy_array(one.array("/x"), sink)
    assert report.way == ("raw" if chunks[0] == chunks[1] else "stream")
    np.testing.assert_array_equal(read_array(other, "/x"), array)


def test_chunks_never_written_are_not_copied() -> None:
    one, other = storages()
    layout = ArrayLayout((4,), INT, chunks=(2,), fill_value=np.int32(7))
    one.create_array("/x", layout).write((slice(2, 3),), np.ones(1, "i4"))
    sink = other.create_array("/x", layout)
    assert copy_array(one.array("/x"), sink).n_bytes == 8
    assert sink.read_raw((0,)) is None
    assert read_array(other, "/x").tolist() == [7, 7, 1, 7]


@pytest.mark.parametrize(
    "change",
    [
        {"chunks": (2, 2)},
        {"codecs": ()},
        {"codecs": (CodecSpec("zlib", {"level": 5}),)},
        {"dtype": NumberType(np.dtype(">i4"))},
        {"fill_value": np.int32(1)},
        {"shape": (5, 5)},
    ],
)
def test_any_difference_forbids_raw_chunks(change: Any) -> None:
    assert can_copy_raw(LAYOUT, replace(LAYOUT))
    assert not can_copy_raw(LAYOUT, replace(LAYOUT, **change))


@pytest.mark.parametrize("dtype", [TextType(), RefType()])
def test_elements_with_parts_elsewhere_are_not_copied_raw(dtype: Any) -> None:
    layout = ArrayLayout((2,), dtype, chunks=(2,))
    assert not can_copy_raw(layout, layout)


def test_references_are_mapped_on_the_way() -> Any:
    one, other = storages()
    for storage in (one, other):
        storage.create_group("/g")
    cells = np.empty(2, object)
    cells[0] = ObjectRef("a", path="/g")
    put_array(one, "/x", RefType(), cells)
    sink = other.create_array("/x", ArrayLayout((2,), RefType()))

    def translated(block: Any) -> Any:
        out = np.empty(block.shape, object)
        for i, ref in enumerate(block):
            out[i] = None if ref is None else ObjectRef("b", path=one.resolve(ref).path)
        return out

    copy_array(one.array("/x"), sink, map_values=translated)
    first, second = read_array(other, "/x").tolist()
    assert other.resolve(first).path == "/g"
    assert second is None


def test_another_shape_raises() -> None:
    one, other = storages()
    put_array(one, "/x", INT, np.zeros(2, "i4"))
    with pytest.raises(ShapeError):
        copy_array(one.array("/x"), other.create_array("/x", ArrayLayout((3,), INT)))


def test_nothing_is_copied_of_nothing() -> None:
    one, other = storages()
    source = one.create_array("/x", ArrayLayout(None, INT))
    report = copy_array(source, other.create_array("/x", ArrayLayout(None, INT)))
    assert report.n_bytes == 0
