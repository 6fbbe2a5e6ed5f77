"""Keys to bytes: the interface of all stores, and local folders.

Nothing here knows of nodes or metadata. Keys have no leading slash; trees are named by their path
without one, the root by the empty text.
"""

# One call a chunk: paths are text here, which is faster.
# ruff: noqa: PTH102, PTH105, PTH116, PTH120, PTH208

from __future__ import annotations

import errno
import os
import shutil
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeAlias

from hdmf_io_core.errors import ExternalAccessError, MemoryLimitError, OpenError, WriteError

if TYPE_CHECKING:
    from collections.abc import Hashable

__all__ = ["ByteStore", "Bytes", "FolderStore"]

Bytes: TypeAlias = bytes | bytearray | memoryview
_NEW_NS = 2_000_000_000
"""Some file systems count time in steps of two seconds."""

_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_CLOEXEC", 0)
_CREATE |= getattr(os, "O_BINARY", 0)


class ByteStore(Protocol):
    """Bytes by key. Several threads may use it at once."""

    source: str

    def get(self, key: str, start: int = 0, length: int | None = None) -> bytes | None:
        """Return a value, or part of it; None if there is no such key.

        ``start`` below 0 counts from the end; ``length`` None goes up to there.
        """

    def set(self, key: str, data: Bytes) -> None:
        """Store a value, whole or not at all."""

    def delete(self, key: str) -> None:
        """Remove a value; one that is not there is passed over."""

    def delete_tree(self, path: str) -> None:
        """Remove all keys below a path."""

    def move_tree(self, old: str, new: str) -> None:
        """Rename all keys below a path."""

    def names(self, path: str) -> list[str]:
        """Return the next parts of all keys below a path."""

    def close(self) -> None:
        """Release it."""


class FolderStore:
    """A folder of the local file system.

    Parameters
    ----------
    folder : Path
        Where the files are.
    source : str or None
        Its name in messages; None for the folder itself. A store that is written beside its place
        has the name that it will get.
    stays_inside : bool
        Whether files that links of the file system lead to must lie in the folder too.
    is_hidden : bool
        Whether nobody else sees the folder yet. A new value is written under its name at once then,
        with one system call in place of three; one that is there is replaced whole, as ever.
    """

    def __init__(
        self,
        folder: Path,
        *,
        source: str | None = None,
        stays_inside: bool = False,
        is_hidden: bool = False,
    ) -> None:
        self._is_hidden = is_hidden
        self._inside = os.path.realpath(folder) + os.sep if stays_inside else ""
        self.folder = folder
        self.source = str(folder) if source is None else source
        self._root = os.fspath(folder)

    def get(self, key: str, start: int = 0, length: int | None = None) -> bytes | None:
        """Return a value, or part of it; None if there is no such key."""
        if "\0" in key:
            return None
        try:
            path = self._path(key)
            with open(path, "rb", opener=_without_waiting) as file:
                if length is not None:
                    # A shard's index may say anything, and memory is taken before it is filled.
                    length = min(length, os.fstat(file.fileno()).st_size)
                if start < 0:
                    start = max(0, file.seek(0, os.SEEK_END) + start)
                if start:
                    file.seek(start)
                return file.read() if length is None else file.read(length)
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError, UnicodeEncodeError):
            return None
        except MemoryError as error:
            msg = f"{key!r} is larger than the memory that there is"
            raise MemoryLimitError(msg, source=self.source) from error
        except ExternalAccessError:
            raise
        except OSError as error:
            if error.errno == errno.ENAMETOOLONG:
                return None
            msg = f"{key!r} cannot be read: {error.strerror}"
            raise OpenError(msg, source=self.source) from error

    def stamp(self, key: str) -> Hashable | None:
        """Return what tells one content of a key from another; None if it is too new to tell."""
        try:
            found = os.stat(self._path(key))
        except OSError:
            return None
        if abs(time.time_ns() - found.st_mtime_ns) < _NEW_NS:
            # It may change once more before the clock of the file system goes on.
            return None
        return self._root, key, found.st_ino, found.st_mtime_ns, found.st_ctime_ns, found.st_size

    def check_reach(self, key: str) -> None:
        """Raise ``ExternalAccessError`` if the store stays inside, and a link leads a key out."""
        if not self._inside:
            return
        found = os.path.realpath(f"{self._root}/{key}")
        if not (found + os.sep).startswith(self._inside):
            msg = f"{key!r} is a link of the file system that leads out of the store"
            hint = "Open with allow_external='anywhere' if you trust the store."
            raise ExternalAccessError(msg, source=self.source, hint=hint)

    def _path(self, key: str) -> str:
        self.check_reach(key)
        return f"{self._root}/{key}"

    def set(self, key: str, data: Bytes) -> None:
        """Store a value, whole or not at all."""
        path = self._path(key)
        beside = f"{path}.{threading.get_ident():x}.part"
        try:
            if not (self._is_hidden and _write_new(path, data)):
                if not _write_new(beside, data):
                    Path(beside).unlink()  # Of a thread that died here, with this number.
                    _write_new(beside, data)
                os.replace(beside, path)
        except OSError as error:
            Path(beside).unlink(missing_ok=True)
            msg = f"{key!r} cannot be written: {error.strerror}"
            raise WriteError(msg, source=self.source) from error

    def delete(self, key: str) -> None:
        """Remove a value; one that is not there is passed over."""
        self.check_reach(key)
        (self.folder / key).unlink(missing_ok=True)

    def delete_tree(self, path: str) -> None:
        """Remove all keys below a path."""
        self.check_reach(path)
        try:
            shutil.rmtree(self.folder / path)
        except FileNotFoundError:
            return
        except OSError as error:
            msg = f"{path!r} cannot be removed: {error.strerror}"
            raise WriteError(msg, source=self.source) from error

    def move_tree(self, old: str, new: str) -> None:
        """Rename all keys below a path."""
        self.check_reach(old)
        self.check_reach(new)
        if (self.folder / old).exists():
            (self.folder / old).rename(self.folder / new)

    def names(self, path: str) -> list[str]:
        """Return the next parts of all keys below a path."""
        try:
            return os.listdir(self.folder / path)
        except (FileNotFoundError, NotADirectoryError):
            return []

    def close(self) -> None:
        """Nothing is held open."""


def _write_new(path: str, data: Bytes) -> bool:
    """Make a file, and the folders above it; whether there was none of that name."""
    try:
        descriptor = os.open(path, _CREATE, 0o666)
    except FileExistsError:
        return False
    except FileNotFoundError:
        _make_folders(os.path.dirname(path))
        return _write_new(path, data)
    try:
        n_written = os.write(descriptor, data)
        while n_written < len(data):  # Linux writes 2 GiB at most in one call.
            n_written += os.write(descriptor, memoryview(data)[n_written:])
    except OSError:
        Path(path).unlink(missing_ok=True)
        raise
    finally:
        os.close(descriptor)
    return True


def _make_folders(path: str) -> None:
    """Make a folder that is likely not there, and those above it that are not."""
    try:
        os.mkdir(path)
    except FileExistsError:
        pass
    except FileNotFoundError:
        _make_folders(os.path.dirname(path))
        _make_folders(path)


def _without_waiting(path: str, flags: int) -> int:
    # A pipe among the files would wait for a writer for ever.
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))
