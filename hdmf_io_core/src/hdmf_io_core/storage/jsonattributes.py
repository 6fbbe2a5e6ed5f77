"""Attributes as JSON and back; what JSON cannot say of one is a hint that is kept beside it."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from hdmf_io_core.errors import MetadataError, UnsupportedDtypeError
from hdmf_io_core.storage.dtypes import (
    ArrayType,
    ElementType,
    NumberType,
    RefType,
    TextType,
    VlenType,
    element_repr,
    memory_dtype,
)
from hdmf_io_core.storage.elementjson import element_from_json, element_to_json
from hdmf_io_core.storage.jsoncells import from_json, to_json
from hdmf_io_core.storage.layout import Attribute, Empty
from hdmf_io_core.storage.text import check_text

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from hdmf_io_core.storage.jsoncells import JsonReferences
    from hdmf_io_core.types import AnyArray, Shape

__all__ = ["encode_attribute", "read_attributes"]

_INT64 = range(-(2**63), 2**63)
_UINT64 = range(2**64)
_TEXT = TextType()
_AXES_LIMIT = 32
"""Deeper lists are text, as all that is no array."""
_FLOAT = NumberType(np.dtype(np.float64))


class _Natural(NamedTuple):
    """What a JSON value is taken for without hints; ``shape`` None is a null dataspace."""

    element: ElementType
    shape: Shape | None
    cells: list[Any]


def read_attributes(
    stored: Mapping[str, Any],
    hints: Any,
    references: JsonReferences,
    *,
    hidden: Collection[str] = (),
) -> dict[str, Attribute]:
    """Return the attributes of a node.

    Parameters
    ----------
    stored
        JSON values by name.
    hints
        What :func:`encode_attribute` gave, by name; anything that is no mapping is no hints.
    references
        How references are said.
    hidden
        Names that are left out.
    """
    typed = hints if isinstance(hints, dict) else {}
    return {
        name: _decoded(value, typed.get(name), references)
        for name, value in stored.items()
        if name not in hidden
    }


def encode_attribute(
    name: str, attribute: Attribute, references: JsonReferences
) -> tuple[Any, dict[str, Any] | None]:
    """Return the JSON of an attribute, and the hint that it needs; None where JSON says it all.

    Raises
    ------
    UnsupportedDtypeError, TextEncodingError, UnresolvedReferenceError
        The value cannot be stored.
    """
    element, value = attribute.dtype, attribute.value
    if isinstance(value, Empty):
        return None, {"dtype": element_to_json(element), "shape": None}
    cells, shape = _flat(name, value, element)
    _check_texts(name, cells, element)
    stored = _nested(to_json(cells, element, references, exact=False), shape)
    exact = None
    if not isinstance(element, (RefType, TextType)):
        exact = _nested(to_json(cells, element, references), shape)
    if isinstance(element, RefType) and stored is not None:
        stored = _marked(stored, references)
    natural = _natural(stored, references)
    hint = {"dtype": element_to_json(element), "shape": list(shape)}
    if exact is not None and not _is_same(exact, stored):
        return stored, {**hint, "value": exact}
    return stored, None if (natural.element, natural.shape) == (element, shape) else hint


def _is_same(one: Any, other: Any) -> bool:
    """Whether two values are the same JSON; of NaN there is but one."""
    return json.dumps(one) == json.dumps(other)


def _marked(stored: Any, references: JsonReferences) -> Any:
    """Mark references, those of an array one by one."""
    if isinstance(stored, list):
        return [_marked(item, references) for item in stored]
    return None if stored is None else references.marked(stored)


def _decoded(stored: Any, hint: Any, references: JsonReferences) -> Attribute:
    if isinstance(hint, dict):
        try:
            return _hinted(stored, hint, references)
        except MetadataError:
            # Another program changed the attribute, and knows nothing of the hint.
            pass
    natural = _natural(stored, references)
    if natural.shape is None:
        return Attribute(Empty(natural.element), natural.element)
    try:
        values = from_json(natural.cells, natural.element, references)
    except MetadataError:
        text = json.dumps(stored, ensure_ascii=False)
        return Attribute(text, _TEXT)
    return Attribute(_shaped(values, natural.shape), natural.element)


def _hinted(stored: Any, hint: Mapping[str, Any], references: JsonReferences) -> Attribute:
    if "value" in hint:
        exact = _typed(hint["value"], hint, references)
        words, _ = encode_attribute("", exact, references)
        if _is_same(words, stored):
            return exact
    return _typed(stored, hint, references)


def _typed(stored: Any, hint: Mapping[str, Any], references: JsonReferences) -> Attribute:
    element, shape = element_from_json(hint.get("dtype")), hint.get("shape", ())
    if shape is None:
        if stored is not None:
            msg = "a null dataspace has a value"
            raise MetadataError(msg)
        return Attribute(Empty(element), element)
    lengths = tuple(int(length) for length in shape)
    cells = [stored]
    for length in lengths:
        if any(not isinstance(cell, list) or len(cell) != length for cell in cells):
            msg = f"the value has not the shape {lengths}"
            raise MetadataError(msg)
        cells = [item for cell in cells for item in cell]
    if isinstance(element, RefType):
        cells = [None if cell is None else references.unmarked(cell) or {} for cell in cells]
    return Attribute(_shaped(from_json(cells, element, references), lengths), element)


def _shaped(values: AnyArray, shape: Shape) -> Any:
    if shape:
        return values.reshape(shape + values.shape[1:])
    return values[0]


def _natural(stored: Any, references: JsonReferences) -> _Natural:
    shape: list[int] = []
    cells = [stored]
    while cells and all(isinstance(cell, list) and len(cell) == len(cells[0]) for cell in cells):
        shape.append(len(cells[0]))
        cells = [item for cell in cells for item in cell]
    if stored is None:
        return _Natural(_FLOAT, None, [])
    if not cells and len(shape) <= _AXES_LIMIT:
        return _Natural(_FLOAT, tuple(shape), [])
    element = _element_of(cells, references)
    if element is None or len(shape) > _AXES_LIMIT:
        return _Natural(_TEXT, (), [json.dumps(stored, ensure_ascii=False)])
    if isinstance(element, RefType):
        cells = [references.unmarked(cell) for cell in cells]
    return _Natural(element, tuple(shape), cells)


def _element_of(cells: list[Any], references: JsonReferences) -> ElementType | None:
    """Return the one type of all cells; None if they have none in common."""
    types = set(map(type, cells))
    if types == {str}:
        return _TEXT
    if types == {bool}:
        return NumberType(np.dtype(np.bool_))
    if types == {int}:
        if all(cell in _INT64 for cell in cells):
            return NumberType(np.dtype(np.int64))
        return NumberType(np.dtype(np.uint64)) if all(c in _UINT64 for c in cells) else None
    if types and types <= {int, float}:
        return _FLOAT
    return RefType() if all(references.unmarked(cell) is not None for cell in cells) else None


def _flat(name: str, value: Any, element: ElementType) -> tuple[AnyArray, Shape]:
    """Return the elements along one axis, and the shape that they have."""
    axes, inner = 0, element
    while isinstance(inner, ArrayType):
        axes, inner = axes + len(inner.shape), inner.base
    if isinstance(value, np.ndarray) and not _is_sequence(value, element):
        array = value
    else:
        array = np.empty((), memory_dtype(inner))
        try:
            array[()] = value
        except (OverflowError, TypeError, ValueError) as error:
            msg = f"attribute {name!r}: {value!r} does not fit {element_repr(element)}"
            raise UnsupportedDtypeError(msg) from error
    shape = array.shape[: array.ndim - axes]
    return array.reshape(math.prod(shape), *array.shape[len(shape) :]), shape


def _is_sequence(value: AnyArray, element: ElementType) -> bool:
    """Whether an array is one sequence of variable length, not an array of them."""
    return isinstance(element, VlenType) and (
        value.dtype != object or not all(isinstance(cell, np.ndarray) for cell in value.flat)
    )


def _check_texts(name: str, cells: AnyArray, element: ElementType) -> None:
    if isinstance(element, TextType):
        for cell in cells.tolist():
            charset = element.charset if isinstance(cell, str) else "utf-8"
            check_text(cell, charset=charset, length=element.length, where=f"attribute {name!r}")


def _nested(cells: list[Any], shape: Shape) -> Any:
    if not shape:
        return cells[0]
    if 0 in shape:
        return np.empty(shape).tolist()
    for length in reversed(shape[1:]):
        cells = [cells[i : i + length] for i in range(0, len(cells), length)]
    return cells
