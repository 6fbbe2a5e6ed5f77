"""How what was written becomes what others see: at once, or by one rename of a finished file."""

from __future__ import annotations

import os
import weakref
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Protocol

from hdmf_io_core.durability import syscalls
from hdmf_io_core.durability.beside import Beside, new_file, remove
from hdmf_io_core.durability.recover import discard_journal
from hdmf_io_core.durability.syncs import sync_file
from hdmf_io_core.errors import SourceExistsError, WriteError
from hdmf_io_core.storage.transactions import SupportsTransactions

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from hdmf_io_core.storage.protocols import StorageWriter

__all__ = ["InPlace", "Publication", "RenameFile", "WrittenBeside", "put_file", "replace_file"]


class Publication(Protocol):
    """When and how a new file takes the place of the old one."""

    @property
    def is_pending(self) -> bool:
        """Whether what was written is not yet visible under the target's name."""
        ...

    def publish(self, storage: StorageWriter) -> StorageWriter | None:
        """Make a committed storage visible; return the storage to go on with, None for the same."""
        ...

    def discard(self, storage: StorageWriter) -> None:
        """Close the storage; what was never published leaves no trace."""
        ...


class InPlace:
    """What is written is under the target's name from the start."""

    is_pending = False

    def publish(self, storage: StorageWriter) -> StorageWriter | None:
        """Do nothing."""
        return None

    def discard(self, storage: StorageWriter) -> None:
        """Close the storage; what it did not commit is taken back, where it can do that."""
        if isinstance(storage, SupportsTransactions):
            storage.drop()
        else:
            storage.close()


class WrittenBeside(ABC):
    """Something new is written beside its target, and takes its place when it is whole.

    Parameters
    ----------
    beside : Beside
        What is being written; from here on owned by the publication.
    reopen : callable
        Opens what was published for further changes; until it returns the lock is held.
    replace : bool
        Whether what has the name may be replaced.
    """

    def __init__(
        self,
        beside: Beside,
        *,
        reopen: Callable[[], StorageWriter],
        replace: bool,
    ) -> None:
        self._beside = beside
        self._target = beside.target
        self._reopen = reopen
        self._replace = replace
        self._pending = True
        # An IO that nobody closes is not to leave anything behind, here or at the end of Python.
        self._forsaken = weakref.finalize(self, _forsake, beside, os.getpid())

    @property
    def is_pending(self) -> bool:
        """Whether what was written is still to get its name."""
        return self._pending

    def publish(self, storage: StorageWriter) -> StorageWriter | None:
        """Close what was written, sync it, give it the target's name, open it again; once.

        Raises
        ------
        SourceExistsError
            If the target appeared meanwhile and must not be replaced.
        WriteError
            If the file system refuses. Unless the very last sync failed, the old content is there.
        """
        if not self._pending:
            return None
        try:
            return self._published(storage)
        finally:
            self._beside.release()

    def _published(self, storage: StorageWriter) -> StorageWriter:
        storage.close()
        try:
            self._sync()
            old = self._take_place()
            self._settle()
            syscalls.fsync_folder(self._target.parent)
        except FileExistsError as error:
            msg = "the target appeared while it was being written, and is not to be replaced"
            hint = "Write under another name, or use mode 'w' to replace it."
            raise SourceExistsError(msg, source=str(self._target), hint=hint) from error
        except OSError as error:
            msg = f"what was written cannot be published: {error.strerror or error}"
            hint = "Make room, or see to the file system's errors, and write it again."
            raise WriteError(msg, source=str(self._target), hint=hint) from error
        if old is not None:
            remove(old)
        return self._reopen()

    def discard(self, storage: StorageWriter) -> None:
        """Close the storage; remove what was not published, or not committed since."""
        try:
            if self._pending:
                storage.close()
            else:
                InPlace().discard(storage)
        finally:
            if self._pending:
                self._beside.discard()
                self._settle()

    def _settle(self) -> None:
        self._pending = False
        self._forsaken.detach()

    @abstractmethod
    def _sync(self) -> None:
        """Return when what was written is on the disk."""

    @abstractmethod
    def _take_place(self) -> Path | None:
        """Give what was written the target's name; ``FileExistsError`` if that is not allowed.

        Returns where the old content is then, if it is still somewhere.
        """


def _forsake(beside: Beside, pid: int) -> None:
    # A forked child has a copy of this, but what was written is its parent's.
    if os.getpid() == pid:
        beside.discard()


class RenameFile(WrittenBeside):
    """A file takes the place of another by one rename.

    Notes
    -----
    Rename is atomic where the file system says so (POSIX local ones do): a reader finds the old
    file or the new one.
    """

    def _sync(self) -> None:
        sync_file(self._beside.path)

    def _take_place(self) -> None:
        put_file(self._beside, replace=self._replace)


def put_file(beside: Beside, *, replace: bool) -> None:
    """Give a file beside its target the target's name.

    Raises
    ------
    FileExistsError
        The name is taken, and not to be replaced.
    """
    if replace:
        syscalls.rename(beside.path, beside.target)
        # What a dead writer left is about the file that was replaced.
        discard_journal(beside.target)
        return
    # A hard link fails where the name is taken, a rename would replace.
    syscalls.link(beside.path, beside.target)
    syscalls.unlink(beside.path)
    discard_journal(beside.target)


def replace_file(target: Path, content: bytes) -> None:
    """Let a file have another content, or be made with it: all of it or none, and synced.

    Raises
    ------
    OpenError
        As :func:`~hdmf_io_core.durability.beside.new_file`.
    OSError
        The file system refuses.
    """
    beside = new_file(target)
    try:
        beside.path.write_bytes(content)
        sync_file(beside.path)
        put_file(beside, replace=True)
        syscalls.fsync_folder(target.parent)
    finally:
        beside.discard()
