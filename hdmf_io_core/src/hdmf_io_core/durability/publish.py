"""How what was written becomes what others see: at once, or by one rename of a finished file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

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

    @property
    def is_pending(self) -> bool:
        """Whether the rename is still to come."""
        return self._pending

    def publish(self, storage: StorageWriter) -> StorageWriter | None:
        """Close the file, give it the target's name, open it again; later calls do nothing.

        Raises
        ------
        FileExistsError
            If the target appeared meanwhile and must not be replaced.
        """
        if not self._pending:
            return None
        storage.close()
        if self._replace:
            self._beside.replace(self._target)
        else:
            # A hard link fails where the name is taken, a rename would replace.
            self._target.hardlink_to(self._beside)
            self._beside.unlink()
        self._pending = False
        return self._reopen()

    def discard(self, storage: StorageWriter) -> None:
        """Close the file; remove it if it was not published."""
        storage.close()
        if self._pending:
            self._beside.unlink(missing_ok=True)
            self._pending = False
