"""A store that is a folder takes the place of another: the publication of folders."""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING

from hdmf_io_core.durability import syscalls
from hdmf_io_core.durability.beside import lock, old_name
from hdmf_io_core.durability.publish import WrittenBeside
from hdmf_io_core.durability.syncs import sync_tree

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["ExchangeFolder"]


class ExchangeFolder(WrittenBeside):
    """A folder takes the place of another.

    Notes
    -----
    On Linux both change names in one step, where the file system can do that; elsewhere in two, and
    between them the old folder is there under a hidden name that ends in ``.old``. Who dies there
    leaves that to :func:`~hdmf_io_core.durability.beside.heal`.
    """

    def _sync(self) -> None:
        sync_tree(self._beside.path)

    def _take_place(self) -> Path | None:
        beside, target = self._beside.path, self._target
        if not self._replace or not target.exists():
            _rename_new(beside, target)
            return None
        if syscalls.exchange(beside, target):
            return beside
        old = old_name(target)
        # Whoever finds the target missing sees by the lock that this is under way.
        descriptor = lock(target)
        try:
            syscalls.rename(target, old)
            try:
                syscalls.rename(beside, target)
            except OSError:
                syscalls.rename(old, target)
                raise
        finally:
            if descriptor is not None:
                os.close(descriptor)
        return old


def _rename_new(beside: Path, target: Path) -> None:
    """Give a folder a name that is free, or an empty folder's."""
    try:
        syscalls.rename(beside, target)
    except OSError as error:
        if error.errno in {errno.ENOTEMPTY, errno.EEXIST, errno.ENOTDIR}:
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), target) from error
        raise
