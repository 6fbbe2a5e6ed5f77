"""From an open storage to a closed one, whichever way that goes."""

from __future__ import annotations

import atexit
import os
import warnings
import weakref
from functools import cache
from typing import TYPE_CHECKING, cast

from hdmf_io_core.chunks.engine import Engine
from hdmf_io_core.durability.publish import InPlace, Publication
from hdmf_io_core.errors import ClosedIOError, ModeError, WriteError
from hdmf_io_core.io.modes import may_write
from hdmf_io_core.io.protocol import HDMFIO

if TYPE_CHECKING:
    from types import TracebackType

    from hdmf_io_core.storage.protocols import StorageReader, StorageWriter
    from hdmf_io_core.types import Mode

__all__ = ["StorageLifetime"]


class StorageLifetime(HDMFIO):
    """What an IO has open, and how that ends.

    Parameters
    ----------
    mode : Mode
        The mode that it was opened with.
    publication : Publication or None
        How what is written becomes visible; None for at once, in place.
    engine : Engine or None
        Moves the chunks of large arrays; None for one of its own.
    """

    warns_if_forgotten = True
    """False where another object stands before this one, and warns itself."""

    def __init__(
        self, mode: Mode, *, publication: Publication | None = None, engine: Engine | None = None
    ) -> None:
        self._mode = mode
        self._engine = engine if engine is not None else Engine()
        self._publication = publication if publication is not None else InPlace()
        self._has_failed = False
        self._in_transaction = False
        self._storage: StorageReader | None = None
        self._source = ""
        self._owner = os.getpid()
        if may_write(mode):
            _remember(self)

    @property
    def storage(self) -> StorageReader:
        """The open storage, with all that was appended; belongs to the IO.

        Raises
        ------
        ClosedIOError
            If the IO is closed.
        """
        if self._storage is None:
            msg = "the IO is closed"
            raise ClosedIOError(msg, source=self._source, hint="Open the file again.")
        self._engine.settle()
        return self._storage

    @property
    def engine(self) -> Engine:
        """What moves the chunks of large arrays."""
        return self._engine

    @property
    def source(self) -> str:
        """Canonical name of what is, or was, open."""
        return self._storage.source if self._storage is not None else self._source

    @property
    def mode(self) -> Mode:
        """The mode it was opened with."""
        return self._mode

    @property
    def is_open(self) -> bool:
        """Whether it is open."""
        return self._storage is not None

    def _writer(self) -> StorageWriter:
        storage = self.storage
        if not may_write(self._mode):
            msg = f"mode {self._mode!r} does not allow to write"
            hint = "Open with mode 'a' or 'r+' to change the file, 'w' to replace it."
            raise ModeError(msg, source=storage.source, hint=hint)
        return cast("StorageWriter", storage)

    def refresh(self) -> None:
        """Show what others changed since; see :meth:`HDMFIO.refresh`."""
        storage = self.storage
        self._engine.refresh()
        storage.refresh()

    def close(self) -> None:
        """Publish what was written and release the storage; a second call does nothing.

        Raises
        ------
        ModeError
            A transaction is open.
        """
        storage = self._storage
        if storage is None:
            return
        if self._in_transaction:
            msg = "a transaction is open"
            raise ModeError(msg, source=self.source, hint="Close the IO after its end.")
        if self._has_failed and self._publication.is_pending:
            self._discard()
            return
        try:
            self._engine.settle()
            if may_write(self._mode):
                writer = cast("StorageWriter", storage)
                writer.commit()
                storage = self._publish(writer) or storage
        except BaseException:
            # What cannot be committed is not held on to: the locks go.
            self._discard()
            raise
        self._source = storage.source
        self._storage = None
        self._engine.close()
        storage.close()

    def _publish(self, writer: StorageWriter) -> StorageWriter | None:
        """Publish a committed storage; where that fails the IO is closed."""
        try:
            return self._publication.publish(writer)
        except BaseException:
            self._discard()
            raise

    def _discard(self) -> None:
        """Close without committing, and without publishing what was never published."""
        storage, self._storage = self._storage, None
        if storage is not None:
            self._source = storage.source
            self._engine.close()
            self._publication.discard(cast("StorageWriter", storage))

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_val: BaseException | None,
        exc_tb: TracebackType | None,
    ) -> None:
        # What a failed write left is not committed; what else was written before an exception is.
        has_failed = self._has_failed or isinstance(exc_val, WriteError)
        is_half = exc_type is not None and (has_failed or self._publication.is_pending)
        if is_half and may_write(self._mode):
            self._discard()
        else:
            self.close()

    def close_forgotten(self) -> None:
        """Close what nobody closed, with a ``ResourceWarning``; what is not published is dropped.

        Does nothing in mode ``r``, since lazy data may be used without its IO, and in a forked
        child, since what is open is its parent's.
        """
        # A constructor that raised leaves no owner.
        if getattr(self, "_owner", None) != os.getpid() or not self.is_open:
            return
        if not may_write(self._mode):
            return
        what = f"{self!r} was not closed"
        if self._publication.is_pending or self._in_transaction:
            self._discard()
        else:
            self.close()
        # Last, since a warning may be made an error.
        if self.warns_if_forgotten:
            warnings.warn(what, ResourceWarning, stacklevel=2, source=self)

    def __del__(self) -> None:
        self.close_forgotten()

    def __repr__(self) -> str:
        state = "open" if self.is_open else "closed"
        return f"<{type(self).__name__} {self.source!r} mode {self._mode!r} {state}>"


_writing: weakref.WeakSet[StorageLifetime] = weakref.WeakSet()


def _remember(io: StorageLifetime) -> None:
    """Note an IO that is to be closed when Python ends."""
    _register()
    _writing.add(io)


@cache
def _register() -> None:
    # At the first IO: what the libraries of backends registered when imported runs after it.
    atexit.register(_close_all)


def _close_all() -> None:
    for io in list(_writing):
        io.close_forgotten()
