"""Zips: read; and assembled in a folder, and made when what is in there is whole."""

from __future__ import annotations

import os
import shutil
import struct
import threading
import zipfile
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, cast

from hdmf_io_core.chunks.limits import check_chunk
from hdmf_io_core.durability import syscalls
from hdmf_io_core.durability.beside import new_file, new_folder, sweep
from hdmf_io_core.durability.publish import put_file
from hdmf_io_core.durability.syncs import sync_file
from hdmf_io_core.errors import (
    CorruptFileError,
    ModeError,
    NotThisFormatError,
    SourceExistsError,
    SourceNotFoundError,
    WriteError,
)
from hdmf_io_core.storage.forking import renewed_after_fork
from hdmf_io_core.stores.folders import FolderStore

if TYPE_CHECKING:
    from hdmf_io_core.durability.beside import Beside
    from hdmf_io_core.storage.protocols import StorageWriter
    from hdmf_io_core.stores.folders import Bytes

__all__ = ["CountsCommits", "ZipFolderStore", "ZipPublication", "ZipStore", "new_zip"]


_DEPTH_LIMIT = 1000
"""A name may be a path of 32 thousand folders: what is deeper is one name."""
_LOCAL_HEADER = struct.Struct("<4s22xHH")
"""What stands before a value: a mark, and how long its name and the extra fields after that are."""


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
        except (NotImplementedError, ValueError, zipfile.BadZipFile) as error:
            msg = "the file is no zip"
            raise NotThisFormatError(msg, source=self.source) from error
        # ZipFile's own seeks and reads are two steps.
        self._lock = threading.Lock()
        self._children: dict[str, dict[str, None]] = {}
        renewed_after_fork(self)
        for key in self._archive.namelist():
            parts = key.rstrip("/").split("/", _DEPTH_LIMIT)
            for index, part in enumerate(parts):
                self._children.setdefault("/".join(parts[:index]), {})[part] = None

    def renew(self) -> None:
        """Open the file anew: parent and child would move one offset."""
        self._lock = threading.Lock()
        if self._archive.fp is not None:
            self._archive.fp = Path(self.source).open("rb")  # noqa: SIM115 - the archive closes it

    def get(self, key: str, start: int = 0, length: int | None = None) -> bytes | None:
        """Return a value, or part of it; None if there is no such key."""
        entry = self._archive.NameToInfo.get(key)
        if entry is None:
            return None
        size = entry.file_size
        first = max(0, size + start) if start < 0 else min(start, size)
        end = size if length is None else min(first + length, size)
        try:
            if entry.compress_type == zipfile.ZIP_STORED and end - first < size:
                return self._part(entry, first, end - first)
            check_chunk((size,), 1, f"the entry {key!r} of the zip")
            with self._lock, self._archive.open(entry) as file:
                return file.read(end)[first:]
        except (
            EOFError, NotImplementedError, OSError, RuntimeError, ValueError, zipfile.BadZipFile,
            zlib.error,
        ) as error:  # fmt: skip
            msg = f"{key!r} is damaged"
            raise CorruptFileError(msg, source=self.source) from error

    def _part(self, entry: zipfile.ZipInfo, start: int, length: int) -> bytes:
        """Read a part of what is stored without compression; its checksum is of the whole."""
        with self._lock:
            file = self._archive.fp
            assert file is not None
            file.seek(entry.header_offset)
            header = file.read(_LOCAL_HEADER.size)
            if len(header) < _LOCAL_HEADER.size:
                raise EOFError
            signature, name_length, extra_length = _LOCAL_HEADER.unpack(header)
            if signature != b"PK\x03\x04":
                raise zipfile.BadZipFile
            file.seek(name_length + extra_length + start, os.SEEK_CUR)
            data = file.read(length)
        if len(data) < length:
            raise EOFError
        return data

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

    def close(self) -> None:
        """Release it."""
        self._archive.close()

    def _fixed(self) -> ModeError:
        return ModeError(
            "a zip cannot be changed", source=self.source, hint="Export it to a folder first."
        )


class CountsCommits(Protocol):
    """A storage that says how often it was committed, so that what did not change stays."""

    n_commits: int


class ZipPublication:
    """A folder becomes a zip whenever it was changed; the zip takes its place by one rename.

    Parameters
    ----------
    store : ZipFolderStore
        What is zipped.
    folder : Beside
        Where it is; its target is the zip.
    replace : bool
        Whether a zip that is there may be replaced.

    Notes
    -----
    What is published must be a storage that :class:`CountsCommits`.
    """

    def __init__(self, store: ZipFolderStore, folder: Beside, *, replace: bool) -> None:
        self._store = store
        self._folder = folder
        self._target = folder.target
        self._replace = replace
        self._published = -1

    @property
    def is_pending(self) -> bool:
        """Whether there is no zip yet."""
        return self._published < 0

    def publish(self, storage: StorageWriter) -> None:
        """Make the zip.

        Raises
        ------
        SourceExistsError
            There is one that must not be replaced.
        WriteError
            The file system refuses.
        """
        n_commits = cast("CountsCommits", storage).n_commits
        if n_commits == self._published:
            return
        beside = new_file(self._target)
        try:
            self._store.zip_to(beside.path)
            sync_file(beside.path)
            put_file(beside, replace=self._replace or not self.is_pending)
            syscalls.fsync_folder(self._target.parent)
        except FileExistsError as error:
            msg = "the zip appeared while it was being written, and is not to be replaced"
            hint = "Write under another name, or use mode 'w' to replace it."
            raise SourceExistsError(msg, source=str(self._target), hint=hint) from error
        except OSError as error:
            msg = f"the zip cannot be written: {error.strerror}"
            raise WriteError(msg, source=str(self._target), hint="Make room.") from error
        finally:
            beside.discard()
        self._published = n_commits

    def discard(self, storage: StorageWriter) -> None:
        """Close the store; its folder goes with it."""
        storage.close()
        self._folder.release()


def new_zip(target: Path, *, replace: bool) -> tuple[ZipFolderStore, ZipPublication]:
    """Return a folder that is to become a zip; the caller holds the target's lock.

    Raises
    ------
    OpenError
        The target cannot be replaced by a rename, or nothing can be made beside it.
    """
    sweep(target, is_sole=True)
    new_file(target).discard()
    folder = new_folder(target)
    store = ZipFolderStore(folder.path, source=str(target), is_hidden=True)
    return store, ZipPublication(store, folder, replace=replace)
