"""Rows of anything that yields them, handed out many at a time."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["RowSource"]

BLOCK_BYTES = 1 << 20
"""How much of an array-like is read at a time."""
_LOOKED_AT = 64
"""As many rows are copied one by one, to see whether they come in the same memory."""
_END = object()


class RowSource:
    """Rows that stay as they were given, also where the giver fills the same array again.

    Parameters
    ----------
    data : iterable, array-like or None
        Yields rows; an array-like is sliced. None yields nothing.
    axis : int
        The axis of an array-like that rows are stacked along.
    """

    def __init__(self, data: Any, axis: int) -> None:
        self._rows = _rows_of(data, axis)
        # Held, so that the memory of a row that is gone is not taken for one used again.
        self._held: list[Any] = []
        self._places: set[int] = set()
        self._comes_again = False

    def take(self, n_rows: int) -> list[Any]:
        """Return the next rows, fewer at the end."""
        rows: list[Any] = []
        while len(rows) < n_rows and (self._comes_again or len(self._held) < _LOOKED_AT):
            row = next(self._rows, _END)
            if row is _END:
                return rows
            rows.append(self._kept(row))
        # All others at once, in C: a loop over rows would cost more than all else that is done.
        rows += itertools.islice(self._rows, n_rows - len(rows))
        return rows

    def _kept(self, row: Any) -> Any:
        """Return a row, or a copy of what its giver may change."""
        if not isinstance(row, (np.ndarray, list, bytearray)):
            self._hold(row)
            return row
        place = id(row)
        if isinstance(row, np.ndarray):
            place = row.__array_interface__["data"][0]
        self._comes_again |= place in self._places
        if self._hold(row):
            self._places.add(place)
        return row.copy()

    def _hold(self, row: Any) -> bool:
        if len(self._held) == _LOOKED_AT:
            return False
        self._held.append(row)
        return True


def _rows_of(data: Any, axis: int) -> Iterator[Any]:
    if data is None:
        return iter(())
    shape = getattr(data, "shape", None)
    if shape == ():
        return iter((np.asarray(data)[()],))
    if isinstance(data, np.ndarray):
        return iter(np.moveaxis(data, axis, 0))
    if shape is not None and hasattr(data, "__getitem__"):
        return _sliced_rows(data, axis)
    return iter(data)


def _sliced_rows(data: Any, axis: int) -> Iterator[Any]:
    """Read an array-like in blocks of rows: one by one, each would decode a whole chunk."""
    axis %= len(data.shape)
    n_rows = data.shape[axis]
    row_bytes = getattr(data.dtype, "itemsize", 8) * int(np.prod(data.shape)) // max(1, n_rows)
    step = max(1, BLOCK_BYTES // max(1, row_bytes))
    for start in range(0, n_rows, step):
        key = [slice(None)] * len(data.shape)
        key[axis] = slice(start, min(start + step, n_rows))
        yield from np.moveaxis(np.asarray(data[tuple(key)]), axis, 0)
