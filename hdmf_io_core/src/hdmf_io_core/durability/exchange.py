"""A store that is a folder takes the place of another: the publication of folders."""

from __future__ import annotations

import ctypes
import os
import secrets
import shutil
import sys
from typing import TYPE_CHECKING

from hdmf_io_core.durability.publish import WrittenBeside

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["ExchangeFolder"]


class ExchangeFolder(WrittenBeside):
    """A folder takes the place of another.

    Notes
    -----
    On Linux both change names in one step, where the file system can do that; elsewhere in two, and
    between them the old folder is there under a hidden name that ends in ``.old``.
    """

    def _take_place(self) -> None:
        if not self._target.exists():
            self._beside.rename(self._target)
        elif not self._replace:
            raise FileExistsError(self._target)
        elif _exchange(self._beside, self._target):
            self._remove(self._beside)
        else:
            old = self._target.with_name(f".{self._target.name}.{secrets.token_hex(4)}.old")
            self._target.rename(old)
            self._beside.rename(self._target)
            self._remove(old)

    @staticmethod
    def _remove(beside: Path) -> None:
        shutil.rmtree(beside, ignore_errors=True)


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
