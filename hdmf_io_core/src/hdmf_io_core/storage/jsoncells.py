"""Elements as JSON, one value each, whatever the shape; what a backend's documents can hold."""

from __future__ import annotations

import math
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

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
from hdmf_io_core.storage.nans import float_words, floats_of, real_type
from hdmf_io_core.storage.numpytypes import object_array
from hdmf_io_core.storage.text import decode_text

if TYPE_CHECKING:
    from hdmf_io_core.storage.layout import ObjectRef
    from hdmf_io_core.types import AnyArray

__all__ = ["JsonReferences", "from_json", "is_long", "json_text", "text_of_json", "to_json"]


class JsonReferences(Protocol):
    """How one storage says references in JSON."""

    def to_json(self, ref: object) -> Any:
        """Return a reference, or None, as JSON.

        Raises
        ------
        UnresolvedReferenceError
            The storage cannot hold it.
        """

    def from_json(self, value: Any) -> ObjectRef | None:
        """Return the reference that a JSON value is; None for null.

        Raises
        ------
        MetadataError
            It is none.
        """

    def marked(self, value: Any) -> Any:
        """Return the JSON of a reference as an attribute has it, where it must be known as one."""

    def unmarked(self, value: Any) -> Any:
        """Return the JSON of the reference that an attribute's value is; None if it is none."""


def to_json(
    values: AnyArray, element: ElementType, references: JsonReferences, *, exact: bool = True
) -> list[Any]:
    """Return the elements as JSON, in C order.

    ``exact`` keeps the bits of floats that are no numbers, as text; else JSON's one word is there.
    """
    words = float_words if exact else _words
    inner = partial(to_json, references=references, exact=exact)
    match element:
        case NumberType(dtype=dtype) if is_long(dtype):
            return [cell.tobytes().decode("latin-1") for cell in values.reshape(-1)]
        case NumberType(dtype=dtype) if dtype.kind == "c":
            flat = words(np.ascontiguousarray(values).view(real_type(dtype)))
            return [flat[i : i + 2] for i in range(0, len(flat), 2)]
        case NumberType(dtype=dtype) if dtype.kind == "f":
            return words(values)
        case NumberType() | EnumType():
            return _words(values)
        case TextType():
            return [json_text(cell) for cell in values.reshape(-1).tolist()]
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


def from_json(cells: list[Any], element: ElementType, references: JsonReferences) -> AnyArray:
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


def _parsed(cells: list[Any], element: ElementType, references: JsonReferences) -> AnyArray:
    match element:
        case NumberType(dtype=dtype) | EnumType(base=dtype):
            return _numbers(cells, dtype)
        case TextType():
            return object_array([text_of_json(cell) for cell in cells], (len(cells),))
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


def is_long(dtype: np.dtype[Any]) -> bool:
    """Whether numbers are longer than JSON has words for."""
    return dtype.itemsize > (16 if dtype.kind == "c" else 8)


def _numbers(cells: list[Any], dtype: np.dtype[Any]) -> AnyArray:
    if is_long(dtype):
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


def json_text(cell: object) -> str:
    """Return text as JSON can hold it; bytes that are not UTF-8 become lone surrogates."""
    return cell.decode("utf-8", "surrogateescape") if isinstance(cell, bytes) else str(cell)


def text_of_json(cell: object) -> str | bytes:
    """Return the text that JSON holds, undoing :func:`json_text`; bytes where it is not UTF-8."""
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
