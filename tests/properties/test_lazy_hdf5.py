"""Lazy data of a file acts as the array it stands for: slices, assignments, appended rows."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from hdmf_io_core import Container, Data
from hdmf_io_hdf5 import HDF5IO, H5DataIO

DTYPES = ["?", "i1", "<u2", ">i4", "<i8", "<f2", "<f4", ">f8", "<c16"]
shapes = hnp.array_shapes(min_dims=1, max_dims=3, min_side=0, max_side=7)
arrays = st.sampled_from(DTYPES).flatmap(lambda kind: hnp.arrays(np.dtype(kind), shapes))
FILTERS: list[dict[str, Any]] = [
    {},
    {"compression": "gzip"},
    {"compression": "lzf", "shuffle": True},
    {"fletcher32": True},
]


@st.composite
def stored_arrays(draw: st.DrawFn, *, grows: bool = False) -> tuple[Any, Any]:
    """An array, and the data to store it as: contiguous, or chunked with filters."""
    array = draw(arrays)
    if not grows and (0 in array.shape or not draw(st.booleans())):
        return array, array
    chunks = tuple(draw(st.integers(1, max(1, length))) for length in array.shape)
    maxshape = (None,) * array.ndim if grows or draw(st.booleans()) else None
    filters = draw(st.sampled_from(FILTERS))
    return array, H5DataIO(array, chunks=chunks, maxshape=maxshape, **filters)


@contextmanager
def stored(data: Any) -> Iterator[Path]:
    """A file with one child `x`."""
    container = Container("session")
    container.add_child(Data("x", data))
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "x.h5"
        with HDF5IO(path, "w") as io:
            io.write(container)
        yield path


@st.composite
def orthogonal(draw: st.DrawFn, shape: tuple[int, ...]) -> tuple[Any, ...]:
    """A key with a slice, an integer, a list or a mask an axis, in any mix."""
    key: list[Any] = []
    for length in shape[: draw(st.integers(0, len(shape)))]:
        slices = st.slices(length)
        choices: list[Any] = [slices, slices]
        if length:
            choices.append(st.integers(-length, length - 1))
            choices.append(st.lists(st.integers(-length, length - 1), min_size=1, max_size=4))
        choices.append(hnp.arrays(bool, (length,)))
        key.append(draw(st.one_of(choices)))
    return tuple(key)


def selected(array: Any, key: tuple[Any, ...]) -> Any:
    """What a key selects axis by axis, by numpy alone."""
    axis = 0
    for part in key:
        array = array[(slice(None),) * axis + (part,)]
        axis += not isinstance(part, int)
    return array


def check(found: Any, expected: Any) -> None:
    assert np.shape(found) == np.shape(expected)
    assert np.asarray(found).dtype == np.asarray(expected).dtype
    np.testing.assert_array_equal(found, expected)


@given(stored_arrays(), st.data())
def test_slices_are_those_of_numpy(pair: Any, data: Any) -> None:
    array, given = pair
    with stored(given) as path, HDF5IO(path) as io:
        lazy = io.read().x
        check(lazy[...], array)
        for _ in range(8):
            key = data.draw(hnp.basic_indices(array.shape, allow_newaxis=False))
            check(lazy[key], array[key])


@given(stored_arrays(), st.data())
def test_lists_and_masks_select_axis_by_axis(pair: Any, data: Any) -> None:
    array, given = pair
    with stored(given) as path, HDF5IO(path) as io:
        lazy = io.read().x
        for _ in range(8):
            key = data.draw(orthogonal(array.shape))
            check(lazy[key], selected(array, key))


@given(stored_arrays(), st.data())
def test_mask_of_the_whole_shape_selects_points(pair: Any, data: Any) -> None:
    array, given = pair
    mask = data.draw(hnp.arrays(bool, array.shape))
    with stored(given) as path, HDF5IO(path) as io:
        check(io.read().x[mask], array[mask])


@given(stored_arrays(), st.data())
def test_assignments_are_those_of_numpy(pair: Any, data: Any) -> None:
    array, given = pair
    expected = array.copy()
    with stored(given) as path:
        with HDF5IO(path, "a") as io:
            lazy = io.read().x
            for _ in range(4):
                key = data.draw(hnp.basic_indices(array.shape, allow_newaxis=False))
                values = data.draw(hnp.arrays(array.dtype, np.shape(array[key])))
                expected[key] = values
                lazy[key] = values
                check(lazy[...], expected)
        with h5py.File(path) as file:
            check(file["x"][()], expected)


@given(stored_arrays(grows=True), st.data())
def test_appended_rows_are_concatenated(pair: Any, data: Any) -> None:
    expected, given = pair
    with stored(given) as path:
        for _ in range(data.draw(st.integers(1, 2))):
            with HDF5IO(path, "a") as io:
                container = io.read()
                for _ in range(data.draw(st.integers(1, 4))):
                    n_rows = data.draw(st.integers(0, 5))
                    rows = data.draw(hnp.arrays(expected.dtype, (n_rows, *expected.shape[1:])))
                    if n_rows == 1 and data.draw(st.booleans()):
                        container.x.append(rows[0])
                    else:
                        container.x.append(rows)
                    expected = np.concatenate([expected, rows]).astype(expected.dtype)
                    check(container.x[...], expected)
                io.write(container)
        with h5py.File(path) as file:
            check(file["x"][()], expected)


@given(
    st.lists(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))),
    st.lists(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))),
)
def test_appended_text_comes_back(first: list[str], more: list[str]) -> None:
    given = H5DataIO(np.array(["start", *first], object), maxshape=(None,), compression="gzip")
    with stored(given) as path:
        with HDF5IO(path, "a") as io:
            for text in more:
                io.read().x.append(text)
        with h5py.File(path) as file:
            assert list(file["x"].asstr()[:]) == ["start", *first, *more]
