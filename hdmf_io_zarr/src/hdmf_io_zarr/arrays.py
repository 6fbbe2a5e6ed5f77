"""One stored array: elements written through its chunks, and the chunks as they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from hdmf_io_core.chunks.grid import ChunkGrid
from hdmf_io_core.errors import (
    ShapeError,
    WriteError,
)
from hdmf_io_core.storage.dtypes import ArrayType, CompoundType, ElementType, memory_dtype
from hdmf_io_core.storage.extent import check_resize
from hdmf_io_core.storage.layout import RawChunk
from hdmf_io_zarr.cells import to_disk
from hdmf_io_zarr.coding import ChunkCoder
from hdmf_io_zarr.dtypes import disk_type, v3_of_numpy
from hdmf_io_zarr.sources import Home, ZarrSource

if TYPE_CHECKING:
    from hdmf_io_core.types import AnyArray, ChunkCoords, Region, Shape
    from hdmf_io_zarr.documents import Node

__all__ = ["ZarrArray", "ZarrChunkedArray", "open_array"]


class ZarrArray(ZarrSource):
    """An array of an open store, for reading and, where the store allows it, for writing.

    Parameters
    ----------
    home : Home
        The store.
    node : Node
        The array's documents; a resize changes them.

    Notes
    -----
    Several threads may read. One at a time may write, but for raw chunks.
    """

    def write(self, region: Region, values: AnyArray) -> None:
        """Store ``values`` in a region; a chunk that is covered in part is read first.

        Raises
        ------
        ShapeError
            The region leaves the shape, or ``values`` are not of the region's shape.
        UnresolvedReferenceError
            A reference has its target elsewhere.
        WriteError
            The store refused.
        """
        self._check_region(region, values)
        encoded = to_disk(values, self._stored.element, self._home.references)
        if 0 in encoded.shape:
            return
        self._home.begin()
        self._make_room(encoded.dtype)
        starts = [axis.start for axis in self._on_disk(region)]
        shape = self._disk_shape
        encoded = encoded.reshape(self._disk_extent(region))
        grid = ChunkGrid(shape, self._stored.chunks)
        full = tuple(slice(s, s + n) for s, n in zip(starts, encoded.shape, strict=True))
        for coords in grid.coords(full):
            inside, outside = grid.overlap(coords, full)
            key: Any = (*outside, ...)
            part = encoded[key]
            self._write_chunk(coords, inside, part, whole=_covers(inside, grid, coords))

    def _write_chunk(
        self, coords: ChunkCoords, inside: Region, values: AnyArray, *, whole: bool
    ) -> None:
        chunk: Any = None
        if values.shape == self._stored.chunks:
            chunk = values
        elif not whole:
            data = self._home.store.get(self._chunk_key(coords))
            chunk = None if data is None else np.array(self._decode(self._coded, data, coords))
        if chunk is None:
            chunk = np.empty(self._stored.chunks, self._stored.dtype)
            # Not by assignment, which would broadcast an element that is itself an array.
            chunk.fill(self._empty_element)
        if chunk is not values:
            chunk[inside] = values
        self._home.store.set(self._chunk_key(coords), self._coded.encode(chunk))

    def resize(self, shape: Shape) -> None:
        """Change the shape; chunks that are cut off are removed.

        Raises
        ------
        ShapeError
            The array is fixed, or the shape leaves ``maxshape``.
        """
        layout = self.layout
        check_resize(layout, shape, **self._where)
        if shape == layout.shape:
            return
        self._home.begin()
        self._cut(shape)
        self._node.meta["shape"] = [*shape, *self._disk_shape[len(shape) :]]
        self._home.touch(self._node.path)
        self._load()

    def _cut(self, shape: Shape) -> None:
        """Remove what a smaller shape leaves out, so that growing again shows the fill value."""
        old, chunks = self._disk_shape, self._stored.chunks
        new = (*shape, *old[len(shape) :])
        if all(n >= o for n, o in zip(new, old, strict=True)):
            return
        kept = ChunkGrid(new, chunks)
        for coords in ChunkGrid(old, chunks).coords():
            if any(c >= n for c, n in zip(coords, kept.counts, strict=True)):
                self._home.store.delete(self._chunk_key(coords))
            elif kept.is_edge(coords):
                data = self._home.store.get(self._chunk_key(coords))
                if data is not None:
                    inside = tuple(slice(0, a.stop - a.start) for a in kept.region_of(coords))
                    chunk = self._decode(self._coded, data, coords)
                    self._write_chunk(coords, inside, np.array(chunk[inside]), whole=True)

    def _make_room(self, dtype: np.dtype[Any]) -> None:
        """Widen the text of a compound, if a value needs it; what is stored is written again."""
        old = self._stored.dtype
        if old.names is None or all(
            dtype[name].itemsize <= old[name].itemsize for name in old.names
        ):
            return
        wider = np.dtype([(name, np.promote_types(dtype[name], old[name])) for name in old.names])
        coords = list(ChunkGrid(self._disk_shape, self._stored.chunks).coords())
        chunks = {c: self._read_chunk(c) for c in coords}
        self._node.meta["data_type"] = v3_of_numpy(wider, None)
        self._home.touch(self._node.path)
        self._load()
        for place, chunk in chunks.items():
            if chunk is not None:
                self._home.store.set(
                    self._chunk_key(place), self._coded.encode(chunk.astype(wider))
                )

    def _check_region(self, region: Region, values: AnyArray) -> None:
        shape = self.layout.shape
        inside = shape is not None and len(region) == len(shape)
        for axis, length in zip(region, shape or (), strict=False):
            inside = inside and 0 <= axis.start <= axis.stop <= length
        if not inside:
            msg = f"region {region} lies outside the shape {shape}"
            raise ShapeError(msg, **self._where)
        extent = tuple(axis.stop - axis.start for axis in region)
        expected = (*extent, *np.empty(0, self._layout.memory_dtype).shape[1:])
        if values.shape != expected:
            msg = f"values of shape {values.shape} for a region of shape {expected}"
            raise ShapeError(msg, **self._where)


class ZarrChunkedArray(ZarrArray):
    """An array whose encoded chunks can be read and written as they are."""

    concurrent = True
    """Each chunk is a value of its own in the store."""

    def read_raw(self, coords: ChunkCoords) -> RawChunk | None:
        """Return the bytes of a chunk as they are in the store; None if it was never written.

        Raises
        ------
        ShapeError
            There is no such chunk.
        """
        data = self._home.store.get(self._chunk_key(self._full(coords)))
        return None if data is None else RawChunk(data)

    def write_raw(self, coords: ChunkCoords, chunk: RawChunk) -> None:
        """Store the encoded bytes of a whole chunk; codecs that it skipped are run after all.

        Raises
        ------
        ShapeError
            There is no such chunk.
        CorruptChunkError
            A chunk that skipped a codec does not decode.
        WriteError
            The store refused.
        """
        key = self._chunk_key(self._full(coords))
        self._home.begin()
        data = bytes(chunk.data)
        coder = self._coded
        if chunk.skipped:
            if not isinstance(coder, ChunkCoder):
                msg = "a shard cannot have skipped a codec"
                raise WriteError(msg, **self._where)
            data = coder.redo(coder.undo(data, skipped=chunk.skipped))
        self._home.store.set(key, data)

    def _full(self, coords: ChunkCoords) -> ChunkCoords:
        layout = self.layout
        counts = ChunkGrid(layout.shape or (), layout.chunks or ()).counts
        if len(coords) != len(counts) or not all(
            0 <= c < n for c, n in zip(coords, counts, strict=True)
        ):
            msg = f"there is no chunk {coords} in a grid of {counts}"
            raise ShapeError(msg, **self._where)
        return (*coords, *(0 for _ in self._disk_shape[len(coords) :]))


def open_array(home: Home, node: Node) -> ZarrArray:
    """Return the array of a node, with raw chunks where their bytes mean the same elsewhere."""
    array = ZarrArray(home, node)
    stored = array.stored
    is_plain = stored.chain.axes is None and stored.chain.object_codec is None
    is_plain = is_plain and stored.has_own_bytes
    if stored.logical.chunks and is_plain and _is_packed(stored.element):
        return ZarrChunkedArray(home, node)
    return array


def _is_packed(element: ElementType) -> bool:
    """Whether decoded bytes are those that numpy, HDF5 and Zarr all have for the type."""
    if isinstance(element, ArrayType):
        return _is_packed(element.base)
    if isinstance(element, CompoundType):
        offset = 0
        for field in element.fields:
            if field.offset not in {None, offset} or not _is_packed(field.type):
                return False
            offset += memory_dtype(field.type).itemsize
        return element.itemsize in {None, offset}
    disk = disk_type(element, 3)
    return not disk.dtype.hasobject


def _covers(inside: Region, grid: ChunkGrid, coords: ChunkCoords) -> bool:
    """Whether a part of a chunk is all of it that lies in the array."""
    extent = (axis.stop - axis.start for axis in grid.region_of(coords))
    return all(
        axis.start == 0 and axis.stop == length for axis, length in zip(inside, extent, strict=True)
    )
