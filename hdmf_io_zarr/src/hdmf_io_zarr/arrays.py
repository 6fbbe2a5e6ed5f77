"""One stored array: elements read and written through its chunks, and the chunks as they are."""

from __future__ import annotations

from itertools import pairwise, product
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from hdmf_io_core.chunks.grid import ChunkGrid
from hdmf_io_core.errors import (
    FormatError,
    MetadataError,
    ShapeError,
    UnsupportedFeatureError,
    WriteError,
)
from hdmf_io_core.storage.dtypes import ArrayType, CompoundType, ElementType, memory_dtype
from hdmf_io_core.storage.layout import ArrayLayout, RawChunk
from hdmf_io_core.storage.memoryarray import default_cells
from hdmf_io_zarr.cells import from_disk, to_disk
from hdmf_io_zarr.coding import ChunkCoder, ShardCoder, coder_of
from hdmf_io_zarr.dtypes import disk_type, v3_of_numpy
from hdmf_io_zarr.layouts import StoredLayout, read_layout

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hdmf_io_core.storage.selection import AxisSelection, Selection
    from hdmf_io_core.types import AnyArray, ChunkCoords, Region, Shape
    from hdmf_io_zarr.documents import Node
    from hdmf_io_zarr.references import References
    from hdmf_io_zarr.stores import ByteStore

__all__ = ["Home", "ZarrArray", "ZarrChunkedArray", "open_array"]


class Home(Protocol):
    """The open store that an array is in."""

    @property
    def store(self) -> ByteStore: ...
    @property
    def references(self) -> References: ...
    def check_open(self) -> None: ...
    def begin(self) -> None: ...
    def touch(self, path: str) -> None: ...


class _Part(NamedTuple):
    """What of an axis lies in one chunk."""

    chunk: int
    inside: slice | npt.NDArray[np.intp]
    outside: slice


class ZarrArray:
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
        if not isinstance(other, ZarrArray):
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
        lists = [list(_parts(axis, length)) for axis, length in zip(axes, unit, strict=True)]
        for parts in product(*lists):
            inside = tuple(part.inside for part in parts)
            outside: Any = (*(part.outside for part in parts), ...)
            chunk = self._read_chunk(tuple(part.chunk for part in parts))
            if chunk is None:
                target[outside] = self._unwritten
            else:
                view = target[outside]
                self._from_disk(_taken(chunk, inside), view)

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

    # writing

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
            chunk[...] = self._empty_element
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
        limits = layout.maxshape if layout.maxshape is not None else layout.shape
        fits = limits is not None and len(shape) == len(limits)
        for length, limit in zip(shape, limits or (), strict=False):
            fits = fits and length >= 0 and (limit is None or length <= limit)
        if not fits or (shape != layout.shape and layout.chunks is None):
            msg = f"shape {shape} lies outside maxshape {limits}"
            raise ShapeError(
                msg,
                hint="Only an array created with chunks and maxshape grows.",
                **self._where,
            )
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


def _parts(axis: AxisSelection, chunk: int) -> Iterator[_Part]:
    """Cut what is selected of an axis at the borders of chunks."""
    if not isinstance(axis, slice):
        yield from _indexed_parts(axis, chunk)
        return
    step = axis.step or 1
    for number in range(axis.start // chunk, -(-axis.stop // chunk)):
        low = number * chunk
        first = axis.start if axis.start >= low else low + -(low - axis.start) % step
        stop = min(axis.stop, low + chunk)
        if first < stop:
            at = (first - axis.start) // step
            count = -(-(stop - first) // step)
            yield _Part(number, slice(first - low, stop - low, step), slice(at, at + count))


def _indexed_parts(indices: npt.NDArray[np.intp], chunk: int) -> Iterator[_Part]:
    numbers = indices // chunk
    borders = np.flatnonzero(np.diff(numbers)) + 1
    edges = [0, *borders.tolist(), len(indices)]
    for start, stop in pairwise(edges):
        if start < stop:
            number = int(numbers[start])
            yield _Part(number, indices[start:stop] - number * chunk, slice(start, stop))


def _taken(chunk: AnyArray, inside: tuple[Any, ...]) -> AnyArray:
    """Return the orthogonal selection of a chunk; slices first, which copy nothing."""
    slices = tuple(part if isinstance(part, slice) else slice(None) for part in inside)
    key: Any = (*slices, ...)
    chunk = chunk[key]
    for axis, part in enumerate(inside):
        if not isinstance(part, slice):
            chunk = np.take(chunk, part, axis=axis)
    return chunk
