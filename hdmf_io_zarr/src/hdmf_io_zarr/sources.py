"""One stored array, for reading: the core's chunk engine over the keys of its chunks."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol, cast

import numpy as np

from hdmf_io_core.chunks.coding import Coder, coder_of
from hdmf_io_core.chunks.grid import ChunkGrid, region_shape
from hdmf_io_core.chunks.pool import IN_CALLER
from hdmf_io_core.chunks.read import read_chunks
from hdmf_io_core.errors import MetadataError, ShapeError, UnsupportedFeatureError
from hdmf_io_core.storage.dtypes import ArrayType, is_plain_bytes, memory_dtype
from hdmf_io_core.storage.encoding import NEVER_WRITTEN
from hdmf_io_core.storage.layout import RawChunk
from hdmf_io_core.storage.located import located
from hdmf_io_core.storage.memoryarray import default_cells
from hdmf_io_core.storage.selection import Selection, select_region
from hdmf_io_core.stores.chunkkeys import stored_coords
from hdmf_io_core.stores.folders import FolderStore
from hdmf_io_zarr.cells import from_disk, to_disk
from hdmf_io_zarr.chunkcoding import chunk_encoding
from hdmf_io_zarr.layouts import StoredLayout, read_layout

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator, Sequence

    from hdmf_io_core.storage.abilities import PartFetch, RawFetch
    from hdmf_io_core.storage.dtypes import ElementType
    from hdmf_io_core.storage.encoding import ChunkEncoding
    from hdmf_io_core.storage.layout import ArrayLayout
    from hdmf_io_core.stores.documents import Node
    from hdmf_io_core.stores.folders import ByteStore
    from hdmf_io_core.types import AnyArray, ChunkCoords, Region, Shape
    from hdmf_io_zarr.references import References

__all__ = ["Home", "ZarrSource"]


class Home(Protocol):
    """The open store that an array is in."""

    @property
    def store(self) -> ByteStore:
        """Its bytes."""

    @property
    def references(self) -> References:
        """How its references are read and written."""

    def current(self, node: Node) -> Node:
        """Return a node as it is now."""

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
        with self._located():
            stored = read_layout(self._node, self._home.references.zarr_format)
        self._stored: StoredLayout = stored
        self._meta = self._node.meta
        self._layout = stored.logical
        self._encoding: ChunkEncoding | None = None
        self._coder: Coder | None = None

    @property
    def path(self) -> str:
        """Path in the store."""
        return self._node.path

    @property
    def layout(self) -> ArrayLayout:
        """The layout as it is now."""
        self._home.check_open()
        self._node = self._home.current(self._node)
        shape = self._layout.shape
        grew = shape and self._disk_shape[: len(shape)] != shape
        if grew or self._node.meta is not self._meta:
            self._load()
        return self._layout

    @property
    def encoding(self) -> ChunkEncoding:
        """How chunks, or shards, are encoded; shapes have the axes that elements add, too."""
        if self._encoding is None:
            stored, blank = self._stored, _filling(self._unwritten)
            encoding = chunk_encoding(stored.chain, stored.chunks, stored.dtype)
            is_layouts = stored.has_own_bytes
            self._encoding = replace(encoding, blank=blank, is_layouts=is_layouts)
        return self._encoding

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
        with self._located():
            if is_plain_bytes(layout.dtype):
                read_chunks(self, selection, out, IN_CALLER)
            else:
                full = Selection(self._on_disk(selection.axes))
                target = out.reshape(full.shape)
                read_chunks(self, full, target, IN_CALLER, convert=self._from_disk)

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
        with self._located():
            self._coded()

    def fetchers(self, coords: Sequence[ChunkCoords]) -> Iterator[RawFetch | None]:
        """Yield what fetches each chunk."""
        for place in coords:
            yield partial(self._fetched, self._key(place))

    @property
    def has_stamps(self) -> bool:
        """Whether the store tells one content of a chunk from another; shards are read in parts."""
        return isinstance(self._home.store, FolderStore) and self.encoding.shards is None

    def stamp(self, coords: ChunkCoords) -> Hashable | None:
        """Return what the store knows the content of a chunk by."""
        return cast("FolderStore", self._home.store).stamp(self._key(coords))

    def part_fetcher(self, coords: ChunkCoords) -> PartFetch:
        """Return what fetches parts of a shard."""
        return partial(self._home.store.get, self._key(coords))

    def read_raw(self, coords: ChunkCoords) -> RawChunk | None:
        """Return the bytes of a chunk as they are in the store; None if it was never written.

        Raises
        ------
        ShapeError
            There is no such chunk.
        """
        chunk = self._fetched(self._checked_key(coords))
        return None if chunk is NEVER_WRITTEN else chunk

    def _fetched(self, key: str) -> RawChunk:
        data = self._home.store.get(key)
        return NEVER_WRITTEN if data is None else RawChunk(data)

    def _from_disk(self, elements: AnyArray, out: AnyArray) -> None:
        try:
            from_disk(elements, self._stored.element, self._home.references, out)
        except (MetadataError, TypeError, ValueError) as error:
            msg = f"elements cannot be read: {error}"
            raise MetadataError(msg) from error

    def _elements(self, region: Region) -> AnyArray:
        """Return the elements of a region as they are stored."""
        values = np.empty(region_shape(region), self._stored.dtype)
        selection, empty = select_region(region), self._empty_element
        read_chunks(self, selection, values, IN_CALLER, convert=_copied, blank=_filling(empty))
        return values

    # places

    @property
    def _where(self) -> dict[str, str]:
        return {"source": self._home.store.source, "path": self._node.path}

    def _located(self) -> located:
        return located(self._home.store.source, self._node.path)

    @property
    def _disk_shape(self) -> Shape:
        return tuple(self._node.meta["shape"])

    def _coded(self) -> Coder:
        if self._coder is None:
            self._coder = coder_of(self.encoding)
        return self._coder

    @property
    def _unwritten(self) -> Any:
        """One element that was never written, in memory form."""
        value = self._layout.fill_value
        if value is not None:
            return value
        return default_cells((), self._base_element)[()]

    @property
    def _empty_element(self) -> Any:
        """One element that was never written, as a chunk holds it."""
        cell = np.empty(1, memory_dtype(self._base_element))
        cell[0] = self._unwritten
        return to_disk(cell, self._base_element, self._home.references)[0]

    @property
    def _base_element(self) -> ElementType:
        inner = self._stored.element
        while isinstance(inner, ArrayType):
            inner = inner.base
        return inner

    def _on_disk(self, axes: tuple[Any, ...]) -> tuple[Any, ...]:
        """Return the axes of a selection with those that only the store has."""
        return (*axes, *(slice(0, n, 1) for n in self._disk_shape[len(axes) :]))

    def _checked_key(self, coords: ChunkCoords) -> str:
        layout = self.layout
        counts = ChunkGrid(layout.shape or (), self._stored.chunks[: layout.ndim]).counts
        if len(coords) != len(counts) or not all(
            0 <= c < n for c, n in zip(coords, counts, strict=True)
        ):
            msg = f"there is no chunk {coords} in a grid of {counts}"
            raise ShapeError(msg, **self._where)
        return self._key(coords)

    def _key(self, coords: ChunkCoords) -> str:
        stored = self._stored
        coords = (*coords, *(0 for _ in self._disk_shape[len(coords) :]))
        if not coords:  # Format 3 calls the one chunk of a scalar "c", format 2 "0".
            name = stored.prefix.rstrip("/.") or "0"
        else:
            name = stored.prefix + stored.separator.join(map(str, coords))
        return f"{self._node.path}/{name}".lstrip("/")


def _copied(elements: AnyArray, out: AnyArray) -> None:
    out[...] = elements


def _filling(value: Any) -> Callable[[AnyArray], None]:
    return lambda out: out.fill(value)
