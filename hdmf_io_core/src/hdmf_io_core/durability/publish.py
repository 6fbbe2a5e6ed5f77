"""How what was written becomes what others see: at once, or by one rename of a finished file."""

from __future__ import annotations

import os
import weakref
from typing import TYPE_CHECKING, Protocol

from hdmf_io_core.errors import SourceExistsError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from hdmf_io_core.storage.protocols import StorageWriter

__all__ = ["InPlace", "Publication", "RenameFile"]


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


class RenameFile:
    """A file is written beside its target, and takes its place by one rename.

    Parameters
    ----------
    beside : Path
        The file being written, in the target's folder.
    target : Path
        The name it is to have.
    reopen : callable
        Opens the published file for further changes.
    replace : bool
        Whether a file that has the name may be replaced.

    Notes
    -----
    Rename is atomic where the file system says so (POSIX local ones do): a reader finds the old
    file or the new one.
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
        # An IO that nobody closes is not to leave its file behind, here or at the end of Python.
        self._forsaken = weakref.finalize(self, _remove, beside, os.getpid())

    @property
    def is_pending(self) -> bool:
        """Whether the rename is still to come."""
        return self._pending

    def publish(self, storage: StorageWriter) -> StorageWriter | None:
        """Close the file, give it the target's name, open it again; later calls do nothing.

        Raises
        ------
        SourceExistsError
            If the target appeared meanwhile and must not be replaced.
        """
        if not self._pending:
            return None
        storage.close()
        if self._replace:
            self._beside.replace(self._target)
        else:
            # A hard link fails where the name is taken, a rename would replace.
            try:
                self._target.hardlink_to(self._beside)
            except FileExistsError as error:
                msg = "the file appeared while it was being written, and is not to be replaced"
                hint = "Write under another name, or use mode 'w' to replace it."
                raise SourceExistsError(msg, source=str(self._target), hint=hint) from error
            self._beside.unlink()
        self._pending = False
        self._forsaken.detach()
        return self._reopen()

    def discard(self, storage: StorageWriter) -> None:
        """Close the file; remove it if it was not published."""
        storage.close()
        if self._pending:
            self._beside.unlink(missing_ok=True)
            self._pending = False
            self._forsaken.detach()


def _remove(path: Path, pid: int) -> None:
    # A forked child has a copy of this, but the file is its parent's.
    if os.getpid() == pid:
        path.unlink(missing_ok=True)
