"""Element types: what one element is on disk, told apart more finely than numpy can.

Every backend maps its own types to these and back, so that a type survives a copy from one backend
to another. They are plain frozen values; :func:`memory_dtype` says how elements look in memory.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "ArrayType",
    "CompoundField",
    "CompoundType",
    "ElementType",
    "EnumType",
    "NumberType",
    "OpaqueType",
    "RefType",
    "TextType",
    "VlenType",
    "element_repr",
    "has_references",
    "has_region_references",
    "is_plain_bytes",
    "is_self_contained",
    "memory_dtype",
]

Charset: TypeAlias = Literal["utf-8", "ascii"]
Padding: TypeAlias = Literal["null-terminated", "null-padded", "space-padded"]


@dataclass(frozen=True, slots=True)
class NumberType:
    """A number or boolean: numpy kind ``b``, ``i``, ``u``, ``f`` or ``c``, in either byte order."""

    dtype: np.dtype[np.generic]


@dataclass(frozen=True, slots=True)
class EnumType:
    """An enumeration over integers; in memory its integers.

    ``members`` are ``(name, value)`` in the order of the file. A boolean is a :class:`NumberType`.
    """

    base: np.dtype[np.generic]
    members: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class TextType:
    """Text; in memory ``str`` objects.

    ``length`` is in bytes, None for variable length. An element whose bytes are not UTF-8 is handed
    out as ``bytes``, unchanged, and is written back unchanged.
    """

    charset: Charset = "utf-8"
    length: int | None = None
    padding: Padding = "null-terminated"


@dataclass(frozen=True, slots=True)
class OpaqueType:
    """Bytes of a fixed size without a meaning; ``tag`` describes them."""

    size: int
    tag: str = ""


@dataclass(frozen=True, slots=True)
class RefType:
    """A reference; in memory ``ObjectRef`` or ``RegionRef``, None for the null reference."""

    kind: Literal["object", "region"] = "object"


@dataclass(frozen=True, slots=True)
class CompoundField:
    """One field of a compound; ``offset`` in bytes on disk, None for packed."""

    name: str
    type: ElementType
    offset: int | None = None


@dataclass(frozen=True, slots=True)
class CompoundType:
    """A record; ``itemsize`` in bytes on disk, None for packed."""

    fields: tuple[CompoundField, ...]
    itemsize: int | None = None


@dataclass(frozen=True, slots=True)
class VlenType:
    """A sequence of variable length; in memory a cell with an ndarray of one dimension."""

    base: ElementType


@dataclass(frozen=True, slots=True)
class ArrayType:
    """An array of fixed shape as one element."""

    base: ElementType
    shape: tuple[int, ...]


ElementType: TypeAlias = (
    NumberType | EnumType | TextType | OpaqueType | RefType | CompoundType | VlenType | ArrayType
)


def memory_dtype(element: ElementType) -> np.dtype[np.generic]:
    """Return the numpy dtype of elements in memory; text, references and vlen are objects."""
    match element:
        case NumberType(dtype=dtype):
            return dtype
        case EnumType(base=base):
            return base
        case OpaqueType(size=size):
            return np.dtype((np.void, size))
        case CompoundType(fields=fields):
            return np.dtype([(field.name, memory_dtype(field.type)) for field in fields])
        case ArrayType(base=base_type, shape=shape):
            return np.dtype((memory_dtype(base_type), shape))
        case TextType() | RefType() | VlenType():
            return np.dtype(object)


def has_references(element: ElementType) -> bool:
    """Whether an element is, or has inside, a reference."""
    match element:
        case RefType():
            return True
        case CompoundType(fields=fields):
            return any(has_references(field.type) for field in fields)
        case ArrayType(base=base) | VlenType(base=base):
            return has_references(base)
        case _:
            return False


def is_self_contained(element: ElementType) -> bool:
    """Whether an element's bytes in its chunk are all there is of it, nothing kept elsewhere."""
    match element:
        case RefType() | VlenType():
            return False
        case TextType(length=length):
            return length is not None
        case CompoundType(fields=fields):
            return all(is_self_contained(field.type) for field in fields)
        case ArrayType(base=base):
            return is_self_contained(base)
        case _:
            return True


def is_plain_bytes(element: ElementType) -> bool:
    """Whether an element's bytes on disk are those in memory, of :func:`memory_dtype`."""
    match element:
        case NumberType() | EnumType() | OpaqueType():
            return True
        case CompoundType(fields=fields, itemsize=itemsize):
            dtype = memory_dtype(element)
            places: Mapping[str, Any] = dtype.fields or {}
            return (itemsize is None or itemsize == dtype.itemsize) and all(
                is_plain_bytes(f.type) and f.offset in (None, places[f.name][1]) for f in fields
            )
        case ArrayType(base=base):
            return is_plain_bytes(base)
        case _:
            return False


def has_region_references(element: ElementType) -> bool:
    """Whether an element is, or has inside, a reference to part of an array."""
    match element:
        case RefType(kind=kind):
            return kind == "region"
        case CompoundType(fields=fields):
            return any(has_region_references(field.type) for field in fields)
        case ArrayType(base=base) | VlenType(base=base):
            return has_region_references(base)
        case _:
            return False


def element_repr(element: ElementType) -> str:
    """Return a short readable name: ``int16``, ``text``, ``{x: int32, y: text}``."""
    match element:
        case NumberType(dtype=dtype):
            return str(dtype)
        case EnumType(members=members):
            return f"enum({', '.join(name for name, _ in members[:4])})"
        case TextType(charset=charset, length=length):
            kind = "text" if charset == "utf-8" else "ascii text"
            return kind if length is None else f"{kind}[{length}]"
        case OpaqueType(size=size):
            return f"opaque[{size}]"
        case RefType(kind=kind):
            return f"{kind} reference"
        case CompoundType(fields=fields):
            return "{" + ", ".join(f"{f.name}: {element_repr(f.type)}" for f in fields) + "}"
        case VlenType(base=base):
            return f"sequence of {element_repr(base)}"
        case ArrayType(base=base, shape=shape):
            return f"{element_repr(base)}{list(shape)}"
