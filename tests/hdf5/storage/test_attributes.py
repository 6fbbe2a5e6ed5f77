"""Attributes of every kind, with their exact types; nothing is stored if one is wrong."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import h5py
import numpy as np
import pytest
from h5py import h5a, h5s, h5t
from hypothesis import HealthCheck, given, settings
from hypothesis.extra import numpy as npst

from hdmf_io_core.errors import (
    DataLossWarning,
    NodeNotFoundError,
    TextEncodingError,
    UnsupportedDtypeError,
    WriteError,
)
from hdmf_io_core.storage.dtypes import (
    ArrayType,
    CompoundField,
    CompoundType,
    EnumType,
    NumberType,
    OpaqueType,
    TextType,
    VlenType,
)
from hdmf_io_core.storage.layout import Attribute, Empty
from hdmf_io_hdf5.dtypes import file_type
from hdmf_io_hdf5.reader import HDF5Reader
from hdmf_io_hdf5.writer import HDF5Writer

F8, I2 = NumberType(np.dtype("<f8")), NumberType(np.dtype(">i2"))
RECORD = CompoundType((CompoundField("x", I2), CompoundField("t", TextType())))


def cells(*values: Any) -> Any:
    made = np.empty(len(values), object)
    for i, value in enumerate(values):
        made[i] = value
    return made


CASES = {
    "text": Attribute("é", TextType()),
    "ascii": Attribute("abc", TextType("ascii")),
    "fixed": Attribute("abc", TextType("utf-8", 8, "space-padded")),
    "bytes": Attribute(b"\xff", TextType()),
    "texts": Attribute(cells("a", "é", ""), TextType()),
    "float": Attribute(np.float64("nan"), F8),
    "big-endian": Attribute(np.array(5, ">i2")[()], I2),
    "bool": Attribute(np.True_, NumberType(np.dtype("?"))),
    "complex": Attribute(np.complex128(1 + 2j), NumberType(np.dtype("<c16"))),
    "matrix": Attribute(np.arange(6.0).reshape(2, 3), F8),
    "no elements": Attribute(np.empty((0, 2)), F8),
    "no texts": Attribute(cells(), TextType()),
    "null": Attribute(Empty(TextType()), TextType()),
    "enum": Attribute(np.int8(2), EnumType(np.dtype("i1"), (("a", 1), ("b", 2)))),
    "opaque": Attribute(np.void(b"abc"), OpaqueType(3, "tag")),
    "sequence": Attribute(np.array([1, 2], ">i2"), VlenType(I2)),
    "sequences": Attribute(cells(np.array([1.5]), np.empty(0)), VlenType(F8)),
    "texts in a sequence": Attribute(cells("a", "é"), VlenType(TextType())),
    "array element": Attribute(np.arange(4, dtype=">i2").reshape(2, 2), ArrayType(I2, (2, 2))),
    "array elements": Attribute(np.ones((3, 2), ">i2"), ArrayType(I2, (2,))),
    "record": Attribute(np.array([(1, "é")], [("x", ">i2"), ("t", "O")])[0], RECORD),
    "records": Attribute(np.array([(1, "é"), (2, "")], [("x", ">i2"), ("t", "O")]), RECORD),
}


@pytest.mark.parametrize("name", CASES)
def test_what_is_written_is_read(
    h5: h5py.File, writer: HDF5Writer, oracle: SimpleNamespace, name: str
) -> None:
    attribute = CASES[name]
    writer.set_attributes("/", {name: attribute})
    back = writer.attributes("/")[name]
    assert back.dtype == attribute.dtype
    low = h5a.open(h5.id, name.encode())
    assert low.get_type().equal(file_type(attribute.dtype))
    one_sequence = isinstance(attribute.dtype, VlenType) and low.shape == ()
    same = oracle.same_cell if one_sequence else oracle.same
    if name != "opaque":  # h5py reads no tagged bytes
        assert same(back.value, h5.attrs[name], low.dtype, writer)
    if isinstance(attribute.value, Empty):
        assert back.value == attribute.value
    elif attribute.value.__class__ is np.ndarray:
        assert str(back.value.tolist()) == str(attribute.value.tolist())
    else:
        assert str(back.value) == str(attribute.value)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(
    npst.arrays(
        npst.integer_dtypes(endianness="=") | npst.floating_dtypes(endianness="="),
        npst.array_shapes(min_dims=0, max_dims=3, min_side=0),
    )
)
def test_arrays_of_numbers_are_what_h5py_reads(
    h5: h5py.File, writer: HDF5Writer, value: Any
) -> None:
    writer.set_attributes("/", {"x": Attribute(value, NumberType(value.dtype))})
    assert h5.attrs["x"].dtype == value.dtype
    assert np.array_equal(h5.attrs["x"], value, equal_nan=True)


@pytest.mark.parametrize("value", [5, True, 2.5, 1 + 2j])
def test_python_numbers_take_the_type_that_is_asked(
    h5: h5py.File, writer: HDF5Writer, value: Any
) -> None:
    writer.set_attributes("/", {"x": Attribute(value, NumberType(np.asarray(value).dtype))})
    assert h5.attrs["x"] == value


@pytest.mark.parametrize(
    ("value", "element"),
    [(300, "u1"), (1.5, "i4"), (-1, "u8"), (1j, "f8"), ("x", "i4"), (np.int64(5), "i4")],
)
def test_numbers_that_do_not_fit_are_refused(
    h5: h5py.File, writer: HDF5Writer, value: Any, element: Any
) -> None:
    with pytest.raises(UnsupportedDtypeError, match="'x'"):
        writer.set_attributes("/", {"x": Attribute(value, NumberType(np.dtype(element)))})
    assert "x" not in h5.attrs


def test_nothing_is_stored_if_one_is_wrong(h5: h5py.File, writer: HDF5Writer) -> None:
    with pytest.raises(TextEncodingError, match="'bad'"):
        writer.set_attributes(
            "/", {"good": Attribute("a", TextType()), "bad": Attribute("a\0", TextType())}
        )
    assert list(h5.attrs) == []


def test_replacing_changes_type_and_shape(h5: h5py.File, writer: HDF5Writer) -> None:
    h5.attrs["x"] = np.arange(3)
    h5.attrs["y"] = 1
    writer.set_attributes("/", {"x": Attribute("text", TextType())})
    assert dict(h5.attrs) == {"x": "text", "y": 1}
    writer.set_attributes("/", {"x": Attribute("longer text", TextType())})
    assert dict(h5.attrs) == {"x": "longer text", "y": 1}


def test_deleting_passes_over_what_is_not_there(h5: h5py.File, writer: HDF5Writer) -> None:
    h5.attrs["x"] = 1
    writer.delete_attributes("/", ("x", "y"))
    assert list(h5.attrs) == []


def test_an_attribute_over_64_kib_says_what_to_do(h5: h5py.File, writer: HDF5Writer) -> None:
    big = Attribute(np.zeros(10_000), F8)
    h5.attrs["x"] = "old"
    with pytest.raises(WriteError, match="64 KiB"):
        writer.set_attributes("/", {"x": big})
    assert dict(h5.attrs) == {"x": "old"}


def test_an_attribute_over_64_kib_fits_the_latest_format(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "new.h5", "w", libver="latest") as file:
        writer = HDF5Writer(file, close_file=False)
        writer.create_group("/g")
        writer.set_attributes("/g", {"x": Attribute(np.zeros(10_000), F8)})
        assert file["g"].attrs["x"].shape == (10_000,)


def test_names_that_are_not_utf8_come_back(
    h5: h5py.File, reader: HDF5Reader, writer: HDF5Writer
) -> None:
    h5a.create(h5.id, b"\xffx", h5t.STD_I32LE, h5s.create(h5s.SCALAR)).write(np.array(3, "i4"))
    (name,) = reader.attributes("/")
    assert name.encode("utf-8", "surrogateescape") == b"\xffx"
    writer.delete_attributes("/", (name,))
    assert h5a.get_num_attrs(h5.id) == 0


def test_order_of_creation_is_kept_where_it_is_tracked(h5: h5py.File, reader: HDF5Reader) -> None:
    tracked, plain = h5.create_group("t", track_order=True), h5.create_group("u")
    for name in "zax":
        tracked.attrs[name] = plain.attrs[name] = 1
    assert list(reader.attributes("/t")) == ["z", "a", "x"]
    assert list(reader.attributes("/u")) == ["a", "x", "z"]


def test_an_attribute_without_counterpart_is_left_out_with_a_warning(
    h5: h5py.File, reader: HDF5Reader
) -> None:
    h5a.create(h5.id, b"t", h5t.UNIX_D32LE, h5s.create(h5s.SCALAR))
    h5.attrs["x"] = 1
    with pytest.warns(DataLossWarning, match="'t'"):
        assert list(reader.attributes("/")) == ["x"]


def test_handles_are_closed_at_once(h5: h5py.File, reader: HDF5Reader) -> None:
    for i in range(20):
        h5.attrs[f"a{i}"] = "text"
    before = h5py.h5f.get_obj_count(h5.id, h5py.h5f.OBJ_ATTR)
    assert len(reader.attributes("/")) == 20
    assert h5py.h5f.get_obj_count(h5.id, h5py.h5f.OBJ_ATTR) == before


def test_there_are_no_attributes_of_nothing(writer: HDF5Writer) -> None:
    with pytest.raises(NodeNotFoundError):
        writer.set_attributes("/no", {})
