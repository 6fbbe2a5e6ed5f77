"""Rows appended that fill no chunk yet, of all arrays of one IO."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import TYPE_CHECKING, TypeAlias

from hdmf_io_core.chunks.assign import append_rows, rows_to_append
from hdmf_io_core.chunks.encode import is_encodable
from hdmf_io_core.chunks.rows import KeptRows, RowBuffer, buffers_rows, split_rows
from hdmf_io_core.storage.forking import renewed_after_fork
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
    file where the old one was.

    Threads that append or store take turns. Those that read take none, since one of them may hold
    a lock of the storage's library, as in a callback of it, that a thread waits for which stores.
    They see what there was before an append until it is done.
    """

    def __init__(self, pool: WorkerPool) -> None:
        self._pool = pool
        self._turn = threading.RLock()
        self._buffers: dict[ArrayKey, RowBuffer] = {}
        self._shown: dict[ArrayKey, KeptRows] = {}
        renewed_after_fork(self)

    def renew(self) -> None:
        """Forget that a thread of the parent stores: a forked child has not that thread."""
        self._turn = threading.RLock()

    def layout(self, key: ArrayKey, stored: ArrayLayout) -> ArrayLayout:
        """Return the layout of an array with the rows that are kept."""
        kept = self._shown.get(key)
        if kept is None or not stored.shape or kept.length == stored.shape[0]:
            return stored
        return replace(stored, shape=(kept.length, *stored.shape[1:]))

    def append(self, key: ArrayKey, open_sink: Callable[[], ArraySink], values: object) -> None:
        """Append rows to an array, whose path stands in errors; see ``append_rows``."""
        with self._turn:
            buffer = self._buffers.get(key)
            if buffer is None:
                buffer = self._begun(key, open_sink(), values)
                if buffer is None:
                    return
            rows = rows_to_append(buffer.layout, values, path=key[1])
            if not len(rows):
                return
            self._buffers[key] = buffer
            self._shown.setdefault(key, buffer.kept())
            state = buffer.state()
            try:
                buffer.append(rows, copy=False)
                buffer.drain()
            except BaseException:
                buffer.take_back(state)
                raise
            self._shown[key] = buffer.kept()

    def _begun(self, key: ArrayKey, sink: ArraySink, values: object) -> RowBuffer | None:
        """Return a new buffer; None if the rows are appended without one."""
        layout = sink.layout
        shape = layout.shape or ()
        if buffers_rows(sink, shape) and is_encodable(sink):
            rows_to_append(layout, values, path=key[1])
            return RowBuffer(sink, self._pool, shape[0])
        if shape:
            # Until its rows are stored, the array is as long as it was.
            self._shown[key] = KeptRows(shape[0], shape[0], None)
        try:
            append_rows(sink, values, path=key[1])
        finally:
            self._shown.pop(key, None)
        return None

    def read(self, key: ArrayKey, selection: Selection, out: AnyArray) -> Selection:
        """Fill in what is kept; return what is left to be read, into the first rows of ``out``."""
        kept = self._shown.get(key)
        if kept is None or kept.rows is None or 0 in selection.shape:
            return selection
        stored, late = split_rows(selection, kept.first)
        if not late.shape[0]:
            return selection
        out[stored.shape[0] :] = kept.taken(late)
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
        with self._turn:
            for each in [key] if key is not None else list(self._buffers):
                buffer = self._buffers.get(each)
                if buffer is None:
                    continue
                try:
                    with located(*each), buffer:
                        buffer.flush()
                finally:
                    # Only now: until then others wait for their turn, or read what is kept.
                    del self._buffers[each]
                    self._shown.pop(each, None)

    def clear(self) -> None:
        """Forget the rows that are kept."""
        with self._turn:
            self._buffers.clear()
            self._shown.clear()
