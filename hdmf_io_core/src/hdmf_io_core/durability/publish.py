"""How what was written becomes what others see: at once, or by one rename of a finished file."""

from __future__ import annotations

import os
import weakref
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Protocol

from hdmf_io_core.errors import SourceExistsError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from hdmf_io_core.storage.protocols import StorageWriter

__all__ = ["InPlace", "Publication", "RenameFile", "WrittenBeside"]


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
        """Close the storage."""
        storage.close()


class WrittenBeside(ABC):
    """Something new is written beside its target, and takes its place when it is whole.

    Parameters
    ----------
    beside : Path
        What is being written, in the target's folder.
    target : Path
        The name it is to have.
    reopen : callable
        Opens what was published for further changes.
    replace : bool
        Whether what has the name may be replaced.
    """

    def __init__(
        self,
        beside: Path,
        target: Path,
        *,
        reopen: Callable[[], StorageWriter],
        replace: bool,
    ) -> None:
        self._beside = beside
        self._target = target
        self._reopen = reopen
        self._replace = replace
        self._pending = True
        # An IO that nobody closes is not to leave anything behind, here or at the end of Python.
        self._forsaken = weakref.finalize(self, _forsake, self._remove, beside, os.getpid())

    @property
    def is_pending(self) -> bool:
        """Whether what was written is still to get its name."""
        return self._pending

    def publish(self, storage: StorageWriter) -> StorageWriter | None:
        """Close what was written, give it the target's name, open it again; once.

        Raises
        ------
        SourceExistsError
            If the target appeared meanwhile and must not be replaced.
        """
        if not self._pending:
            return None
        storage.close()
        try:
            self._take_place()
        except FileExistsError as error:
            msg = "the target appeared while it was being written, and is not to be replaced"
            hint = "Write under another name, or use mode 'w' to replace it."
            raise SourceExistsError(msg, source=str(self._target), hint=hint) from error
        self._settle()
        return self._reopen()

    def discard(self, storage: StorageWriter) -> None:
        """Close the storage; remove what was not published."""
        storage.close()
        if self._pending:
            self._remove(self._beside)
            self._settle()

    def _settle(self) -> None:
        self._pending = False
        self._forsaken.detach()

    @abstractmethod
    def _take_place(self) -> None:
        """Give what was written the target's name; ``FileExistsError`` if that is not allowed."""

    @staticmethod
    @abstractmethod
    def _remove(beside: Path) -> None:
        """Remove what was written, if it is there."""


def _forsake(remove: Callable[[Path], None], beside: Path, pid: int) -> None:
    # A forked child has a copy of this, but what was written is its parent's.
    if os.getpid() == pid:
        remove(beside)


class RenameFile(WrittenBeside):
    """A file takes the place of another by one rename.

    Notes
    -----
    Rename is atomic where the file system says so (POSIX local ones do): a reader finds the old
    file or the new one.
    """

    def _take_place(self) -> None:
        if self._replace:
            self._beside.replace(self._target)
            return
        # A hard link fails where the name is taken, a rename would replace.
        self._target.hardlink_to(self._beside)
        self._beside.unlink()

    @staticmethod
    def _remove(beside: Path) -> None:
        beside.unlink(missing_ok=True)
