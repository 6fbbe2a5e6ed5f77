"""Element types and HDF5 types are the same thing, both ways, to the last bit."""

from typing import Any

import h5py
import numpy as np
import pytest
from h5py import h5t
from hypothesis import given
from hypothesis import strategies as st

from hdmf_io_core.errors import UnsupportedDtypeError
from hdmf_io_core.storage.dtypes import (
    ArrayType,
    CompoundField,
    CompoundType,
    EnumType,
    NumberType,
    OpaqueType,
    RefType,
    TextType,
    VlenType,
)
from hdmf_io_hdf5.dtypes import element_type, file_type, is_exact, is_fixed_size

NUMBERS = [
    "?",
    "i1",
    "u1",
    *(o + c for o in "<>" for c in ["i2", "u4", "i8", "f2", "f4", "f8", "c8", "c16"]),
]
names = st.text(st.characters(exclude_characters="/\0", exclude_categories=["Cs"]), min_size=1)
numbers = st.sampled_from(NUMBERS).map(lambda code: NumberType(np.dtype(code)))
texts = st.builds(
    TextType,
    st.sampled_from(["utf-8", "ascii"]),
    st.none() | st.integers(1, 40),
    st.sampled_from(["null-terminated", "null-padded", "space-padded"]),
)
members = st.tuples(names, st.integers(-100, 100))
enums = st.lists(members, min_size=1, max_size=4, unique_by=(lambda m: m[0], lambda m: m[1])).map(
    lambda made: EnumType(np.dtype("<i2"), tuple(made))
)
simple = st.one_of(
    numbers,
    texts,
    enums,
    st.builds(OpaqueType, st.integers(1, 9), st.text("abc", max_size=5)),
    st.builds(RefType, st.sampled_from(["object", "region"])),
)


def compounds(inner: Any) -> Any:
    fields = st.dictionaries(names, inner, min_size=1, max_size=4)
    return fields.map(
        lambda made: CompoundType(tuple(CompoundField(n, t) for n, t in made.items()))
    )


def not_complex(element: Any) -> bool:
    # r and i of one float type are a complex number, not a record.
    return not (
        isinstance(element, CompoundType) and [f.name for f in element.fields] == ["r", "i"]
    )


elements = st.recursive(
    simple,
    lambda inner: st.one_of(
        compounds(inner).filter(not_complex),
        inner.filter(lambda made: not isinstance(made, ArrayType)).map(VlenType),
        st.builds(ArrayType, inner, st.tuples(st.integers(1, 3), st.integers(1, 3))),
    ),
    max_leaves=5,
)


@given(elements)
def test_every_element_type_comes_back(element: Any) -> None:
    assert element_type(file_type(element)) == element


@given(elements)
def test_what_was_made_is_exact(element: Any) -> None:
    assert is_exact(file_type(element))


@pytest.mark.parametrize("code", NUMBERS)
def test_numbers_are_those_of_h5py(code: Any) -> None:
    theirs = h5t.py_create(np.dtype(code), logical=True)
    assert file_type(NumberType(np.dtype(code))).equal(theirs)
    assert element_type(theirs) == NumberType(np.dtype(code))


def test_long_double_is_kept() -> None:
    theirs = h5t.py_create(np.dtype(np.longdouble), logical=True)
    assert element_type(theirs) == NumberType(np.dtype(np.longdouble))


def test_offsets_and_size_of_an_unpacked_compound_are_kept() -> None:
    tid = h5t.create(h5t.COMPOUND, 24)
    tid.insert(b"x", 4, h5t.STD_I32LE)
    tid.insert(b"y", 16, h5t.IEEE_F64BE)
    element = element_type(tid)
    assert [field.offset for field in element.fields] == [4, 16]
    assert file_type(element).equal(tid)


def test_a_two_valued_enum_of_another_size_is_no_boolean() -> None:
    tid = h5t.enum_create(h5t.STD_I32LE)
    tid.enum_insert(b"FALSE", 0)
    tid.enum_insert(b"TRUE", 1)
    assert element_type(tid) == EnumType(np.dtype("<i4"), (("FALSE", 0), ("TRUE", 1)))


def test_bitfields_are_unsigned_integers() -> None:
    assert element_type(h5t.STD_B16BE) == NumberType(np.dtype(">u2"))
    assert not is_exact(h5t.STD_B16BE)


def complex_types() -> Any:
    """Return the complex types of the library; HDF5 before 2.0 has none."""
    names = {"COMPLEX_IEEE_F64BE": ">c16", "COMPLEX_IEEE_F32LE": "<c8"}
    return [(getattr(h5t, name), code) for name, code in names.items() if hasattr(h5t, name)]


def test_the_complex_class_of_hdf5_2_is_complex() -> None:
    for tid, code in complex_types():
        assert element_type(tid) == NumberType(np.dtype(code))


@pytest.mark.parametrize("tid", [h5t.UNIX_D32LE, h5t.UNIX_D64BE])
def test_times_are_refused_by_type(tid: Any) -> None:
    with pytest.raises(UnsupportedDtypeError):
        element_type(tid)


@pytest.mark.parametrize("code", ["M8[s]", "m8[s]", "O", "U3", "S3"])
def test_numpy_types_that_are_no_numbers_are_refused(code: Any) -> None:
    with pytest.raises(UnsupportedDtypeError):
        file_type(NumberType(np.dtype(code)))


@pytest.mark.parametrize(
    "element",
    [
        EnumType(np.dtype("i1"), (("a", 1), ("b", 1))),
        EnumType(np.dtype("i1"), (("a", 300),)),
        CompoundType((CompoundField("x", TextType(length=1)), CompoundField("x", TextType()))),
        CompoundType((CompoundField("x", TextType(length=9), 0),), 4),
        VlenType(ArrayType(NumberType(np.dtype("i4")), (2,))),
        OpaqueType(1, "x" * 300),
    ],
)
def test_types_that_hdf5_cannot_express_are_refused(element: Any) -> None:
    with pytest.raises(UnsupportedDtypeError):
        file_type(element)


def test_h5pys_hints_do_not_make_types_differ() -> None:
    enum = h5py.enum_dtype({"a": 1}, basetype="i1")
    assert element_type(h5t.py_create(enum, logical=True)).base.metadata is None


def test_names_that_are_not_utf8_survive() -> None:
    tid = h5t.enum_create(h5t.STD_U8LE)
    tid.enum_insert(b"\xff\xfe", 3)
    assert file_type(element_type(tid)).equal(tid)


@pytest.mark.parametrize(
    ("element", "fixed"),
    [
        (NumberType(np.dtype("i4")), True),
        (TextType(length=4), True),
        (TextType(), False),
        (RefType(), False),
        (VlenType(NumberType(np.dtype("i4"))), False),
        (ArrayType(TextType(), (2,)), False),
        (CompoundType((CompoundField("x", RefType()),)), False),
        (CompoundType((CompoundField("x", OpaqueType(3)),)), True),
    ],
)
def test_only_types_without_addresses_mean_the_same_in_every_file(element: Any, fixed: Any) -> None:
    assert is_fixed_size(element) is fixed
