"""Elements between memory, JSON and decoded chunks. Knows types and references, no files."""

from __future__ import annotations

import json
import math
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from hdmf_io_core.errors import MetadataError
from hdmf_io_core.storage.dtypes import (
    ArrayType,
    CompoundType,
    ElementType,
    EnumType,
    NumberType,
    OpaqueType,
    RefType,
    TextType,
    VlenType,
    memory_dtype,
)
from hdmf_io_core.storage.numpytypes import object_array
from hdmf_io_core.storage.text import decode_text
from hdmf_io_zarr.dtypes import disk_type
from hdmf_io_zarr.nans import float_words, floats_of, real_type

if TYPE_CHECKING:
    from hdmf_io_core.types import AnyArray
    from hdmf_io_zarr.references import References

__all__ = ["from_disk", "from_json", "to_disk", "to_json"]


# JSON: one value an element, whatever the shape


def to_json(
    values: AnyArray, element: ElementType, references: References, *, exact: bool = True
) -> list[Any]:
    """Return the elements as JSON, in C order.

    ``exact`` keeps the bits of floats that are no numbers, as text; else JSON's one word is there.
    """
    words = float_words if exact else _words
    inner = partial(to_json, references=references, exact=exact)
    match element:
        case NumberType(dtype=dtype) if _is_long(dtype):
            return [cell.tobytes().decode("latin-1") for cell in values.reshape(-1)]
        case NumberType(dtype=dtype) if dtype.kind == "c":
            flat = words(np.ascontiguousarray(values).view(real_type(dtype)))
            return [flat[i : i + 2] for i in range(0, len(flat), 2)]
        case NumberType(dtype=dtype) if dtype.kind == "f":
            return words(values)
        case NumberType() | EnumType():
            return _words(values)
        case TextType():
            return [_as_str(cell) for cell in values.reshape(-1).tolist()]
        case OpaqueType():
            return [cell.tobytes().decode("latin-1") for cell in values.reshape(-1)]
        case RefType():
            return [references.to_json(cell) for cell in values.reshape(-1).tolist()]
        case VlenType(base=base):
            return [inner(np.asarray(cell), base) for cell in values.reshape(-1).tolist()]
        case ArrayType(base=base, shape=shape):
            size = math.prod(shape)
            flat = inner(values, base)
            return [flat[i : i + size] for i in range(0, len(flat), size)]
        case CompoundType(fields=fields):
            table: Any = values
            columns = [inner(table[field.name], field.type) for field in fields]
            return [list(row) for row in zip(*columns, strict=True)]


def _words(values: AnyArray) -> list[Any]:
    return values.reshape(-1).tolist()


def from_json(cells: list[Any], element: ElementType, references: References) -> AnyArray:
    """Return elements in memory form, along one axis.

    Raises
    ------
    MetadataError
        A value is no such element.
    """
    try:
        return _parsed(cells, element, references)
    except (KeyError, OverflowError, TypeError, ValueError) as error:
        msg = f"a value does not fit its type: {error}"
        raise MetadataError(msg) from error


def _parsed(cells: list[Any], element: ElementType, references: References) -> AnyArray:
    match element:
        case NumberType(dtype=dtype) | EnumType(base=dtype):
            return _numbers(cells, dtype)
        case TextType():
            return object_array([_as_text(cell) for cell in cells], (len(cells),))
        case OpaqueType(size=size):
            data = b"".join(cell.encode("latin-1") for cell in cells)
            return np.frombuffer(data, np.dtype((np.void, size))).copy()
        case RefType():
            return object_array([references.from_json(cell) for cell in cells], (len(cells),))
        case VlenType(base=base):
            return object_array([_parsed(c, base, references) for c in cells], (len(cells),))
        case ArrayType(base=base, shape=shape):
            flat = _parsed([item for cell in cells for item in cell], base, references)
            return flat.reshape(len(cells), *shape, *flat.shape[1:])
        case CompoundType(fields=fields):
            table: Any = np.empty(len(cells), memory_dtype(element))
            for index, field in enumerate(fields):
                table[field.name] = _parsed([row[index] for row in cells], field.type, references)
            return table  # type: ignore[no-any-return]


def _is_long(dtype: np.dtype[Any]) -> bool:
    """Whether numbers are longer than JSON and Zarr have words for."""
    return dtype.itemsize > (16 if dtype.kind == "c" else 8)


def _numbers(cells: list[Any], dtype: np.dtype[Any]) -> AnyArray:
    if _is_long(dtype):
        data = b"".join(cell.encode("latin-1") for cell in cells)
        return np.frombuffer(data, dtype).copy()
    if dtype.kind == "c":
        parts = [part for cell in cells for part in cell]
        return floats_of(parts, real_type(dtype)).view(dtype)
    if dtype.kind == "f":
        return floats_of(cells, dtype)
    wanted: tuple[type, ...] = (bool,) if dtype.kind == "b" else (int,)
    if dtype.kind in "biu" and not all(isinstance(cell, wanted) for cell in cells):
        msg = f"numbers of type {dtype} expected"
        raise ValueError(msg)
    return np.array(cells, dtype)


def _as_str(cell: object) -> str:
    """Return text as JSON can hold it; bytes that are not UTF-8 become lone surrogates."""
    return cell.decode("utf-8", "surrogateescape") if isinstance(cell, bytes) else str(cell)


