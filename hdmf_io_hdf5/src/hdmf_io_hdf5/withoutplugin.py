"""Datasets whose filters HDF5 has not here: core's codecs decode and encode all of their chunks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from hdmf_io_core.chunks.coding import is_known
from hdmf_io_core.chunks.encode import ChunkEncoder
from hdmf_io_core.chunks.grid import ChunkGrid, region_shape
from hdmf_io_core.chunks.pool import WorkerPool
from hdmf_io_core.chunks.read import read_chunks
from hdmf_io_core.storage.fitting import fit
from hdmf_io_core.storage.selection import select_region
from hdmf_io_hdf5.filters import missing_filter
from hdmf_io_hdf5.plugincodecs import runs_here
from hdmf_io_hdf5.rawchunks import HDF5ChunkedArray

if TYPE_CHECKING:
    from hdmf_io_core.storage.layout import ArrayLayout
    from hdmf_io_core.storage.selection import Selection
    from hdmf_io_core.types import AnyArray, Region

__all__ = ["ArrayWithoutPlugin"]


class ArrayWithoutPlugin(HDF5ChunkedArray):
    """A chunked dataset that HDF5 itself cannot read here; parameters as its base."""

    @staticmethod
    def suits(array: HDF5ChunkedArray, layout: ArrayLayout) -> bool:
        """Whether a plugin is missing, and core has the codec and knows the elements."""
        # Asks HDF5 nothing about an array of its own filters: every array that is opened comes by.
        if not any(codec.name.startswith("hdf5:") for codec in layout.codecs):
            return False
        if missing_filter(layout.codecs, encoding=True) is None or array.hides_fill:
            return False
        encoding = array.encoding
        return encoding is not None and is_known(encoding) and runs_here(layout.dtype)

    def check_readable(self) -> None:
        """Do nothing: it is."""

    def read_into(self, selection: Selection, out: AnyArray) -> None:
        """Fill ``out`` with the selected elements, decoded chunk by chunk in this thread.

        Raises
        ------
        CorruptChunkError
            A chunk does not decode.
        """
        dtype = self.layout.memory_dtype
        is_direct = out.dtype == dtype and out.flags.c_contiguous
        target = out if is_direct else np.empty(selection.shape, dtype)
        read_chunks(self, selection, target, WorkerPool(1), blank=self._blank)
        if not is_direct:
            out[...] = target

    def write(self, region: Region, values: AnyArray) -> None:
        """Store ``values`` in a region; chunks that it covers in part are decoded first.

        Raises
        ------
        ShapeError
            The region leaves the shape, or ``values`` are not of the region's shape.
        UnsupportedDtypeError
            A value cannot be stored.
        CorruptChunkError
            A chunk that is to be changed does not decode.
        WriteError
            HDF5 failed, for instance on a full disk.
        """
        self._check_open()
        self._check_region(region, values)
        layout = self.layout
        fitted = fit(values, layout.dtype)
        if not fitted.size:
            return
        grid = ChunkGrid(layout.shape or (), layout.chunks or ())
        with ChunkEncoder(self, WorkerPool(1)) as encoder:
            for coords in grid.coords(region):
                whole = grid.region_of(coords)
                inside, outside = grid.overlap(coords, region)
                part = fitted[outside]
                if part.shape != region_shape(whole):
                    held = np.empty(region_shape(whole), layout.memory_dtype)
                    self.read_into(select_region(whole), held)
                    held[inside] = part
                    part = held
                encoder.put(coords, part)

    def _blank(self, target: AnyArray) -> None:
        value: Any = self._layout.fill_value
        target[...] = np.zeros((), target.dtype) if value is None else value
