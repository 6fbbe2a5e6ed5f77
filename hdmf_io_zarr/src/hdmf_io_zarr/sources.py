"""One stored array, read through its chunks."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from hdmf_io_core.chunks.grid import ChunkGrid
from hdmf_io_core.errors import (
    FormatError,
    MetadataError,
    UnknownCodecError,
    UnsupportedFeatureError,
)
from hdmf_io_core.storage.dtypes import ArrayType, memory_dtype
from hdmf_io_core.storage.memoryarray import default_cells
from hdmf_io_zarr.cells import from_disk, to_disk
from hdmf_io_zarr.chunkkeys import stored_coords
from hdmf_io_zarr.coding import ChunkCoder, ShardCoder, coder_of
from hdmf_io_zarr.layouts import StoredLayout, read_layout
from hdmf_io_zarr.pieces import pieces, taken

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hdmf_io_core.storage.layout import ArrayLayout
    from hdmf_io_core.storage.selection import Selection
    from hdmf_io_core.types import AnyArray, ChunkCoords, Region, Shape
    from hdmf_io_zarr.documents import Node
    from hdmf_io_zarr.references import References
    from hdmf_io_zarr.stores import ByteStore

__all__ = ["Home", "ZarrSource"]


class Home(Protocol):
    """The open store that an array is in."""

    @property
    def store(self) -> ByteStore:
        """Its bytes."""

    @property
    def references(self) -> References:
        """How its references are read and written."""

    def check_open(self) -> None:
        """Raise ``ClosedIOError`` if it is closed."""

    def begin(self) -> None:
        """Note that a change comes; raise if the store is open for reading."""

    def touch(self, path: str) -> None:
        """Note that a node's documents changed."""


