"""What a storage is asked to read, and how the answer becomes what a key asked for.

Pure: no storage is touched here. A storage sees slices with a positive step and strictly
increasing indices, nothing else; reversal, repetition, order and dropped axes are a
:class:`Finish`. ``keys.py`` makes both from what a user writes between brackets.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from hdmf_io_core.types import AnyArray, Region, Shape

__all__ = [
    "AxisSelection",
    "Finish",
    "Indices",
    "Selection",
    "as_slice",
    "points_of",
    "select_all",
    "select_region",
]

AxisSelection: TypeAlias = slice | npt.NDArray[np.intp]
"""A slice with ``0 <= start <= stop`` and ``step >= 1``, or strictly increasing indices."""
Indices: TypeAlias = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class Selection:
    """A normalised, orthogonal selection: one entry an axis, in the axis' own order."""

    axes: tuple[AxisSelection, ...]

    @property
    def shape(self) -> Shape:
        """Shape of the selected block; no axis is dropped."""
        return tuple(
            len(range(axis.start, axis.stop, axis.step)) if isinstance(axis, slice) else len(axis)
            for axis in self.axes
        )

    @property
    def region(self) -> Region | None:
        """The selection as a region; None unless every axis is a slice of step 1."""
        slices = tuple(axis for axis in self.axes if isinstance(axis, slice) and axis.step == 1)
        return slices if len(slices) == len(self.axes) else None


@dataclass(frozen=True, slots=True, eq=False)
class Finish:
    """How the selected block becomes what the key asked for, and back.

    Attributes
    ----------
    orders
        For each axis the positions in the block that the result takes, or None for all as they are.
    dropped
        Axes that an integer selected; they leave the result.
    points
        For a mask of full rank: positions in the block, one array an axis. The result is then
        one-dimensional, and ``orders`` and ``dropped`` are empty.
    shape
        Shape of the result.
    is_scalar
        Whether the result is an element, not an array of rank 0.
    """

    orders: tuple[Indices | None, ...]
    dropped: tuple[int, ...]
    points: tuple[Indices, ...] | None
    shape: Shape
    is_scalar: bool

    def apply(self, block: AnyArray) -> AnyArray:
        """Turn the block of a :class:`Selection` into the result; a view where that is enough.

        Further axes of ``block``, as elements that are arrays have, stay as they are.
        """
        if self.points is not None:
            return block[self.points]
        for axis, order in enumerate(self.orders):
            if order is not None:
                block = np.take(block, order, axis=axis)
        return block.reshape(self.shape + block.shape[len(self.orders) :])

    def spread(self, values: AnyArray, block: AnyArray) -> None:
        """Put ``values``, of the result's shape, into the block; the last of repeated ones wins."""
        if self.points is not None:
            block[self.points] = values
            return
        for axis in self.dropped:
            values = np.expand_dims(values, axis)
        if all(order is None for order in self.orders):
            block[...] = values
            return
        full = [
            np.arange(length, dtype=np.intp) if order is None else order
            for order, length in zip(self.orders, block.shape, strict=False)
        ]
        block[np.ix_(*full)] = values

    def halves(self, selection: Selection) -> tuple[tuple[Selection, Finish], ...]:
        """Split a selection of points into two with smaller blocks, in the order of the result."""
        if self.points is None or self.shape[0] < 2:
            return ((selection, self),)
        coords = [
            _axis_indices(axis)[places]
            for axis, places in zip(selection.axes, self.points, strict=True)
        ]
        middle = self.shape[0] // 2
        return (
            points_of([axis[:middle] for axis in coords]),
            points_of([axis[middle:] for axis in coords]),
        )


def select_all(shape: Shape) -> Selection:
    """Select the whole of an array."""
    return Selection(tuple(slice(0, length, 1) for length in shape))


def select_region(region: Region) -> Selection:
    """Select a region."""
    return Selection(tuple(slice(axis.start, axis.stop, 1) for axis in region))


def as_slice(indices: Indices) -> AxisSelection:
    """Say increasing indices with a constant step as a slice, which storages read faster."""
    if not len(indices):
        return slice(0, 0, 1)
    first, last = int(indices[0]), int(indices[-1])
    step = int(indices[1]) - first if len(indices) > 1 else 1
    if last - first == step * (len(indices) - 1) and bool(np.all(np.diff(indices) == step)):
        return slice(first, last + 1, step)
    return indices


def _axis_indices(axis: AxisSelection) -> Indices:
    if isinstance(axis, slice):
        return np.arange(axis.start, axis.stop, axis.step, dtype=np.intp)
    return axis


def points_of(coords: list[Indices]) -> tuple[Selection, Finish]:
    """Select single elements; ``coords`` has one array an axis, each of shape (n_points,)."""
    axes: list[AxisSelection] = []
    places: list[Indices] = []
    for axis in coords:
        unique, inverse = np.unique(axis, return_inverse=True)
        axes.append(as_slice(unique))
        places.append(inverse.astype(np.intp).reshape(-1))
    return Selection(tuple(axes)), Finish((), (), tuple(places), (len(places[0]),), is_scalar=False)
