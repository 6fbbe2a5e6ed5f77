"""Chunks of a dataset as they stand in the file, neither decoded nor encoded."""

from __future__ import annotations

import math
import os
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from hdmf_io_core.errors import CorruptChunkError, ShapeError, WriteError
from hdmf_io_core.storage.layout import RawChunk
from hdmf_io_hdf5.arrays import HDF5Array
from hdmf_io_hdf5.dtypes import is_exact, is_fixed_size

if TYPE_CHECKING:
    from collections.abc import Callable

    from h5py import h5d

    from hdmf_io_core.types import AnyArray, ChunkCoords, Region, Shape
    from hdmf_io_hdf5.homes import Home, Homes

__all__ = ["ChunkTable", "HDF5ChunkedArray", "open_array"]

_SINGLE_LOOKUPS = 8
_HDF5_ERRORS = (MemoryError, OSError, RuntimeError, ValueError)


def open_array(
    dsid: h5d.DatasetID, homes: Homes, path: str, is_closed: Callable[[], bool]
) -> HDF5Array:
    """Return the array of a dataset, with raw chunks where their bytes mean the same elsewhere."""
    home = homes.of(dsid)
    array = HDF5Array(dsid, home, path, is_closed)
    layout = array.layout
    # Text of variable length and references are heap and header addresses of this one file.
    if layout.chunks and is_fixed_size(layout.dtype) and is_exact(dsid.get_type(), layout.dtype):
        return HDF5ChunkedArray(array, homes, home)
    return array


class ChunkTable:
    """Where the chunks of a dataset are: parallel arrays, sorted by position in the grid.

    Parameters
    ----------
    dsid : h5py.h5d.DatasetID
        The dataset; one pass over its chunk index, some 0.7 us a chunk.
    shape, chunks
        Of the dataset.
    """

    def __init__(self, dsid: h5d.DatasetID, shape: Shape, chunks: Shape) -> None:
        self._grid = tuple(-(-n // c) for n, c in zip(shape, chunks, strict=True))
        self._chunks = chunks
        rows: list[tuple[int, int, int, int]] = []
        dsid.chunk_iter(
            lambda info: rows.append(
                (
                    self._linear(self._coords(info.chunk_offset)),
                    info.byte_offset,
                    info.size,
                    info.filter_mask,
                )
            )
        )
        rows.sort()
        self._rows: npt.NDArray[np.uint64] = np.array(rows, np.uint64).reshape(-1, 4)

    def find(self, coords: ChunkCoords) -> tuple[int, int, int] | None:
        """Return offset in the file, size in bytes and filter mask; None if never written."""
        linear = self._linear(coords)
        row = int(np.searchsorted(self._rows[:, 0], np.uint64(linear)))
        if row == len(self._rows) or int(self._rows[row, 0]) != linear:
            return None
        offset, size, mask = self._rows[row, 1:].tolist()
        return offset, size, mask

    def _coords(self, offset: Shape) -> ChunkCoords:
        return tuple(o // c for o, c in zip(offset, self._chunks, strict=True))

    def _linear(self, coords: ChunkCoords) -> int:
        linear = 0
        for place, length in zip(coords, self._grid, strict=True):
            linear = linear * length + place
        return linear


class HDF5ChunkedArray(HDF5Array):
    """A chunked dataset whose encoded chunks can be read and written.

    Parameters
    ----------
    array : HDF5Array
        The dataset, opened.
    homes : Homes
        The reader's files.
    home : Home
        The one that holds the dataset.
    """

    concurrent = False
    """HDF5 writes from one thread at a time."""

    def __init__(self, array: HDF5Array, homes: Homes, home: Home) -> None:
        super().__init__(array.dsid, home, array.path, array.is_closed)
        self._homes = homes
        self._table: ChunkTable | None = None
        self._lookups = 0

    def read_raw(self, coords: ChunkCoords) -> RawChunk | None:
        """Return the bytes of a chunk as they are in the file; None if it was never written.

        Read-only local files are read past HDF5, without its lock.

        Raises
        ------
        ShapeError
            There is no such chunk.
        CorruptChunkError
            The file ends before the chunk does.
        """
        self._check_open()
        self._check_coords(coords)
        try:
            return self._fetch(coords)
        except _HDF5_ERRORS as error:
            if isinstance(error, CorruptChunkError):
                raise
            raise self._damaged(coords) from error

    def write_raw(self, coords: ChunkCoords, chunk: RawChunk) -> None:
        """Store the encoded bytes of a whole chunk; filters are not run.

        Raises
        ------
        ShapeError
            There is no such chunk.
        WriteError
            HDF5 failed.
        """
        self._check_open()
        self._check_coords(coords)
        self._table = None
        try:
            self._dsid.write_direct_chunk(self._offset(coords), bytes(chunk.data), chunk.skipped)
        except _HDF5_ERRORS as error:
            msg = f"HDF5 could not write chunk {coords}"
            raise WriteError(msg, **self._where) from error

    def write(self, region: Region, values: AnyArray) -> None:
        """Store ``values`` in a region, as :meth:`HDF5Array.write`."""
        self._table = None
        super().write(region, values)

    def resize(self, shape: Shape) -> None:
        """Change the shape, as :meth:`HDF5Array.resize`."""
        self._table = None
        super().resize(shape)

    def _fetch(self, coords: ChunkCoords) -> RawChunk | None:
        found = self._locate(coords)
        if found is None:
            return None
        offset, size, mask = found
        descriptor = self._homes.descriptor(self._home)
        if descriptor is None:
            # The mask that comes with the bytes is always 0 (h5py 3.16): the index knows.
            _, data = self._dsid.read_direct_chunk(self._offset(coords))
            return RawChunk(data, mask)
        data = os.pread(descriptor, size, offset)
        if len(data) < size:
            raise self._damaged(coords)
        return RawChunk(data, mask)

    def _locate(self, coords: ChunkCoords) -> tuple[int, int, int] | None:
        table = self._table
        if table is None and self._lookups < _SINGLE_LOOKUPS:
            self._lookups += 1
            info = self._dsid.get_chunk_info_by_coord(self._offset(coords))
            if info.byte_offset is None:
                return None
            return info.byte_offset, info.size, info.filter_mask
        if table is None:
            shape, chunks = self.layout.shape or (), self._layout.chunks or ()
            table = self._table = ChunkTable(self._dsid, shape, chunks)
        return table.find(coords)

    def _check_coords(self, coords: ChunkCoords) -> None:
        shape, chunks = self.layout.shape or (), self._layout.chunks or ()
        inside = len(coords) == len(chunks)
        for place, length, chunk in zip(coords, shape, chunks, strict=False):
            inside = inside and 0 <= place < math.ceil(length / chunk)
        if not inside:
            msg = f"there is no chunk {coords} in shape {shape} by {chunks}"
            raise ShapeError(msg, **self._where)

    def _offset(self, coords: ChunkCoords) -> Shape:
        return tuple(p * c for p, c in zip(coords, self._layout.chunks or (), strict=True))

    def _damaged(self, coords: ChunkCoords) -> CorruptChunkError:
        return CorruptChunkError(
            f"chunk {coords} cannot be read whole",
            hint="The file is truncated or damaged: copy it again from its origin.",
            **self._where,
        )
