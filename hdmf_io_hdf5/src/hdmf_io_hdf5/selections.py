"""A selection cut into blocks that HDF5 reads well. Pure: no file is touched here."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy as np
    import numpy.typing as npt

    from hdmf_io_core.storage.selection import AxisSelection, Selection
    from hdmf_io_core.types import Shape

__all__ = ["Block", "blocks"]

_BLOCK_BYTES = 32 * 2**20


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """A part of a selection.

    Attributes
    ----------
    start, stride, count
        The hyperslab to read.
    picked
        What of the hyperslab is wanted, one entry an axis; None when all of it is.
    target
        Where it goes in the output.
    """

    start: Shape
    stride: Shape
    count: Shape
    picked: tuple[slice | npt.NDArray[np.intp], ...] | None
    target: tuple[slice, ...]


@dataclass(frozen=True, slots=True, eq=False)
class _Piece:
    start: int
    stride: int
    count: int
    picked: npt.NDArray[np.intp] | None
    target: slice


def blocks(selection: Selection, *, gaps: Shape, itemsize: int) -> Iterator[Block]:
    """Yield the blocks that fill a selection.

    Slices stay whole. Neighbouring indices are read as one hyperslab, of which some is thrown away,
    as long as gaps and memory allow.

    Parameters
    ----------
    selection
        What is asked for.
    gaps
        For each axis, how far apart two indices may be and still be read at once; the length of a
        chunk, since a chunk is read whole.
    itemsize
        Bytes of an element; blocks of more than 32 MiB are cut along indexed axes.
    """
    if 0 in selection.shape:
        return
    indexed = sum(not isinstance(axis, slice) for axis in selection.axes)
    plain = itemsize
    for axis, length in zip(selection.axes, selection.shape, strict=True):
        plain *= length if isinstance(axis, slice) else 1
    room = max(1, _BLOCK_BYTES // plain)
    span = max(1, int(room ** (1 / indexed))) if indexed else 0
    cut = [_pieces(axis, gap, span) for axis, gap in zip(selection.axes, gaps, strict=True)]
    for pieces in itertools.product(*cut):
        yield _block(pieces)


def _pieces(axis: AxisSelection, gap: int, span: int) -> list[_Piece]:
    if isinstance(axis, slice):
        count = len(range(axis.start, axis.stop, axis.step))
        return [_Piece(axis.start, axis.step, count, None, slice(0, count))]
    ends, first = [], 0
    values = axis.tolist()
    for i in range(1, len(values)):
        if values[i] - values[i - 1] > gap or values[i] - values[first] >= span:
            ends.append((first, i))
            first = i
    ends.append((first, len(values)))
    return [_indexed(axis, start, stop) for start, stop in ends]


def _indexed(axis: npt.NDArray[np.intp], start: int, stop: int) -> _Piece:
    indices = axis[start:stop]
    low, count = int(indices[0]), int(indices[-1]) - int(indices[0]) + 1
    picked = None if count == len(indices) else indices - low
    return _Piece(low, 1, count, picked, slice(start, stop))


def _block(pieces: Sequence[_Piece]) -> Block:
    picked: tuple[slice | npt.NDArray[np.intp], ...] | None = None
    if any(piece.picked is not None for piece in pieces):
        picked = tuple(slice(None) if p.picked is None else p.picked for p in pieces)
    return Block(
        tuple(piece.start for piece in pieces),
        tuple(piece.stride for piece in pieces),
        tuple(piece.count for piece in pieces),
        picked,
        tuple(piece.target for piece in pieces),
    )
