"""Arrays: every element type, every layout, regions and selections, growing and shrinking."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np
import pytest

from hdmf_io_core.errors import HdmfIOError, NodeNotFoundError, SelectionError, ShapeError
from hdmf_io_core.storage.dtypes import NumberType, TextType
from hdmf_io_core.storage.keys import parse_key
from hdmf_io_core.storage.layout import ArrayLayout
from hdmf_io_core.testing.factories import put_array, read_array
from hdmf_io_core.testing.samples import SAMPLES, Sample, same_cells
from hdmf_io_core.testing.suites.case import StorageCase

if TYPE_CHECKING:
    from pathlib import Path

    from hdmf_io_core.storage.protocols import ArraySource, StorageReader, StorageWriter
    from hdmf_io_core.types import AnyArray

__all__ = ["ArrayTests", "ResizeTests"]

INT32 = NumberType(np.dtype("i4"))
KEYS = [
    np.s_[:],
    np.s_[2],
    np.s_[1:3, 2],
    np.s_[::2, ::-1],
    np.s_[[0, 3], :],
    np.s_[:, [4, 0, 0]],
    np.s_[[1, 2], [0, 3]],
    np.s_[3:3],
    np.s_[5::-2],
]


def _select(source: ArraySource, key: object) -> AnyArray:
    selection, finish = parse_key(key, source.layout.shape or ())
    out = np.empty(selection.shape, source.layout.memory_dtype)
    source.read_into(selection, out)
    return finish.apply(out)


class ArrayTests(StorageCase):
    """Values and layouts come back as they were given."""

    @pytest.mark.parametrize("sample", SAMPLES, ids=str)
    @pytest.mark.parametrize("chunks", [None, (2,)], ids=["contiguous", "chunked"])
    def test_values_and_type_come_back(
        self, writer: StorageWriter, folder: Path, sample: Sample, chunks: tuple[int, ...] | None
    ) -> None:
        """Of every element type, chunked or not."""
        put_array(writer, "/x", sample.dtype, sample.values, chunks=chunks)
        reader = self.reopen(writer, folder)
        assert reader.array("/x").layout.dtype == sample.dtype
        assert same_cells(read_array(reader, "/x"), sample.values)
        reader.close()

    @pytest.mark.parametrize(
        "sample", [s for s in SAMPLES if isinstance(s.dtype, (NumberType, TextType))], ids=str
    )
    def test_the_storage_holds_the_values(
        self, writer: StorageWriter, folder: Path, sample: Sample
    ) -> None:
        """As its own library reads them."""
        if any(isinstance(cell, bytes) for cell in sample.values.tolist()):
            sample = Sample("valid text", sample.dtype, sample.values[:1])
        put_array(writer, "/x", sample.dtype, sample.values)
        writer.commit()
        writer.close()
        raw = np.asarray(self.raw_array(folder, "main", "/x"))
        np.testing.assert_array_equal(raw, sample.values)
        if isinstance(sample.dtype, NumberType):
            assert raw.dtype == sample.values.dtype

    @pytest.mark.parametrize("sample", SAMPLES, ids=str)
    def test_a_scalar_comes_back(self, writer: StorageWriter, folder: Path, sample: Sample) -> None:
        """An array of rank 0 of every element type."""
        put_array(
            writer,
            "/x",
            sample.dtype,
            np.asarray(sample.values[1:2]).reshape(sample.values.shape[1:]),
        )
        reader = self.reopen(writer, folder)
        assert reader.array("/x").layout.shape == ()
        assert same_cells(
            read_array(reader, "/x"), sample.values[1:2].reshape(sample.values.shape[1:])
        )
        reader.close()

    @pytest.mark.parametrize("sample", SAMPLES, ids=str)
    def test_a_zero_length_array_keeps_its_type(
        self, writer: StorageWriter, folder: Path, sample: Sample
    ) -> None:
        """An axis may be 0 long."""
        writer.create_array("/x", ArrayLayout((0,), sample.dtype))
        reader = self.reopen(writer, folder)
        layout = reader.array("/x").layout
        assert (layout.shape, layout.dtype) == ((0,), sample.dtype)
        assert read_array(reader, "/x").shape[0] == 0
        reader.close()

    def test_a_null_dataspace_has_a_type_and_no_elements(self, scenario: StorageReader) -> None:
        """Its shape is None."""
        layout = scenario.array("/nothing").layout
        assert (layout.shape, layout.dtype, layout.n_elements) == (None, INT32, 0)

    @pytest.mark.parametrize(
        "layout",
        [
            ArrayLayout((4, 6), INT32),
            ArrayLayout((4, 6), INT32, chunks=(2, 3)),
            ArrayLayout((4, 6), INT32, chunks=(3, 4), maxshape=(None, 6)),
            ArrayLayout((0, 6), INT32, chunks=(1, 6), maxshape=(None, None)),
            ArrayLayout((4,), INT32, chunks=(2,), maxshape=(8,), fill_value=np.int32(-1)),
        ],
        ids=["contiguous", "chunked", "growing", "empty", "filled"],
    )
    def test_a_layout_comes_back(
        self, writer: StorageWriter, folder: Path, layout: ArrayLayout
    ) -> None:
        """Shape, limits, chunks and fill value."""
        writer.check_layout("/x", layout)
        assert writer.node("/x") is None
        writer.create_array("/x", layout)
        reader = self.reopen(writer, folder)
        found = reader.array("/x").layout
        assert (found.shape, found.maxshape, found.chunks) == (
            layout.shape,
            layout.maxshape,
            layout.chunks,
        )
        fill = 0 if layout.fill_value is None else layout.fill_value
        assert np.all(read_array(reader, "/x") == fill)
        reader.close()

    @pytest.mark.parametrize(
        "layout",
        [
            ArrayLayout((2,), INT32, maxshape=(None,)),
            ArrayLayout((), INT32, chunks=()),
            ArrayLayout((2,), INT32, chunks=(0,)),
        ],
        ids=["growing without chunks", "chunks of a scalar", "empty chunks"],
    )
    def test_an_impossible_layout_is_refused(
        self, writer: StorageWriter, layout: ArrayLayout
    ) -> None:
        """Before anything is made."""
        with pytest.raises(HdmfIOError):
            writer.check_layout("/x", layout)
        with pytest.raises(HdmfIOError):
            writer.create_array("/x", layout)
        assert writer.node("/x") is None

    @pytest.mark.parametrize("key", KEYS, ids=str)
    @pytest.mark.parametrize("chunks", [None, (2, 2)], ids=["contiguous", "chunked"])
    def test_selections_read_what_numpy_selects(
        self, writer: StorageWriter, key: object, chunks: tuple[int, ...] | None
    ) -> None:
        """Slices with steps and index arrays, across chunks."""
        array = np.arange(30, dtype="i4").reshape(6, 5)
        put_array(writer, "/x", INT32, array, chunks=chunks)
        expected = _select(_InMemory(array), key)
        np.testing.assert_array_equal(_select(writer.array("/x"), key), expected)

    def test_text_is_selected_alike(self, writer: StorageWriter) -> None:
        """Objects take the same selections as numbers."""
        array = np.array([[f"{i}{j}" for j in range(5)] for i in range(6)], dtype=object)
        put_array(writer, "/x", TextType(), array, chunks=(2, 2))
        for key in KEYS:
            np.testing.assert_array_equal(
                _select(writer.array("/x"), key), _select(_InMemory(array), key)
            )

    def test_regions_are_written_one_by_one(self, writer: StorageWriter, folder: Path) -> None:
        """Parts that are not aligned with chunks come together."""
        sink = writer.create_array("/x", ArrayLayout((5, 5), INT32, chunks=(2, 3)))
        array = np.zeros((5, 5), "i4")
        for number, region in enumerate(
            [np.s_[0:1, 0:5], np.s_[1:4, 1:3], np.s_[4:5, 4:5], np.s_[2:2, 0:5]], start=1
        ):
            block = np.full(array[region].shape, number, "i4")
            sink.write(region, block)
            array[region] = block
        reader = self.reopen(writer, folder)
        np.testing.assert_array_equal(read_array(reader, "/x"), array)
        reader.close()
        np.testing.assert_array_equal(self.raw_array(folder, "main", "/x"), array)

    @pytest.mark.parametrize(
        ("region", "shape"),
        [(np.s_[0:3], (3,)), (np.s_[0:2, 0:1], (2, 1)), (np.s_[0:2], (1,))],
        ids=["outside", "rank", "shape"],
    )
    def test_a_region_that_does_not_fit_is_refused(
        self, writer: StorageWriter, region: slice | tuple[slice, ...], shape: tuple[int, ...]
    ) -> None:
        """A region lies inside the array, and its values have its shape."""
        sink = writer.create_array("/x", ArrayLayout((2,), INT32))
        parts = region if isinstance(region, tuple) else (region,)
        with pytest.raises(ShapeError):
            sink.write(parts, np.ones(shape, "i4"))
        assert read_array(writer, "/x").tolist() == [0, 0]

    @pytest.mark.parametrize("path", ["/group", "/none", "/dangling"])
    def test_only_arrays_open_as_arrays(self, scenario: StorageReader, path: str) -> None:
        """A group, a missing node and a broken link raise."""
        with pytest.raises(NodeNotFoundError):
            scenario.array(path)

    def test_threads_read_at_once(self, scenario: StorageReader) -> None:
        """With different outputs, one array may be read by many."""
        source = scenario.array("/group/numbers")

        def read(row: int) -> list[int]:
            found: list[int] = _select(source, row).tolist()
            return found

        with ThreadPoolExecutor(4) as pool:
            rows = list(pool.map(read, [i % 4 for i in range(64)]))
        assert rows == [[3 * (i % 4) + j for j in range(3)] for i in range(64)]


class ResizeTests(StorageCase):
    """Arrays with a ``maxshape`` grow and shrink."""

    def test_an_array_grows_and_keeps_its_content(
        self, writer: StorageWriter, folder: Path
    ) -> None:
        """What is new is the fill value; the layout shows the change at once."""
        values = np.arange(6, dtype="i4").reshape(2, 3)
        sink = put_array(writer, "/x", INT32, values, chunks=(2, 2), maxshape=(None, 5))
        source = writer.array("/x")
        sink.resize((4, 5))
        assert sink.layout.shape == source.layout.shape == (4, 5)
        sink.write(np.s_[3:4, 0:5], np.full((1, 5), 9, "i4"))
        expected = np.zeros((4, 5), "i4")
        expected[:2, :3] = values
        expected[3] = 9
        reader = self.reopen(writer, folder)
        np.testing.assert_array_equal(read_array(reader, "/x"), expected)
        reader.close()

    def test_an_array_shrinks(self, writer: StorageWriter) -> None:
        """What is cut off is gone for good."""
        sink = put_array(
            writer, "/x", INT32, np.arange(1, 6, dtype="i4"), chunks=(2,), maxshape=(None,)
        )
        sink.resize((3,))
        sink.resize((5,))
        assert read_array(writer, "/x").tolist() == [1, 2, 3, 0, 0]

    @pytest.mark.parametrize("shape", [(4,), (2, 1), ()])
    def test_limits_are_kept(self, writer: StorageWriter, shape: tuple[int, ...]) -> None:
        """Beyond ``maxshape``, or of another rank, is refused."""
        sink = put_array(writer, "/x", INT32, np.ones(2, "i4"), chunks=(2,), maxshape=(3,))
        with pytest.raises(ShapeError):
            sink.resize(shape)
        assert sink.layout.shape == (2,)

    def test_a_fixed_array_stays(self, writer: StorageWriter) -> None:
        """Without ``maxshape`` the shape is the limit."""
        sink = put_array(writer, "/x", INT32, np.ones(2, "i4"))
        with pytest.raises(ShapeError):
            sink.resize((3,))

    def test_text_grows(self, writer: StorageWriter) -> None:
        """New text is empty."""
        values = np.array(["a"], dtype=object)
        sink = put_array(writer, "/x", TextType(), values, chunks=(2,), maxshape=(None,))
        sink.resize((3,))
        assert read_array(writer, "/x").tolist() == ["a", "", ""]


class _InMemory:
    """An ndarray as a source: the oracle of selections."""

    def __init__(self, array: AnyArray) -> None:
        self._array = array
        dtype = TextType() if array.dtype.kind == "O" else NumberType(array.dtype)
        self.layout = ArrayLayout(array.shape, dtype)

    def read_into(self, selection: object, out: AnyArray) -> None:
        axes = getattr(selection, "axes", ())
        if len(axes) != self._array.ndim:
            msg = "the selection has another rank"
            raise SelectionError(msg)
        indices = [np.arange(n)[axis] for n, axis in zip(self._array.shape, axes, strict=True)]
        out[...] = self._array[np.ix_(*indices)] if indices else self._array
