"""What every chunk iterator yields and promises, by the names that hdmf's users know."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from hdmf_io_core.errors import SelectionError, ShapeError

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

    from hdmf_io_core.types import AnyArray, MaxShape, Region, Shape

__all__ = ["AbstractDataChunkIterator", "DataChunk", "normalised_region"]


@dataclass(slots=True, eq=False)
class DataChunk:
    """Some values, and where in the array they belong.

    Attributes
    ----------
    data : ndarray
        The values.
    selection
        An integer, a slice of step 1, or a tuple of them; ``slice(None)`` is as long as the data.
    """

    data: Any = None
    selection: Any = None

    @property
    def dtype(self) -> np.dtype[Any]:
        """Of the values."""
        return np.asarray(self.data).dtype

    @property
    def shape(self) -> Shape:
        """Of the values."""
        return np.shape(self.data)

    def __len__(self) -> int:
        return 0 if self.data is None else len(self.data)

    def astype(self, dtype: npt.DTypeLike) -> DataChunk:
        """Return a chunk with converted values."""
        return DataChunk(np.asarray(self.data).astype(dtype), self.selection)

    def get_min_bounds(self) -> Shape:
        """Return the smallest shape that holds the selection, as far as the selection says it.

        Raises
        ------
        SelectionError
            If the selection is not made of integers and slices.
        """
        parts = self.selection if isinstance(self.selection, tuple) else (self.selection,)
        bounds: list[int] = []
        for part in parts:
            if isinstance(part, slice):
                bounds.append(0 if part.stop is None else int(part.stop))
            elif isinstance(part, (int, np.integer)):
                bounds.append(int(part) + 1)
            else:
                msg = f"a chunk's selection is made of integers and slices, not {part!r}"
                raise SelectionError(msg)
        return tuple(bounds)


class AbstractDataChunkIterator(ABC):
    """An array that arrives in chunks: iterate to get :class:`DataChunk` objects.

    Subclasses say its type and its limits beforehand, so that the array can be made before the
    first chunk is there. An iterator is used up by one write.
    """

    def __iter__(self) -> Iterator[DataChunk]:
        return self

    @abstractmethod
    def __next__(self) -> DataChunk:
        """Return the next chunk, or raise ``StopIteration``."""

    @property
    @abstractmethod
    def dtype(self) -> np.dtype[Any]:
        """Type of the elements."""

    @property
    @abstractmethod
    def maxshape(self) -> MaxShape:
        """How far the array may grow; None for an axis whose length is not known."""

    @abstractmethod
    def recommended_chunk_shape(self) -> Shape | None:
        """Return a good chunk shape for the stored array; None if any will do."""

    @abstractmethod
    def recommended_data_shape(self) -> Shape:
        """Return the shape to begin with: the final one if it is known."""


def normalised_region(selection: Any, shape: Shape, maxshape: MaxShape) -> tuple[Region, Shape]:
    """Turn a chunk's selection into a region, and tell the shape that its values must have.

    Parameters
    ----------
    selection
        As in :class:`DataChunk`; axes that it does not name are taken whole.
    shape
        Shape of the values, which open-ended slices are as long as.
    maxshape
        Of the array.

    Returns
    -------
    Region, Shape
        The region, and its shape.

    Raises
    ------
    SelectionError
        If the selection is not made of integers and slices of step 1.
    ShapeError
        If it has more axes than the array, or lies outside ``maxshape``.
    """
    parts = selection if isinstance(selection, tuple) else (selection,)
    parts = tuple(part for part in parts if part is not Ellipsis)
    if len(parts) > len(maxshape):
        msg = f"a chunk of {len(parts)} axes does not fit an array of maxshape {maxshape}"
        raise ShapeError(msg)
    parts += (slice(None),) * (len(maxshape) - len(parts))
    n_kept = sum(isinstance(part, slice) for part in parts)
    # Integers drop their axis; what is left matches the last axes of the values.
    lengths = iter((1,) * (n_kept - len(shape)) + shape[max(0, len(shape) - n_kept) :])
    if len(shape) == len(parts):
        lengths = iter(n for part, n in zip(parts, shape, strict=True) if isinstance(part, slice))
    region = tuple(
        _normalised_axis(part, lengths, limit) for part, limit in zip(parts, maxshape, strict=True)
    )
    return region, tuple(axis.stop - axis.start for axis in region)


def _normalised_axis(part: Any, lengths: Iterator[int], limit: int | None) -> slice:
    if isinstance(part, (int, np.integer)) and not isinstance(part, bool):
        part = slice(int(part), int(part) + 1)
    elif isinstance(part, slice) and part.step in {None, 1}:
        length = next(lengths)
        start = 0 if part.start is None else int(part.start)
        part = slice(start, start + length if part.stop is None else int(part.stop))
    else:
        msg = f"a chunk's selection is made of integers and slices of step 1, not {part!r}"
        raise SelectionError(msg)
    if part.start < 0 or part.stop < part.start or (limit is not None and part.stop > limit):
        msg = f"a chunk at {part.start}:{part.stop} lies outside an axis of maxshape {limit}"
        raise ShapeError(msg, hint="Give the iterator a larger maxshape, or None for no limit.")
    return slice(part.start, part.stop)


def fitted_chunk(values: AnyArray, shape: Shape) -> AnyArray:
    """Return a chunk's values in the shape of their region, broadcast if need be."""
    if values.size == int(np.prod(shape)):
        squeezed = tuple(n for n in values.shape if n != 1)
        if squeezed == tuple(n for n in shape if n != 1):
            return values.reshape(shape)
    try:
        return np.broadcast_to(values, shape)
    except ValueError as error:
        msg = f"a chunk of shape {values.shape} does not fit its selection of shape {shape}"
        raise ShapeError(msg) from error
