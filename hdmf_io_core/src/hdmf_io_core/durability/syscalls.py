"""The calls by which files are changed here, in one place: tests count them, and make them fail.

Call them as ``syscalls.fsync(...)``: no module keeps a name of its own for one.
"""

from __future__ import annotations

import ctypes
import os
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = [
    "Observer",
    "create",
    "exchange",
    "fsync",
    "fsync_folder",
    "link",
    "mkdir",
    "observed",
    "pwrite",
    "rename",
    "start_writing",
    "sync_file_system",
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


def start_writing(descriptor: int) -> None:
    """Let the system begin to write what an open file holds, and return (Linux; else nothing).

    Waits for nothing and promises nothing: a sync later has less to do, and tells of errors.
    """
    _observer("start_writing", descriptor)
    call = _linux("sync_file_range")
    if call is not None:
        # All of the file; it is no error where the file system has no such thing.
        call(descriptor, ctypes.c_int64(0), ctypes.c_int64(0), _START_WRITING)


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


def exchange(one: Path, other: Path) -> bool:
    """Let two names change places in one step (renameat2 of Linux); whether that was possible."""
    _observer("exchange", one, other)
    call = _linux("renameat2")
    names = os.fsencode(one), os.fsencode(other)
    return call is not None and call(_AT_FDCWD, names[0], _AT_FDCWD, names[1], _EXCHANGE) == 0


def sync_file_system(folder: Path) -> bool:
    """Sync all of a file system (syncfs of Linux); whether that was possible.

    It tells of failed writes since Linux 5.8.
    """
    _observer("sync_file_system", folder)
    call = _linux("syncfs")
    if call is None:
        return False
    descriptor = os.open(folder, os.O_RDONLY | _CLOSE_ON_EXEC)
    try:
        if call(descriptor) != 0:
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number), os.fspath(folder))
    finally:
        os.close(descriptor)
    return True


def _linux(name: str) -> Callable[..., int] | None:
    """Return a function of Linux that Python has no name for; None elsewhere."""
    if sys.platform != "linux":
        return None
    return getattr(ctypes.CDLL(None, use_errno=True), name, None)


_AT_FDCWD = -100
_EXCHANGE = 2
_START_WRITING = 2
_CLOSE_ON_EXEC = getattr(os, "O_CLOEXEC", 0)
