"""What belongs to one file that this process changes under a journal."""

from __future__ import annotations

import atexit
import os
import threading
import weakref
from pathlib import Path
from typing import TYPE_CHECKING, Any

import h5py
from h5py import h5f

from hdmf_io_core.durability.locks import unlock
from hdmf_io_core.durability.undofile import UndoFile
from hdmf_io_core.errors import HdmfIOError
from hdmf_io_hdf5.driver import DriverFile

if TYPE_CHECKING:
    from hdmf_io_hdf5.journaled import JournaledFile

__all__ = ["Session", "session_at", "undo_of"]


class Session:
    """One file of this process, open for changes; shared by all that open it here.

    Parameters
    ----------
    path
        Of the file, absolute.
    descriptor
        Open for reading and writing, and locked; owned from here on.
    options
        Keyword options of ``h5py.File``.

    Notes
    -----
    It ends when the last ``JournaledFile`` is closed or, where nobody closes one, when HDF5 lets go
    of the file.
    """

    def __init__(self, path: str, descriptor: int, options: dict[str, Any]) -> None:
        self.path = path
        self.options = options
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
        if not self.in_transaction:
            self._commit()

    def complete(self) -> None:
        """End a transaction by keeping it; errors as :meth:`commit`, :meth:`restarted` goes on."""
        self._commit()
        self.in_transaction = False

    def _commit(self) -> None:
        try:
            self.undo.commit()
        except HdmfIOError:
            # What HDF5 remembers is not what the file holds any more.
            self.has_ended = True
            self.close_hdf5(silently=True)
            self._end()
            raise

    def finish(self) -> None:
        """Keep all changes and let go of the file, which HDF5 has closed.

        Those of a transaction that did not come to its end are taken back.
        """
        if self.has_ended:
            return
        try:
            if self.in_transaction:
                self.undo.rollback()
            else:
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

    def restarted(self) -> Session:
        """Take back all since the last commit; return another session of the file, still locked.

        Raises
        ------
        JournalError
            As :meth:`rollback`; the lock is gone then.
        """
        # What ends a session inside a transaction leaves the lock to what follows.
        self.in_transaction = True
        try:
            if not self.has_ended:
                self.rollback()
            return Session(self.path, os.dup(self._descriptor), self.options)
        except BaseException:
            unlock(self._descriptor)
            raise

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
        if self.is_own and not self.in_transaction:
            unlock(self._descriptor)


_SESSIONS: dict[tuple[int, int], Session] = {}
_SESSIONS_LOCK = threading.Lock()


def undo_of(fid: h5f.FileID) -> UndoFile | None:
    """Return the file behind an open HDF5 file that has a journal."""
    with _SESSIONS_LOCK:
        sessions = list(_SESSIONS.values())
    name = os.fsdecode(h5f.get_name(fid))
    return next((session.undo for session in sessions if session.path == name), None)


def session_at(name: str) -> Session | None:
    """Return the session of a file, by any of its names; None if this process has none."""
    try:
        status = Path(name).stat()
    except OSError:
        return None
    with _SESSIONS_LOCK:
        return _SESSIONS.get((status.st_dev, status.st_ino))


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
