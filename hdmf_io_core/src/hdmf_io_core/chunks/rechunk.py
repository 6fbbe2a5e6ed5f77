"""How an array is cut for a copy between two grids, and a file for grids that lie across."""

from __future__ import annotations

import math
import tempfile
from itertools import product
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from hdmf_io_core.chunks.grid import ChunkGrid, block_shape, region_shape

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from hdmf_io_core.types import AnyArray, Region, Shape

__all__ = ["Cut", "Spill", "choose_cut"]


class Cut(NamedTuple):
    """Blocks to copy in, whole chunks of the sink each.

    Attributes
    ----------
    shape
        Of a block.
    reads
        How often a chunk of the source is read, on average; 1 is the least.
    """

    shape: Shape
    reads: float


def choose_cut(shape: Shape, source: Shape, sink: Shape, *, itemsize: int, limit_bytes: int) -> Cut:
    """Choose the blocks by which the fewest chunks of the source are read again.

    Parameters
    ----------
    shape
        Of the array; no axis is 0.
    source, sink
        Shapes of the chunks of both.
    itemsize : int
        Bytes of an element in memory.
    limit_bytes : int
        Upper bound of a block; one chunk of the sink is taken even if it is larger.
    """
    lengths = [_lengths(*axis) for axis in zip(shape, source, sink, strict=True)]
    room = max(limit_bytes // itemsize, math.prod(min(axis) for axis in lengths))
    fitting = [block for block in product(*lengths) if math.prod(block) <= room]
    best = min(fitting, key=lambda block: (_reads(shape, source, block), -math.prod(block)))
    grown = block_shape(shape, best, itemsize, limit_bytes)
    n_chunks = ChunkGrid(shape, source).n_chunks
    return min(
        (Cut(block, _reads(shape, source, block) / n_chunks) for block in (best, grown)),
        key=lambda cut: (cut.reads, -math.prod(cut.shape)),
    )


def _lengths(length: int, source: int, sink: int) -> list[int]:
    """Return how long a block may sensibly be along an axis."""
    wanted = {sink, math.ceil(source / sink) * sink, math.lcm(source, sink), length}
    return sorted(min(one, length) for one in wanted)


def _reads(shape: Shape, source: Shape, block: Shape) -> int:
    """Return how many chunks of the source the blocks touch in all."""
    touched = 1
    for length, chunk, step in zip(shape, source, block, strict=True):
        # Each edge of a block inside a chunk makes this chunk be read once more.
        edges = (length - 1) // step
        touched *= -(-length // chunk) + edges - (length - 1) // math.lcm(chunk, step)
    return touched


class Spill:
    """A file that an array goes through, so that each of its chunks is read and made once.

    Parameters
    ----------
    shape, dtype
        Of the array; elements have no objects in them.
    source, sink
        Shapes of the chunks of both.
    limit_bytes : int
        Upper bound of what is held at once, but for one chunk.
    folder : str or None
        Where the file goes; it has no name, and is gone with the process. None for the usual place.

    Notes
    -----
    The file has blocks of the source one after the other, each cut by the sink's chunks: what a
    chunk needs of a block lies in one piece, whose place is arithmetic.
    """

    def __init__(
        self,
        shape: Shape,
        dtype: np.dtype[Any],
        source: Shape,
        sink: Shape,
        *,
        limit_bytes: int,
        folder: str | None = None,
    ) -> None:
        self._dtype = dtype
        self._blocks = ChunkGrid(shape, block_shape(shape, source, dtype.itemsize, limit_bytes))
        self._chunks = ChunkGrid(shape, sink)
        self._file: Any = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 - closed by `close`

    def fill(self, read: Callable[[Region], AnyArray]) -> None:
        """Put the whole array in; ``read`` is asked for every block of the source once."""
        for region in self._blocks.regions():
            self._put(region, read(region))

    @property
    def regions(self) -> Iterator[Region]:
        """The regions of the sink's chunks."""
        return self._chunks.regions()

    def close(self) -> None:
        """Drop the file."""
        self._file.close()

    def _put(self, region: Region, values: AnyArray) -> None:
        offset = _before(region, self._blocks.shape)
        self._file.seek(offset * self._dtype.itemsize)
        for coords in self._chunks.coords(region):
            _, place = self._chunks.overlap(coords, region)
            self._file.write(np.ascontiguousarray(values[place]).data)

    def read(self, region: Region) -> AnyArray:
        """Return the elements of a chunk of the sink."""
        out: AnyArray = np.empty(region_shape(region), self._dtype)
        for coords in self._blocks.coords(region):
            _, place = self._blocks.overlap(coords, region)
            block = self._blocks.region_of(coords)
            absolute = _moved(place, region, 1)
            offset = _before(block, self._blocks.shape)
            offset += _before(_moved(absolute, block, -1), region_shape(block))
            self._file.seek(offset * self._dtype.itemsize)
            n_bytes = math.prod(region_shape(place)) * self._dtype.itemsize
            piece = np.frombuffer(self._file.read(n_bytes), self._dtype)
            out[place] = piece.reshape(region_shape(place))
        return out


def _before(region: Region, shape: Shape) -> int:
    """Return how many elements stand before a cell of a grid, cells one after the other."""
    before, height = 0, 1
    for axis, part in enumerate(region):
        before += height * part.start * math.prod(shape[axis + 1 :])
        height *= part.stop - part.start
    return before


def _moved(region: Region, by: Region, sign: int) -> Region:
    return tuple(
        slice(axis.start + sign * other.start, axis.stop + sign * other.start)
        for axis, other in zip(region, by, strict=True)
    )
