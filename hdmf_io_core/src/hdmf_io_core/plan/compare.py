"""Whether what is to be written is there already, and who refers to a node."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from hdmf_io_core.model.names import join_path
from hdmf_io_core.storage.dtypes import has_references
from hdmf_io_core.storage.layout import Attribute, Empty, NodeKey, ObjectRef, RegionRef
from hdmf_io_core.storage.selection import select_all

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from hdmf_io_core.storage.protocols import ArraySource, StorageReader
    from hdmf_io_core.types import AnyArray

__all__ = ["find_referrer", "same_array", "same_attribute", "same_cells", "same_content"]

SameRefs: TypeAlias = "Callable[[object, object], bool]"
_REFERENCES = (ObjectRef, RegionRef)
COMPARED_BYTES = 16 << 20
"""Larger content is written without being compared: reading it all would cost as much."""


def same_attribute(stored: Attribute, wanted: Attribute) -> bool:
    """Whether an attribute is stored as wanted; references count as different."""
    if stored.dtype != wanted.dtype or has_references(wanted.dtype):
        return False
    if isinstance(stored.value, Empty) or isinstance(wanted.value, Empty):
        return stored.value == wanted.value
    return same_cells(np.asarray(stored.value), np.asarray(wanted.value))


def same_array(one: ArraySource, other: ArraySource) -> bool:
    """Whether two sources are the same stored array."""
    return one is other or (type(one) is type(other) and one == other)


def same_content(array: AnyArray, stored: ArraySource) -> bool:
    """Whether a stored array of moderate size holds just these elements; no for references."""
    layout = stored.layout
    if layout.shape != array.shape or has_references(layout.dtype):
        return False
    if array.nbytes > COMPARED_BYTES or layout.memory_dtype != array.dtype:
        return False
    there = np.empty(array.shape, dtype=layout.memory_dtype)
    stored.read_into(select_all(array.shape), there)
    return same_cells(there, array)


def same_cells(one: Any, other: Any, same_refs: SameRefs | None = None) -> bool:
    """Whether two arrays hold the same elements, bit for bit.

    ``same_refs`` is asked of two cells of which one is a reference; None takes them as values.
    """
    if one.shape != other.shape or one.dtype != other.dtype:
        return False
    if not one.dtype.hasobject:
        # Bytes, not values: NaN equals NaN, and -0.0 is not 0.0.
        return bool(one.tobytes() == other.tobytes())
    if one.dtype.names:
        return all(same_cells(one[name], other[name], same_refs) for name in one.dtype.names)
    pairs = zip(one.reshape(-1), other.reshape(-1), strict=True)
    return all(_same_cell(a, b, same_refs) for a, b in pairs)


def _same_cell(one: object, other: object, same_refs: SameRefs | None) -> bool:
    if isinstance(one, np.ndarray) and isinstance(other, np.ndarray):
        return same_cells(one, other, same_refs)
    if same_refs is not None and isinstance(one if one is not None else other, _REFERENCES):
        return same_refs(one, other)
    return type(one) is type(other) and bool(one == other)


def find_referrer(reader: StorageReader, path: str) -> str | None:
    """Return the path of a node that refers to the one at ``path``; None if there is none.

    Looks at every attribute and every array with references: its cost grows with the whole file.
    """
    target = reader.node(path)
    if target is None or target.key is None:
        return None
    seen: set[NodeKey] = set()
    pending = ["/"]
    while pending:
        place = pending.pop()
        if any(key == target.key for key in _referred(reader, place)):
            return place
        info = reader.node(place)
        if info is None or info.kind != "group":
            continue
        for child in reader.children(place):
            if child.link is None and child.key is not None and child.key not in seen:
                seen.add(child.key)
                pending.append(join_path(place, child.name))
    return None


def _referred(reader: StorageReader, path: str) -> Iterator[NodeKey]:
    for attribute in reader.attributes(path).values():
        if has_references(attribute.dtype):
            yield from _keys(attribute.value)
    info = reader.node(path)
    if info is None or info.kind != "array":
        return
    source = reader.array(path)
    layout = source.layout
    if layout.shape is not None and has_references(layout.dtype):
        cells = np.empty(layout.shape, dtype=layout.memory_dtype)
        source.read_into(select_all(layout.shape), cells)
        yield from _keys(cells)


def _keys(value: object) -> Iterator[NodeKey]:
    if isinstance(value, ObjectRef):
        yield value.key
    elif isinstance(value, RegionRef):
        yield value.target.key
    elif (isinstance(value, np.ndarray) and value.dtype.names) or (
        isinstance(value, np.void) and value.dtype.names
    ):
        for name in value.dtype.names:
            yield from _keys(value[name])
    elif isinstance(value, np.ndarray) and value.dtype.hasobject:
        for cell in value.reshape(-1):
            yield from _keys(cell)
