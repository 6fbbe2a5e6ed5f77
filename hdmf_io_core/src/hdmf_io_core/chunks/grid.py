"""Which chunks hold which elements. Pure arithmetic on shapes; reads and writes nothing."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

from hdmf_io_core.errors import ShapeError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hdmf_io_core.types import ChunkCoords, Region, Shape

__all__ = ["ChunkGrid", "block_shape", "region_shape", "row_blocks"]


def region_shape(region: Region) -> Shape:
    """Return the shape of a region."""
    return tuple(axis.stop - axis.start for axis in region)


@dataclass(frozen=True, slots=True)
class ChunkGrid:
    """An array cut into chunks of one shape; those at the far edges reach past the array.

    Attributes
    ----------
    shape
        Shape of the array.
    chunk_shape
        Shape of every chunk; no axis is 0.
    """

    shape: Shape
    chunk_shape: Shape

    def __post_init__(self) -> None:
        if len(self.shape) != len(self.chunk_shape):
            msg = f"chunks of shape {self.chunk_shape} do not cut an array of shape {self.shape}"
            raise ShapeError(msg)
        if any(length < 1 for length in self.chunk_shape):
            msg = f"a chunk of shape {self.chunk_shape} holds nothing"
            raise ShapeError(msg, hint="Every axis of a chunk is at least 1 long.")

    @property
    def counts(self) -> Shape:
        """How many chunks along each axis."""
        return tuple(
            -(-length // chunk) for length, chunk in zip(self.shape, self.chunk_shape, strict=True)
        )

    @property
    def n_chunks(self) -> int:
        """How many chunks in all; 0 if an axis of the array is 0 long."""
        return math.prod(self.counts)

    def region_of(self, coords: ChunkCoords) -> Region:
        """Return the elements of a chunk that lie inside the array.

        Raises
        ------
        ShapeError
            If no chunk has these coordinates.
        """
        if len(coords) != len(self.shape) or not all(
            0 <= c < n for c, n in zip(coords, self.counts, strict=True)
        ):
            msg = f"no chunk at {coords} in a grid of {self.counts}"
            raise ShapeError(msg)
        return tuple(
            slice(c * chunk, min((c + 1) * chunk, length))
            for c, chunk, length in zip(coords, self.chunk_shape, self.shape, strict=True)
        )

    def is_edge(self, coords: ChunkCoords) -> bool:
        """Whether a chunk reaches past the array."""
        return region_shape(self.region_of(coords)) != self.chunk_shape

    def coords(self, region: Region | None = None) -> Iterator[ChunkCoords]:
        """Yield the coordinates of the chunks that touch a region (None: all), in C order."""
        if region is None:
            region = tuple(slice(0, length) for length in self.shape)
        if any(axis.stop <= axis.start for axis in region):
            return iter(())
        return product(
            *(
                range(axis.start // chunk, -(-axis.stop // chunk))
                for axis, chunk in zip(region, self.chunk_shape, strict=True)
            )
        )

    def regions(self) -> Iterator[Region]:
        """Yield the region of every chunk, in C order."""
        return (self.region_of(coords) for coords in self.coords())

    def overlap(self, coords: ChunkCoords, region: Region) -> tuple[Region, Region]:
        """Return what a chunk and a region share: as a place in the chunk, and in the region."""
        inside: list[slice] = []
        outside: list[slice] = []
        for chunk, axis in zip(self.region_of(coords), region, strict=True):
            first, last = max(chunk.start, axis.start), min(chunk.stop, axis.stop)
            last = max(first, last)
            inside.append(slice(first - chunk.start, last - chunk.start))
            outside.append(slice(first - axis.start, last - axis.start))
        return tuple(inside), tuple(outside)

    def number(self, coords: ChunkCoords) -> int:
        """Return how many chunks come before one, in C order."""
        number = 0
        for place, count in zip(coords, self.counts, strict=True):
            number = number * count + place
        return number

    def aligned(self, region: Region) -> bool:
        """Whether a region is made of whole chunks (whole as far as the array goes)."""
        return all(
            axis.start % chunk == 0 and (axis.stop % chunk == 0 or axis.stop == length)
            for axis, chunk, length in zip(region, self.chunk_shape, self.shape, strict=True)
        )


def block_shape(shape: Shape, unit: Shape, itemsize: int, limit_bytes: int) -> Shape:
    """Choose blocks to move an array in: whole units, last axes first, within a limit.

    Parameters
    ----------
    shape
        Shape of the array.
    unit
        What a block is a multiple of, such as a chunk; clipped to the array.
    itemsize : int
        Bytes an element.
    limit_bytes : int
        Upper bound of a block, in bytes; one unit is taken even if it is larger.

    Returns
    -------
    Shape
        Shape of the blocks, every axis at least 1.
    """
    block = [max(1, min(u, length)) for u, length in zip(unit, shape, strict=True)]
    room = limit_bytes // max(1, itemsize * math.prod(block))
    for axis in reversed(range(len(shape))):
        if room < 2:
            break
        units = -(-max(1, shape[axis]) // block[axis])
        taken = min(units, room)
        block[axis] = max(1, min(block[axis] * taken, shape[axis]))
        if taken < units:
            break
        room //= taken
    return tuple(block)


def row_blocks(
    shape: Shape, chunks: Shape | None, itemsize: int, limit_bytes: int
) -> Iterator[tuple[int, int]]:
    """Yield runs of rows to read one by one: whole chunks of them, unless these are far too large.

    Parameters
    ----------
    shape, chunks
        Of the array.
    itemsize : int
        Bytes an element.
    limit_bytes : int
        About how many bytes a run has.
    """
    row_bytes = max(1, itemsize * math.prod(shape[1:]))
    unit = (chunks or (1,))[:1]
    n_rows = block_shape(shape[:1], unit, row_bytes, limit_bytes)[0]
    if n_rows * row_bytes > 8 * limit_bytes:
        n_rows = max(1, limit_bytes // row_bytes)
    for start in range(0, shape[0], n_rows):
        yield start, min(start + n_rows, shape[0])
