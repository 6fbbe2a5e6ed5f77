"""A store that is a folder takes the place of another: the publication of folders."""

from __future__ import annotations

import ctypes
import os
import secrets
import shutil
import sys
import weakref
from typing import TYPE_CHECKING

from hdmf_io_core.errors import SourceExistsError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from hdmf_io_core.storage.protocols import StorageWriter

__all__ = ["ExchangeFolder"]


class ExchangeFolder:
    """A folder is written beside its target, and takes its place when it is whole.

    Parameters
    ----------
    beside : Path
        The folder being written, in the target's parent.
    target : Path
        The name it is to have.
    reopen : callable
        Opens the published folder for further changes.
    replace : bool
        Whether a folder that has the name may be replaced.

    Notes
    -----
    On Linux both change names in one step, where the file system can do that; elsewhere in two, and
    between them the old folder is there under a hidden name that ends in ``.old``.
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
        # An IO that is dropped without being closed leaves nothing behind.
        self._forsaken = weakref.finalize(self, _remove, beside, os.getpid())

    @property
    def is_pending(self) -> bool:
        """Whether the exchange is still to come."""
        return self._pending

    def publish(self, storage: StorageWriter) -> StorageWriter | None:
        """Close the folder, give it the target's name, open it again; later calls do nothing.

        Raises
        ------
        SourceExistsError
            If the target appeared meanwhile and must not be replaced.
        """
        if not self._pending:
            return None
        storage.close()
        if not self._target.exists():
            self._beside.rename(self._target)
        elif not self._replace:
            msg = "the target appeared while its content was written"
            raise SourceExistsError(msg, source=str(self._target), hint="Choose another name.")
        elif _exchange(self._beside, self._target):
            shutil.rmtree(self._beside, ignore_errors=True)
        else:
            old = self._target.with_name(f".{self._target.name}.{secrets.token_hex(4)}.old")
            self._target.rename(old)
            self._beside.rename(self._target)
            shutil.rmtree(old, ignore_errors=True)
        self._pending = False
        self._forsaken.detach()
        return self._reopen()

    def discard(self, storage: StorageWriter) -> None:
        """Close the folder; remove it if it was not published."""
        storage.close()
        if self._pending:
            shutil.rmtree(self._beside, ignore_errors=True)
            self._pending = False
            self._forsaken.detach()


_AT_FDCWD = -100
_RENAME_EXCHANGE = 2


def _exchange(one: Path, other: Path) -> bool:
    """Let two names change places in one step (renameat2 of Linux); whether that was possible."""
    if sys.platform != "linux":
        return False
    rename = getattr(ctypes.CDLL(None), "renameat2", None)
    if rename is None:
        return False
    names = os.fsencode(one), os.fsencode(other)
    return bool(rename(_AT_FDCWD, names[0], _AT_FDCWD, names[1], _RENAME_EXCHANGE) == 0)


def _remove(folder: Path, pid: int) -> None:
    # A forked child has a copy of this, but the folder is its parent's.
    if os.getpid() == pid:
        shutil.rmtree(folder, ignore_errors=True)
