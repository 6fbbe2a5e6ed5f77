"""Rows that go into an array chunk by chunk; those that fill no chunk yet are kept, decoded."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import numpy as np

from hdmf_io_core.chunks.encode import ChunkEncoder, EncodableSink, is_encodable
from hdmf_io_core.chunks.grid import ChunkGrid
from hdmf_io_core.chunks.read import read_chunks
from hdmf_io_core.storage.abilities import SupportsDecoding
from hdmf_io_core.storage.selection import Selection, select_region

if TYPE_CHECKING:
    from types import TracebackType

    from hdmf_io_core.chunks.pool import WorkerPool
    from hdmf_io_core.storage.layout import ArrayLayout
    from hdmf_io_core.storage.protocols import ArraySink
    from hdmf_io_core.storage.selection import AxisSelection
    from hdmf_io_core.types import AnyArray, Shape

__all__ = ["KeptRows", "RowBuffer", "RowState", "buffers_rows", "split_rows"]

RowState: TypeAlias = "tuple[int, int, AnyArray | None, Shape]"
SLAB_BYTES = 64 << 20
"""More is not kept for the chunks of one row of the grid."""


def buffers_rows(sink: ArraySink, shape: Shape) -> bool:
    """Whether a :class:`RowBuffer` can write the rows of an array of that shape."""
    if not shape or not is_encodable(sink) or 0 in shape[1:]:
        return False
    layout = sink.layout
    assert sink.encoding is not None
    rows = sink.encoding.chunk_shape[0]
    return rows * math.prod(shape[1:]) * layout.memory_dtype.itemsize <= SLAB_BYTES


class KeptRows(NamedTuple):
    """What a :class:`RowBuffer` keeps at one moment; it stays good while the buffer goes on.

    Attributes
    ----------
    length : int
        Length of the array, with the rows that are kept.
    first : int
        The first row that is kept; those before it are in the array's hands.
    rows : ndarray or None
        The rows; None if there are none.
    """

    length: int
    first: int
    rows: AnyArray | None

    def taken(self, selection: Selection) -> AnyArray:
        """Return rows that are kept; the first axis of the selection counts from ``first``."""
        assert self.rows is not None
        held = self.rows
        for place, axis in enumerate(selection.axes):
            held = held[(*(slice(None),) * place, axis)]
        return held


class RowBuffer:
    """Rows on their way into an array. Use it from one thread, and close it by ``flush``.

    Parameters
    ----------
    sink
        For which :func:`buffers_rows` holds. Nothing else writes to its rows from ``start`` on.
    pool
        Whose workers encode.
    start : int
        Where the next row goes; at most the array's length.

    Notes
    -----
    The array grows with whole chunks; ``length`` counts what is kept too.
    """

    def __init__(self, sink: EncodableSink, pool: WorkerPool, start: int) -> None:
        layout = sink.layout
        self._sink = sink
        self._encoder = ChunkEncoder(sink, pool)
        # As it was last seen: asking the array costs more than a small append.
        self._shape: Shape = layout.shape or (0,)
        self._trailing = self._shape[1:]
        self._n_rows, *trailing = self._encoder.chunk_shape
        self._grid = ChunkGrid(self._trailing, tuple(trailing))
        self._dtype = layout.memory_dtype
        self._first = start // self._n_rows * self._n_rows
        self._filled = start - self._first
        self._rows: AnyArray | None = None
        if self._filled:
            self._rows = np.empty((self._n_rows, *self._trailing), self._dtype)
            held = select_region(
                (slice(self._first, start), *(slice(0, length) for length in self._trailing))
            )
            if isinstance(sink, SupportsDecoding):
                read_chunks(sink, held, self._rows[: self._filled], pool)
            else:
                sink.read_into(held, self._rows[: self._filled])

    @property
    def length(self) -> int:
        """Length of the array, with the rows that are kept."""
        return self._first + self._filled

    @property
    def layout(self) -> ArrayLayout:
        """The array's layout, with the rows that are kept."""
        stored = self._sink.layout
        length = max(self.length, (stored.shape or (0,))[0])
        return replace(stored, shape=(length, *self._trailing))

    def state(self) -> RowState:
        """Return what :meth:`take_back` needs."""
        return self._first, self._filled, self._rows, self._shape

    def take_back(self, state: RowState) -> None:
        """Undo all since a state, after an error."""
        self._encoder.cancel()
        # An array once full is never filled again: the rows of that time are as they were.
        self._first, self._filled, self._rows, shape = state
        if self._sink.layout.shape != shape:
            self._sink.resize(shape)
        self._shape = shape

    def kept(self) -> KeptRows:
        """Return what is kept now."""
        # Rows are added after those that there are, and an array once full is let go of.
        rows = self._rows[: self._filled] if self._filled and self._rows is not None else None
        return KeptRows(self.length, self._first, rows)

    def append(self, rows: AnyArray, *, copy: bool) -> None:
        """Take rows; encode those that make whole chunks.

        Parameters
        ----------
        rows : ndarray, shape (n, ...)
            Of the elements' dtype.
        copy : bool
            Whether they may change once this returns. Otherwise they stay until ``drain``.
        """
        taken = 0
        self._grow((self.length + len(rows)) // self._n_rows * self._n_rows)
        while taken < len(rows):
            n = min(self._n_rows - self._filled, len(rows) - taken)
            part = rows[taken : taken + n]
            taken += n
            if n == self._n_rows:
                self._put(part.copy() if copy else part)
                continue
            if self._rows is None:
                self._rows = np.empty((self._n_rows, *self._trailing), self._dtype)
            self._rows[self._filled : self._filled + n] = part
            self._filled += n
            if self._filled == self._n_rows:
                whole, self._rows, self._filled = self._rows, None, 0
                self._put(whole)

    def drain(self) -> None:
        """Wait until all whole chunks are stored."""
        self._encoder.drain()

    def flush(self) -> None:
        """Store everything, also the rows that fill no chunk."""
        if self._filled and self._rows is not None:
            self._grow(self.length)
            rows = self._rows[: self._filled]
            if self.length < (self._sink.layout.shape or (0,))[0]:
                # There are rows after these, which are not to be lost.
                self.drain()
                region = (slice(self._first, self.length),)
                self._sink.write((*region, *(slice(0, n) for n in self._trailing)), rows)
            else:
                self._put_chunks(rows)
        self.drain()

    def _put(self, rows: AnyArray) -> None:
        self._put_chunks(rows)
        self._first += self._n_rows

    def _put_chunks(self, rows: AnyArray) -> None:
        for coords in self._grid.coords():
            block = rows[(slice(None), *self._grid.region_of(coords))]
            self._encoder.put((self._first // self._n_rows, *coords), block)

    def _grow(self, length: int) -> None:
        if length > self._shape[0]:
            self._shape = self._sink.layout.shape or (0,)
        if length > self._shape[0]:
            shape = (length, *self._shape[1:])
            self._sink.resize(shape)
            self._shape = shape

    def __enter__(self) -> RowBuffer:
        self._encoder.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._encoder.__exit__(kind, error, trace)


def split_rows(selection: Selection, row: int) -> tuple[Selection, Selection]:
    """Split a selection along its first axis: rows before one, and the rest, counted from it."""
    axis = selection.axes[0]
    before: AxisSelection
    after: AxisSelection
    if isinstance(axis, slice):
        n_before = len(range(axis.start, min(axis.stop, row), axis.step))
        start = axis.start + n_before * axis.step
        before = slice(axis.start, max(axis.start, min(axis.stop, row)), axis.step)
        after = slice(start - row, max(start, axis.stop) - row, axis.step)
    else:
        indices: Any = axis
        cut = int(np.searchsorted(indices, row))
        before, after = indices[:cut], indices[cut:] - row
    return Selection((before, *selection.axes[1:])), Selection((after, *selection.axes[1:]))
