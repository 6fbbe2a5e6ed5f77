"""Where the chunks of a dataset are in its file, read at once."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import numpy.typing as npt

from hdmf_io_core.errors import CorruptFileError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from h5py import h5d

    from hdmf_io_core.types import ChunkCoords, Shape

__all__ = ["ChunkTable", "FoundChunk"]

FoundChunk: TypeAlias = tuple[int, int, int]
"""Offset in the file, size in bytes, filter mask."""


class ChunkTable:
    """Where the chunks of a dataset are: parallel arrays, sorted by position in the grid.

    Parameters
    ----------
    dsid : h5py.h5d.DatasetID
        The dataset; one pass over its chunk index, some 0.7 us a chunk.
    shape, chunks
        Of the dataset.
    base : int
        What is added to an address to give an offset in the file.

    Raises
    ------
    CorruptFileError
        The file's index places a chunk outside the dataset.
    """

    def __init__(self, dsid: h5d.DatasetID, shape: Shape, chunks: Shape, base: int = 0) -> None:
        self._grid = tuple(-(-n // c) for n, c in zip(shape, chunks, strict=True))
        self._chunks = chunks
        rows: list[tuple[int, int, int, int]] = []
        dsid.chunk_iter(
            lambda info: rows.append(
                (
                    self._linear(self._coords(info.chunk_offset)),
                    info.byte_offset + base,
                    info.size,
                    info.filter_mask,
                )
            )
        )
        rows.sort()
        if rows and rows[-1][0] >= math.prod(self._grid):
            msg = "the index of chunks places one outside the dataset"
            raise CorruptFileError(msg, hint="Copy the file again from its origin.")
        self._rows: npt.NDArray[np.uint64] = np.array(rows, np.uint64).reshape(-1, 4)

    def find(self, coords: ChunkCoords) -> FoundChunk | None:
        """Return offset in the file, size in bytes and filter mask; None if never written."""
        linear = self._linear(coords)
        row = int(np.searchsorted(self._rows[:, 0], np.uint64(linear)))
        if row == len(self._rows) or int(self._rows[row, 0]) != linear:
            return None
        offset, size, mask = self._rows[row, 1:].tolist()
        return offset, size, mask

    def coords(self) -> Iterator[ChunkCoords]:
        """Yield the coordinates of the chunks that were written, in C order."""
        for linear in self._rows[:, 0].tolist():
            yield tuple(int(place) for place in np.unravel_index(linear, self._grid))

    def _coords(self, offset: Shape) -> ChunkCoords:
        return tuple(o // c for o, c in zip(offset, self._chunks, strict=True))

    def _linear(self, coords: ChunkCoords) -> int:
        linear = 0
        for place, length in zip(coords, self._grid, strict=True):
            linear = linear * length + place
        return linear
