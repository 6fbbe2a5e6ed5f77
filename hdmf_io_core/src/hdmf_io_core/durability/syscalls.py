"""The calls by which files are changed here, in one place: tests count them, and make them fail.

Call them as ``syscalls.fsync(...)``: no module keeps a name of its own for one.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = [
    "Observer",
    "create",
    "fsync",
    "fsync_folder",
    "link",
    "mkdir",
    "observed",
    "pwrite",
    "rename",
    "truncate",
    "unlink",
]

AnyPath: TypeAlias = "str | os.PathLike[str]"


class Observer(Protocol):
    """Is told of every call before it is made; what it raises is what the call raises."""

    def __call__(self, name: str, *arguments: object) -> None:
        """Take note of the call of a function of this module."""
        ...


def _unobserved(name: str, *arguments: object) -> None:
    """Take no note."""


_observer: Observer = _unobserved


@contextmanager
def observed(observer: Observer) -> Iterator[None]:
    """Let an observer see every call made inside, in any thread; for tests, one at a time.

    Parameters
    ----------
    observer
        May raise ``OSError`` for a call that is to fail, or end the process.
    """
    global _observer
    before, _observer = _observer, observer
    try:
        yield
    finally:
        _observer = before


def create(path: AnyPath, permissions: int = 0o666) -> int:
    """Make a file that is not there yet, and return a descriptor to read and write it."""
    _observer("create", path, permissions)
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | _CLOSE_ON_EXEC, permissions)


def pwrite(descriptor: int, data: bytes | bytearray | memoryview, offset: int) -> int:
    """Write bytes at an offset; return how many were written, at least one."""
    _observer("pwrite", descriptor, data, offset)
    return os.pwrite(descriptor, data, offset)


def truncate(descriptor: int, length: int) -> None:
    """Cut an open file, or extend it by zeros."""
    _observer("truncate", descriptor, length)
    os.ftruncate(descriptor, length)


def fsync(descriptor: int) -> None:
    """Return when what an open file holds is on the disk."""
    _observer("fsync", descriptor)
    os.fsync(descriptor)


def fsync_folder(path: AnyPath) -> None:
    """Return when the names in a folder are on the disk; at once where that cannot be asked for."""
    _observer("fsync_folder", path)
    if os.name != "posix":
        return
    descriptor = os.open(path, os.O_RDONLY | _CLOSE_ON_EXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def rename(old: AnyPath, new: AnyPath) -> None:
    """Give a file or folder a new name; a file of that name is replaced."""
    _observer("rename", old, new)
    Path(old).replace(new)


def link(path: AnyPath, name: AnyPath) -> None:
    """Give a file a second name; ``FileExistsError`` if it is taken."""
    _observer("link", path, name)
    Path(name).hardlink_to(path)


def unlink(path: AnyPath) -> None:
    """Remove a file."""
    _observer("unlink", path)
    Path(path).unlink()


def mkdir(path: AnyPath) -> None:
    """Make a folder."""
    _observer("mkdir", path)
    Path(path).mkdir()


_CLOSE_ON_EXEC = getattr(os, "O_CLOEXEC", 0)
