"""The memory backend: files that are names of this process, mostly for tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hdmf_io_core.errors import SourceExistsError
from hdmf_io_core.io.base import StorageIO
from hdmf_io_core.io.modes import check_mode, starts_anew
from hdmf_io_core.storage.memory import MemoryFile, MemoryFiles, MemoryReader, MemoryStorage

if TYPE_CHECKING:
    from hdmf_io_core.storage.protocols import StorageWriter
    from hdmf_io_core.types import Mode

__all__ = ["MemoryIO"]

_FILES = MemoryFiles()


class MemoryIO(StorageIO):
    """An IO over a file in memory.

    Parameters
    ----------
    path : str
        ``memory://name``, or the name alone. It lives until the process ends, or mode ``w``
        replaces it.
    mode : {"r", "r+", "a", "w", "w-", "x"}
        As for files.
    manager : object or None
        None for the light model.

    Raises
    ------
    SourceNotFoundError, SourceExistsError
        If the name does not exist, or must not.
    """

    backend = "memory"

    def __init__(self, path: str, mode: str = "r", manager: object = None) -> None:
        checked = check_mode(mode)
        name = path.removeprefix("memory://")
        file = _file(name, checked)
        storage = MemoryReader(file) if checked == "r" else MemoryStorage(file)
        publication = _Registration(file) if starts_anew(checked) else None
        super().__init__(storage, checked, manager=manager, publication=publication)


class _Registration:
    """A new file gets its name, and the old one loses it, at the first write."""

    def __init__(self, file: MemoryFile) -> None:
        self._file = file
        self.is_pending = True

    def publish(self, storage: StorageWriter) -> None:
        if self.is_pending:
            self._file.files = _FILES
            _FILES.add(self._file)
            self.is_pending = False

    def discard(self, storage: StorageWriter) -> None:
        storage.close()


def _file(name: str, mode: Mode) -> MemoryFile:
    if mode in ("w-", "x") and name in _FILES:
        msg = f"there is a file {name!r} in memory"
        raise SourceExistsError(msg, source=name)
    if mode in ("r", "r+") or (mode == "a" and name in _FILES):
        return _FILES.get(name)
    return MemoryFile(name, _FILES if mode == "a" else None)
