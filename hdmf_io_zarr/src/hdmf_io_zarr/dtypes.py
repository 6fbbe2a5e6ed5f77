"""Element types of core, and how Zarr's two formats name and hold them, both ways. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from hdmf_io_core.errors import MetadataError, UnsupportedDtypeError
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
    element_repr,
    has_references,
    memory_dtype,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hdmf_io_core.types import JSON, Shape
    from hdmf_io_zarr.conventions import ZarrFormat

__all__ = ["DiskType", "disk_type", "natural_element", "numpy_of_v3", "type_name", "v3_of_numpy"]

TEXT_CHARACTERS = 512
"""Room for text in a compound of v3, as hdmf-zarr reserves it; wider where the data asks."""

_V3_NAMES = {
    "b1": "bool", "i1": "int8", "i2": "int16", "i4": "int32", "i8": "int64", "u1": "uint8",
    "u2": "uint16", "u4": "uint32", "u8": "uint64", "f2": "float16", "f4": "float32",
    "f8": "float64", "c8": "complex64", "c16": "complex128",
}  # fmt: skip
_NUMPY_CODES = {name: code for code, name in _V3_NAMES.items()}
_RAW_BITS = re.compile(r"r(\d+)")


@dataclass(frozen=True, slots=True)
class DiskType:
    """What a decoded chunk holds.

    Attributes
    ----------
    dtype
        Of its elements; object for what has no fixed size.
    object_codec
        The codec that turns objects into bytes; None for elements of fixed size.
    extra
        Axes that each element adds to the array, at the end.
    """

    dtype: np.dtype[Any]
    object_codec: str | None = None
    extra: Shape = ()


def disk_type(element: ElementType, zarr_format: ZarrFormat) -> DiskType:
    """Return how elements are held.

    Raises
    ------
    UnsupportedDtypeError
        Zarr cannot hold them.
    """
    as_json = "json2" if zarr_format == 2 else "vlen-utf8"
    match element:
        case NumberType(dtype=dtype) | EnumType(base=dtype):
            # Long doubles have no name in Zarr: bytes are kept, and a hint says what they are.
            known = dtype.str[1:] in _V3_NAMES
            return DiskType(dtype if known else np.dtype((np.void, dtype.itemsize)))
        case OpaqueType(size=size):
            return DiskType(np.dtype((np.void, size)))
        case TextType():
            return DiskType(np.dtype(object), "vlen-utf8")
        case RefType(kind="object"):
            return DiskType(np.dtype(object), as_json)
        case VlenType(base=base):
            disk_type(base, zarr_format)
            return DiskType(np.dtype(object), as_json)
        case ArrayType(base=base, shape=shape):
            inner = disk_type(base, zarr_format)
            return DiskType(inner.dtype, inner.object_codec, shape + inner.extra)
        case CompoundType(fields=fields):
            parts = [(field.name, _field_dtype(field.type, zarr_format)) for field in fields]
            if zarr_format == 2 and any(part.hasobject for _, part in parts):
                return DiskType(np.dtype(object), as_json)
            return DiskType(np.dtype(parts))
        case _:
            msg = f"Zarr cannot hold a {element_repr(element)}"
            raise UnsupportedDtypeError(
                msg,
                hint="Export to HDF5, or leave it out.",
            )


def _field_dtype(element: ElementType, zarr_format: ZarrFormat) -> np.dtype[Any]:
    """Return how a field of a compound is held; objects stand for what v2 cannot hold in place."""
    inner = disk_type(element, zarr_format)
    if inner.dtype.hasobject:
        return np.dtype((np.str_, TEXT_CHARACTERS)) if zarr_format == 3 else np.dtype(object)
    if inner.extra:
        return np.dtype((np.void, np.dtype((inner.dtype, inner.extra)).itemsize))
    return inner.dtype


def natural_element(
    dtype: np.dtype[Any], object_codec: str | None, marker: object, references: Sequence[str] = ()
) -> ElementType:
    """Return the element type that a stored array has by itself, without hints.

    Parameters
    ----------
    dtype, object_codec
        As in :class:`DiskType`.
    marker
        Value of ``zarr_dtype`` or ``_DTYPE``; None where there is none.
    references
        Names of the fields of a compound that are references.

    Raises
    ------
    UnsupportedDtypeError
        There is no such element type.
    """
    if isinstance(marker, list) and dtype == np.dtype(object):
        return CompoundType(tuple(_marked_field(part) for part in marker))
    if marker in ("object", "object_reference") and dtype.kind in "OU":
        return RefType()
    if dtype.names is not None:
        marked = {p["name"]: p["dtype"] for p in marker} if isinstance(marker, list) else {}
        names = {name for name, type_ in marked.items() if type_ == "object"} | set(references)
        return CompoundType(
            tuple(CompoundField(n, _plain(dtype[n], is_ref=n in names)) for n in dtype.names)
        )
    if object_codec == "vlen-bytes":
        return TextType("ascii")
    return _plain(dtype, is_ref=False)


def _marked_field(part: Mapping[str, str]) -> CompoundField:
    """Return a field as hdmf-zarr describes it: ``{"name", "dtype"}``."""
    try:
        name, code = str(part["name"]), str(part["dtype"])
        if code == "object":
            return CompoundField(name, RefType())
        if code.startswith("str") or code == "bytes":
            return CompoundField(name, TextType())
        if code.startswith("void"):
            # What it is, hints tell.
            return CompoundField(name, OpaqueType(int(code.removeprefix("void") or 8) // 8))
        return CompoundField(name, _plain(np.dtype(code), is_ref=False))
    except (KeyError, TypeError, ValueError) as error:
        msg = f"{part!r} describes no field of a compound"
        raise MetadataError(msg) from error


def _plain(dtype: np.dtype[Any], *, is_ref: bool) -> ElementType:
    if is_ref:
        return RefType()
    if dtype.subdtype is not None:
        return ArrayType(_plain(dtype.subdtype[0], is_ref=False), dtype.subdtype[1])
    if dtype.names is not None:
        return natural_element(dtype, None, None)
    match dtype.kind:
        case "b" | "i" | "u" | "f" | "c":
            return NumberType(np.dtype(dtype.str))
        case "U" | "O":
            return TextType()
        case "S":
            return TextType("ascii", max(1, dtype.itemsize), "null-padded")
        case "V":
            return OpaqueType(dtype.itemsize)
        case _:
            msg = f"elements of dtype {dtype} have no counterpart here"
            raise UnsupportedDtypeError(
                msg,
                hint="Open the array with zarr-python: io.file[path].",
            )


def type_name(element: ElementType, zarr_format: ZarrFormat, *, is_scalar: bool) -> JSON:
    """Return the marker that hdmf-zarr puts on an array; None for none."""
    if isinstance(element, ArrayType):
        return type_name(element.base, zarr_format, is_scalar=False)
    if isinstance(element, RefType):
        return "object" if zarr_format == 2 else "object_reference"
    if isinstance(element, CompoundType):
        if zarr_format == 3:
            return None
        names = ((f.name, _field_name(f.type)) for f in element.fields)
        # hdmf-zarr calls text "str" as an array and "str_" as a field.
        return [{"name": n, "dtype": "str_" if type_ == "str" else type_} for n, type_ in names]
    if is_scalar and zarr_format == 2:
        return "scalar"
    return _field_name(element)


def _field_name(element: ElementType) -> str:
    if has_references(element):
        return "object"
    if isinstance(element, (TextType, VlenType)):
        return "str"
    return memory_dtype(element).name if not isinstance(element, CompoundType) else "void"


def v3_of_numpy(dtype: np.dtype[Any], object_codec: str | None) -> JSON:
    """Return ``data_type`` of ``zarr.json``; the byte order is the codec's business."""
    if object_codec is not None:
        return "string" if object_codec == "vlen-utf8" else "bytes"
    if dtype.names is not None:
        fields = [{"name": n, "data_type": v3_of_numpy(dtype[n], None)} for n in dtype.names]
        return {"name": "struct", "configuration": {"fields": fields}}
    if dtype.kind == "U":
        size = {"length_bytes": dtype.itemsize}
        return {"name": "fixed_length_utf32", "configuration": size}
    if dtype.kind == "V":
        return {"name": "raw_bytes", "configuration": {"length_bytes": dtype.itemsize}}
    return _V3_NAMES[dtype.str[1:]]


