"""A file whose changes are kept all together, or not at all.

What is written below the old end of the file waits in memory, page by page, until it is committed
or too much of it waits; then the bytes that it replaces go to the journal, all at once, and only
when they are on the disk it is written. What is written behind the old end goes straight to the
file: a file that is cut to its old length has lost nothing of the old.
"""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING

from hdmf_io_core.durability import syscalls
from hdmf_io_core.durability.journal import Header, Journal, journal_path, read_journal, write_all
from hdmf_io_core.durability.pages import PAGE_BYTES, WaitingPages
from hdmf_io_core.durability.recover import restore
from hdmf_io_core.errors import JournalError, WriteError

if TYPE_CHECKING:
    from hdmf_io_core.durability.journal import Extent

__all__ = ["WAITING_BYTES", "UndoFile"]

WAITING_BYTES = 16 << 20
"""How much may wait in memory, in bytes."""
_EVERYTHING = 1 << 63
_SEGMENT_PAGES = 4096


class UndoFile:
    """An open local file with a journal.

    Parameters
    ----------
    path
        The file; the journal goes beside it.
    descriptor
        The same file, open for reading and writing and locked. The caller closes it.
    waiting_bytes
        How much may wait in memory.

    Notes
    -----
    Threads may share it. A forked child reaches no disk.
    """

    def __init__(self, path: str, descriptor: int, *, waiting_bytes: int = WAITING_BYTES) -> None:
        self.path = path
        self._descriptor = descriptor
        self._waiting_pages = max(1, waiting_bytes // PAGE_BYTES)
        self._pid = os.getpid()
        self._lock = threading.RLock()
        self._journal: Journal | None = None
        self._begin()

    def _begin(self) -> None:
        """Take what the file holds now for what is to be kept."""
        self._base = self._length = os.fstat(self._descriptor).st_size
        # Of the bytes on the disk those below it count; behind it, up to the old end, are zeros.
        self._valid = self._base
        self._limit = self._base  # below it pages wait in memory
        self._pages = WaitingPages()
        self._saved: set[int] = set()
        self.failure: BaseException | None = None

    @property
    def length(self) -> int:
        """Bytes of the file, with all that was written."""
        return self._length

    def read_into(self, view: memoryview, offset: int) -> int:
        """Fill a buffer; behind the end with zeros. Return how much of it lies in the file."""
        with self._lock:
            if self._pages or self._valid < self._base:
                self._load(view, offset)
                self._pages.patch(view, offset, self._limit)
                return max(0, min(len(view), self._length - offset))
        # No page waits: others may read and write meanwhile, as with any file.
        return self._load(view, offset)

    def read(self, n_bytes: int, offset: int) -> bytes:
        """Return bytes; fewer at the end of the file."""
        data = bytearray(n_bytes)
        return bytes(memoryview(data)[: self.read_into(memoryview(data), offset)])

    def write(self, data: bytes | bytearray | memoryview, offset: int) -> None:
        """Write bytes.

        Raises
        ------
        OSError
            The disk fails, or is full: what was changed since the last commit stays in memory
            alone then, and the next commit takes it back.
        """
        view = memoryview(data).cast("B")
        with self._lock:
            try:
                self._write(view, offset)
            except OSError as error:
                self._fail(error)
                self._write(view, offset)
                raise

    def truncate(self, length: int) -> None:
        """Cut the file, or extend it by zeros; errors as :meth:`write`."""
        with self._lock:
            try:
                self._truncate(length)
            except OSError as error:
                self._fail(error)
                self._truncate(length)
                raise

    def commit(self) -> None:
        """Keep all that was changed; on the disk at return.

        Raises
        ------
        WriteError
            The disk failed: the file is as after the last commit.
        JournalError
            It could not even be put back: the journal stays, and the next open tries again.
        """
        with self._lock:
            if self._is_foreign() or (self._journal is None and self.failure is None):
                return None
            try:
                if self.failure is None:
                    self._settle()
            except OSError as error:
                self._fail(error)
            if (failure := self.failure) is None:
                return self._keep()
            self.rollback()
        msg = "the changes since the last commit were taken back"
        hint = f"The disk said: {getattr(failure, 'strerror', None) or failure}."
        raise WriteError(msg, source=self.path, hint=hint) from failure

    def _keep(self) -> None:
        try:
            self._end_batch()
        except OSError as error:
            msg = "the changes are in the file, but its folder could not be synced"
            hint = "Should the machine stop now, they may be taken back."
            raise WriteError(msg, source=self.path, hint=hint) from error

    def rollback(self) -> None:
        """Take back all that was changed since the last commit; ``JournalError`` if that fails."""
        with self._lock:
            if self._is_foreign():
                return
            journal = self._journal
            if journal is None:
                self._begin()
                return
            try:
                self._put_back(journal)
                syscalls.unlink(journal.path)
                self._end_batch()
            except OSError as error:
                msg = f"the changes could not be taken back: {error.strerror}"
                hint = "The journal stays; the next open, or `hdmf-io repair`, tries again."
                raise JournalError(msg, source=self.path, hint=hint) from error

    def abandon(self) -> None:
        """Let go of the journal without removing it."""
        journal, self._journal = self._journal, None
        if journal is not None:
            journal.close()

    def _put_back(self, journal: Journal) -> None:
        descriptor = os.open(journal.path, os.O_RDONLY | getattr(os, "O_CLOEXEC", 0))
        try:
            found = read_journal(descriptor, self.path)
            if found is not None:
                restore(self._descriptor, descriptor, *found)
            else:
                # Not even the header could be written, so nothing was overwritten.
                syscalls.truncate(self._descriptor, self._base)
        finally:
            os.close(descriptor)

    def _is_foreign(self) -> bool:
        return os.getpid() != self._pid

    def _fail(self, error: OSError) -> OSError:
        # From now on everything stays in memory: it is to be taken back.
        if self.failure is None:
            self.failure = error
            self._keep_in_memory()
        return error

    def _keep_in_memory(self) -> None:
        self._pages.complete(self._limit, self._load)
        self._limit = _EVERYTHING

    def _write(self, view: memoryview, offset: int) -> None:
        if self._journal is None and self._stands(view, offset):
            return
        self._begin_batch()
        below = max(0, min(len(view), self._limit - offset))
        if below:
            self._pages.write(view[:below], offset, self._load)
        if below < len(view):
            write_all(self._descriptor, view[below:], offset + below)
        self._length = max(self._length, offset + len(view))
        if len(self._pages) >= self._waiting_pages and self._limit != _EVERYTHING:
            # Where the file was cut the disk still has old bytes, which the journal has not.
            self._spill({page for page in self._pages if (page + 1) * PAGE_BYTES <= self._valid})

    def _stands(self, view: memoryview, offset: int) -> bool:
        """Whether the file holds these bytes already, as the head does that HDF5 always writes."""
        if self.failure is not None or offset + len(view) > self._base or len(view) > PAGE_BYTES:
            return False
        return os.pread(self._descriptor, len(view), offset) == view

    def _truncate(self, length: int) -> None:
        if length == self._length:
            return
        self._begin_batch()
        if length < self._length:
            self._pages.cut(length)
        reaches_behind = length >= self._base or self._length > self._base
        if reaches_behind and self._limit != _EVERYTHING:
            syscalls.truncate(self._descriptor, max(length, self._base))
        self._valid = min(self._valid, length)
        self._length = length

    def _begin_batch(self) -> None:
        if self._is_foreign():
            if self._limit != _EVERYTHING:
                self._keep_in_memory()
        elif self._journal is None and self.failure is None:
            header = Header.of(self._descriptor, self._base)
            self._journal = Journal(journal_path(self.path), header)

    def _spill(self, pages: set[int], cut: range = range(0)) -> None:
        """Put what is to be replaced, or cut off, on the disk by name; then write the pages."""
        assert self._journal is not None
        replaced = sorted((pages | set(cut)) - self._saved)
        for first in range(0, len(replaced), _SEGMENT_PAGES):
            self._journal.save([self._old(page) for page in replaced[first:][:_SEGMENT_PAGES]])
        if replaced:
            self._journal.sync()
            if not self._saved:
                syscalls.fsync_folder(self._journal.path.parent)
            self._saved.update(replaced)
        for page in sorted(pages):
            start = page * PAGE_BYTES
            write_all(self._descriptor, memoryview(self._pages[page])[: self._base - start], start)
        for page in pages:
            del self._pages[page]

    def _old(self, page: int) -> Extent:
        start = page * PAGE_BYTES
        return start, os.pread(self._descriptor, min(PAGE_BYTES, self._base - start), start)

    def _settle(self) -> None:
        """Let the file be what was written, on the disk."""
        self._zero_gaps()
        cut = range(self._length // PAGE_BYTES, -(-self._base // PAGE_BYTES))
        self._spill(set(self._pages), cut if self._length < self._base else range(0))
        if os.fstat(self._descriptor).st_size != self._length:
            syscalls.truncate(self._descriptor, self._length)
        syscalls.fsync(self._descriptor)
        assert self._journal is not None
        syscalls.unlink(self._journal.path)

    def _zero_gaps(self) -> None:
        """Make pages of zeros where the file was cut and grew again over its old bytes."""
        end = min(self._base, self._length)
        if self._valid >= end:
            return
        for page in range(self._valid // PAGE_BYTES, -(-end // PAGE_BYTES)):
            self._pages.hold(page, self._load)

    def _end_batch(self) -> None:
        journal, self._journal = self._journal, None
        assert journal is not None
        journal.close()
        self._begin()
        syscalls.fsync_folder(journal.path.parent)

    def _load(self, view: memoryview, offset: int) -> int:
        return self._read_disk(view, offset, self._length)

    def _read_disk(self, view: memoryview, offset: int, length: int) -> int:
        """Fill a buffer with what the disk holds of the file, zeros elsewhere."""
        wanted = max(0, min(len(view), length - offset))
        done, n_bytes = 0, 1
        while done < wanted and n_bytes:
            n_bytes = os.preadv(self._descriptor, [view[done:wanted]], offset + done)
            done += n_bytes
        view[done:] = bytes(len(view) - done)
        low, high = max(offset, self._valid), min(offset + len(view), self._base)
        if low < high:
            view[low - offset : high - offset] = bytes(high - low)
        return wanted
