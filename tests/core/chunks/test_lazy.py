"""A lazy dataset behaves as the array it stands for, and writes only what fits."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from hdmf_io_core.chunks.lazy import LazyDataset
from hdmf_io_core.errors import (
    ClosedIOError,
    ModeError,
    SelectionError,
    ShapeError,
    TextEncodingError,
    UnsupportedDtypeError,
)
from hdmf_io_core.storage.dtypes import (
    ArrayType,
    CompoundField,
    CompoundType,
    NumberType,
    RefType,
    TextType,
    VlenType,
)
from hdmf_io_core.storage.layout import ArrayLayout, Empty, ObjectRef
from hdmf_io_core.storage.memory import MemoryFile, MemoryStorage
from hdmf_io_core.storage.selection import select_all

INT = NumberType(np.dtype("i4"))
FLOAT = NumberType(np.dtype("f8"))


def stored(
    values: Any,
    element: Any = None,
    *,
    maxshape: Any = None,
    chunks: Any = None,
    is_writable: Any = True,
    resolver: Any = None,
) -> Any:
    """A dataset that holds ``values`` (in memory form), written around the code under test."""
    values = np.asarray(values)
    element = element or NumberType(values.dtype)
    if maxshape is not None and chunks is None:
        chunks = tuple(max(1, n // 2) for n in values.shape)
    storage = MemoryStorage(MemoryFile("m"))
    layout = ArrayLayout(values.shape, element, maxshape=maxshape, chunks=chunks)
    sink = storage.create_array("/x", layout)
    sink.write(select_all(values.shape).axes, values)
    return LazyDataset(
        storage.array("/x"),
        path="/x",
        storage_name="m",
        resolver=resolver,
        open_sink=(lambda: storage.open_sink("/x")) if is_writable else None,
    )


def objects(*cells: Any) -> Any:
    array = np.empty(len(cells), object)
    for index, cell in enumerate(cells):
        array[index] = cell
    return array


def content(dataset: Any) -> Any:
    return dataset.read()


@st.composite
def cases(draw: Any) -> Any:
    shape = draw(hnp.array_shapes(max_dims=3, min_side=0, max_side=6))
    array = np.arange(np.prod(shape), dtype="i4").reshape(shape)
    basic = hnp.basic_indices(shape, allow_newaxis=False)
    masks = hnp.arrays(bool, shape)
    return array, draw(st.one_of(basic, masks))


@given(cases())
def test_slices_equal_those_of_the_array(case: Any) -> None:
    array, key = case
    expected = array[key]
    found = stored(array)[key]
    np.testing.assert_array_equal(found, expected)
    assert np.shape(found) == np.shape(expected)
    assert found.dtype == expected.dtype


@given(cases())
def test_assigned_slices_equal_those_of_the_array(case: Any) -> None:
    array, key = case
    dataset = stored(array)
    array = array.copy()
    values = -array[key] - 1
    array[key] = values
    dataset[key] = values
    np.testing.assert_array_equal(content(dataset), array)


@given(
    st.lists(st.integers(-40, 39), max_size=12), st.lists(st.integers(-5, 4), max_size=4), st.data()
)
def test_assignment_to_scattered_rows_and_columns(rows: Any, columns: Any, data: Any) -> None:
    array = np.zeros((40, 5), "i4")
    dataset = stored(array)
    values = data.draw(hnp.arrays("i4", (len(rows), len(columns))))
    dataset[rows, columns] = values
    for i, row in enumerate(rows):
        for j, column in enumerate(columns):
            array[row, column] = values[i, j]
    np.testing.assert_array_equal(content(dataset), array)


def test_values_are_broadcast() -> None:
    dataset = stored(np.zeros((3, 4), "i4"))
    dataset[1:] = [[1], [2]]
    dataset[0] = np.full((1, 4), 9)
    assert content(dataset).tolist() == [[9] * 4, [1] * 4, [2] * 4]
    with pytest.raises(ShapeError):
        dataset[0] = [1, 2]


def test_facts_are_those_of_the_layout() -> None:
    dataset = stored(np.zeros((4, 6), "i4"), maxshape=(None, 6), chunks=(2, 6))
    assert (dataset.shape, dataset.ndim, dataset.size, dataset.nbytes) == ((4, 6), 2, 24, 96)
    assert (dataset.dtype, dataset.maxshape, dataset.chunks) == (np.dtype("i4"), (None, 6), (2, 6))
    assert (dataset.path, dataset.codecs, dataset.fill_value) == ("/x", (), None)
    assert (len(dataset), dataset.storage_name, dataset.element_type) == (4, "m", INT)
    assert list(dataset.iter_chunks())[1] == (slice(2, 4), slice(0, 6))
    assert repr(dataset) == "<LazyDataset '/x': (4, 6), int32>"


def test_maxshape_of_a_fixed_array_is_its_shape() -> None:
    assert stored(np.zeros(3)).maxshape == (3,)


def test_arithmetic_gives_arrays() -> None:
    array = np.arange(6.0).reshape(2, 3)
    dataset = stored(array)
    np.testing.assert_array_equal(dataset * 1.5, array * 1.5)
    np.testing.assert_array_equal(2 - dataset, 2 - array)
    np.testing.assert_array_equal(dataset + dataset, array + array)
    np.testing.assert_array_equal(dataset > 2, array > 2)
    np.testing.assert_array_equal(np.sqrt(dataset), np.sqrt(array))
    np.testing.assert_array_equal(np.add.reduce(dataset), array.sum(axis=0))
    assert np.mean(dataset) == array.mean()
    np.testing.assert_array_equal(np.concatenate([dataset, dataset]), np.vstack([array, array]))


def test_arithmetic_does_not_write_in_place() -> None:
    dataset = stored(np.zeros(3))
    with pytest.raises(ModeError):
        np.add([1, 2, 3], 1.0, out=dataset)


def test_asarray_converts_and_never_shares() -> None:
    dataset = stored(np.arange(3, dtype="i4"))
    assert np.asarray(dataset, dtype="f4").dtype == np.float32
    with pytest.raises(ValueError, match="copy"):
        np.array(dataset, copy=False)


def test_scalar_has_an_element_but_no_length() -> None:
    dataset = stored(np.array(7, "i4"))
    assert dataset[()] == 7
    assert not isinstance(dataset[()], np.ndarray)
    assert dataset[...].shape == ()
    with pytest.raises(TypeError):
        len(dataset)
    with pytest.raises(TypeError):
        iter(dataset).__next__()
    with pytest.raises(ShapeError):
        dataset.append(1)
    dataset[()] = 8
    assert dataset[()] == 8


def test_iteration_reads_blocks_of_rows(monkeypatch: Any) -> None:
    dataset = stored(np.arange(1000, dtype="i4").reshape(500, 2), chunks=(10, 2))
    calls = []
    read_into = dataset.source.read_into
    monkeypatch.setattr(
        dataset.source, "read_into", lambda s, out: calls.append(s) or read_into(s, out)
    )
    assert [row.tolist() for row in dataset] == np.arange(1000).reshape(500, 2).tolist()
    assert len(calls) == 1


def test_null_dataspace_is_empty() -> None:
    storage = MemoryStorage(MemoryFile("m"))
    storage.create_array("/x", ArrayLayout(None, INT))
    dataset = LazyDataset(storage.array("/x"), path="/x", storage_name="m")
    assert dataset[()] == Empty(INT)
    assert (dataset.shape, dataset.size) == ((), 0)
    assert "no shape" in repr(dataset)
    with pytest.raises(SelectionError):
        dataset[0]


class TestAppend:
    def test_rows_and_one_row(self) -> None:
        dataset = stored(np.zeros((1, 2), "i4"), maxshape=(None, 2))
        dataset.append([1, 2])
        dataset.append(np.array([[3, 4], [5, 6]]))
        dataset.append([])
        dataset.append(np.empty((0, 2)))
        assert content(dataset).tolist() == [[0, 0], [1, 2], [3, 4], [5, 6]]

    def test_text_is_one_element(self) -> None:
        dataset = stored(objects("a"), TextType(), maxshape=(None,))
        dataset.append("bc")
        dataset.append(["d", "é"])
        assert dataset[:].tolist() == ["a", "bc", "d", "é"]

    def test_compound_rows(self) -> None:
        element = CompoundType((CompoundField("n", INT), CompoundField("t", TextType())))
        rows = np.array([(1, "a")], dtype=[("n", "i4"), ("t", object)])
        dataset = stored(rows, element, maxshape=(None,))
        dataset.append((2, "b"))
        dataset.append([(3, "c")])
        assert dataset["n"].tolist() == [1, 2, 3]
        assert dataset["t", 1:].tolist() == ["b", "c"]

    def test_sequences(self) -> None:
        dataset = stored(
            objects(np.array([1], "i4"), np.array([], "i4")), VlenType(INT), maxshape=(None,)
        )
        dataset.append([4, 5, 6])
        dataset.append([[7], [8, 9]])
        assert [cell.tolist() for cell in dataset] == [[1], [], [4, 5, 6], [7], [8, 9]]

    @pytest.mark.parametrize("values", [1, [[1]], [[1, 2, 3]], [[[1, 2]]]])
    def test_other_ranks_and_lengths_raise(self, values: Any) -> None:
        dataset = stored(np.zeros((1, 2), "i4"), maxshape=(None, 2))
        with pytest.raises(ShapeError):
            dataset.append(values)
        assert dataset.shape == (1, 2)

    def test_fixed_array_names_maxshape(self) -> None:
        with pytest.raises(ShapeError) as caught:
            stored(np.zeros(2)).append(1.0)
        assert "maxshape" in caught.value.hint

    def test_beyond_maxshape_raises(self) -> None:
        dataset = stored(np.zeros(2), maxshape=(3,))
        dataset.append(1.0)
        with pytest.raises(ShapeError):
            dataset.append(1.0)

    def test_shape_is_as_before_after_a_failed_write(self, monkeypatch: Any) -> None:
        dataset = stored(np.zeros(2), maxshape=(None,))
        sink = dataset.access.sink()

        def fail(region: Any, values: Any) -> None:
            raise OSError(28, "no space")

        monkeypatch.setattr(sink, "write", fail)
        with pytest.raises(OSError, match="no space"):
            dataset.append(1.0)
        assert dataset.shape == (2,)


def test_resize_by_shape_and_by_axis() -> None:
    dataset = stored(np.ones((2, 2)), maxshape=(None, None))
    dataset.resize((3, 2))
    dataset.resize(1, axis=1)
    assert dataset.shape == (3, 1)
    with pytest.raises(ShapeError):
        dataset.resize(1, axis=5)
    with pytest.raises(ShapeError):
        stored(np.ones(2)).resize((3,))


@pytest.mark.parametrize(
    ("values", "new", "error"),
    [
        (np.zeros(2, "i4"), "x", UnsupportedDtypeError),
        (np.zeros(2, "i4"), 1.5, UnsupportedDtypeError),
        (np.zeros(2, "u1"), 300, UnsupportedDtypeError),
        (np.zeros(2, "u1"), -1, UnsupportedDtypeError),
        (np.zeros(2), None, UnsupportedDtypeError),
        (np.zeros(2), 1j, UnsupportedDtypeError),
        (np.zeros(2, "f4"), 1e300, UnsupportedDtypeError),
        (np.zeros(2, "i8"), float("nan"), UnsupportedDtypeError),
        (np.zeros(2, "i8"), 2.0**63, UnsupportedDtypeError),
    ],
)
def test_what_does_not_fit_is_refused(values: Any, new: Any, error: Any) -> None:
    dataset = stored(values)
    with pytest.raises(error):
        dataset[0] = new
    assert not np.any(content(dataset))


def test_what_keeps_its_value_is_converted() -> None:
    dataset = stored(np.zeros(4, "i2"))
    dataset[:] = [2.0, np.uint64(7), True, 9]
    assert content(dataset).tolist() == [2, 7, 1, 9]
    floats = stored(np.zeros(2, "f4"))
    floats[:] = [1, 0.1]
    assert content(floats).tolist() == [1.0, np.float32(0.1)]


def test_text_is_checked() -> None:
    dataset = stored(objects("a", "b"), TextType("ascii"))
    with pytest.raises(TextEncodingError):
        dataset[0] = "é"
    with pytest.raises(UnsupportedDtypeError):
        dataset[0] = 1
    dataset[1] = b"c"
    assert dataset[:].tolist() == ["a", "c"]


def test_fields_of_a_compound() -> None:
    element = CompoundType((CompoundField("n", INT), CompoundField("p", ArrayType(FLOAT, (2,)))))
    rows = np.zeros(3, dtype=[("n", "i4"), ("p", "f8", (2,))])
    dataset = stored(rows, element)
    dataset["n"] = [1, 2, 3]
    dataset["p", 1] = [5, 6]
    assert dataset["n"].tolist() == [1, 2, 3]
    assert dataset[1]["p"].tolist() == [5, 6]
    assert dataset[["n"]].dtype.names == ("n",)
    assert dataset.fields("n")[:2].tolist() == [1, 2]
    assert dataset.fields("n").dtype == np.dtype("i4")
    assert len(dataset.fields(["n", "p"])) == 3
    with pytest.raises(SelectionError):
        dataset["q"]
    with pytest.raises(SelectionError):
        dataset["q"] = 1


def test_elements_that_are_arrays_keep_their_shape() -> None:
    array = np.arange(12, dtype="f8").reshape(2, 3, 2)
    dataset = stored(np.zeros((2, 3)), FLOAT)
    element = ArrayType(FLOAT, (2,))
    storage = MemoryStorage(MemoryFile("m"))
    sink = storage.create_array(
        "/x", ArrayLayout((2, 3), element, maxshape=(None, 3), chunks=(1, 3))
    )
    dataset = LazyDataset(sink, path="/x", storage_name="m", open_sink=lambda: sink)
    dataset[...] = array
    np.testing.assert_array_equal(dataset[1, ::-1], array[1, ::-1])
    dataset[0, 0] = [8, 9]
    assert dataset[0, 0].tolist() == [8, 9]
    dataset.append(array[0])
    assert dataset.shape == (3, 3)


def test_references_are_resolved_if_asked() -> None:
    storage = MemoryStorage(MemoryFile("m"))
    storage.create_group("/g")
    sink = storage.create_array("/x", ArrayLayout((2,), RefType()))
    sink.write((slice(0, 2),), objects(ObjectRef("m", path="/g"), None))
    plain = LazyDataset(sink, path="/x", storage_name="m")
    assert isinstance(plain[0], ObjectRef)
    resolved = LazyDataset(
        sink,
        path="/x",
        storage_name="m",
        resolver=lambda ref: [storage.resolve(ref).path],
        open_sink=lambda: sink,
        refer=lambda value: ObjectRef("m", path=value),
    )
    assert resolved[:].tolist() == [["/g"], None]
    resolved[1] = "/g"
    assert resolved[1] == ["/g"]


def test_astype_converts_what_is_read() -> None:
    view = stored(np.arange(4, dtype="i4")).astype("f8")
    assert view[1:].dtype == np.float64
    assert view[1] == 1.0
    assert (view.shape, len(view), view.dtype, view.ndim) == ((4,), 4, np.dtype("f8"), 1)
    np.testing.assert_array_equal(np.asarray(view), np.arange(4.0))


def test_reading_mode_refuses_writes() -> None:
    dataset = stored(np.zeros(2), maxshape=(None,), is_writable=False)
    for change in (
        lambda: dataset.append(1.0),
        lambda: dataset.resize((3,)),
        lambda: dataset.__setitem__(0, 1.0),
    ):
        with pytest.raises(ModeError) as caught:
            change()
        assert caught.value.path == "/x"


def test_closed_file_raises_and_repr_says_so() -> None:
    storage = MemoryStorage(MemoryFile("m"))
    dataset = LazyDataset(
        storage.create_array("/x", ArrayLayout((1,), INT)), path="/x", storage_name="m"
    )
    storage.close()
    with pytest.raises(ClosedIOError):
        dataset[0]
    with pytest.raises(ClosedIOError):
        repr(dataset.shape)
    assert repr(dataset) == "<closed LazyDataset '/x'>"


def test_points_far_apart_are_read_in_small_blocks(monkeypatch: Any) -> None:
    monkeypatch.setattr("hdmf_io_core.chunks.lazy.POINTS_BYTES", 64)
    array = np.arange(900, dtype="i4").reshape(30, 30)
    mask = np.eye(30, dtype=bool)
    np.testing.assert_array_equal(stored(array)[mask], array[mask])
