"""Which chunks of an array were ever written, so that a copy leaves out the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from hdmf_io_core.chunks.grid import ChunkGrid
from hdmf_io_core.storage.abilities import SupportsStoredChunks

if TYPE_CHECKING:
    import numpy.typing as npt

    from hdmf_io_core.storage.layout import ArrayLayout
    from hdmf_io_core.storage.protocols import ArraySource
    from hdmf_io_core.types import Region, Shape

__all__ = ["WrittenChunks", "same_fill", "written_chunks"]


def written_chunks(source: ArraySource, sink: ArrayLayout) -> WrittenChunks | None:
    """Return what tells the written chunks of a source; None where all have to be copied."""
    layout = source.layout
    if sink.chunks is None or layout.chunks is None:
        return None
    if not isinstance(source, SupportsStoredChunks):
        return None
    if not same_fill(layout.fill_value, sink.fill_value):
        return None
    grid = ChunkGrid(layout.shape or (), layout.chunks)
    stored = np.fromiter((grid.number(coords) for coords in source.stored_chunks()), np.int64)
    return WrittenChunks(stored, grid, sink.chunks) if len(stored) < grid.n_chunks else None


class WrittenChunks:
    """Tells which chunks of the sink hold anything that was written in the source.

    Parameters
    ----------
    stored : ndarray of int64
        Numbers of the source's chunks that were written.
    grid
        Of the source.
    chunks
        Shape of the sink's chunks.
    """

    def __init__(self, stored: npt.NDArray[np.int64], grid: ChunkGrid, chunks: Shape) -> None:
        self._stored = np.sort(stored)
        self._grid = grid
        self._cut = ChunkGrid(grid.shape, chunks)

    def parts(self, region: Region) -> list[Region]:
        """Return the parts of a region, one a chunk of the sink, that hold something; or itself."""
        parts = [self._cut.region_of(coords) for coords in self._cut.coords(region)]
        kept = [part for part in parts if self._holds(part)]
        return [region] if len(kept) == len(parts) else kept

    def _holds(self, part: Region) -> bool:
        numbers = np.array([self._grid.number(coords) for coords in self._grid.coords(part)])
        places = np.searchsorted(self._stored, numbers)
        found = self._stored[np.minimum(places, len(self._stored) - 1)] if len(self._stored) else -1
        return bool(np.any(found == numbers))


def same_fill(one: object, other: object) -> bool:
    """Whether two fill values are the same, bit for bit."""
    if one is None or other is None:
        return one is other
    return np.asarray(one).tobytes() == np.asarray(other).tobytes()
