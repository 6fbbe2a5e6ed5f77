"""What of a selection lies in which chunk, axis by axis. Pure."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

    from hdmf_io_core.storage.selection import AxisSelection
    from hdmf_io_core.types import AnyArray

__all__ = ["Piece", "pieces", "taken"]


class Piece(NamedTuple):
    """What of an axis lies in one chunk."""

    chunk: int
    inside: slice | npt.NDArray[np.intp]
    outside: slice


def pieces(axis: AxisSelection, chunk: int) -> Iterator[Piece]:
    """Cut what is selected of an axis at the borders of chunks."""
    if not isinstance(axis, slice):
        yield from _indexed(axis, chunk)
        return
    step = axis.step or 1
    for number in range(axis.start // chunk, -(-axis.stop // chunk)):
        low = number * chunk
        first = axis.start if axis.start >= low else low + -(low - axis.start) % step
        stop = min(axis.stop, low + chunk)
        if first < stop:
            at = (first - axis.start) // step
            count = -(-(stop - first) // step)
            yield Piece(number, slice(first - low, stop - low, step), slice(at, at + count))


def _indexed(indices: npt.NDArray[np.intp], chunk: int) -> Iterator[Piece]:
    numbers = indices // chunk
    borders = np.flatnonzero(np.diff(numbers)) + 1
    edges = [0, *borders.tolist(), len(indices)]
    for start, stop in pairwise(edges):
        if start < stop:
            number = int(numbers[start])
            yield Piece(number, indices[start:stop] - number * chunk, slice(start, stop))


def taken(chunk: AnyArray, inside: tuple[Any, ...]) -> AnyArray:
    """Return the orthogonal selection of a chunk; slices first, which copy nothing."""
    slices = tuple(part if isinstance(part, slice) else slice(None) for part in inside)
    key: Any = (*slices, ...)
    chunk = chunk[key]
    for axis, part in enumerate(inside):
        if not isinstance(part, slice):
            chunk = np.take(chunk, part, axis=axis)
    return chunk
