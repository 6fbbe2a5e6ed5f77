"""Appending, assigning and selecting what does not fit leaves the data as it was."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from hdmf_io_core.errors import (
    ModeError,
    SelectionError,
    ShapeError,
    TextEncodingError,
    UnsupportedDtypeError,
)
from hdmf_io_hdf5 import HDF5IO

Refused = Callable[..., Any]

APPENDED: dict[str, tuple[str, Any, Any, tuple[str, ...]]] = {
    "fixed data": ("x", [5], ShapeError, ("maxshape (5,)", "maxshape=(None, ...)")),
    "wider rows": ("grow", np.zeros((1, 3)), ShapeError, ("(1, 3)", "(2,)")),
    "narrow row": ("grow", [1.0], ShapeError, ("(1,)", "(2,)")),
    "another rank": ("grow", np.zeros((1, 1, 2)), ShapeError, ("(1, 1, 2)",)),
    "text": ("grow", ["a", "b"], UnsupportedDtypeError, ("float64",)),
    "complex": ("grow", [1j, 2j], UnsupportedDtypeError, ("complex128", "float64")),
}


@pytest.mark.parametrize(("name", "rows", "error", "parts"), APPENDED.values(), ids=APPENDED)
def test_rows_that_do_not_fit_are_refused(
    name: str, rows: Any, error: Any, parts: tuple[str, ...], old: Any, undone: Refused
) -> None:
    with undone(error, *parts, source=str(old), path=f"/{name}"), HDF5IO(old, "a") as io:
        io.read()[name].append(rows)


def test_text_that_cannot_be_stored_is_not_appended(old: Any, write: Callable[..., None]) -> None:
    from hdmf_io_hdf5 import H5DataIO

    write(H5DataIO(["a"], maxshape=(None,)))
    with HDF5IO(old, "a") as io:
        data = io.read()["bad"]
        for wrong in ("\ud800", "a\0b"):
            with pytest.raises(TextEncodingError) as caught:
                data.append(wrong)
            assert (caught.value.source, caught.value.path) == (str(old), "/bad")
        assert list(data[:]) == ["a"]


CHANGES: dict[str, Callable[[Any], object]] = {
    "append": lambda c: c.grow.append([1.0, 2.0]),
    "assign": lambda c: c.x.__setitem__(0, 7),
    "resize": lambda c: c.grow.data.resize((9, 2)),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_file_open_for_reading_is_not_changed(
    change: Callable[[Any], object], old: Any, refused: Refused
) -> None:
    with refused(ModeError, "'a'", "'r+'", source=str(old)), HDF5IO(old) as io:
        change(io.read())


@pytest.mark.parametrize("shape", [(5, 3), (5,), (5, 2, 1)])
def test_shape_outside_maxshape_is_refused(
    shape: tuple[int, ...], old: Any, undone: Refused
) -> None:
    with undone(ShapeError, source=str(old), path="/grow"), HDF5IO(old, "a") as io:
        io.read().grow.data.resize(shape)


@pytest.mark.parametrize("key", [7, (0, 0), "name", [True], 1.5])
def test_key_that_selects_nothing_names_the_data(key: Any, old: Any) -> None:
    with HDF5IO(old) as io, pytest.raises(SelectionError) as caught:
        io.read().x[key]
    assert isinstance(caught.value, IndexError)
    assert (caught.value.source, caught.value.path) == (str(old), "/x")


def test_values_of_another_shape_are_not_assigned(old: Any, undone: Refused) -> None:
    with (
        undone(ShapeError, "(4,)", "(2,)", source=str(old), path="/x"),
        HDF5IO(old, "a") as io,
    ):
        io.read().x[:2] = np.arange(4)
