"""Element types and cells as JSON, both ways. Knows no files and no trees."""

from base64 import b64decode, b64encode
from typing import Any

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
    RefType,
    TextType,
    VlenType,
    element_repr,
    memory_dtype,
)
from hdmf_io_core.storage.layout import ArrayLayout, CodecSpec, ObjectRef


def type_to_json(element: ElementType) -> Any:
    """Return an element type as JSON; raise for the types that this format leaves out."""
    match element:
        case NumberType(dtype=dtype):
            return dtype.str
        case EnumType(base=base, members=members):
            return {"enum": base.str, "members": [list(member) for member in members]}
        case TextType(charset=charset, length=length, padding=padding):
            return {"text": charset, "length": length, "padding": padding}
        case OpaqueType(size=size, tag=tag):
            return {"opaque": size, "tag": tag}
        case RefType(kind="object"):
            return {"reference": "object"}
        case ArrayType(base=inner, shape=shape):
            return {"array": type_to_json(inner), "shape": list(shape)}
        case VlenType(base=inner):
            return {"sequence": type_to_json(inner)}
        case CompoundType(fields=fields, itemsize=itemsize):
            parts = [[f.name, type_to_json(f.type), f.offset] for f in fields]
            return {"fields": parts, "itemsize": itemsize}
        case _:
            what = f"a JSON tree has no form for elements of type {element_repr(element)}"
            raise UnsupportedDtypeError(what, hint="Store numbers, text, references or records.")


def type_from_json(value: Any) -> ElementType:
    """Return the element type that ``type_to_json`` described."""
    if isinstance(value, str):
        return NumberType(np.dtype(value))
    if "enum" in value:
        members = tuple((name, number) for name, number in value["members"])
        return EnumType(np.dtype(value["enum"]), members)
    if "text" in value:
        return TextType(value["text"], value["length"], value["padding"])
    if "opaque" in value:
        return OpaqueType(value["opaque"], value["tag"])
    if "reference" in value:
        return RefType()
    if "array" in value:
        return ArrayType(type_from_json(value["array"]), tuple(value["shape"]))
    if "sequence" in value:
        return VlenType(type_from_json(value["sequence"]))
    parts = ((name, type_from_json(inner), offset) for name, inner, offset in value["fields"])
    return CompoundType(tuple(CompoundField(*part) for part in parts), value["itemsize"])


def cells_to_json(cells: Any, element: ElementType) -> Any:
    """Return an array of ``memory_dtype(element)`` as JSON: base64 for numbers, else lists."""
    match element:
        case CompoundType(fields=fields):
            return [cells_to_json(cells[field.name], field.type) for field in fields]
        case ArrayType(base=base):
            return cells_to_json(cells, base)
        case VlenType(base=base):
            return [cells_to_json(cell, base) for cell in cells.reshape(-1).tolist()]
        case RefType():
            return [None if ref is None else ref.key for ref in cells.reshape(-1).tolist()]
        case TextType():
            # Text that is not UTF-8 comes as bytes, and goes back as bytes.
            return [
                cell if isinstance(cell, str) else {"bytes": b64encode(cell).decode()}
                for cell in cells.reshape(-1).tolist()
            ]
        case _:
            return b64encode(cells.tobytes()).decode()


def cells_from_json(value: Any, element: ElementType, shape: Any, source: str) -> Any:
    """Return the array that ``cells_to_json`` described."""
    if isinstance(element, ArrayType):
        return cells_from_json(value, element.base, (*shape, *element.shape), source)
    if isinstance(element, (NumberType, EnumType, OpaqueType)):
        flat = np.frombuffer(b64decode(value), memory_dtype(element))
        return flat.reshape(shape).copy()
    if isinstance(element, CompoundType):
        cells = np.empty(shape, memory_dtype(element))
        for field, column in zip(element.fields, value, strict=True):
            cells[field.name] = cells_from_json(column, field.type, shape, source)
        return cells
    flat = np.empty(len(value), object)
    for place, cell in enumerate(value):
        if isinstance(element, VlenType):
            flat[place] = cells_from_json(cell, element.base, (-1,), source)
        elif isinstance(element, RefType):
            flat[place] = None if cell is None else ObjectRef(source, key=cell)
        else:
            flat[place] = cell if isinstance(cell, str) else b64decode(cell["bytes"])
    return flat.reshape(shape)


def blank_cells(shape: Any, element: ElementType, fill: object = None) -> Any:
    """Return cells as they are before anything is written: fill value, 0, "" or null reference."""
    if isinstance(element, ArrayType):
        return blank_cells((*shape, *element.shape), element.base, fill)
    cells = np.zeros(shape, memory_dtype(element))
    if isinstance(element, CompoundType):
        for field in element.fields:
            cells[field.name] = blank_cells(shape, field.type)
    elif isinstance(element, (TextType, RefType)):
        cells[...] = "" if isinstance(element, TextType) else None
    elif isinstance(element, VlenType):
        for place in np.ndindex(cells.shape):
            cells[place] = blank_cells((0,), element.base)
    if fill is not None:
        cells[...] = fill
    return cells


def layout_to_json(layout: ArrayLayout) -> dict[str, Any]:
    """Return a layout as JSON. Chunks and codecs are only noted: an export elsewhere needs them."""
    fill = None
    if layout.fill_value is not None:
        fill = cells_to_json(blank_cells((1,), layout.dtype, layout.fill_value), layout.dtype)
    return {
        "shape": layout.shape,
        "type": type_to_json(layout.dtype),
        "maxshape": layout.maxshape,
        "chunks": layout.chunks,
        "codecs": [[codec.name, dict(codec.config)] for codec in layout.codecs],
        "fill": fill,
    }


def layout_from_json(value: Any, source: str) -> ArrayLayout:
    """Return the layout that ``layout_to_json`` described."""
    element, fill = type_from_json(value["type"]), value["fill"]
    as_tuples = {
        name: None if value[name] is None else tuple(value[name])
        for name in ("shape", "maxshape", "chunks")
    }
    return ArrayLayout(
        **as_tuples,
        dtype=element,
        codecs=tuple(CodecSpec(name, config) for name, config in value["codecs"]),
        fill_value=None if fill is None else cells_from_json(fill, element, (1,), source)[0],
        storage_class="contiguous" if value["chunks"] is None else "chunked",
    )
