"""Arrays in memory, for reading and writing, as strict as the protocols allow."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from hdmf_io_core.errors import (
    NodeNotFoundError,
    SelectionError,
    ShapeError,
    UnresolvedReferenceError,
)
from hdmf_io_core.storage.dtypes import (
    ArrayType,
    CompoundType,
    ElementType,
    RefType,
    TextType,
    VlenType,
    has_references,
    memory_dtype,
)
from hdmf_io_core.storage.layout import ObjectRef, RawChunk, RegionRef
from hdmf_io_core.storage.memorytree import MemoryArray, MemoryFile, walk
from hdmf_io_core.storage.numpytypes import object_array
from hdmf_io_core.storage.references import resolve_cells

if TYPE_CHECKING:
    from hdmf_io_core.storage.layout import ArrayLayout
    from hdmf_io_core.storage.selection import Selection
    from hdmf_io_core.types import AnyArray, ChunkCoords, Region, Shape

__all__ = [
    "MemorySink",
    "MemorySource",
    "bind_references",
    "default_cells",
    "open_sink",
    "open_source",
]


class Owner(Protocol):
    """The storage that an array belongs to."""

    def check_open(self) -> None:
        """Raise ``ClosedIOError`` after ``close``."""


class MemorySource:
    """An array of a memory file, open for reading."""

    def __init__(self, owner: Owner, file: MemoryFile, node: MemoryArray, path: str) -> None:
        self._owner = owner
        self._file = file
        self._node = node
        self._path = path

    @property
    def layout(self) -> ArrayLayout:
        """The layout as it is now."""
        self._owner.check_open()
        return self._node.layout

    def read_into(self, selection: Selection, out: AnyArray) -> None:
        """Fill ``out``; refuses selections and arrays that the protocol does not allow."""
        layout = self.layout
        _check_selection(selection, layout.shape)
        expected = np.empty(0, layout.memory_dtype)
        shape = selection.shape + expected.shape[1:]
        if out.shape != shape or out.dtype != expected.dtype or not out.flags.c_contiguous:
            msg = f"read into {out.dtype} {out.shape}, not C-contiguous {expected.dtype} {shape}"
            raise ShapeError(msg, source=self._file.name, path=self._path)
        cells: Any = self._cells()
        for axis, chosen in enumerate(selection.axes):
            index: Any = (*(slice(None),) * axis, chosen)
            cells = cells[index]
        out[...] = cells

    def _cells(self) -> AnyArray:
        if self._node.cells is None:
            msg = "an array without a shape has no elements"
            raise SelectionError(msg, source=self._file.name, path=self._path)
        return self._node.cells


class MemorySink(MemorySource):
    """An array of a memory file, open for reading and writing."""

    def allocate(self) -> None:
        """Give a new array its elements: the fill value."""
        shape = self.layout.shape
        self._node.cells = None if shape is None else _filled(shape, self.layout)

    def write(self, region: Region, values: AnyArray) -> None:
        """Store ``values``; refuses regions and arrays that the protocol does not allow."""
        layout = self.layout
        shape = layout.shape or ()
        inside = len(region) == len(shape) and all(
            axis.step in {None, 1} and 0 <= axis.start <= axis.stop <= length
            for axis, length in zip(region, shape, strict=True)
        )
        if not inside:
            msg = f"region {region} is not inside an array of shape {shape}"
            raise ShapeError(msg, source=self._file.name, path=self._path)
        expected = np.empty(0, layout.memory_dtype)
        target = tuple(axis.stop - axis.start for axis in region) + expected.shape[1:]
        if values.shape != target or values.dtype != expected.dtype:
            msg = f"write {values.dtype} {values.shape} where {expected.dtype} {target} belongs"
            raise ShapeError(msg, source=self._file.name, path=self._path)
        bound = bind_references(self._file, _copied(values, layout.dtype), layout.dtype)
        # The ellipsis: a cell of no axes would otherwise take the array itself as its object.
        cells: Any = self._cells()
        cells[(*region, ...)] = bound
        self._note_written(region)

    def resize(self, shape: Shape) -> None:
        """Change the shape; what is new is the fill value, what is cut off is gone."""
        layout = self.layout
        limits = layout.maxshape or layout.shape
        if layout.shape is None or limits is None or layout.chunks is None:
            msg = f"an array of fixed shape {layout.shape} cannot be resized to {shape}"
            raise ShapeError(msg, source=self._file.name, path=self._path)
        if len(shape) != len(limits) or any(
            length < 0 or (limit is not None and length > limit)
            for length, limit in zip(shape, limits, strict=True)
        ):
            msg = f"shape {shape} lies outside the maxshape {limits}"
            raise ShapeError(msg, source=self._file.name, path=self._path)
        cells = _filled(shape, layout)
        kept = tuple(slice(0, min(pair)) for pair in zip(layout.shape, shape, strict=True))
        cells[kept] = self._cells()[kept]
        self._node.cells = cells
        self._node.layout = replace(layout, shape=tuple(shape))

    def _note_written(self, region: Region) -> None:
        """Remember nothing: only raw chunks tell the written from the others."""


class _RawSource(MemorySource):
    """A source whose chunks can be had as bytes."""

    def read_raw(self, coords: ChunkCoords) -> RawChunk | None:
        layout = self.layout
        if coords not in self._node.written or layout.chunks is None:
            return None
        chunk = _filled(layout.chunks, layout)
        target, source = _overlap(coords, layout.chunks, layout.shape or ())
        chunk[target] = self._cells()[source]
        return RawChunk(chunk.tobytes())


class _RawSink(_RawSource, MemorySink):
    """A sink that also gives and takes chunks as bytes."""

    concurrent = False

    def write_raw(self, coords: ChunkCoords, chunk: RawChunk) -> None:
        layout = self.layout
        chunks = layout.chunks or ()
        values = np.frombuffer(chunk.data, dtype=layout.memory_dtype).reshape(
            chunks + np.empty(0, layout.memory_dtype).shape[1:]
        )
        source, target = _overlap(coords, chunks, layout.shape or ())
        self.write(target, values[source])

    def _note_written(self, region: Region) -> None:
        chunks = self.layout.chunks or ()
        counts = [
            range(axis.start // chunk, -(-axis.stop // chunk))
            for axis, chunk in zip(region, chunks, strict=True)
        ]
        if all(axis.stop > axis.start for axis in region):
            self._node.written.update(
                tuple(int(c) for c in coords)
                for coords in np.stack(np.meshgrid(*counts, indexing="ij"), -1).reshape(
                    -1, len(chunks)
                )
            )


def open_source(owner: Owner, file: MemoryFile, node: MemoryArray, path: str) -> MemorySource:
    """Open an array for reading; with raw chunks where its bytes are all there is of it."""
    kind = _RawSource if _has_raw_chunks(node.layout) else MemorySource
    return kind(owner, file, node, path)


def open_sink(owner: Owner, file: MemoryFile, node: MemoryArray, path: str) -> MemorySink:
    """Open an array for writing; with raw chunks where its bytes are all there is of it."""
    kind = _RawSink if _has_raw_chunks(node.layout) else MemorySink
    return kind(owner, file, node, path)


def bind_references(file: MemoryFile, value: Any, element: ElementType) -> Any:
    """Return a value whose references hold the key of the node that their path names.

    Raises
    ------
    UnresolvedReferenceError
        If a reference has no path, or there is no node there.
    """
    if not has_references(element) or value is None:
        return value

    def bind(ref: ObjectRef | RegionRef) -> ObjectRef | RegionRef:
        if isinstance(ref, RegionRef):
            return replace(ref, target=_bound(file, ref.target))
        return _bound(file, ref)

    if isinstance(value, (ObjectRef, RegionRef)):
        return bind(value)
    bound = resolve_cells(np.asarray(value), element, bind)
    return bound[()] if isinstance(value, np.void) else bound


def _bound(file: MemoryFile, ref: ObjectRef) -> ObjectRef:
    node = None
    if ref.path is not None and ref.source == file.name:
        try:
            place = walk(file, ref.path)
        except NodeNotFoundError:
            place = None
        node = place.node if place is not None and place.file is file else None
    if node is None:
        msg = f"a reference to {ref.path!r} of {ref.source!r} names no node of this file"
        raise UnresolvedReferenceError(msg, source=file.name)
    return ObjectRef(file.name, key=node.key)


def _has_raw_chunks(layout: ArrayLayout) -> bool:
    return layout.chunks is not None and not layout.codecs and not layout.memory_dtype.hasobject


def _check_selection(selection: Selection, shape: Shape | None) -> None:
    if shape is None or len(selection.axes) != len(shape):
        msg = f"a selection of {len(selection.axes)} axes does not fit an array of shape {shape}"
        raise SelectionError(msg)
    for axis, length in zip(selection.axes, shape, strict=True):
        if isinstance(axis, slice):
            is_valid = axis.step >= 1 and 0 <= axis.start <= axis.stop <= length
        else:
            is_valid = axis.dtype == np.intp and bool(
                np.all(axis[1:] > axis[:-1])
                and (not len(axis) or 0 <= axis[0] <= axis[-1] < length)
            )
        if not is_valid:
            msg = f"{axis} is not a normalised selection of an axis of length {length}"
            raise SelectionError(msg)


def _filled(shape: Shape, layout: ArrayLayout) -> AnyArray:
    cells: Any = default_cells(shape, layout.dtype)
    if layout.fill_value is not None:
        cells[...] = layout.fill_value
    return cells  # type: ignore[no-any-return]


def default_cells(shape: Shape, element: ElementType) -> AnyArray:
    """Return cells as storages leave them: 0, empty text, null references, empty sequences."""
    match element:
        case TextType():
            return np.full(shape, "", dtype=object)
        case RefType():
            return np.full(shape, None, dtype=object)
        case VlenType(base=base):
            nothing = [np.empty(0, memory_dtype(base)) for _ in range(int(np.prod(shape)))]
            return object_array(nothing, shape)
        case ArrayType(base=base, shape=inner):
            return default_cells(shape + inner, base)
        case CompoundType(fields=fields):
            cells: Any = np.zeros(shape, memory_dtype(element))
            for field in fields:
                cells[field.name] = default_cells(shape, field.type)
            return cells  # type: ignore[no-any-return]
        case _:
            return np.zeros(shape, memory_dtype(element))


def _copied(values: AnyArray, element: ElementType) -> AnyArray:
    """Return values that do not share the caller's sequences."""
    if not isinstance(element, VlenType):
        return values
    return object_array([np.array(cell) for cell in values.reshape(-1).tolist()], values.shape)


def _overlap(coords: ChunkCoords, chunks: Shape, shape: Shape) -> tuple[Region, Region]:
    """Return what of a chunk lies inside the array: as a place in the chunk, and in the array."""
    if len(coords) != len(chunks) or any(
        not 0 <= c * chunk < length for c, chunk, length in zip(coords, chunks, shape, strict=True)
    ):
        msg = f"no chunk at {coords} in an array of shape {shape}"
        raise SelectionError(msg)
    stops = [
        min((c + 1) * chunk, length) for c, chunk, length in zip(coords, chunks, shape, strict=True)
    ]
    target = tuple(slice(c * chunk, s) for c, chunk, s in zip(coords, chunks, stops, strict=True))
    return tuple(slice(0, axis.stop - axis.start) for axis in target), target
