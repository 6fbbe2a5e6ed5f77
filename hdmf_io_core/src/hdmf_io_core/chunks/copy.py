"""From one stored array to another: encoded chunks as they are, or decoded where they differ."""

from __future__ import annotations

import math
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np

from hdmf_io_core.chunks.grid import ChunkGrid, region_shape
from hdmf_io_core.chunks.presence import same_fill, written_chunks
from hdmf_io_core.chunks.rechunk import Spill, choose_cut
from hdmf_io_core.chunks.streamwriter import StreamWriter
from hdmf_io_core.errors import ShapeError
from hdmf_io_core.storage.abilities import (
    SupportsDecoding,
    SupportsRawChunks,
    SupportsRawChunkWrites,
)
from hdmf_io_core.storage.dtypes import is_self_contained
from hdmf_io_core.storage.encoding import NEVER_WRITTEN
from hdmf_io_core.storage.layout import CodecSpec
from hdmf_io_core.storage.selection import select_region

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from hdmf_io_core.chunks.engine import Engine
    from hdmf_io_core.storage.abilities import RawFetch
    from hdmf_io_core.storage.layout import ArrayLayout, RawChunk
    from hdmf_io_core.storage.protocols import ArraySink, ArraySource
    from hdmf_io_core.types import AnyArray, ChunkCoords, Region

__all__ = ["CopyReport", "can_copy_raw", "copy_array"]

_ReadBlock: TypeAlias = "Callable[[Region], AnyArray]"
_MOST_READS = 2.0
"""Where a chunk would be read more often, on average, a file takes the elements in between."""
_BLOCK_BYTES = 16 << 20
"""Both storages may hold a block once more, and their caches: half of a slab keeps below 100 MB."""


@dataclass(frozen=True, slots=True)
class CopyReport:
    """What a copy moved.

    Attributes
    ----------
    n_bytes
        Encoded bytes for ``raw``, bytes in memory for ``stream``.
    way
        ``raw``: encoded chunks, never decoded. ``stream``: decoded, and encoded again.
    """

    n_bytes: int
    way: Literal["raw", "stream"]


def can_copy_raw(source: ArrayLayout, sink: ArrayLayout) -> bool:
    """Whether the encoded chunks of one layout are those of the other.

    Same shape, chunks, codecs and element type, no element that keeps bytes outside its chunk, and
    the same fill value, since chunks that were never written are not copied.
    """
    return (
        source.chunks is not None
        and (source.shape, source.chunks) == (sink.shape, sink.chunks)
        and len(source.codecs) == len(sink.codecs)
        and all(map(CodecSpec.encodes_like, source.codecs, sink.codecs))
        and source.dtype == sink.dtype
        and is_self_contained(source.dtype)
        and same_fill(source.fill_value, sink.fill_value)
    )


def copy_array(
    source: ArraySource,
    sink: ArraySink,
    *,
    map_values: Callable[[AnyArray], AnyArray] | None = None,
    engine: Engine | None = None,
    folder: str | None = None,
) -> CopyReport:
    """Copy all elements into an array of the same shape, in bounded memory.

    Parameters
    ----------
    source, sink
        Both open, of the same shape; the sink's content is replaced.
    map_values
        Changes each block on its way, such as references to another file; None changes nothing.
    engine
        Whose workers fetch, decode and encode; None leaves that to the storages.
    folder : str or None
        Where elements may be kept meanwhile, where the chunks of both lie across each other; None
        for the usual place of temporary files.

    Returns
    -------
    CopyReport
        How much was moved, and how.

    Raises
    ------
    ShapeError
        If the shapes differ.

    Notes
    -----
    Holds one block of at most 16 MiB, or one chunk if that is larger, and what the engine has in
    flight. Chunks that were never written in the source are not in the sink either, where both
    have the same fill value.
    """
    layout, target = source.layout, sink.layout
    if layout.shape != target.shape:
        msg = f"an array of shape {layout.shape} does not fit one of shape {target.shape}"
        raise ShapeError(msg)
    if (
        map_values is None
        and can_copy_raw(layout, target)
        and isinstance(source, SupportsRawChunks)
        and isinstance(sink, SupportsRawChunkWrites)
        and _keeps_layout(source)
        and _keeps_layout(sink)
    ):
        return CopyReport(_copy_raw(source, sink, layout, engine), "raw")
    if layout.n_elements == 0:
        return CopyReport(0, "stream")
    return CopyReport(_copy_blocks(source, sink, map_values, engine, folder=folder), "stream")


def _keeps_layout(array: ArraySource) -> bool:
    """Whether raw chunks are what the array's layout tells of, not bytes of another kind."""
    if not isinstance(array, SupportsDecoding):
        return True
    return array.encoding is None or array.encoding.is_layouts


