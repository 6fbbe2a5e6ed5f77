"""Keys to bytes: the interface of all stores, and local folders and zips, read without zarr-python.

Nothing here knows of nodes or metadata. Keys have no leading slash; trees are named by their path
without one, the root by the empty text.
"""

# One call a chunk: paths are text here, which is faster.
# ruff: noqa: PTH103, PTH105, PTH120, PTH123, PTH208, SIM115

from __future__ import annotations

import os
import shutil
import threading
import zipfile
from pathlib import Path
from typing import Any, Protocol, TypeAlias

from hdmf_io_core.errors import (
    CorruptFileError,
    ExternalAccessError,
    ModeError,
    NotThisFormatError,
    OpenError,
    SourceNotFoundError,
    WriteError,
)
from hdmf_io_core.storage.forking import renewed_after_fork

__all__ = ["ByteStore", "Bytes", "FolderStore", "ZipFolderStore", "ZipStore"]

Bytes: TypeAlias = bytes | bytearray | memoryview


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

    def native(self) -> Any:
        """Return it as a store of zarr-python."""

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
    """

    def __init__(
        self, folder: Path, *, source: str | None = None, stays_inside: bool = False
    ) -> None:
        self._inside = os.path.realpath(folder) + os.sep if stays_inside else ""
        self.folder = folder
        self.source = str(folder) if source is None else source
        self._root = os.fspath(folder)

    def get(self, key: str, start: int = 0, length: int | None = None) -> bytes | None:
        """Return a value, or part of it; None if there is no such key."""
        path = self._path(key)
        try:
            with open(path, "rb") as file:
                if start < 0:
                    start = max(0, file.seek(0, os.SEEK_END) + start)
                file.seek(start)
                return file.read() if length is None else file.read(length)
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
            return None
        except OSError as error:
            msg = f"{key!r} cannot be read: {error.strerror}"
            raise OpenError(msg, source=self.source) from error

    def _path(self, key: str) -> str:
        path = f"{self._root}/{key}"
        if self._inside and not os.path.realpath(path).startswith(self._inside):
            msg = f"{key!r} is a link of the file system that leads out of the store"
            hint = "Open with allow_external='anywhere' if you trust the store."
            raise ExternalAccessError(msg, source=self.source, hint=hint)
        return path

    def set(self, key: str, data: Bytes) -> None:
        """Store a value, whole or not at all."""
        path = f"{self._root}/{key}"
        beside = f"{path}.{threading.get_ident():x}.part"
        try:
            try:
                file = open(beside, "wb")
            except FileNotFoundError:
                os.makedirs(os.path.dirname(path), exist_ok=True)
                file = open(beside, "wb")
            with file:
                file.write(data)
            os.replace(beside, path)
        except OSError as error:
            Path(beside).unlink(missing_ok=True)
            msg = f"{key!r} cannot be written: {error.strerror}"
            raise WriteError(msg, source=self.source) from error

    def delete(self, key: str) -> None:
        """Remove a value; one that is not there is passed over."""
        (self.folder / key).unlink(missing_ok=True)

    def delete_tree(self, path: str) -> None:
        """Remove all keys below a path."""
        try:
            shutil.rmtree(self.folder / path)
        except FileNotFoundError:
            return
        except OSError as error:
            msg = f"{path!r} cannot be removed: {error.strerror}"
            raise WriteError(msg, source=self.source) from error

    def move_tree(self, old: str, new: str) -> None:
        """Rename all keys below a path."""
        if (self.folder / old).exists():
            (self.folder / old).rename(self.folder / new)

    def names(self, path: str) -> list[str]:
        """Return the next parts of all keys below a path."""
        try:
            return os.listdir(self.folder / path)
        except (FileNotFoundError, NotADirectoryError):
            return []

    def native(self) -> Any:
        """Return it as a store of zarr-python."""
        from zarr.storage import LocalStore

        return LocalStore(self.folder)

    def close(self) -> None:
        """Nothing is held open."""


class ZipFolderStore(FolderStore):
    """A folder that a zip is assembled in; it goes when the store is closed."""

    def close(self) -> None:
        """Release it."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def zip_to(self, target: Path) -> None:
        """Write all files into a zip, uncompressed, since chunks are compressed already."""
        with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED, allowZip64=True) as archive:
            for path in sorted(self.folder.rglob("*")):
                if path.is_file():
                    archive.write(path, path.relative_to(self.folder).as_posix())


class ZipStore:
    """A zip file, for reading."""

    def __init__(self, path: Path) -> None:
        self.source = str(path)
        try:
            self._archive = zipfile.ZipFile(path)
        except FileNotFoundError as error:
            msg = "there is no such file"
            raise SourceNotFoundError(msg, source=self.source) from error
        except zipfile.BadZipFile as error:
            msg = "the file is no zip"
            raise NotThisFormatError(msg, source=self.source) from error
        # ZipFile's own seeks and reads are two steps.
        self._lock = threading.Lock()
        self._children: dict[str, dict[str, None]] = {}
        renewed_after_fork(self)
        for key in self._archive.namelist():
            parts = key.rstrip("/").split("/")
            for index, part in enumerate(parts):
                self._children.setdefault("/".join(parts[:index]), {})[part] = None

    def renew(self) -> None:
        """Open the file anew: parent and child would move one offset."""
        self._lock = threading.Lock()
        if self._archive.fp is not None:
            self._archive.fp = Path(self.source).open("rb")

    def get(self, key: str, start: int = 0, length: int | None = None) -> bytes | None:
        """Return a value, or part of it; None if there is no such key."""
        try:
            with self._lock:
                data = self._archive.read(key)
        except KeyError:
            return None
        except zipfile.BadZipFile as error:
            msg = f"{key!r} is damaged"
            raise CorruptFileError(msg, source=self.source) from error
        first = len(data) + start if start < 0 else start
        return data[first:] if length is None else data[first : first + length]

    def names(self, path: str) -> list[str]:
        """Return the next parts of all keys below a path."""
        return list(self._children.get(path, ()))

    def set(self, key: str, data: Bytes) -> None:
        """Store a value, whole or not at all."""
        raise self._fixed()

    def delete(self, key: str) -> None:
        """Remove a value; one that is not there is passed over."""
        raise self._fixed()

    def delete_tree(self, path: str) -> None:
        """Remove all keys below a path."""
        raise self._fixed()

    def move_tree(self, old: str, new: str) -> None:
        """Rename all keys below a path."""
        raise self._fixed()

    def native(self) -> Any:
        """Return it as a store of zarr-python."""
        from zarr.storage import ZipStore as Native

        return Native(self.source, mode="r")

    def close(self) -> None:
        """Release it."""
        self._archive.close()

    def _fixed(self) -> ModeError:
        return ModeError(
            "a zip cannot be changed", source=self.source, hint="Export it to a folder first."
        )
