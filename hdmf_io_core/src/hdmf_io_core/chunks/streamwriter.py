"""Pieces of an array, as they come, into a sink: by whole chunks wherever they make some."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from hdmf_io_core.chunks.assign import grown_shape
from hdmf_io_core.chunks.encode import ChunkEncoder, EncodableSink, is_encodable
from hdmf_io_core.chunks.grid import ChunkGrid
from hdmf_io_core.chunks.rows import RowBuffer, buffers_rows
from hdmf_io_core.errors import ShapeError

if TYPE_CHECKING:
    from types import TracebackType

    from hdmf_io_core.chunks.pool import WorkerPool
    from hdmf_io_core.storage.protocols import ArraySink
    from hdmf_io_core.types import AnyArray, Region, Shape

__all__ = ["StreamWriter"]


class StreamWriter:
    """Writes regions in any order. Use it in a ``with`` statement, from one thread.

    Rows that come one after the other are gathered to chunks; regions of whole chunks are encoded
    as they are; others go through the storage.

    Parameters
    ----------
    sink
        Grows as regions ask for it.
    pool
        Whose workers encode; None leaves all to the storage.

    Notes
    -----
    What was written is in the sink when the ``with`` statement is left without an error.
    """

    def __init__(self, sink: ArraySink, pool: WorkerPool | None) -> None:
        self._sink = sink
        self._pool = pool
        self._rows: RowBuffer | None = None
        self._encoder: ChunkEncoder | None = None

    def write(self, region: Region, values: AnyArray) -> None:
        """Write a region; the array grows where it has to.

        Parameters
        ----------
        region
            Inside ``maxshape``.
        values : ndarray
            Of the region's shape and the elements' dtype; may change once this returns.

        Raises
        ------
        ShapeError
            If the region lies outside ``maxshape``.
        """
        if self._continues(region):
            self._append(region, values)
            return
        self._settle()
        sink, shape = self._sink, self._sink.layout.shape or ()
        if len(region) != len(shape):
            msg = f"a chunk of {len(region)} axes does not fit an array of shape {shape}"
            raise ShapeError(msg)
        new = grown_shape(shape, tuple(axis.stop for axis in region), sink.layout)
        if self._pool is None or not is_encodable(sink):
            _resize(sink, new)
            sink.write(region, values)
        elif _covers(region, new) and buffers_rows(sink, new):
            # The buffer grows the first axis itself, a chunk at a time.
            _resize(sink, (max(shape[0], region[0].start), *new[1:]))
            self._rows = RowBuffer(sink, self._pool, region[0].start)
            self._append(region, values)
        else:
            _resize(sink, new)
            self._write_part(sink, self._pool, region, values)

    def _write_part(
        self, sink: EncodableSink, pool: WorkerPool, region: Region, values: AnyArray
    ) -> None:
        """Write a region that is not one of rows."""
        layout = sink.layout
        assert sink.encoding is not None
        grid = ChunkGrid(layout.shape or (), sink.encoding.chunk_shape)
        if not grid.aligned(region):
            sink.write(region, values)
            return
        if self._encoder is None:
            self._encoder = ChunkEncoder(sink, pool)
        for coords in grid.coords(region):
            _, place = grid.overlap(coords, region)
            self._encoder.put(coords, np.array(values[place]))

    def _settle(self) -> None:
        """See to it that all is stored."""
        rows, self._rows = self._rows, None
        if rows is not None:
            with rows:
                rows.flush()
        if self._encoder is not None:
            self._encoder.drain()

    def __enter__(self) -> StreamWriter:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is None:
            self._settle()
        for writer in (self._rows, self._encoder):
            if writer is not None:
                writer.__exit__(kind, error, trace)

    def _continues(self, region: Region) -> bool:
        rows = self._rows
        shape = self._sink.layout.shape or ()
        return (
            rows is not None
            and len(region) == len(shape)
            and region[0].start == rows.length
            and _covers(region, shape)
        )

    def _append(self, region: Region, values: AnyArray) -> None:
        assert self._rows is not None
        layout = self._sink.layout
        grown_shape(layout.shape or (), tuple(axis.stop for axis in region), layout)
        self._rows.append(values, copy=True)


def _covers(region: Region, shape: Shape) -> bool:
    """Whether a region is one of whole rows."""
    return bool(shape) and all(
        (axis.start, axis.stop) == (0, length)
        for axis, length in zip(region[1:], shape[1:], strict=True)
    )


def _resize(sink: ArraySink, shape: Shape) -> None:
    if shape != sink.layout.shape:
        sink.resize(shape)
