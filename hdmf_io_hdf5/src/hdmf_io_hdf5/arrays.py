"""One HDF5 dataset as an array source and sink. Chunks that stay encoded are in ``rawchunks``."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import h5py
import numpy as np
from h5py import h5d, h5s

from hdmf_io_core.errors import (
    ClosedIOError,
    CorruptChunkError,
    CorruptFileError,
    ExternalAccessError,
    HdmfIOError,
    ShapeError,
    UnsupportedFeatureError,
    WriteError,
)
from hdmf_io_core.storage.extent import check_resize
from hdmf_io_hdf5.external import withheld_data
from hdmf_io_hdf5.filters import missing_filter
from hdmf_io_hdf5.knownfilters import unknown_filter
from hdmf_io_hdf5.references import References
from hdmf_io_hdf5.selections import Block, blocks
from hdmf_io_hdf5.transfer import memory_type, transfer_buffer
from hdmf_io_hdf5.values import decode, encode, is_plain

if TYPE_CHECKING:
    from collections.abc import Callable

    from hdmf_io_core.storage.layout import ArrayLayout
    from hdmf_io_core.storage.selection import Selection
    from hdmf_io_core.types import AnyArray, Region, Shape
    from hdmf_io_hdf5.homes import Home

__all__ = ["HDF5Array"]

_HDF5_ERRORS = (KeyError, MemoryError, OSError, RuntimeError, TypeError, ValueError)
_CONTIGUOUS_GAP = 64


class HDF5Array:
    """A dataset of an open file.

    Parameters
    ----------
    dsid : h5py.h5d.DatasetID
        The open dataset; closed with the file.
    home : Home
        The file that holds it.
    path : str
        The path it was asked for by, for errors.
    layout : ArrayLayout
        Its layout, as it is now.
    is_closed : callable
        Whether the reader was closed since.
    """

    def __init__(
        self,
        dsid: h5d.DatasetID,
        home: Home,
        path: str,
        *,
        layout: ArrayLayout,
        is_closed: Callable[[], bool],
    ) -> None:
        self._dsid = dsid
        self._home = home
        self._path = path
        self._is_closed = is_closed
        self._n_refreshes = home.changes.n_refreshes
        self._element = layout.dtype
        self._layout = layout

    @property
    def dsid(self) -> h5d.DatasetID:
        """The dataset of h5py's low-level interface."""
        return self._dsid

    def native_array(self) -> h5py.Dataset:
        """Return h5py's own dataset, by the name that this one was opened by."""
        # What cannot change h5py asks HDF5 once, if it is told so.
        return h5py.Dataset(self._dsid, readonly=self._home.is_read_only)

    @property
    def path(self) -> str:
        """The path it was asked for by."""
        return self._path

    @property
    def layout(self) -> ArrayLayout:
        """The layout as it is now."""
        self._check_open()
        n_refreshes = self._home.changes.n_refreshes
        if self._n_refreshes != n_refreshes:
            self._renew()
            self._n_refreshes = n_refreshes
        if self._layout.is_resizable and tuple(self._dsid.shape) != self._layout.shape:
            self._layout = replace(self._layout, shape=tuple(map(int, self._dsid.shape)))
        return self._layout

    def read_into(self, selection: Selection, out: AnyArray) -> None:
        """Fill ``out`` with the selected elements.

        Numbers go from HDF5 straight into ``out``; index arrays are read in blocks of 32 MiB.

        Raises
        ------
        UnknownCodecError
            A filter is missing; the error names it and the package that has it.
        CorruptChunkError
            A chunk does not decode.
        CorruptFileError
            The file ends before the data does, or a file that holds the data is missing.
        ExternalAccessError
            The data is in another file, which the policy of the IO withholds.
        """
        self._check_open()
        if self._layout.shape is None:
            msg = "an array with a null dataspace has no elements to read"
            raise UnsupportedFeatureError(msg, **self._where)
        withheld = withheld_data(self._dsid, self._home)
        if withheld:
            hint = "Open with allow_external='anywhere' if you trust the file."
            raise ExternalAccessError(withheld, hint=hint, **self._where)
        try:
            self._read(selection, out)
        except _HDF5_ERRORS as error:
            if isinstance(error, HdmfIOError):
                raise
            raise self._read_failure() from error

    def check_readable(self) -> None:
        """Raise if a filter is missing; reads no data.

        Raises
        ------
        UnknownCodecError
            The error names the filter and the package that has it.
        """
        missing = missing_filter(self._layout.codecs)
        if missing is not None:
            raise unknown_filter(missing, self._home.source, self._path)

    def write(self, region: Region, values: AnyArray) -> None:
        """Store ``values`` in a region; everything is checked before the first byte is written.

        Raises
        ------
        ShapeError
            The region leaves the shape, or ``values`` are not of the region's shape.
        UnknownCodecError
            A filter is not available for encoding.
        TextEncodingError, UnsupportedDtypeError, UnresolvedReferenceError
            A value cannot be stored.
        WriteError
            HDF5 failed, for instance on a full disk.
        """
        self._check_open()
        self._check_region(region, values)
        missing = missing_filter(self._layout.codecs, encoding=True)
        if missing is not None:
            raise unknown_filter(missing, self._home.source, self._path)
        raw = encode(values, self._element, References(self._home), self._path)
        start = tuple(axis.start for axis in region)
        count = tuple(axis.stop - axis.start for axis in region)
        if 0 in count:
            return
        space, memory = self._spaces(start, (1,) * len(count), count)
        try:
            with self._home.changes.changing(values.nbytes):
                self._dsid.write(memory, space, raw, memory_type(self._element))
        except _HDF5_ERRORS as error:
            msg = "HDF5 could not write the data"
            raise WriteError(msg, **self._where) from error

    def resize(self, shape: Shape) -> None:
        """Change the shape.

        Raises
        ------
        ShapeError
            The array is fixed, or the shape leaves ``maxshape``.
        """
        layout = self.layout
        limits = check_resize(layout, shape, **self._where)
        if shape != layout.shape:
            with self._home.changes.changing():
                self._dsid.set_extent(shape)
            self._layout = replace(
                layout, shape=shape, maxshape=None if limits == shape else limits
            )

    def _renew(self) -> None:
        """Forget what was remembered of the array, and let HDF5 do so."""
        self._dsid.refresh()

    @property
    def _where(self) -> dict[str, str]:
        return {"source": self._home.source, "path": self._path}

    def _check_open(self) -> None:
        if self._is_closed() or not self._dsid.valid:
            msg = "the file of this data is closed"
            raise ClosedIOError(
                msg,
                hint="Read the data before closing, or open the file again.",
                **self._where,
            )

    def _check_region(self, region: Region, values: AnyArray) -> None:
        layout = self.layout
        shape = layout.shape
        inside = shape is not None and len(region) == len(shape)
        for axis, length in zip(region, shape or (), strict=False):
            inside = inside and 0 <= axis.start <= axis.stop <= length
        if not inside:
            msg = f"region {region} lies outside the shape {shape}"
            raise ShapeError(msg, **self._where)
        count = tuple(axis.stop - axis.start for axis in region)
        expected = transfer_buffer((0,), self._element).shape[1:]
        if values.shape != (*count, *expected):
            msg = f"values of shape {values.shape} for a region of shape {count}"
            raise ShapeError(msg, **self._where)

    def _spaces(self, start: Shape, stride: Shape, count: Shape) -> tuple[h5s.SpaceID, h5s.SpaceID]:
        space = self._dsid.get_space()
        if not count:
            return space, h5s.create(h5s.SCALAR)
        space.select_hyperslab(start, count, stride)
        return space, h5s.create_simple(count)

    def _read(self, selection: Selection, out: AnyArray) -> None:
        layout = self._layout
        gaps = layout.chunks or (_CONTIGUOUS_GAP,) * layout.ndim
        plain = is_plain(self._element) and out.dtype.base == self._buffer(()).dtype
        for block in blocks(selection, gaps=gaps, itemsize=self._buffer(()).nbytes):
            key: tuple[Any, ...] = (*block.target, ...)  # with ... a view, also of a scalar
            target = out[key]
            whole = block.picked is None and target.flags.c_contiguous
            if plain and whole and target.flags.writeable:
                self._read_block(block, target)
                continue
            raw = self._buffer(block.count)
            self._read_block(block, raw)
            chosen = raw if block.picked is None else _taken(raw, block)
            decode(chosen, self._element, target, References(self._home))

    def _buffer(self, shape: Shape) -> AnyArray:
        return transfer_buffer(shape, self._element)

    def _read_block(self, block: Block, raw: AnyArray) -> None:
        space, memory = self._spaces(block.start, block.stride, block.count)
        self._dsid.read(memory, space, raw, memory_type(self._element))

    def _read_failure(self) -> HdmfIOError:
        """Return the error that explains why HDF5 could not read."""
        self._check_open()
        missing = missing_filter(self._layout.codecs)
        if missing is not None:
            return unknown_filter(missing, self._home.source, self._path)
        if self._layout.chunks is not None:
            return CorruptChunkError(
                "a chunk is damaged: it does not decode, or its checksum differs",
                hint="Copy the file again from its origin; other chunks may still read.",
                **self._where,
            )
        return CorruptFileError(
            f"the {self._layout.storage_class} data cannot be read",
            hint="The file, or a file that holds its data, is truncated or missing.",
            **self._where,
        )


def _taken(raw: AnyArray, block: Block) -> AnyArray:
    chosen = raw
    for axis, picked in enumerate(block.picked or ()):
        if not isinstance(picked, slice):
            chosen = np.take(chosen, picked, axis=axis)
    return chosen
