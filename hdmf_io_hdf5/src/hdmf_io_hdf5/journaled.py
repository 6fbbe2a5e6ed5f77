"""HDF5 files that are changed under a rollback journal.

HDF5 reads and writes them through a :class:`~hdmf_io_hdf5.driver.DriverFile`; what belongs to one
file is its :class:`~hdmf_io_hdf5.sessions.Session`.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import h5py
from h5py import h5f

from hdmf_io_core.durability.locks import lock
from hdmf_io_core.durability.recover import recover
from hdmf_io_core.errors import OpenError
from hdmf_io_hdf5.diagnosis import check_unmarked
from hdmf_io_hdf5.linking import Linking
from hdmf_io_hdf5.sessions import Session, session_at

__all__ = [
    "CAN_JOURNAL",
    "JournaledFile",
    "open_journaled",
    "session_of",
    "shared_file",
]

CAN_JOURNAL = hasattr(os, "preadv") and hasattr(os, "pwrite")


class JournaledFile(Linking, h5py.File):  # type: ignore[misc]  # untyped
    """An ``h5py.File`` whose changes are kept by ``flush`` and ``close``."""

    def __init__(self, session: Session, fid: h5f.FileID | None = None) -> None:
        self._session = session
        if fid is not None:
            super().__init__(fid)
        else:
            driver = session.new_driver()
            options = session.options
            super().__init__(session.path, "r+", driver="fileobj", fileobj=driver, **options)
            driver.seal()
        session.add(self)

    @property
    def driver(self) -> str:
        """HDF5's name of the driver that a file of this kind has elsewhere."""
        return "sec2"

    @property
    def session(self) -> Session:
        """What keeps or takes back the changes."""
        return self._session

    def flush(self) -> None:
        """Keep all changes; on the disk at return.

        Raises
        ------
        WriteError
            If the disk failed: all since the last commit is taken back.
        """
        super().flush()
        self._session.commit()

    def close(self) -> None:
        """Close the file; the last user's close keeps all changes, errors as :meth:`flush`."""
        driver = self._session.driver  # held, so that what fails is raised from here
        super().close()
        if driver is not None and self._session.open_file() is None:
            self._session.finish()


def open_journaled(
    name: str, options: dict[str, Any], *, locks: bool, locked: int | None = None
) -> h5py.File:
    """Open a local file for changes under a journal; take back first what a dead process left.

    Parameters
    ----------
    name
        Absolute path.
    options
        Keyword options of ``h5py.File``.
    locks
        Whether to lock the file.
    locked
        The file, open for reading and writing, and locked; a duplicate goes on to hold the lock.
        None opens it.

    Raises
    ------
    LockedFileError
        Somebody has the file open.
    OpenError
        No journal can be made in its folder.
    JournalError
        There is a journal, of another file or damaged; or the disk failed when it was replayed.
    """
    shared = shared_file(name) if locked is None else None
    if shared is not None:
        return shared
    if locked is None:
        descriptor = os.open(name, os.O_RDWR | getattr(os, "O_CLOEXEC", 0))
    else:
        descriptor = os.dup(locked)
    try:
        if locks and locked is None and not lock(descriptor):
            raise BlockingIOError
        recover(name, descriptor)
        check_unmarked(name)
        _check_folder(name)
    except BaseException:
        os.close(descriptor)
        raise
    session = Session(name, descriptor, options)
    try:
        return JournaledFile(session)
    except BaseException:
        session.rollback()
        raise


def _check_folder(name: str) -> None:
    folder = Path(os.path.realpath(name)).parent
    if os.access(folder, os.W_OK | os.X_OK):
        return
    msg = f"no journal can be made in the folder {str(folder)!r}: no permission to write there"
    hint = "atomic=False changes the file without one: a process that dies may leave it damaged."
    raise OpenError(msg, source=name, hint=hint)


def session_of(file: h5py.File) -> Session | None:
    """Return what keeps the changes of an open file; None for one without a journal."""
    return file.session if isinstance(file, JournaledFile) else None


def shared_file(name: str) -> h5py.File | None:
    """Return a file that this process changes, opened once more; None if it does not."""
    session = session_at(name)
    if session is None or not session.is_own:
        return None
    opened = session.open_file()
    return JournaledFile(session, opened.id.reopen()) if opened is not None else None
