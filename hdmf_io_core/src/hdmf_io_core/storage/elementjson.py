"""Element types as JSON and back, for storages that have no word for them. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from hdmf_io_core.errors import MetadataError
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

if TYPE_CHECKING:
    from hdmf_io_core.types import JSON

__all__ = ["element_from_json", "element_to_json"]


def element_to_json(element: ElementType) -> JSON:
    """Return an element type as JSON; equal types give equal JSON."""
    match element:
        case NumberType(dtype=dtype):
            return dtype.str
        case EnumType(base=base, members=members):
            return {"enum": base.str, "members": [[name, value] for name, value in members]}
        case TextType(charset=charset, length=length, padding=padding):
            return {"text": charset, "length": length, "padding": padding}
        case OpaqueType(size=size, tag=tag):
            return {"opaque": size, "tag": tag}
        case RefType(kind=kind):
            return {"reference": kind}
        case CompoundType(fields=fields, itemsize=itemsize):
            rows = [[f.name, element_to_json(f.type), f.offset] for f in fields]
            return {"fields": rows, "itemsize": itemsize}
        case VlenType(base=inner):
            return {"sequence": element_to_json(inner)}
        case ArrayType(base=inner, shape=shape):
            return {"array": element_to_json(inner), "shape": list(shape)}


def element_from_json(value: Any) -> ElementType:
    """Return the element type that :func:`element_to_json` wrote down.

    Raises
    ------
    MetadataError
        The value is no such type.
    """
    try:
        return _parse(value)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        msg = f"{value!r} is no element type"
        raise MetadataError(msg) from error


def _parse(value: Any) -> ElementType:
    if isinstance(value, str):
        return NumberType(np.dtype(value))
    if "enum" in value:
        members = tuple((str(name), int(number)) for name, number in value["members"])
        return EnumType(np.dtype(value["enum"]), members)
    if "text" in value:
        return TextType(value["text"], value["length"], value["padding"])
    if "opaque" in value:
        return OpaqueType(int(value["opaque"]), str(value["tag"]))
    if "reference" in value:
        return RefType(value["reference"])
    if "fields" in value:
        fields = [CompoundField(name, _parse(type_), at) for name, type_, at in value["fields"]]
        return CompoundType(tuple(fields), value["itemsize"])
    if "sequence" in value:
        return VlenType(_parse(value["sequence"]))
    return ArrayType(_parse(value["array"]), tuple(int(n) for n in value["shape"]))
