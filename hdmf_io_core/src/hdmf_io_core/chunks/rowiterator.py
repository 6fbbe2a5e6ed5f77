"""Rows from any Python iterator, gathered into chunks."""

from __future__ import annotations

from collections.abc import Sized
from typing import TYPE_CHECKING, Any

import numpy as np

from hdmf_io_core.chunks.datachunk import AbstractDataChunkIterator, DataChunk
from hdmf_io_core.chunks.grid import block_shape
from hdmf_io_core.chunks.rowsource import RowSource
from hdmf_io_core.errors import OptionError, ShapeError
from hdmf_io_core.storage.fitting import fit
from hdmf_io_core.storage.numpytypes import infer_dtype
from hdmf_io_core.storage.values import infer

if TYPE_CHECKING:
    from hdmf_io_core.types import AnyArray, MaxShape, Shape

__all__ = ["DataChunkIterator"]

BUFFER_BYTES = 1 << 20
"""How much is gathered into one chunk, unless the caller says."""
SMALLEST_CHUNK_BYTES = 64 << 10
"""Stored chunks hold at least this much, however little is gathered at a time."""


class DataChunkIterator(AbstractDataChunkIterator):
    """Chunks of an array that comes row by row.

    Parameters
    ----------
    data : iterable, array-like or None
        Yields rows: each has one dimension less than the array. A None among them leaves a row
        out, which stays the fill value. An array-like is sliced. None yields nothing.
    maxshape : tuple of int or None
        How far the array may grow, None in it for an axis without limit. None: the first row's
        shape, and as many rows as ``len(data)`` says, else any number.
    dtype : numpy dtype or None
        Type of the elements. None: that of the first row.
    buffer_size : int or None
        How many rows make a chunk. None: as many as fill 1 MiB.
    iter_axis : int
        The axis that rows are stacked along.

    Raises
    ------
    OptionError
        If the dtype cannot be known: there is no row, and none is given.

    Notes
    -----
    The first row is looked at when it is needed for ``dtype`` or ``maxshape``, and the first chunk
    for :meth:`recommended_chunk_shape`; both are kept, and yielded in their turn. A giver may fill
    one array again and again, or a few in turn: that is seen in the first 64 rows.

    Examples
    --------
    >>> chunks = DataChunkIterator([i, i * i] for i in range(5))
    >>> chunks.maxshape
    (None, 2)
    >>> [chunk.selection for chunk in chunks]
    [(slice(0, 5, None), slice(0, 2, None))]
    """

    def __init__(
        self,
        data: Any = None,
        maxshape: MaxShape | None = None,
        dtype: Any = None,
        buffer_size: int | None = None,
        *,
        iter_axis: int = 0,
    ) -> None:
        if buffer_size is not None and buffer_size < 1:
            msg = f"buffer_size is {buffer_size}, and a chunk needs at least one row"
            raise OptionError(msg)
        if isinstance(data, (list, tuple)) and iter_axis != 0:
            data = np.asarray(data)
        self.data = data
        self.buffer_size = buffer_size
        self.iter_axis = iter_axis
        self._maxshape = None if maxshape is None else tuple(maxshape)
        self._given_dtype: np.dtype[Any] | None = None if dtype is None else np.dtype(dtype)
        self._position = 0
        self._rows = RowSource(data, iter_axis)
        self._ahead: list[Any] = []
        self._first: Any = None
        self._ready: DataChunk | None = None
        self._is_exhausted = False
        if self._given_dtype is None and self._peek() is None:
            msg = "there is no row to take the dtype from"
            raise OptionError(msg, hint="Give dtype=, and maxshape= for data of several axes.")

    @classmethod
    def from_iterable(
        cls,
        data: Any = None,
        maxshape: MaxShape | None = None,
        dtype: Any = None,
        buffer_size: int | None = None,
        *,
        iter_axis: int = 0,
    ) -> DataChunkIterator:
        """Return an iterator over ``data``; the same as the constructor."""
        return cls(data, maxshape, dtype, buffer_size, iter_axis=iter_axis)

    @property
    def dtype(self) -> np.dtype[Any]:
        """Type of the elements: as given, else that of the first row."""
        if self._given_dtype is not None:
            return self._given_dtype
        return np.dtype(np.asarray(self._peek()).dtype)

    @property
    def maxshape(self) -> MaxShape:
        """How far the array may grow."""
        if self._maxshape is None:
            row = () if self._peek() is None else np.shape(self._first)
            axis = self.iter_axis % (len(row) + 1)
            self._maxshape = (*row[:axis], self._length(), *row[axis:])
        return self._maxshape

    def recommended_chunk_shape(self) -> Shape | None:
        """Return chunks as large as what is gathered: whole rows, parts of rows if huge."""
        if self._ready is None:
            self._ready = self._gather()
        if self._ready is None:
            return None
        shape = list(np.shape(self._ready.data))
        axis = self.iter_axis % len(shape)
        itemsize = max(1, self._ready.data.dtype.itemsize)
        if not self._is_exhausted:
            row_bytes = itemsize * max(1, int(np.prod(shape)) // max(1, shape[axis]))
            shape[axis] = max(shape[axis], SMALLEST_CHUNK_BYTES // row_bytes)
            limit = self.maxshape[axis]
            shape[axis] = shape[axis] if limit is None else min(shape[axis], limit)
        order = [axis, *(i for i in range(len(shape)) if i != axis)]
        sizes = tuple(max(1, shape[i]) for i in order)
        block = block_shape(sizes, (1,) * len(sizes), itemsize, BUFFER_BYTES)
        return tuple(block[order.index(i)] for i in range(len(shape)))

    def recommended_data_shape(self) -> Shape:
        """Return the final shape if it is known, else that of the first chunk."""
        known = tuple(length for length in self.maxshape if length is not None)
        if len(known) == len(self.maxshape):
            return known
        if self._ready is None:
            self._ready = self._gather()
        return (0,) * len(self.maxshape) if self._ready is None else np.shape(self._ready.data)

    def __next__(self) -> DataChunk:
        chunk = self._ready if self._ready is not None else self._gather()
        self._ready = None
        if chunk is None:
            raise StopIteration
        return chunk

    next = __next__

    def _peek(self) -> Any:
        """Return the first row without using it up; None if there is none."""
        while self._first is None and (rows := self._rows.take(1)):
            self._ahead += rows
            self._first = rows[0]
        return self._first

    def _length(self) -> int | None:
        shape = getattr(self.data, "shape", None)
        if shape:
            return int(shape[self.iter_axis])
        return len(self.data) if isinstance(self.data, Sized) else None

    def _gather(self) -> DataChunk | None:
        rows = self._next_rows(self._buffer_rows())
        if not rows:
            return None
        start = self._position
        self._position += len(rows)
        block = np.moveaxis(self._stack(rows, start), 0, self.iter_axis)
        axis = self.iter_axis % block.ndim
        selection = [slice(0, length) for length in block.shape]
        selection[axis] = slice(start, start + len(rows))
        return DataChunk(block, tuple(selection))

    def _next_rows(self, n_rows: int) -> list[Any]:
        """Return the next rows up to one that is left out; goes past those left out before."""
        while True:
            rows = self._ahead[:n_rows]
            del self._ahead[:n_rows]
            rows += self._rows.take(n_rows - len(rows))
            if len(rows) < n_rows:
                self._is_exhausted = True
            if type(None) not in set(map(type, rows)):
                return rows
            missing = [i for i, row in enumerate(rows) if row is None]
            if missing[0] > 0:
                self._ahead = rows[missing[0] :] + self._ahead
                self._is_exhausted = False
                return rows[: missing[0]]
            n_missing = next((i for i, row in enumerate(rows) if row is not None), len(rows))
            self._position += n_missing
            self._ahead = rows[n_missing:] + self._ahead

    def _buffer_rows(self) -> int:
        if self.buffer_size is not None:
            return self.buffer_size
        first = self._peek()
        return max(1, BUFFER_BYTES // max(1, _row_bytes(first)))

    def _stack(self, rows: list[Any], start: int) -> AnyArray:
        first = rows[0]
        if isinstance(first, np.ndarray) and not first.dtype.hasobject:
            if set(map(type, rows)) == {np.ndarray} and first.ndim:
                return _joined(rows, start)
            _check_shapes(rows, start)
            return np.stack(rows)
        element = None if self._given_dtype is None else infer_dtype(self._given_dtype)
        stacked: AnyArray = infer(rows).value if element is None else fit(rows, element)
        return stacked


def _joined(rows: list[AnyArray], start: int) -> AnyArray:
    """Return arrays of equal shape as one; numpy's own ``stack`` makes a view of each first."""
    first = rows[0]
    # What `concatenate` does not check itself; loops over rows that stay in C.
    if set(map(len, rows)) != {len(first)}:
        _check_shapes(rows, start)
    try:
        joined: AnyArray = np.concatenate(rows)
    except ValueError:
        _check_shapes(rows, start)
        raise
    return joined.reshape(len(rows), *first.shape)


def _check_shapes(rows: list[Any], start: int) -> None:
    shape = np.shape(rows[0])
    for index, row in enumerate(rows):
        if np.shape(row) != shape:
            msg = f"row {start + index} has shape {np.shape(row)}, the rows before it {shape}"
            raise ShapeError(msg)


def _row_bytes(row: Any) -> int:
    if row is None:
        return 1
    if isinstance(row, (str, bytes)):
        return len(row) + 16
    return int(np.asarray(row).nbytes) if np.ndim(row) or hasattr(row, "dtype") else 8
