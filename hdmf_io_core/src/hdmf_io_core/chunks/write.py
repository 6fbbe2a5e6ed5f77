"""Into a sink, in bounded memory: streams, several streams in turn, and arrays in slabs."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from hdmf_io_core.chunks.encode import ChunkEncoder, EncodableSink, is_encodable
from hdmf_io_core.chunks.grid import ChunkGrid, block_shape, region_shape
from hdmf_io_core.chunks.streamwriter import StreamWriter
from hdmf_io_core.errors import ShapeError
from hdmf_io_core.storage.fitting import fit

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from hdmf_io_core.chunks.pool import WorkerPool
    from hdmf_io_core.chunks.streams import ChunkStream
    from hdmf_io_core.storage.protocols import ArraySink
    from hdmf_io_core.types import AnyArray, Region

__all__ = ["SLAB_BYTES", "interleave", "write_array", "write_stream"]

ENCODED_BYTES = 64 << 10
"""A smaller array is written as fast by the storage's own library."""
SLAB_BYTES = 32 << 20
"""Upper bound of what is handed to a sink at once, unless one chunk is larger."""


def write_stream(stream: ChunkStream, sink: ArraySink, *, pool: WorkerPool | None = None) -> int:
    """Write all chunks of a stream; the array grows as they come.

    Parameters
    ----------
    stream, sink
        From, and to.
    pool
        Whose workers encode chunks; None leaves that to the storage.

    Returns
    -------
    int
        Bytes written, as they are in memory (text counts as pointers).

    Raises
    ------
    ChunkIteratorError
        If the caller's iterator raises; its exception is the cause. ``KeyboardInterrupt`` and the
        like pass as they are. What was written before stays; undoing it is the file's business.
    ShapeError
        If a chunk lies outside ``maxshape``.
    UnsupportedDtypeError, TextEncodingError
        If values do not fit the elements.
    """
    return sum(_steps(stream, sink, pool))


def interleave(
    pairs: Iterable[tuple[ChunkStream, ArraySink]], *, pool: WorkerPool | None = None
) -> int:
    """Write several streams, one chunk of each in turn, until all are used up.

    Returns
    -------
    int
        Bytes written, as they are in memory.

    Raises
    ------
    ChunkIteratorError, ShapeError, UnsupportedDtypeError, TextEncodingError
        As :func:`write_stream`; the other streams are left where they are.
    """
    n_bytes = 0
    waiting = [_steps(stream, sink, pool) for stream, sink in pairs]
    while waiting:
        still: list[Iterator[int]] = []
        for steps in waiting:
            step = next(steps, None)
            if step is not None:
                n_bytes += step
                still.append(steps)
        waiting = still
    return n_bytes


def write_array(
    values: AnyArray,
    sink: ArraySink,
    *,
    slab_bytes: int = SLAB_BYTES,
    pool: WorkerPool | None = None,
) -> int:
    """Write a whole array chunk by chunk, or in slabs along chunk boundaries.

    Parameters
    ----------
    values : ndarray, shape of the sink
        Need not be contiguous or of the sink's dtype; each slab is converted by itself.
    sink
        Of the same shape.
    slab_bytes : int
        Upper bound of a slab, in bytes.
    pool
        Whose workers encode chunks; None leaves that to the storage.

    Returns
    -------
    int
        Bytes written, as they are in memory.

    Raises
    ------
    ShapeError
        If the shapes differ.
    UnsupportedDtypeError, TextEncodingError
        If values do not fit the elements.
    """
    layout = sink.layout
    extra = layout.memory_dtype.shape
    if layout.shape is None or values.shape != layout.shape + extra:
        msg = f"values of shape {values.shape} do not fill an array of shape {layout.shape}"
        raise ShapeError(msg)
    itemsize = max(1, layout.memory_dtype.itemsize)
    unit = layout.chunks or (1,) * len(layout.shape)
    if math.prod(layout.shape) == 0:
        return 0
    if pool is not None and values.nbytes >= ENCODED_BYTES and is_encodable(sink):
        return _write_chunks(values, sink, pool)
    n_bytes = 0
    for region in ChunkGrid(
        layout.shape, block_shape(layout.shape, unit, itemsize, slab_bytes)
    ).regions():
        n_bytes += _write(sink, region, fit(values[region], layout.dtype))
    return n_bytes


def _write_chunks(values: AnyArray, sink: EncodableSink, pool: WorkerPool) -> int:
    layout = sink.layout
    with ChunkEncoder(sink, pool) as encoder:
        grid = ChunkGrid(layout.shape or (), encoder.chunk_shape)
        for coords in grid.coords():
            encoder.put(coords, values[grid.region_of(coords)])
    return layout.n_elements * layout.memory_dtype.itemsize


def _steps(stream: ChunkStream, sink: ArraySink, pool: WorkerPool | None) -> Iterator[int]:
    """Write a chunk at each step; yield its size in bytes."""
    element = sink.layout.dtype
    with StreamWriter(sink, pool) as writer:
        for region, values in stream:
            fitted = fit(values, element)
            extra = fitted.shape[len(region) :]
            writer.write(region, fitted.reshape(region_shape(region) + extra))
            yield fitted.nbytes


def _write(sink: ArraySink, region: Region, values: AnyArray) -> int:
    extra = values.shape[len(region) :]
    sink.write(region, values.reshape(region_shape(region) + extra))
    return values.nbytes
