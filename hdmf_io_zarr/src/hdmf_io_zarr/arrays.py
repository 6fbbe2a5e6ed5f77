"""One stored array, for reading and writing."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from hdmf_io_core.chunks.coding import ChunkCoder
from hdmf_io_core.chunks.grid import ChunkGrid, region_shape
from hdmf_io_core.errors import ShapeError, WriteError
from hdmf_io_core.storage.extent import check_resize
from hdmf_io_core.storage.selection import select_region
from hdmf_io_zarr.cells import to_disk
from hdmf_io_zarr.dtypes import v3_of_numpy
from hdmf_io_zarr.newarrays import array_node, become, is_pickled
from hdmf_io_zarr.sources import ZarrSource

if TYPE_CHECKING:
    from hdmf_io_core.storage.layout import RawChunk
    from hdmf_io_core.types import AnyArray, ChunkCoords, Region, Shape

__all__ = ["ZarrArray"]


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

    concurrent = True
    """Each chunk is a value of its own in the store."""

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
        if is_pickled(self._stored):
            self._anew()
        encoded = to_disk(values, self._stored.element, self._home.references)
        if 0 in encoded.shape:
            return
        self._home.begin()
        self._make_room(encoded.dtype)
        full = self._on_disk(region)
        encoded = encoded.reshape(region_shape(full))
        grid = ChunkGrid(self._disk_shape, self._stored.chunks)
        with self._located():
            for coords in grid.coords(full):
                inside, outside = grid.overlap(coords, full)
                key: Any = (*outside, ...)
                self._write_part(grid, coords, inside, encoded[key])

    def _write_part(
        self, grid: ChunkGrid, coords: ChunkCoords, inside: Region, values: AnyArray
    ) -> None:
        """Write elements of one chunk; the others stay as they are."""
        chunk = values
        if values.shape != grid.chunk_shape:
            # Not by assignment, which would broadcast an element that is itself an array.
            chunk = np.empty(grid.chunk_shape, self._stored.dtype)
            chunk.fill(self._empty_element)
            whole = grid.region_of(coords)
            if values.shape != region_shape(whole):
                chunk[tuple(slice(0, n) for n in region_shape(whole))] = self._elements(whole)
            chunk[inside] = values
        self._home.store.set(self._key(coords), self._coded().encode(chunk).data)

    def resize(self, shape: Shape) -> None:
        """Change the shape; chunks that are cut off are removed.

        Raises
        ------
        ShapeError
            The array is fixed, or the shape leaves ``maxshape``.
        """
        layout = self.layout
        limits = check_resize(layout, shape, **self._where)
        if shape == layout.shape:
            return
        self._home.begin()
        if is_pickled(self._stored):
            self._anew()
            layout = self.layout
        self._cut(shape)
        self._node.meta["shape"] = [*shape, *self._disk_shape[len(shape) :]]
        self._home.touch(self._node.path)
        self._layout = replace(
            self._layout, shape=shape, maxshape=None if limits == shape else limits
        )

    def _cut(self, shape: Shape) -> None:
        """Remove what a smaller shape leaves out, so that growing again shows the fill value."""
        old, chunks = self._disk_shape, self._stored.chunks
        new = (*shape, *old[len(shape) :])
        if all(n >= o for n, o in zip(new, old, strict=True)):
            return
        kept = ChunkGrid(new, chunks)
        for coords in ChunkGrid(old, chunks).coords():
            key = self._key(coords)
            if any(c >= n for c, n in zip(coords, kept.counts, strict=True)):
                self._home.store.delete(key)
            elif kept.is_edge(coords) and self._home.store.get(key) is not None:
                region = kept.region_of(coords)
                inside, _ = kept.overlap(coords, region)
                self._write_part(kept, coords, inside, self._elements(region))

    def _anew(self) -> None:
        """Store the array, which hdmf-zarr pickled, in the form of a new one; nothing is pickled.

        Raises
        ------
        UnresolvedReferenceError
            It refers to what is not in the store, which a new array cannot; nothing has changed.
        """
        layout, grid = self.layout, ChunkGrid(self._disk_shape, self._stored.chunks)
        stored = [c for c in grid.coords() if self._home.store.get(self._key(c)) is not None]
        parts: dict[ChunkCoords, AnyArray] = {}
        for coords in stored:
            selection = select_region(grid.region_of(coords)[: layout.ndim])
            cells = np.empty(selection.shape, layout.memory_dtype)
            self.read_into(selection, cells)
            encoded = to_disk(cells, self._stored.element, self._home.references)
            parts[coords] = encoded.reshape(region_shape(grid.region_of(coords)))
        self._home.begin()
        become(self._node, array_node(layout, self._home.references.zarr_format))
        self._home.touch(self._node.path)
        self._load()
        for coords, part in parts.items():
            inside, _ = grid.overlap(coords, grid.region_of(coords))
            self._write_part(grid, coords, inside, part)

    def _make_room(self, dtype: np.dtype[Any]) -> None:
        """Widen the text of a compound, if a value needs it; what is stored is written again."""
        old = self._stored.dtype
        if old.names is None or all(
            dtype[name].itemsize <= old[name].itemsize for name in old.names
        ):
            return
        wider = np.dtype([(name, np.promote_types(dtype[name], old[name])) for name in old.names])
        grid = ChunkGrid(self._disk_shape, self._stored.chunks)
        stored = [c for c in grid.coords() if self._home.store.get(self._key(c)) is not None]
        parts = {coords: self._elements(grid.region_of(coords)) for coords in stored}
        self._node.meta["data_type"] = v3_of_numpy(wider, None)
        self._home.touch(self._node.path)
        self._load()
        for coords, part in parts.items():
            inside, _ = grid.overlap(coords, grid.region_of(coords))
            self._write_part(grid, coords, inside, part.astype(wider))

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
        key = self._checked_key(coords)
        self._home.begin()
        if chunk.skipped:
            coder = self._coded()
            if not isinstance(coder, ChunkCoder):
                msg = "a shard cannot have skipped a codec"
                raise WriteError(msg, **self._where)
            with self._located():
                chunk = coder.again(chunk)
        self._home.store.set(key, chunk.data)

    def _check_region(self, region: Region, values: AnyArray) -> None:
        shape = self.layout.shape
        inside = shape is not None and len(region) == len(shape)
        for axis, length in zip(region, shape or (), strict=False):
            inside = inside and 0 <= axis.start <= axis.stop <= length
        if not inside:
            msg = f"region {region} lies outside the shape {shape}"
            raise ShapeError(msg, **self._where)
        expected = (*region_shape(region), *np.empty(0, self._layout.memory_dtype).shape[1:])
        if values.shape != expected:
            msg = f"values of shape {values.shape} for a region of shape {expected}"
            raise ShapeError(msg, **self._where)