def _copy_raw(
    source: SupportsRawChunks,
    sink: SupportsRawChunkWrites,
    layout: ArrayLayout,
    engine: Engine | None,
) -> int:
    if engine is not None and isinstance(source, SupportsDecoding):
        return _copy_fetched(source, sink, layout, engine)
    n_bytes = 0
    for coords in ChunkGrid(layout.shape or (), layout.chunks or ()).coords():
        chunk = source.read_raw(coords)
        if chunk is not None:
            sink.write_raw(coords, chunk)
            n_bytes += len(chunk.data)
    return n_bytes


def _copy_fetched(
    source: SupportsDecoding, sink: SupportsRawChunkWrites, layout: ArrayLayout, engine: Engine
) -> int:
    """Copy encoded chunks that workers fetch and this thread stores, in order."""
    n_bytes = 0

    def store(fetched: tuple[ChunkCoords, RawChunk | None]) -> None:
        nonlocal n_bytes
        coords, chunk = fetched
        if chunk is None:
            # It moved since it was looked up: where both arrays are in one file, for instance.
            chunk = source.read_raw(coords)
        if chunk is not None and chunk is not NEVER_WRITTEN:
            sink.write_raw(coords, chunk)
            n_bytes += len(chunk.data)

    places = list(ChunkGrid(layout.shape or (), layout.chunks or ()).coords())
    chunk_bytes = math.prod(layout.chunks or ()) * layout.memory_dtype.itemsize
    with engine.pool.window(store) as window:
        for coords, fetch in zip(places, source.fetchers(places), strict=True):
            if fetch is not None:
                window.submit(partial(_fetched, coords, fetch), chunk_bytes)
    return n_bytes


def _fetched(coords: ChunkCoords, fetch: RawFetch) -> tuple[ChunkCoords, RawChunk | None]:
    return coords, fetch()


def _copy_blocks(
    source: ArraySource,
    sink: ArraySink,
    map_values: Callable[[AnyArray], AnyArray] | None,
    engine: Engine | None,
    *,
    folder: str | None,
) -> int:
    expected = np.empty(0, sink.layout.memory_dtype).dtype
    written = written_chunks(source, sink.layout) if map_values is None else None
    n_elements = 0

    def read(region: Region) -> AnyArray:
        return _block(source, region, map_values, engine)

    blocks = _blocks(source.layout, sink.layout, read, folder)
    with closing(blocks), StreamWriter(sink, None if engine is None else engine.pool) as writer:
        for region, block_of in blocks:
            parts = [region] if written is None else written.parts(region)
            if parts == [region]:
                # No name keeps a block here, or it would stay while the next one is read.
                writer.write(region, block_of(region).astype(expected, copy=False))
            elif parts:
                block = block_of(region).astype(expected, copy=False)
                for part in parts:
                    writer.write(part, block[_inside(part, region)])
            n_elements += sum(math.prod(region_shape(part)) for part in parts)
    return n_elements * source.layout.memory_dtype.itemsize


def _blocks(
    source: ArrayLayout, sink: ArrayLayout, read: _ReadBlock, folder: str | None
) -> Generator[tuple[Region, _ReadBlock]]:
    """Yield regions of whole chunks of the sink, and what reads each."""
    shape, dtype = source.shape or (), source.memory_dtype
    single = (1,) * len(shape)
    chunks = source.chunks or single
    unit = sink.chunks or chunks
    itemsize = max(1, dtype.itemsize)
    cut = choose_cut(shape, chunks, unit, itemsize=itemsize, limit_bytes=_BLOCK_BYTES)
    can_spill = not dtype.hasobject and dtype.subdtype is None and sink.chunks is not None
    if cut.reads <= _MOST_READS or not can_spill:
        for region in ChunkGrid(shape, cut.shape).regions():
            yield region, read
        return
    spill = Spill(shape, dtype, chunks, unit, limit_bytes=_BLOCK_BYTES, folder=folder)
    with closing(spill):
        spill.fill(read)
        for region in spill.regions:
            yield region, spill.read


def _block(
    source: ArraySource,
    region: Region,
    map_values: Callable[[AnyArray], AnyArray] | None,
    engine: Engine | None,
) -> AnyArray:
    selection = select_region(region)
    block = np.empty(selection.shape, source.layout.memory_dtype)
    if engine is None:
        source.read_into(selection, block)
    else:
        engine.read(source, selection, block)
    return block if map_values is None else map_values(block)


def _inside(part: Region, region: Region) -> Region:
    pairs = zip(part, region, strict=True)
    return tuple(slice(a.start - b.start, a.stop - b.start) for a, b in pairs)