class ZarrSource:
    """An array of an open store, for reading.

    Parameters
    ----------
    home : Home
        The store.
    node : Node
        The array's documents; a resize changes them.

    Notes
    -----
    Several threads may read.
    """

    def __init__(self, home: Home, node: Node) -> None:
        self._home = home
        self._node = node
        self._load()

    def _load(self) -> None:
        try:
            self._stored: StoredLayout = read_layout(self._node, self._home.references.zarr_format)
        except (FormatError, UnsupportedFeatureError) as error:
            raise type(error)(error.what, hint=error.hint, **self._where) from error
        self._layout = self._stored.logical
        self._coder: ChunkCoder | ShardCoder | None = None

    @property
    def path(self) -> str:
        """Path in the store."""
        return self._node.path

    @property
    def stored(self) -> StoredLayout:
        """How the array really lies in the store."""
        return self._stored

    @property
    def layout(self) -> ArrayLayout:
        """The layout as it is now."""
        self._home.check_open()
        if self._layout.shape and self._disk_shape[: self._layout.ndim] != self._layout.shape:
            self._load()
        return self._layout

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, ZarrSource):
            return NotImplemented
        return self._where == other._where

    def __hash__(self) -> int:
        return hash(tuple(self._where.values()))

    # reading

    def read_into(self, selection: Selection, out: AnyArray) -> None:
        """Fill ``out`` with the selected elements; each chunk they touch is decoded once.

        Raises
        ------
        UnknownCodecError
            A codec is not available; the error names it.
        CorruptChunkError, MetadataError
            A chunk does not decode, or holds something else.
        UnsupportedFeatureError
            The array has a null dataspace, and no elements.
        """
        layout = self.layout
        if layout.shape is None:
            msg = "a null dataspace has no elements"
            raise UnsupportedFeatureError(msg, **self._where)
        axes, target = self._on_disk(selection.axes), out.reshape(self._out_shape(selection))
        unit = self._reading_unit
        lists = [list(pieces(axis, length)) for axis, length in zip(axes, unit, strict=True)]
        for parts in product(*lists):
            inside = tuple(part.inside for part in parts)
            outside: Any = (*(part.outside for part in parts), ...)
            chunk = self._read_chunk(tuple(part.chunk for part in parts))
            if chunk is None:
                target[outside].fill(self._unwritten)
            else:
                view = target[outside]
                self._from_disk(taken(chunk, inside), view)

    def stored_chunks(self) -> Iterator[ChunkCoords]:
        """Yield the coordinates of the chunks that were written, in C order; lists their names."""
        layout, stored = self.layout, self._stored
        n_axes = len(self._disk_shape)
        if not layout.shape or layout.chunks is None:
            return iter(())
        folder = self._node.path.strip("/")
        folder = f"{folder}/c" if stored.prefix == "c/" else folder
        found = stored_coords(self._home.store, folder, stored.separator, n_axes)
        counts = ChunkGrid(self._disk_shape, stored.chunks).counts
        inside = (c for c in found if all(p < n for p, n in zip(c, counts, strict=True)))
        return iter(sorted({coords[: layout.ndim] for coords in inside}))

    def check_readable(self) -> None:
        """Raise if a codec is missing; reads no data.

        Raises
        ------
        UnknownCodecError
            The error names it.
        """
        try:
            self._coded  # noqa: B018 - is made of the codecs
        except UnknownCodecError as error:
            raise UnknownCodecError(error.what, hint=error.hint, **self._where) from error

    @property
    def _reading_unit(self) -> Shape:
        coder = self._coded
        return coder.inner_shape if isinstance(coder, ShardCoder) else self._stored.chunks

    def _read_chunk(self, coords: ChunkCoords) -> AnyArray | None:
        """Return a chunk, or an inner chunk of a shard, decoded; None if it was never written."""
        coder = self._coded
        if isinstance(coder, ShardCoder):
            return self._read_inner(coder, coords)
        data = self._home.store.get(self._chunk_key(coords))
        return None if data is None else self._decode(coder, data, coords)

    def _read_inner(self, coder: ShardCoder, coords: ChunkCoords) -> AnyArray | None:
        shard = tuple(c // n for c, n in zip(coords, coder.counts, strict=True))
        inner = tuple(c % n for c, n in zip(coords, coder.counts, strict=True))
        key, n_bytes = self._chunk_key(shard), coder.index_bytes
        found = self._home.store.get(key, -n_bytes if coder.is_at_end else 0, n_bytes)
        if found is None:
            return None
        place = coder.place(coder.read_index(found), inner)
        data = None if place is None else self._home.store.get(key, *place)
        return None if data is None else self._decode(coder.inner, data, coords)

    def _decode(self, coder: Any, data: bytes, coords: ChunkCoords) -> AnyArray:
        try:
            return coder.decode(data)  # type: ignore[no-any-return]
        except FormatError as error:
            msg = f"chunk {coords}: {error.what}"
            raise type(error)(msg, hint=error.hint, **self._where) from error

    def _from_disk(self, chunk: AnyArray, out: AnyArray) -> None:
        try:
            from_disk(chunk, self._stored.element, self._home.references, out)
        except (MetadataError, TypeError, ValueError) as error:
            msg = f"elements cannot be read: {error}"
            raise MetadataError(msg, **self._where) from error

    # places

    @property
    def _where(self) -> dict[str, str]:
        return {"source": self._home.store.source, "path": self._node.path}

    @property
    def _disk_shape(self) -> Shape:
        return tuple(self._node.meta["shape"])

    @property
    def _coded(self) -> Any:
        if self._coder is None:
            stored = self._stored
            self._coder = coder_of(  # type: ignore[assignment]
                stored.chain, stored.chunks, stored.dtype, self._empty_element
            )
        return self._coder

    @property
    def _unwritten(self) -> Any:
        """One element that was never written, in memory form."""
        value = self._layout.fill_value
        if value is not None:
            return value
        inner = self._stored.element
        while isinstance(inner, ArrayType):
            inner = inner.base
        return default_cells((), inner)[()]

    @property
    def _empty_element(self) -> AnyArray:
        """One element that was never written, as a chunk holds it."""
        inner = self._stored.element
        while isinstance(inner, ArrayType):
            inner = inner.base
        cell = np.empty(1, memory_dtype(inner))
        cell[0] = self._unwritten
        return to_disk(cell, inner, self._home.references)[0]  # type: ignore[no-any-return]

    def _on_disk(self, axes: tuple[Any, ...]) -> tuple[Any, ...]:
        """Return the axes of a selection with those that only the store has."""
        shape = self._disk_shape
        if len(axes) > len(shape):
            return axes
        return (*axes, *(slice(0, n, 1) for n in shape[len(axes) :]))

    def _disk_extent(self, region: Region) -> Shape:
        return tuple(axis.stop - axis.start for axis in self._on_disk(region))

    def _out_shape(self, selection: Selection) -> Shape:
        return (*selection.shape, *self._disk_shape[len(selection.axes) :])

    def _chunk_key(self, coords: ChunkCoords) -> str:
        prefix = self._stored.prefix
        # Format 3 calls the one chunk of a scalar "c", format 2 "0".
        name = self._stored.separator.join(map(str, coords)) if coords else "" if prefix else "0"
        key = f"{self._node.path}/{prefix}{name}".lstrip("/")
        return key if coords or not prefix else key.rstrip("/.")
