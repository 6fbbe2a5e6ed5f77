"""What an IO changes is kept all together, or not at all."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, cast

from hdmf_io_core.errors import ModeError, UnsupportedFeatureError, WriteError
from hdmf_io_core.io.lifetime import StorageLifetime
from hdmf_io_core.io.modes import may_write
from hdmf_io_core.model.manager import SupportsTakingBack
from hdmf_io_core.storage.transactions import SupportsTransactions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from hdmf_io_core.model.builders import Builder, Home
    from hdmf_io_core.model.manager import Manager
    from hdmf_io_core.plan.readtree import TreeReader
    from hdmf_io_core.storage.protocols import ArraySink, StorageReader, StorageWriter

__all__ = ["StorageChanges"]


class StorageChanges(StorageLifetime):
    """An IO's storage, its tree and its manager, and what happens to them when a change fails."""

    _manager: Manager
    _tree: TreeReader
    _is_torn = False

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Keep all that happens inside together at its end, or, on an exception, nothing of it.

        That is what ``write`` and ``export`` store, changes of lazy data, and changes through
        ``file`` where the backend's library works through the IO (HDF5). What was changed before is
        committed first. ``write`` and ``flush`` commit nothing inside.

        After an exception the storage is as it was at the beginning, also for lazy data and
        containers that were read; a ``write`` stores again what the transaction had stored.
        ``file`` is another object then. Lazy data of arrays made inside raises
        ``NodeNotFoundError``. In mode ``w`` before the first ``write`` the whole file is the
        transaction: an exception closes the IO, and leaves what was there.

        Raises
        ------
        UnsupportedFeatureError
            The storage cannot go back: it is no local file or store, or is changed in place by
            ``atomic=False``, a driver or a library of the user's.
        ModeError
            The mode does not allow to write, or a transaction is open already: there is none
            inside another.
        WriteError
            What was changed cannot be committed; nothing of it was then.
        """
        writer = self._writer()
        if self._in_transaction:
            msg = "a transaction is open, and there is none inside another"
            raise ModeError(msg, source=self.source, hint="End the first, or use it for both.")
        bring_back = self._begin(writer)
        self._in_transaction = True
        try:
            yield
            self._complete()
        except BaseException:
            self._in_transaction = False
            self._take_back(bring_back)
            raise
        finally:
            self._in_transaction = False

    def _begin(self, writer: StorageWriter) -> Callable[[], None]:
        """Begin a transaction; return what lets model and tree be as they are now."""
        if not self._publication.is_pending:
            if not isinstance(writer, SupportsTransactions):
                msg = "the storage keeps no record of what it changes, so nothing can be taken back"
                hint = "Open a local file or store by its path, or write to a copy."
                raise UnsupportedFeatureError(msg, source=self.source, hint=hint)
            writer.begin_transaction()
        self._is_torn = False
        manager, homes = self._manager, self._tree.homes()
        forget = manager.remember() if isinstance(manager, SupportsTakingBack) else None

        def bring_back() -> None:
            if self._storage is not None:
                self._rebind(self._storage, homes)
            if forget is not None:
                forget()

        return bring_back

    def _complete(self) -> None:
        writer = self._writer()
        if self._is_torn:
            msg = "a write in the transaction failed, and left what could not be removed"
            raise WriteError(msg, source=self.source, hint="All of it is taken back.")
        self._in_transaction = False
        if self._publication.is_pending:
            self._keep(writer)
        else:
            cast("SupportsTransactions", writer).end_transaction()

    def _take_back(self, bring_back: Callable[[], None]) -> None:
        storage, self._has_failed = self._storage, False
        if storage is not None and self._publication.is_pending:
            self._discard()
        elif storage is not None:
            self._roll_back(storage)
        bring_back()

    def _roll_back(self, storage: StorageReader) -> None:
        self._engine.tails.clear()
        try:
            cast("SupportsTransactions", storage).roll_back()
        except BaseException:
            self._discard()
            raise

    def _keep(self, writer: StorageWriter) -> None:
        """Commit and publish what was written, unless a transaction is to decide on that."""
        if self._in_transaction:
            return
        writer.commit()
        published = self._publish(writer)
        if published is not None:
            self._storage = published
            self._rebind(published, self._tree.homes())

    def _untear(self) -> bool:
        """Take back all since the last commit, after a write left what it cannot remove.

        Inside a transaction its end does so. Returns whether that could be done.
        """
        storage = self._storage
        if self._publication.is_pending or not isinstance(storage, SupportsTransactions):
            return False
        if self._in_transaction:
            self._is_torn = True
            return True
        homes = self._tree.homes()
        try:
            self._roll_back(cast("StorageReader", storage))
        except UnsupportedFeatureError:
            return False
        self._rebind(cast("StorageReader", storage), homes)
        return True

    def flush(self) -> None:
        """Commit all that was written; in mode ``w`` before the first ``write``, hand it on."""
        if not may_write(self._mode):
            return
        writer = self._writer()
        if self._mode == "a" and self._publication.is_pending:
            self._keep(writer)
        else:
            writer.flush()

    def _rebind(self, storage: StorageReader, homes: dict[Builder, Home | None]) -> None:
        self._engine.refresh()
        self._tree.rebind(storage, self._sink_opener(storage), homes)

    def _sink_opener(self, storage: StorageReader) -> Callable[[str], ArraySink] | None:
        return cast("StorageWriter", storage).open_sink if may_write(self._mode) else None
