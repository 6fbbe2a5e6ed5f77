"""hdmf's names for element types, and ours."""

from __future__ import annotations

from typing import Any

import numpy as np

from hdmf_io_core.storage.dtypes import (
    CompoundField,
    CompoundType,
    ElementType,
    EnumType,
    NumberType,
    RefType,
    TextType,
    VlenType,
)
from hdmf_io_core.storage.numpytypes import infer_dtype

__all__ = ["dtype_names", "element_of"]

_NUMBERS = {
    "float": "float32",
    "double": "float64",
    "long": "int64",
    "int": "int32",
    "short": "int16",
    "uint": "uint32",
    "bool": "bool",
}
_TEXT = frozenset({"text", "utf", "utf8", "utf-8", "isodatetime", "datetime"})
_ASCII = frozenset({"ascii", "bytes"})
_REFERENCES = frozenset({"object", "reference", "ref"})


def element_of(dtype: Any) -> ElementType | None:
    """Return the element type that a builder's dtype asks for; None where the data has to tell.

    Parameters
    ----------
    dtype
        A type, a numpy dtype, a name of hdmf's specification language, a reference specification,
        or a list of ``{"name": ..., "dtype": ...}`` for a compound.
    """
    if dtype is None:
        return None
    if isinstance(dtype, str):
        return _named(dtype)
    if isinstance(dtype, np.dtype):
        return None if dtype.hasobject and dtype.names is None else infer_dtype(dtype)
    if isinstance(dtype, type):
        return _typed(dtype)
    if isinstance(dtype, list):
        return _compound(dtype)
    # A specification of hdmf is a dict: of a reference, or of a field.
    return RefType() if "reftype" in dtype else element_of(dtype.get("dtype"))


def _named(name: str) -> ElementType | None:
    if name in _TEXT:
        return TextType()
    if name in _ASCII:
        return TextType("ascii")
    if name in _REFERENCES:
        return RefType()
    try:
        return NumberType(np.dtype(_NUMBERS.get(name, name)))
    except TypeError:
        # "numeric" and the like name no single type.
        return None


def _typed(kind: type) -> ElementType | None:
    if issubclass(kind, (str, np.str_)):
        return TextType()
    if issubclass(kind, (bytes, np.bytes_)):
        return TextType("ascii")
    if issubclass(kind, (bool, int, float, complex, np.number, np.bool_)):
        return NumberType(np.dtype(kind))
    return None


def _compound(fields: list[Any]) -> ElementType | None:
    found = [(str(field["name"]), element_of(field["dtype"])) for field in fields]
    known = tuple(CompoundField(name, element) for name, element in found if element is not None)
    return CompoundType(known) if len(known) == len(found) else None


def dtype_names(element: CompoundType) -> list[dict[str, str]]:
    """Return the fields of a compound as hdmf describes them."""
    return [{"name": field.name, "dtype": _name_of(field.type)} for field in element.fields]


def _name_of(element: ElementType) -> str:
    match element:
        case NumberType(dtype=dtype) | EnumType(base=dtype):
            return dtype.type.__name__
        case TextType(charset=charset):
            return "ascii" if charset == "ascii" else "utf"
        case RefType(kind="object"):
            return "object"
        case VlenType(base=base):
            return _name_of(base)
        case _:
            return "void"
