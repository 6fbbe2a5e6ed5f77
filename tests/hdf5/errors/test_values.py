"""Values that a file cannot hold: refused before a byte is written, named, with the way on."""

from collections.abc import Callable
from typing import Any

import h5py
import numpy as np
import pytest

from hdmf_io_core import Container
from hdmf_io_core.errors import ShapeError, TextEncodingError, UnsupportedDtypeError
from hdmf_io_hdf5 import HDF5IO, H5DataIO

Refused = Callable[..., Any]

UNSTORABLE: dict[str, tuple[Any, type[Exception], tuple[str, ...]]] = {
    "dict": ({"a": 1}, UnsupportedDtypeError, ("a dict", "JSON text")),
    "None": (None, UnsupportedDtypeError, ("None", "Leave it out")),
    "set": ({1, 2}, UnsupportedDtypeError, ("a set", "lists")),
    "object": (object(), UnsupportedDtypeError, ("a object", "lists")),
    "number and text": ([1, "b"], UnsupportedDtypeError, ("element 1", "a str", "a number")),
    "text and number": (["a", 2], UnsupportedDtypeError, ("element 1", "a int", "text")),
    "text and bytes": (["a", b"b"], UnsupportedDtypeError, ("element 1", "a bytes", "text")),
    "None in a list": ([1, None], UnsupportedDtypeError, ("element 1", "None", "nan")),
    "None in an object array": (
        np.array(["a", None], object),
        UnsupportedDtypeError,
        ("element 1", "None"),
    ),
    "list of dicts": ([{}, {}], UnsupportedDtypeError, ("element 0", "a dict")),
    "datetime64": (
        np.array(["2020-01-01"], "M8[D]"),
        UnsupportedDtypeError,
        ("datetime64[D]", "ISO text"),
    ),
    "timedelta64": (np.timedelta64(1, "s"), UnsupportedDtypeError, ("timedelta64[s]", "numbers")),
    "masked": (
        np.ma.masked_array([1, 2], [False, True]),
        UnsupportedDtypeError,
        ("masked", "filled"),
    ),
    "large integer": (2**70, UnsupportedDtypeError, ("64 bits", str(2**70))),
    "integers of no type": ([-1, 2**63], UnsupportedDtypeError, ("-1", str(2**63), "float")),
    "record of no fields": (np.zeros(2, np.dtype([])), UnsupportedDtypeError, ("no fields",)),
    "ragged": ([[1], [1, 2]], ShapeError, ("ragged", "row 1", "index")),
    "ragged text": ([["a"], ["b", "c"]], ShapeError, ("ragged", "row 1")),
    "ragged arrays": ([np.zeros(2), np.zeros(3)], ShapeError, ("ragged", "row 1")),
    "list beside number": ([1, [2]], ShapeError, ("element 1", "a list")),
    "lone surrogate": ("a\ud800b", TextEncodingError, ("utf-8", "character 1")),
    "lone surrogate in a list": (["a", "\udfff"], TextEncodingError, ("element 1", "utf-8")),
    "lone surrogate in an array": (
        np.array(["ok", "a\ud800"]),
        TextEncodingError,
        ("element 1", "character 1"),
    ),
    "null in text": ("a\0b", TextEncodingError, ("null character", "uint8")),
    "null in a list": (["a", "b\0c"], TextEncodingError, ("element 1", "null character")),
    "null in bytes": (b"a\0b", TextEncodingError, ("null character",)),
}
CASES = pytest.mark.parametrize(("value", "error", "parts"), UNSTORABLE.values(), ids=UNSTORABLE)


@CASES
def test_data_is_refused_with_its_place(
    value: Any,
    error: Any,
    parts: tuple[str, ...],
    old: Any,
    refused: Refused,
    write: Callable[..., None],
) -> None:
    with refused(error, *parts, source=str(old), path="/bad"):
        write(value)


@CASES
def test_wrapped_data_is_refused_with_its_place(
    value: Any,
    error: Any,
    parts: tuple[str, ...],
    old: Any,
    refused: Refused,
    write: Callable[..., None],
) -> None:
    if value is None:
        # A wrapper around nothing yet: what is missing is its data.
        parts = ("None",)
    with refused(error, *parts, source=str(old), path="/bad"):
        write(H5DataIO(value))


@CASES
def test_appended_file_is_as_before(
    value: Any, error: Any, parts: tuple[str, ...], undone: Refused, write: Callable[..., None]
) -> None:
    with undone(error, *parts, path="/bad"):
        write(value, "a")


@CASES
def test_attribute_is_refused_when_it_is_set(
    value: Any, error: Any, parts: tuple[str, ...]
) -> None:
    container = Container("session")
    with pytest.raises(error) as caught:
        container.attributes["spoilt"] = value
    for part in ("'spoilt'", *parts):
        assert part in str(caught.value)
    assert "spoilt" not in container.attributes


def test_bytes_that_are_not_utf8_are_kept(old: Any, write: Callable[..., None]) -> None:
    write([b"\xff\xfe", b"ok"])
    with h5py.File(old) as file:
        assert list(file["bad"][:]) == [b"\xff\xfe", b"ok"]
    with HDF5IO(old) as io:
        assert list(io.read()["bad"][:]) == [b"\xff\xfe", "ok"]


def test_container_alone_is_written(old: Any, refused: Refused) -> None:
    with HDF5IO(old, "w") as io, pytest.raises(ValueError, match="Put the data into a Container"):
        io.write([1, 2])  # type: ignore[arg-type]
    with HDF5IO(old) as io:
        assert io.read().x[0] == 0
