"""Elements between memory and decoded chunks. Knows types and references, no files."""

from __future__ import annotations

import json
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
from hdmf_io_core.storage.jsoncells import (
    from_json,
    is_long,
    json_text,
    text_of_json,
    to_json,
)
from hdmf_io_core.storage.numpytypes import object_array
from hdmf_io_zarr.dtypes import disk_type

if TYPE_CHECKING:
    from hdmf_io_core.types import AnyArray
    from hdmf_io_zarr.references import References

__all__ = ["from_disk", "to_disk"]


def to_disk(values: AnyArray, element: ElementType, references: References) -> AnyArray:
    """Return elements as a chunk holds them; text in a compound of v3 takes the room it needs."""
    zarr_format = references.zarr_format
    match element:
        case NumberType(dtype=dtype) if is_long(dtype):
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
            texts = np.array([json_text(cell) for cell in part.reshape(-1)], np.str_)
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
        case NumberType(dtype=dtype) if is_long(dtype):
            out[...] = np.ascontiguousarray(chunk).view(dtype).reshape(chunk.shape)
        case NumberType() | EnumType() | OpaqueType():
            out[...] = chunk
        case ArrayType(base=base):
            from_disk(chunk, base, references, out)
        case TextType(padding=padding, length=length):
            cells = [text_of_json(cell) for cell in chunk.reshape(-1).tolist()]
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
