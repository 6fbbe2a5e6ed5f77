"""Chunks of a dataset as they stand in the file, neither decoded nor encoded."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, TypeVar

from h5py import h5f
from h5py._objects import phil

from hdmf_io_core.errors import CorruptChunkError, HdmfIOError, ShapeError, WriteError
from hdmf_io_core.storage.encoding import ChunkEncoding
from hdmf_io_core.storage.layout import RawChunk
from hdmf_io_hdf5.arrays import HDF5Array
from hdmf_io_hdf5.chunktable import ChunkTable
from hdmf_io_hdf5.homes import identity
from hdmf_io_hdf5.layouts import knows_fill
from hdmf_io_hdf5.plugincodecs import core_codecs
from hdmf_io_hdf5.positional import addresses_count_user_block

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator, Sequence

    from h5py import h5d

    from hdmf_io_core.storage.abilities import RawFetch
    from hdmf_io_core.storage.layout import ArrayLayout
    from hdmf_io_core.types import AnyArray, ChunkCoords, Region, Shape
    from hdmf_io_hdf5.chunktable import FoundChunk
    from hdmf_io_hdf5.homes import Home, Homes, Identity
    from hdmf_io_hdf5.positional import PastHDF5

__all__ = ["HDF5ChunkedArray"]

T = TypeVar("T")
R = TypeVar("R")

_SINGLE_LOOKUPS = 8
_ALL_LOOKUPS = 8
"""Of a file that does not change, one pass over the index is worth it after so many look-ups."""
_HDF5_ERRORS = (MemoryError, OSError, RuntimeError, ValueError)


class HDF5ChunkedArray(HDF5Array):
    """A chunked dataset whose encoded chunks can be read and written.

    Parameters
    ----------
    dsid, path, layout, is_closed
        As of :class:`HDF5Array`.
    home : Home
        The file that holds it, one of ``homes``.
    homes : Homes
        The reader's files.
    """

    concurrent = False
    """HDF5 writes from one thread at a time."""

    def __init__(
        self,
        dsid: h5d.DatasetID,
        home: Home,
        path: str,
        *,
        layout: ArrayLayout,
        is_closed: Callable[[], bool],
        homes: Homes,
    ) -> None:
        super().__init__(dsid, home, path, layout=layout, is_closed=is_closed)
        self._homes = homes
        self._table: ChunkTable | None = None
        self._lookups = 0
        self._encoding: ChunkEncoding | None = None
        self._identity: Identity | None = None

    @property
    def encoding(self) -> ChunkEncoding | None:
        """The codecs: chunks hold the elements as they are in memory, but for these."""
        if self._encoding is None:
            layout = self._layout
            codecs = core_codecs(layout.codecs)
            self._encoding = ChunkEncoding(layout.chunks or (), layout.memory_dtype, codecs)
        return self._encoding

    @property
    def hides_fill(self) -> bool:
        """Whether HDF5 alone knows the value of elements that were never written."""
        return not knows_fill(self._dsid, self._layout.dtype)

    def read_raw(self, coords: ChunkCoords) -> RawChunk | None:
        """Return the bytes of a chunk as they are in the file; None if it was never written.

        Local files are read past HDF5, without its lock.

        Raises
        ------
        ShapeError
            There is no such chunk.
        CorruptChunkError
            The file ends before the chunk does.
        """
        self._check_open()
        self._check_coords(coords)
        fetch = next(self.fetchers([coords]))
        chunk = None if fetch is None else fetch()
        return chunk if fetch is None or chunk is not None else self._direct(coords)

    def fetchers(self, coords: Sequence[ChunkCoords]) -> Iterator[RawFetch | None]:
        """Yield what reads each chunk, None for one never written.

        What is yielded reads past HDF5; of a file behind a foreign driver, or while another thread
        writes, the bytes are read here already. A file open for writing is flushed first.

        Raises
        ------
        CorruptChunkError
            The chunk index cannot be read; the file ends before the chunk does.
        """
        self._check_open()
        descriptor = self._homes.descriptor(self._home)
        mark = self._home.changes.mark()
        if descriptor is None or mark is None:
            yield from map(self._held, coords)
            return
        locate = self._guarded(self._locator, len(coords))
        for place in coords:
            found = self._guarded(locate, place)
            yield None if found is None else _Fetch(self, descriptor, place, found, mark=mark)

    @property
    def has_stamps(self) -> bool:
        """Whether nobody changes the file while it is open here."""
        return self._home.is_read_only and self._homes.descriptor(self._home) is not None

    def stamp(self, coords: ChunkCoords) -> Hashable:
        """Return the file, and the array and the chunk in it."""
        self._identity = self._identity or identity(self._dsid)
        return self._identity, coords

    def stored_chunks(self) -> Iterator[ChunkCoords]:
        """Yield the coordinates of the chunks that were written, in C order.

        Raises
        ------
        CorruptChunkError
            The chunk index cannot be read.
        """
        self._check_open()
        if not self._home.is_read_only:
            h5f.flush(self._home.fid, h5f.SCOPE_LOCAL)
        return self._guarded(self._listed, None)

    def write(self, region: Region, values: AnyArray) -> None:
        """As :meth:`HDF5Array.write`; chunks that HDF5 holds back would fail unseen at its end."""
        super().write(region, values)
        try:
            self._dsid.flush()
        except (OSError, RuntimeError) as error:
            msg = "HDF5 could not write the values"
            raise WriteError(msg, **self._where) from error

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
        offset = self._offset(coords)
        try:
            with self._home.changes.changing(len(chunk.data)):
                self._dsid.write_direct_chunk(offset, chunk.data, chunk.skipped)
        except _HDF5_ERRORS as error:
            msg = f"HDF5 could not write chunk {coords}"
            raise WriteError(msg, **self._where) from error

    def has_changed(self, mark: int) -> bool:
        """Whether data of the file was changed, by this process, after a mark."""
        return self._home.changes.since(mark)

    def damaged(self, coords: ChunkCoords) -> CorruptChunkError:
        """Return the error of a chunk that the file does not hold whole."""
        return CorruptChunkError(
            f"chunk {coords} cannot be read whole",
            hint="The file is truncated or damaged: copy it again from its origin.",
            **self._where,
        )

    def _renew(self) -> None:
        super()._renew()
        self._table, self._lookups = None, 0

    def _guarded(self, ask: Callable[[T], R], about: T) -> R:
        try:
            return ask(about)
        except _HDF5_ERRORS as error:
            if isinstance(error, HdmfIOError):
                raise
            msg = "the index of the chunks cannot be read"
            hint = "The file is truncated or damaged: copy it again from its origin."
            raise CorruptChunkError(msg, hint=hint, **self._where) from error

    def _held(self, coords: ChunkCoords) -> RawFetch | None:
        chunk = self._direct(coords)
        return None if chunk is None else lambda: chunk

    def _direct(self, coords: ChunkCoords) -> RawChunk | None:
        """Read a chunk through HDF5."""
        offset = self._offset(coords)
        try:
            # One at a time, so that nothing moves the chunk between the two calls.
            with phil:
                info = self._dsid.get_chunk_info_by_coord(offset)
                if info.byte_offset is None:
                    return None
                # The mask that comes with the bytes is always 0 (h5py 3.16): the index knows.
                _, data = self._dsid.read_direct_chunk(offset)
        except _HDF5_ERRORS as error:
            raise self.damaged(coords) from error
        return RawChunk(data, info.filter_mask)

    def _locator(self, n_chunks: int) -> Callable[[ChunkCoords], FoundChunk | None]:
        """Return what finds chunks: by the index read at once, or one by one where they are few."""
        home = self._home
        table = self._table
        if not home.is_read_only:
            h5f.flush(home.fid, h5f.SCOPE_LOCAL)
            table = None
        if table is None:
            self._lookups += n_chunks if home.is_read_only else 0
            if n_chunks <= _SINGLE_LOOKUPS and self._lookups <= _ALL_LOOKUPS:
                return self._looked_up
            shape, chunks = self.layout.shape or (), self._layout.chunks or ()
            base = 0 if addresses_count_user_block()[0] else home.user_block_bytes
            table = ChunkTable(self._dsid, shape, chunks, base)
            if home.is_read_only:
                self._table = table
        return table.find

    def _looked_up(self, coords: ChunkCoords) -> FoundChunk | None:
        info = self._dsid.get_chunk_info_by_coord(self._offset(coords))
        if info.byte_offset is None:
            return None
        base = 0 if addresses_count_user_block()[1] else self._home.user_block_bytes
        return info.byte_offset + base, info.size, info.filter_mask

    def _listed(self, _: None) -> Iterator[ChunkCoords]:
        shape, chunks = self.layout.shape or (), self._layout.chunks or ()
        return ChunkTable(self._dsid, shape, chunks).coords()

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


class _Fetch:
    """Reads one chunk past HDF5, in any thread."""

    __slots__ = ("_array", "_coords", "_descriptor", "_found", "_mark")

    def __init__(
        self,
        array: HDF5ChunkedArray,
        descriptor: PastHDF5,
        coords: ChunkCoords,
        found: FoundChunk,
        *,
        mark: int,
    ) -> None:
        self._array = array
        self._descriptor = descriptor
        self._coords = coords
        self._found = found
        self._mark = mark

    def __call__(self) -> RawChunk | None:
        offset, size, mask = self._found
        try:
            data = self._descriptor.read(size, offset)
        except OSError as error:
            raise self._array.damaged(self._coords) from error
        if self._array.has_changed(self._mark):
            return None
        if len(data) < size:
            raise self._array.damaged(self._coords)
        return RawChunk(data, mask)
