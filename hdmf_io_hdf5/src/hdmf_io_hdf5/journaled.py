"""HDF5 files that are changed under a rollback journal.

HDF5 reads and writes them through a :class:`~hdmf_io_hdf5.driver.DriverFile`; what belongs to one
file is its :class:`Session`.
"""

from __future__ import annotations

import atexit
import os
import threading
import weakref
from pathlib import Path
from typing import Any

import h5py
from h5py import h5f

from hdmf_io_core.durability.locks import lock, unlock
from hdmf_io_core.durability.recover import recover
from hdmf_io_core.durability.undofile import UndoFile
from hdmf_io_core.errors import HdmfIOError, OpenError
from hdmf_io_hdf5.diagnosis import check_unmarked
from hdmf_io_hdf5.driver import DriverFile
from hdmf_io_hdf5.linking import Linking

__all__ = [
    "CAN_JOURNAL",
    "JournaledFile",
    "Session",
    "open_journaled",
    "session_of",
    "shared_file",
    "undo_of",
]

CAN_JOURNAL = hasattr(os, "preadv") and hasattr(os, "pwrite")


class Session:
    """One file of this process, open for changes; shared by all that open it here.

    Parameters
    ----------
    path
        Of the file, absolute.
    descriptor
        Open for reading and writing, and locked; owned from here on.

    Notes
    -----
    It ends when the last ``JournaledFile`` is closed or, where nobody closes one, when HDF5 lets go
    of the file.
    """

    def __init__(self, path: str, descriptor: int) -> None:
        self.path = path
        self.undo = UndoFile(os.path.realpath(path), descriptor)
        # Who reads past HDF5 just now keeps the descriptor until that is done.
        weakref.finalize(self.undo, os.close, descriptor).atexit = False
        # No set: h5py calls two opens of one file equal.
        self._files: list[weakref.ref[JournaledFile]] = []
        self._driver: weakref.ref[DriverFile] | None = None
        self._descriptor = descriptor
        self._key = _key(descriptor)
        self._pid = os.getpid()
        self.has_ended = False
        self.in_transaction = False
        with _SESSIONS_LOCK:
            _SESSIONS[self._key] = self

    @property
    def is_own(self) -> bool:
        """Whether this process opened it, not the parent that it was forked from."""
        return os.getpid() == self._pid

    @property
    def driver(self) -> DriverFile | None:
        """What HDF5 holds; None when it has let go of it."""
        return self._driver() if self._driver is not None else None

    def new_driver(self) -> DriverFile:
        """Return what HDF5 is to read and write through; the session holds it weakly."""
        driver = DriverFile(self.undo)
        self._driver = weakref.ref(driver)
        weakref.finalize(driver, self.finish).atexit = False
        return driver

    def add(self, file: JournaledFile) -> None:
        """Take note of one more open of the file."""
        self._files.append(weakref.ref(file))

    def open_file(self) -> JournaledFile | None:
        """Return one that is still open; None if all were closed."""
        files = (reference() for reference in self._files)
        return next((file for file in files if file is not None and file.id.valid), None)

    def commit(self) -> None:
        """Keep what HDF5 has written; errors as ``UndoFile.commit``, the file is closed then."""
        if self.in_transaction:
            return
        try:
            self.undo.commit()
        except HdmfIOError:
            # What HDF5 remembers is not what the file holds any more.
            self.has_ended = True
            self.close_hdf5(silently=True)
            self._end()
            raise

    def finish(self) -> None:
        """Keep all changes and let go of the file; HDF5 has closed it."""
        if self.has_ended:
            return
        try:
            self.undo.commit()
        finally:
            self._end()

    def rollback(self) -> None:
        """Close the file in HDF5, take back what was changed since the last commit, let go of it.

        Raises
        ------
        JournalError
            If it cannot be taken back; the next open tries again.
        """
        self.has_ended = True
        self.close_hdf5(silently=True)
        try:
            self.undo.rollback()
        finally:
            self._end()

    def close_hdf5(self, *, silently: bool = False) -> None:
        """Close all that this process has open of the file.

        Parameters
        ----------
        silently
            What HDF5 has not written yet is dropped.
        """
        driver = self.driver
        if driver is not None and silently:
            driver.silence()
        name = os.fsencode(self.path)
        for fid in h5f.get_obj_ids(h5f.OBJ_ALL, h5f.OBJ_FILE):
            if fid.valid and h5f.get_name(fid) == name:
                h5py.File(fid).close()

    def _end(self) -> None:
        self.has_ended = True
        with _SESSIONS_LOCK:
            if _SESSIONS.get(self._key) is self:
                del _SESSIONS[self._key]
        self.undo.abandon()
        if self.is_own:
            unlock(self._descriptor)


_SESSIONS: dict[tuple[int, int], Session] = {}
_SESSIONS_LOCK = threading.Lock()


class JournaledFile(Linking, h5py.File):  # type: ignore[misc]  # untyped
    """An ``h5py.File`` whose changes are kept by ``flush`` and ``close``."""

    def __init__(self, session: Session, fid: h5f.FileID | None = None, **options: Any) -> None:
        self._session = session
        if fid is not None:
            super().__init__(fid)
        else:
            driver = session.new_driver()
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


def open_journaled(name: str, options: dict[str, Any], *, locks: bool) -> h5py.File:
    """Open a local file for changes under a journal; take back first what a dead process left.

    Parameters
    ----------
    name
        Absolute path.
    options
        Keyword options of ``h5py.File``.
    locks
        Whether to lock the file.

    Raises
    ------
    LockedFileError
        Somebody has the file open.
    OpenError
        No journal can be made in its folder.
    JournalError
        There is a journal, of another file or damaged; or the disk failed when it was replayed.
    """
    shared = shared_file(name)
    if shared is not None:
        return shared
    descriptor = os.open(name, os.O_RDWR | getattr(os, "O_CLOEXEC", 0))
    try:
        if locks and not lock(descriptor):
            raise BlockingIOError
        recover(name, descriptor)
        check_unmarked(name)
        _check_folder(name)
    except BaseException:
        os.close(descriptor)
        raise
    session = Session(name, descriptor)
    try:
        return JournaledFile(session, **options)
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


def undo_of(fid: h5f.FileID) -> UndoFile | None:
    """Return the file behind an open HDF5 file that has a journal."""
    with _SESSIONS_LOCK:
        sessions = list(_SESSIONS.values())
    name = os.fsdecode(h5f.get_name(fid))
    return next((session.undo for session in sessions if session.path == name), None)


def shared_file(name: str) -> h5py.File | None:
    """Return a file that this process changes, opened once more; None if it does not."""
    try:
        status = Path(name).stat()
    except OSError:
        return None
    with _SESSIONS_LOCK:
        session = _SESSIONS.get((status.st_dev, status.st_ino))
    if session is None or not session.is_own:
        return None
    opened = session.open_file()
    return JournaledFile(session, opened.id.reopen()) if opened is not None else None


def _key(descriptor: int) -> tuple[int, int]:
    status = os.fstat(descriptor)
    return status.st_dev, status.st_ino


def _close_all() -> None:
    """Close what is open at the end: HDF5 must not call a file object when Python is gone."""
    with _SESSIONS_LOCK:
        sessions = list(_SESSIONS.values())
    for session in sessions:
        session.close_hdf5(silently=not session.is_own)
        session.finish()


atexit.register(_close_all)
