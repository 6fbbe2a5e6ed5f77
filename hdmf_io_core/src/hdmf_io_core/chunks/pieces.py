"""A selection cut along the chunk grid. Pure arithmetic; reads nothing."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise, product
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from hdmf_io_core.storage.selection import Selection, as_slice

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hdmf_io_core.storage.selection import AxisSelection
    from hdmf_io_core.types import AnyArray, ChunkCoords, Region, Shape

__all__ = ["Piece", "SelectionPieces", "taken"]

_Part: TypeAlias = "tuple[int, AxisSelection, slice]"
"""Of one axis: the chunk, what of it is wanted, where that goes."""


@dataclass(frozen=True, slots=True, eq=False)
class Piece:
    """What one chunk gives to a selection.

    Attributes
    ----------
    coords
        The chunk.
    inside
        What of the chunk is wanted, one entry an axis.
    outside
        Where it goes in the output.
    """

    coords: ChunkCoords
    inside: tuple[AxisSelection, ...]
    outside: Region

    def chosen(self, chunk_shape: Shape) -> Selection:
        """Return what is wanted, as a selection of the array."""
        return Selection(
            tuple(
                _moved(axis, place * length)
                for axis, place, length in zip(self.inside, self.coords, chunk_shape, strict=True)
            )
        )


class SelectionPieces:
    """The chunks that a selection touches.

    Parameters
    ----------
    selection
        Of the array.
    chunk_shape
        Of its chunks.
    """

    def __init__(self, selection: Selection, chunk_shape: Shape) -> None:
        self._axes = [
            _parts(axis, length) for axis, length in zip(selection.axes, chunk_shape, strict=True)
        ]

    def __len__(self) -> int:
        count = 1
        for axis in self._axes:
            count *= len(axis)
        return count

    def __iter__(self) -> Iterator[Piece]:
        for parts in product(*self._axes):
            yield Piece(
                tuple(part[0] for part in parts),
                tuple(part[1] for part in parts),
                tuple(part[2] for part in parts),
            )


def taken(array: AnyArray, inside: tuple[AxisSelection, ...], first_axis: int = 0) -> AnyArray:
    """Return what is wanted of a chunk: a view, unless indices are among it.

    Parameters
    ----------
    array
        The chunk; axes before ``first_axis`` are taken whole.
    inside
        One entry an axis.
    """
    slices = [axis if isinstance(axis, slice) else slice(None) for axis in inside]
    key: Any = (*(slice(None),) * first_axis, *slices, ...)  # with ... an array, also of a scalar
    array = array[key]
    for place, axis in enumerate(inside):
        if not isinstance(axis, slice):
            array = np.take(array, axis, axis=first_axis + place)
    return array


def _parts(axis: AxisSelection, length: int) -> list[_Part]:
    return _slice_parts(axis, length) if isinstance(axis, slice) else _index_parts(axis, length)


def _slice_parts(axis: slice, length: int) -> list[_Part]:
    places = range(axis.start, axis.stop, axis.step)
    if not places:
        return []
    if axis.step > length:
        # No chunk has two of them: those between, of which there may be any number, are passed.
        return [
            (place // length, slice(place % length, place % length + 1, 1), slice(i, i + 1))
            for i, place in enumerate(places)
        ]
    parts: list[_Part] = []
    for chunk in range(places[0] // length, places[-1] // length + 1):
        start = chunk * length
        first = max(0, -(-(start - axis.start) // axis.step))
        after = min(len(places), -(-(start + length - axis.start) // axis.step))
        if first < after:
            inside = slice(places[first] - start, places[after - 1] - start + 1, axis.step)
            parts.append((chunk, inside, slice(first, after)))
    return parts


def _index_parts(axis: AxisSelection, length: int) -> list[_Part]:
    indices = np.asarray(axis)
    chunks = indices // length
    cuts = np.flatnonzero(np.diff(chunks)) + 1
    bounds = [0, *cuts.tolist(), len(indices)]
    return [
        (
            int(chunks[first]),
            as_slice(indices[first:after] - int(chunks[first]) * length),
            slice(first, after),
        )
        for first, after in pairwise(bounds)
        if first < after
    ]


def _moved(axis: AxisSelection, start: int) -> AxisSelection:
    if isinstance(axis, slice):
        return slice(axis.start + start, axis.stop + start, axis.step)
    return axis + start