def numpy_of_v3(data_type: Any, order: str) -> tuple[np.dtype[Any], str | None]:
    """Return the dtype of decoded elements, and the object codec that the type asks for.

    Parameters
    ----------
    data_type
        As in ``zarr.json``.
    order
        ``<`` or ``>``, as the ``bytes`` codec says.

    Raises
    ------
    UnsupportedDtypeError
        There is no such type here.
    """
    name = data_type["name"] if isinstance(data_type, dict) else data_type
    config = data_type.get("configuration", {}) if isinstance(data_type, dict) else {}
    if name in _NUMPY_CODES:
        return np.dtype(order + _NUMPY_CODES[name]), None
    if name == "string":
        return np.dtype(object), "vlen-utf8"
    if name in {"bytes", "variable_length_bytes"}:
        return np.dtype(object), "vlen-bytes"
    if name in {"struct", "structured"}:
        parts = [
            (p["name"], p["data_type"]) if isinstance(p, dict) else tuple(p)
            for p in config["fields"]
        ]
        return np.dtype([(str(n), numpy_of_v3(type_, order)[0]) for n, type_ in parts]), None
    raw = _RAW_BITS.fullmatch(str(name))
    size = int(raw.group(1)) // 8 if raw else int(config.get("length_bytes", 0))
    kinds = {
        "raw_bytes": "V", "null_terminated_bytes": "S", "fixed_length_utf32": "U",
    }  # fmt: skip
    kind = "V" if raw else kinds.get(str(name))
    if kind is None:
        msg = f"the Zarr data type {data_type!r} has no counterpart here"
        raise UnsupportedDtypeError(
            msg,
            hint="Open the array with zarr-python: io.file[path].",
        )
    return np.dtype(
        f"{order if kind == 'U' else '|'}{kind}{size // 4 if kind == 'U' else size}"
    ), None
