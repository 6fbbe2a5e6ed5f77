"""Rows appended that fill no chunk yet, of all arrays of one IO."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import TYPE_CHECKING, TypeAlias

from hdmf_io_core.chunks.assign import append_rows, rows_to_append
from hdmf_io_core.chunks.encode import is_encodable
from hdmf_io_core.chunks.rows import RowBuffer, buffers_rows, split_rows
from hdmf_io_core.storage.located import located

if TYPE_CHECKING:
    from collections.abc import Callable

    from hdmf_io_core.chunks.pool import WorkerPool
    from hdmf_io_core.storage.layout import ArrayLayout
    from hdmf_io_core.storage.protocols import ArraySink
    from hdmf_io_core.storage.selection import Selection
    from hdmf_io_core.types import AnyArray

__all__ = ["ArrayKey", "Tails"]

ArrayKey: TypeAlias = tuple[str, str]
"""An array of an IO: its file, and its path there."""


class Tails:
    """The last, partial chunks of arrays that grow by rows, kept decoded.

    Parameters
    ----------
    pool
        Whose workers encode what is complete.

    Notes
    -----
    Appending row by row would else encode the last chunk again for each, and leave a hole in the
    file where the old one was. Threads take turns.
    """

    def __init__(self, pool: WorkerPool) -> None:
        self._pool = pool
        self._lock = threading.RLock()
        self._buffers: dict[ArrayKey, RowBuffer] = {}

    def layout(self, key: ArrayKey, stored: ArrayLayout) -> ArrayLayout:
        """Return the layout of an array with the rows that are kept."""
        if not self._buffers:
            return stored
        with self._lock:
            buffer = self._buffers.get(key)
            if buffer is None or not stored.shape:
                return stored
            return replace(stored, shape=(buffer.length, *stored.shape[1:]))

    def append(self, key: ArrayKey, open_sink: Callable[[], ArraySink], values: object) -> None:
        """Append rows to an array, whose path stands in errors; see ``append_rows``."""
        with self._lock:
            buffer = self._buffers.get(key)
            if buffer is None:
                buffer = self._begun(key, open_sink(), values)
                if buffer is None:
                    return
            layout = buffer.layout
            rows = rows_to_append(layout, values, path=key[1])
            if not len(rows):
                return
            self._buffers[key] = buffer
            state = buffer.state()
            try:
                buffer.append(rows, copy=False)
                buffer.drain()
            except BaseException:
                buffer.take_back(state)
                raise

    def _begun(self, key: ArrayKey, sink: ArraySink, values: object) -> RowBuffer | None:
        """Return a new buffer; None if the rows are appended without one."""
        layout = sink.layout
        shape = layout.shape or ()
        if not buffers_rows(sink, shape) or not is_encodable(sink):
            append_rows(sink, values, path=key[1])
            return None
        rows_to_append(layout, values, path=key[1])
        return RowBuffer(sink, self._pool, shape[0])

    def read(self, key: ArrayKey, selection: Selection, out: AnyArray) -> Selection:
        """Fill in what is kept; return what is left to be read, into the first rows of ``out``."""
        if not self._buffers or 0 in selection.shape:
            return selection
        with self._lock:
            buffer = self._buffers.get(key)
            if buffer is None:
                return selection
            stored, kept = split_rows(selection, buffer.first)
            if kept.shape[0]:
                out[stored.shape[0] :] = buffer.kept(kept)
            return stored

    def settle(self, key: ArrayKey | None = None) -> None:
        """Store the rows that are kept, of one array or of all; nothing is kept then.

        Raises
        ------
        WriteError
            If the storage refuses; the rows are lost then.
        """
        if not self._buffers:
            return
        with self._lock:
            for each in [key] if key is not None else list(self._buffers):
                buffer = self._buffers.pop(each, None)
                if buffer is not None:
                    with located(*each), buffer:
                        buffer.flush()

    def clear(self) -> None:
        """Forget the rows that are kept."""
        with self._lock:
            self._buffers.clear()
