"""Text: decoded once, refused before anything is written, given back as it came."""

from types import SimpleNamespace
from typing import Any

import h5py
import numpy as np
import pytest
from h5py import h5d, h5s, h5t
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hdmf_io_core.errors import TextEncodingError, UnsupportedDtypeError
from hdmf_io_core.storage.dtypes import TextType
from hdmf_io_core.storage.layout import ArrayLayout
from hdmf_io_hdf5.dtypes import file_type
from hdmf_io_hdf5.reader import HDF5Reader
from hdmf_io_hdf5.writer import HDF5Writer

texts = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))


def cells(*values: Any) -> Any:
    made = np.empty(len(values), object)
    made[:] = values
    return made


def write(writer: HDF5Writer, path: Any, element: Any, *values: Any) -> None:
    sink = writer.create_array(path, ArrayLayout((len(values),), element))
    sink.write((slice(0, len(values)),), cells(*values))


def raw_dataset(h5: h5py.File, name: str, element: Any, values: Any) -> None:
    """Store bytes as they are, by plain h5py."""
    tid = file_type(element)
    dsid = h5d.create(h5.id, name.encode(), tid, h5s.create_simple((len(values),)))
    if element.length is None:
        data, mtype = cells(*values), h5t.py_create(h5py.string_dtype())
    else:
        data, mtype = np.array(values, f"S{element.length}"), tid
    dsid.write(h5s.ALL, h5s.ALL, data, mtype)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(values=st.lists(texts, min_size=1, max_size=5))
def test_any_text_is_what_h5py_reads(writer: HDF5Writer, h5: h5py.File, values: Any) -> None:
    h5.pop("t", None)
    write(writer, "/t", TextType(), *values)
    assert h5["t"].asstr()[:].tolist() == values


@pytest.mark.parametrize("padding", ["null-terminated", "null-padded", "space-padded"])
@pytest.mark.parametrize("charset", ["utf-8", "ascii"])
def test_fixed_text_of_every_padding(
    writer: HDF5Writer,
    h5: h5py.File,
    reader: HDF5Reader,
    oracle: SimpleNamespace,
    padding: Any,
    charset: Any,
) -> None:
    write(writer, "/t", TextType(charset, 6, padding), "ab", "", "abcdef")
    assert [v.rstrip(b" ") for v in h5["t"][:]] == [b"ab", b"", b"abcdef"]
    assert oracle.read_all(reader.array("/t")).tolist() == ["ab", "", "abcdef"]


@pytest.mark.parametrize(
    ("element", "raw", "seen"),
    [
        (TextType("ascii"), b"\xc3\xa9", "é"),
        (TextType("utf-8"), b"\xff\xfe", b"\xff\xfe"),
        (TextType("ascii", 4, "null-padded"), b"\xe9\xe9", b"\xe9\xe9"),
        (TextType("utf-8", 4, "null-terminated"), b"ab\0z", "ab"),
        (TextType("utf-8", 4, "null-padded"), b"a\0b", "a\0b"),
        (TextType("utf-8", 4, "space-padded"), b"ab  ", "ab"),
    ],
)
def test_what_is_read_is_written_back_as_it_was(
    h5: h5py.File,
    reader: HDF5Reader,
    writer: HDF5Writer,
    oracle: SimpleNamespace,
    element: Any,
    raw: Any,
    seen: Any,
) -> None:
    raw_dataset(h5, "old", element, [raw])
    values = oracle.read_all(reader.array("/old"))
    assert values.tolist() == [seen]
    write(writer, "/new", element, *values)
    again = oracle.read_all(reader.array("/new"))
    assert again.tolist() == [seen]
    if b"\0" not in raw:
        assert h5["new"][:].tolist() == h5["old"][:].tolist()


@pytest.mark.parametrize(
    ("element", "value"),
    [
        (TextType(), "a\0b"),
        (TextType(), b"a\0b"),
        (TextType(), "\ud800"),
        (TextType("ascii"), "é"),
        (TextType(length=3), "abcd"),
        (TextType(length=3), "éé"),
        (TextType(length=4, padding="null-terminated"), "a\0b"),
        (TextType(length=4, padding="null-padded"), "ab\0"),
        (TextType(length=4, padding="space-padded"), "ab "),
    ],
)
def test_text_that_cannot_be_stored_raises_and_writes_nothing(
    writer: HDF5Writer, h5: h5py.File, element: Any, value: Any
) -> None:
    sink = writer.create_array("/t", ArrayLayout((2,), element))
    before = h5["t"][:].tolist()
    with pytest.raises(TextEncodingError) as caught:
        sink.write((slice(0, 2),), cells("ok", value))
    assert (caught.value.path, caught.value.source) == ("/t", writer.source)
    assert h5["t"][:].tolist() == before


@pytest.mark.parametrize("value", [1, None, 2.5, ["a"]])
def test_what_is_no_text_is_refused(writer: HDF5Writer, value: Any) -> None:
    sink = writer.create_array("/t", ArrayLayout((1,), TextType()))
    with pytest.raises(UnsupportedDtypeError):
        sink.write((slice(0, 1),), cells(value))


def test_a_scalar_is_text(writer: HDF5Writer, h5: h5py.File) -> None:
    values = np.empty((), object)
    values[()] = "héllo"
    writer.create_array("/s", ArrayLayout((), TextType())).write((), values)
    assert h5["s"].asstr()[()] == "héllo"
