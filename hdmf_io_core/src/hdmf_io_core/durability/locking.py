"""One writer at a time: a lock file beside a local store, held for as long as it is open."""

from __future__ import annotations

import os
import platform
import sys
from typing import TYPE_CHECKING

from hdmf_io_core.durability.beside import lock
from hdmf_io_core.errors import LockedFileError, OpenError, SourceNotFoundError

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["StoreLock"]


class StoreLock:
    """Holds the lock of a store.

    Parameters
    ----------
    target : Path
        The store; the lock is a hidden file beside it, which goes with the lock.
    in_place : bool
        Whether the store is written in place, so that where no file can be made beside it, its own
        folder may be locked.

    Raises
    ------
    LockedFileError
        Another writer holds it; the error says who.
    SourceNotFoundError, OpenError
        There is no folder to hold it, or it does not let the lock be made.

    Notes
    -----
    The operating system lets go of it when the process ends, however that happens.
    """

    def __init__(self, target: Path, *, in_place: bool = False) -> None:
        self._path = target.with_name(f".{target.name}.lock")
        self._target = target
        self._own_file = True
        self._descriptor: int | None = self._locked(in_place=in_place)
        if not self._own_file:
            return
        os.ftruncate(self._descriptor, 0)
        who = f"process {os.getpid()} on {platform.node()}"
        os.pwrite(self._descriptor, who.encode(), 0) if hasattr(os, "pwrite") else None

    def _locked(self, *, in_place: bool) -> int:
        while True:
            try:
                descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o644)
            except FileNotFoundError as error:
                msg = "the folder that the store is to be in does not exist"
                raise SourceNotFoundError(msg, source=str(self._target)) from error
            except OSError as error:
                held = lock(self._target) if in_place else None
                if held is not None:
                    self._own_file = False
                    return held
                msg = f"nothing can be made beside the store, to lock it: {error.strerror}"
                hint = "If the folder above it is not to be written, use atomic=False."
                raise OpenError(msg, source=str(self._target), hint=hint) from error
            if not _try_lock(descriptor):
                who = os.read(descriptor, 200).decode("utf-8", "replace")
                os.close(descriptor)
                msg = f"another writer holds the store: {who or 'unknown'}"
                raise LockedFileError(
                    msg,
                    source=str(self._target),
                    hint="Close it there first; reading with mode 'r' is possible.",
                )
            # Whoever held it may have removed the file between the open and the lock.
            if _is_same(descriptor, self._path):
                return descriptor
            os.close(descriptor)

    def release(self) -> None:
        """Let go, and remove the file; a second call does nothing."""
        if self._descriptor is not None:
            if self._own_file:
                self._path.unlink(missing_ok=True)
            os.close(self._descriptor)
            self._descriptor = None


def _is_same(descriptor: int, path: Path) -> bool:
    try:
        there = path.stat()
    except FileNotFoundError:
        return False
    return os.path.samestat(os.fstat(descriptor), there)


if sys.platform == "win32":
    import msvcrt

    def _try_lock(descriptor: int) -> bool:
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True
else:
    import fcntl

    def _try_lock(descriptor: int) -> bool:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