def _as_text(cell: object) -> str | bytes:
    if isinstance(cell, bytes):
        return decode_text(cell)
    if not isinstance(cell, str):
        # A chunk that was never written is filled with 0.
        return "" if cell in {0, None} else str(cell)
    return cell if cell.isascii() or not _has_surrogates(cell) else _unescaped(cell)


def _has_surrogates(text: str) -> bool:
    return any("\ud800" <= character <= "\udfff" for character in text)


def _unescaped(text: str) -> str | bytes:
    return decode_text(text.encode("utf-8", "surrogateescape"))


# Decoded chunks


def to_disk(values: AnyArray, element: ElementType, references: References) -> AnyArray:
    """Return elements as a chunk holds them; text in a compound of v3 takes the room it needs."""
    zarr_format = references.zarr_format
    match element:
        case NumberType(dtype=dtype) if _is_long(dtype):
            return (
                np.ascontiguousarray(values).view((np.void, dtype.itemsize)).reshape(values.shape)
            )
        case NumberType() | EnumType() | OpaqueType() | TextType():
            return values
        case ArrayType(base=base):
            return to_disk(values, base, references)
        case RefType() if zarr_format == 3:
            cells = [references.path_of(cell) for cell in values.reshape(-1).tolist()]
            return object_array(cells, values.shape)
        case VlenType() if zarr_format == 3:
            texts = [json.dumps(cell) for cell in to_json(values, element, references)]
            return object_array(texts, values.shape)
        case CompoundType() if not disk_type(element, zarr_format).dtype.hasobject:
            return _record(values, element, references)
        case _:
            return object_array(to_json(values, element, references), values.shape)


def _record(values: AnyArray, element: CompoundType, references: References) -> AnyArray:
    table: Any = values
    widths = disk_type(element, references.zarr_format).dtype
    parts: list[tuple[str, AnyArray]] = []
    for field in element.fields:
        part = to_disk(table[field.name], field.type, references)
        room = widths[field.name]
        if part.dtype.hasobject:
            texts = np.array([_as_str(cell) for cell in part.reshape(-1)], np.str_)
            part = texts.reshape(part.shape)
            room = np.promote_types(part.dtype, room)
        elif part.ndim > values.ndim:
            part = np.ascontiguousarray(part).reshape(*values.shape, -1).view(room)[..., 0]
        parts.append((field.name, part.astype(room, copy=False)))
    result: Any = np.empty(values.shape, [(name, part.dtype) for name, part in parts])
    for name, part in parts:
        result[name] = part
    return result  # type: ignore[no-any-return]


def from_disk(chunk: AnyArray, element: ElementType, references: References, out: AnyArray) -> None:
    """Fill ``out`` with elements in memory form.

    Raises
    ------
    MetadataError
        An element is not of its type.
    """
    match element:
        case NumberType(dtype=dtype) if _is_long(dtype):
            out[...] = np.ascontiguousarray(chunk).view(dtype).reshape(chunk.shape)
        case NumberType() | EnumType() | OpaqueType():
            out[...] = chunk
        case ArrayType(base=base):
            from_disk(chunk, base, references, out)
        case TextType(padding=padding, length=length):
            cells = [_as_text(cell) for cell in chunk.reshape(-1).tolist()]
            if chunk.dtype.kind == "S" and padding == "space-padded" and length:
                cells = [cell.rstrip(" ") if isinstance(cell, str) else cell for cell in cells]
            out[...] = object_array(cells, chunk.shape)
        case CompoundType(fields=fields) if chunk.dtype.names is not None:
            table: Any = chunk
            target: Any = out
            for field in fields:
                from_disk(
                    _column(table, field.name, field.type),
                    field.type,
                    references,
                    target[field.name],
                )
        case _:
            cells = [_json_cell(cell, element) for cell in chunk.reshape(-1).tolist()]
            out[...] = _objects(cells, element, references).reshape(out.shape)


def _column(table: Any, name: str, element: ElementType) -> AnyArray:
    column: AnyArray = table[name]
    if isinstance(element, ArrayType) and column.dtype.kind == "V":
        inner = np.dtype((memory_dtype(element.base), element.shape))
        flat = np.ascontiguousarray(column).reshape(-1).view(inner.base)
        return flat.reshape(*column.shape, *element.shape)
    return column


def _json_cell(cell: Any, element: ElementType) -> Any:
    """Return an element of objects as JSON, whatever codec it came through."""
    if isinstance(element, RefType):
        if isinstance(cell, str) and not cell.startswith("{"):
            return {"path": cell} if cell else None
        return json.loads(cell) if isinstance(cell, str) else (cell or None)
    if isinstance(element, VlenType):
        if isinstance(cell, np.ndarray):
            return cell.tolist()
        return json.loads(cell) if isinstance(cell, str) and cell else (cell or [])
    if isinstance(element, CompoundType):
        names = [field.name for field in element.fields]
        if isinstance(cell, dict):
            return [cell[name] for name in names]
    return cell


def _objects(cells: list[Any], element: ElementType, references: References) -> AnyArray:
    if isinstance(element, CompoundType):
        records = [cell.tolist() if isinstance(cell, np.void) else cell for cell in cells]
        if any(not isinstance(record, (list, tuple)) for record in records):
            msg = "a compound has an element that is no record"
            raise MetadataError(msg)
        return from_json([list(record) for record in records], element, references)
    return from_json(cells, element, references)
