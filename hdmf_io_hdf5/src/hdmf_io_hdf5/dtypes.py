"""HDF5 datatypes and the element types of core, both ways. Knows types, no files or values."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from h5py import h5t

from hdmf_io_core.errors import UnsupportedDtypeError
from hdmf_io_core.storage.dtypes import (
    ArrayType,
    CompoundField,
    CompoundType,
    ElementType,
    EnumType,
    NumberType,
    OpaqueType,
    RefType,
    TextType,
    VlenType,
)

__all__ = [
    "element_type",
    "file_type",
    "is_exact",
    "is_fixed_size",
]

_CHARSETS = ((h5t.CSET_ASCII, "ascii"), (h5t.CSET_UTF8, "utf-8"))
_PADDINGS = (
    (h5t.STR_NULLTERM, "null-terminated"),
    (h5t.STR_NULLPAD, "null-padded"),
    (h5t.STR_SPACEPAD, "space-padded"),
)
# HDF5 before 2.0 has no class of complex numbers.
_COMPLEX_CLASS: int | None = getattr(h5t, "COMPLEX", None)
_NUMBERS = (h5t.INTEGER, h5t.FLOAT, h5t.BITFIELD, _COMPLEX_CLASS)


def element_type(tid: h5t.TypeID) -> ElementType:
    """Return the element type that a datatype of HDF5 stands for.

    Bitfields become unsigned integers of their size, and the complex class of HDF5 2.0 the same
    numbers as the compound of ``r`` and ``i`` that everybody writes.

    Raises
    ------
    UnsupportedDtypeError
        Times, references of the 1.12 kind, sequences of arrays, and numbers that numpy has not.
    """
    try:
        return _decoded(tid.encode())[0]
    except UnsupportedDtypeError:
        # Encoded, references forget that they are those of a file.
        return _element_type(tid)


@lru_cache(maxsize=1024)
def _decoded(encoded: bytes) -> tuple[ElementType, bool]:
    """Return the element type of an encoded datatype, and whether that says all of it.

    Files hold few types many times; asking HDF5 for every part of one takes longer than its bytes.
    """
    tid = h5t.decode(encoded)
    element = _element_type(tid)
    try:
        made = file_type(element)
        # Types of references inside others are equal only within one file; their bytes are.
        return element, bool(made.equal(tid)) or made.encode() == encoded
    except UnsupportedDtypeError:
        return element, False


def _element_type(tid: h5t.TypeID) -> ElementType:
    kind = tid.get_class()
    if kind in _NUMBERS:
        return NumberType(_numpy_dtype(tid))
    if kind == h5t.STRING:
        return _text_type(tid)
    if kind == h5t.ENUM:
        return _enum_type(tid)
    if kind == h5t.COMPOUND:
        return _compound_type(tid)
    if kind == h5t.VLEN and tid.get_super().get_class() != h5t.ARRAY:  # h5py cannot move those
        return VlenType(_element_type(tid.get_super()))
    if kind == h5t.ARRAY:
        return ArrayType(_element_type(tid.get_super()), tuple(tid.get_array_dims()))
    if kind == h5t.OPAQUE:
        return OpaqueType(tid.get_size(), tid.get_tag().decode("utf-8", "surrogateescape"))
    if kind == h5t.REFERENCE and tid.equal(h5t.STD_REF_OBJ):
        return RefType("object")
    if kind == h5t.REFERENCE and tid.equal(h5t.STD_REF_DSETREG):
        return RefType("region")
    raise _unsupported(tid)


def file_type(element: ElementType) -> h5t.TypeID:
    """Return the datatype that stores an element type; not to be changed, others have it too.

    Raises
    ------
    UnsupportedDtypeError
        HDF5 has no such type: a numpy date, a sequence of arrays, an enumeration with one value
        under two names, fields that overlap.
    """
    try:
        return _made(element)
    except (OverflowError, RuntimeError, TypeError, ValueError) as error:
        if isinstance(error, UnsupportedDtypeError):
            raise
        msg = f"HDF5 cannot express the element type {element}"
        raise UnsupportedDtypeError(
            msg,
            hint="The cause, shown above, is HDF5's own message.",
        ) from error


def is_exact(tid: h5t.TypeID) -> bool:
    """Whether :func:`file_type` of the type's element type is the type itself, bit for bit.

    Raises
    ------
    UnsupportedDtypeError
        As :func:`element_type`.
    """
    try:
        return _decoded(tid.encode())[1]
    except UnsupportedDtypeError:
        return bool(file_type(_element_type(tid)).equal(tid))


def is_fixed_size(element: ElementType) -> bool:
    """Whether elements mean the same in every file: no heap, no addresses."""
    match element:
        case TextType(length=None) | RefType() | VlenType():
            return False
        case CompoundType(fields=fields):
            return all(is_fixed_size(field.type) for field in fields)
        case ArrayType(base=base):
            return is_fixed_size(base)
        case _:
            return True


def _numpy_dtype(tid: h5t.TypeID) -> np.dtype[Any]:
    try:
        dtype: np.dtype[Any] = np.dtype(tid.dtype)
    except (TypeError, ValueError) as error:
        raise _unsupported(tid) from error
    # h5py hangs hints for itself on the dtype; they would make equal types differ.
    return np.dtype(str(dtype.str))


def _text_type(tid: h5t.TypeStringID) -> TextType:
    charset = dict(_CHARSETS)[tid.get_cset()]
    length = None if tid.is_variable_str() else tid.get_size()
    return TextType(charset, length, dict(_PADDINGS)[tid.get_strpad()])


def _enum_type(tid: h5t.TypeEnumID) -> ElementType:
    if tid.equal(h5t.py_create(np.dtype(np.bool_), logical=True)):
        return NumberType(np.dtype(np.bool_))
    members = tuple(
        (tid.get_member_name(i).decode("utf-8", "surrogateescape"), int(tid.get_member_value(i)))
        for i in range(tid.get_nmembers())
    )
    return EnumType(_numpy_dtype(tid.get_super()), members)


def _compound_type(tid: h5t.TypeCompoundID) -> ElementType:
    count = tid.get_nmembers()
    if [tid.get_member_name(i) for i in range(count)] == [b"r", b"i"]:
        dtype = _complex_dtype(tid)
        if dtype is not None:
            return NumberType(dtype)
    members = [tid.get_member_type(i) for i in range(count)]
    offsets = [tid.get_member_offset(i) for i in range(count)]
    ends = [0]
    for member in members:
        ends.append(ends[-1] + member.get_size())
    packed = offsets == ends[:-1] and tid.get_size() == ends[-1]
    fields = tuple(
        CompoundField(
            tid.get_member_name(i).decode("utf-8", "surrogateescape"),
            _element_type(members[i]),
            None if packed else offsets[i],
        )
        for i in range(count)
    )
    return CompoundType(fields, None if packed else tid.get_size())


def _complex_dtype(tid: h5t.TypeCompoundID) -> np.dtype[Any] | None:
    try:
        dtype: np.dtype[Any] = np.dtype(tid.dtype)
    except (TypeError, ValueError):
        return None
    if dtype.kind != "c" or not h5t.py_create(dtype, logical=True).equal(tid):
        return None
    return np.dtype(str(dtype.str))


@lru_cache(maxsize=1024)
def _made(element: ElementType) -> h5t.TypeID:
    match element:
        case NumberType(dtype=dtype):
            return _number(dtype)
        case EnumType(base=base, members=members):
            tid = h5t.enum_create(_number(base))
            limits: np.iinfo[Any] = np.iinfo(str(base))
            for name, value in members:
                if not limits.min <= value <= limits.max:
                    raise OverflowError(name)  # HDF5 would take the low bits
                tid.enum_insert(name.encode("utf-8", "surrogateescape"), value)
            return tid
        case TextType():
            return _text(element)
        case OpaqueType(size=size, tag=tag):
            tid = h5t.create(h5t.OPAQUE, size)
            tid.set_tag(tag.encode("utf-8", "surrogateescape"))
            return tid
        case RefType(kind=kind):
            return h5t.STD_REF_OBJ if kind == "object" else h5t.STD_REF_DSETREG
        case CompoundType():
            return _compound(element)
        case VlenType(base=ArrayType()):
            msg = "h5py cannot store sequences of arrays"
            raise UnsupportedDtypeError(msg)
        case VlenType(base=base_type):
            return h5t.vlen_create(_made(base_type))
        case ArrayType(base=base_type, shape=shape):
            return h5t.array_create(_made(base_type), shape)


def _number(dtype: np.dtype[Any]) -> h5t.TypeID:
    if dtype.kind not in "biufc":
        msg = f"HDF5 has no type for numpy {dtype}"
        raise UnsupportedDtypeError(
            msg,
            hint="Store numbers, text, references or records of these.",
        )
    return h5t.py_create(dtype, logical=True)


def _text(element: TextType) -> h5t.TypeStringID:
    tid = h5t.C_S1.copy()
    tid.set_size(h5t.VARIABLE if element.length is None else element.length)
    tid.set_strpad({name: number for number, name in _PADDINGS}[element.padding])
    tid.set_cset({name: number for number, name in _CHARSETS}[element.charset])
    return tid


def _compound(element: CompoundType) -> h5t.TypeCompoundID:
    members = [_made(field.type) for field in element.fields]
    offset, placed = 0, []
    for field, member in zip(element.fields, members, strict=True):
        offset = offset if field.offset is None else field.offset
        placed.append((field.name.encode("utf-8", "surrogateescape"), offset, member))
        offset += member.get_size()
    tid = h5t.create(h5t.COMPOUND, offset if element.itemsize is None else element.itemsize)
    for name, place, member in placed:
        tid.insert(name, place, member)
    return tid


def _unsupported(tid: h5t.TypeID) -> UnsupportedDtypeError:
    return UnsupportedDtypeError(
        f"the HDF5 type {type(tid).__name__} of {tid.get_size()} bytes has no counterpart in numpy",
        hint="Read it with h5py's low-level interface, or convert it with the HDF5 tools.",
    )
