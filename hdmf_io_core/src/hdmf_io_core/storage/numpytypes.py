"""numpy dtypes as element types, and arrays of Python objects. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from hdmf_io_core.errors import UnsupportedDtypeError
from hdmf_io_core.storage.dtypes import (
    ArrayType,
    CompoundField,
    CompoundType,
    ElementType,
    EnumType,
    NumberType,
    OpaqueType,
    TextType,
    VlenType,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hdmf_io_core.types import AnyArray, Shape

__all__ = ["infer_dtype", "object_array"]


def infer_dtype(dtype: np.dtype[Any]) -> ElementType | None:
    """Return the element type of a numpy dtype; None where only the elements can tell (objects).

    Raises
    ------
    UnsupportedDtypeError
        If no element type corresponds.
    """
    metadata: Mapping[str, Any] = dtype.metadata or {}
    if "enum" in metadata and dtype.kind in "iu":
        return EnumType(np.dtype(dtype.str), tuple(metadata["enum"].items()))
    if dtype.kind == "V" and dtype.itemsize == 0:
        msg = "elements without a size (a record of no fields) cannot be stored"
        raise UnsupportedDtypeError(msg, hint="Leave them out, or give the record a field.")
    if dtype.subdtype is not None:
        base = infer_dtype(dtype.subdtype[0])
        return None if base is None else ArrayType(base, dtype.subdtype[1])
    if dtype.names is not None:
        fields = [(name, infer_dtype(dtype.fields[name][0])) for name in dtype.names]  # type: ignore[index]
        known = tuple(CompoundField(name, type_) for name, type_ in fields if type_ is not None)
        return CompoundType(known) if len(known) == len(fields) else None
    match dtype.kind:
        case "b" | "i" | "u" | "f" | "c":
            return NumberType(np.dtype(dtype.str))
        case "U" | "T":
            return TextType()
        case "S":
            return TextType("ascii", max(1, dtype.itemsize), "null-padded")
        case "V":
            return OpaqueType(dtype.itemsize)
        case "O":
            return _object_dtype(metadata.get("vlen"))
        case kind:
            hint = "Give dates as ISO text, or times as numbers." if kind in "mM" else None
            msg = f"elements of dtype {dtype} cannot be stored"
            raise UnsupportedDtypeError(msg, hint=hint)


def object_array(leaves: Sequence[Any], shape: Shape) -> AnyArray:
    """Return an object array of ``shape`` with one leaf a cell, whatever the leaves are."""
    array = np.empty(len(leaves), dtype=object)
    if all(type(leaf) is str for leaf in leaves):
        array[:] = leaves
    else:
        # One by one, or numpy would look into leaves that are sequences.
        for index, leaf in enumerate(leaves):
            array[index] = leaf
    return array.reshape(shape)


def _object_dtype(vlen: Any) -> ElementType | None:
    """Read numpy's convention for what an object dtype holds: ``metadata["vlen"]``."""
    if vlen is str:
        return TextType()
    if vlen is bytes:
        return TextType("ascii")
    if isinstance(vlen, np.dtype):
        base = infer_dtype(vlen)
        return None if base is None else VlenType(base)
    return None
