"""What every change of an HDF5 file ends in: kept, or taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from h5py import h5f

from hdmf_io_core.errors import ModeError, UnsupportedFeatureError, WriteError
from hdmf_io_hdf5.destinations import Destinations
from hdmf_io_hdf5.homes import continue_as
from hdmf_io_hdf5.journaled import JournaledFile, session_of
from hdmf_io_hdf5.reader import HDF5Reader

if TYPE_CHECKING:
    import h5py

    from hdmf_io_hdf5.sessions import Session

__all__ = ["ChangingReader"]

_HDF5_ERRORS = (KeyError, OSError, RuntimeError, TypeError, ValueError)


class ChangingReader(HDF5Reader):
    """A file that changes; what can be changed is in :class:`~hdmf_io_hdf5.writer.HDF5Writer`.

    Raises
    ------
    ModeError
        ``file`` is open for reading only.
    """

    def __init__(
        self, file: h5py.File, *, source: str | None = None, close_file: bool = True,
        allow_external: str | None = None,
    ) -> None:  # fmt: skip
        super().__init__(file, source=source, close_file=close_file, allow_external=allow_external)
        if file.mode == "r":
            msg = "the file is open for reading only"
            raise ModeError(msg, source=self.source, hint="Open it with 'r+'.")

    def _attach(self, file: h5py.File) -> None:
        super()._attach(file)
        self._destinations = Destinations(self._nodes, self._homes)

    def flush(self) -> None:
        """Hand all that HDF5 buffers to the operating system; under a journal, keep it for good.

        Where the disk fails, a file under a journal is closed, and is as it was at the last flush.
        """
        self._check_open()
        self._destinations.forget()
        try:
            h5f.flush(self._file.id, h5f.SCOPE_GLOBAL)
        except _HDF5_ERRORS as error:
            msg = "HDF5 could not flush the file"
            raise WriteError(msg, source=self.source) from error
        if (session := session_of(self._file)) is not None:
            session.commit()

    def commit(self) -> None:
        """Keep all written so far, and make it visible to a fresh reader."""
        session = session_of(self._file)
        if session is None or not session.has_ended:  # by a commit that failed, which was told
            self.flush()

    def close(self) -> None:
        """Close the file, as the reader does; what was not flushed may be lost."""
        self._destinations.discard()
        super().close()

    # transactions

    def begin_transaction(self) -> None:
        """Commit, and from here on nothing before :meth:`end_transaction`.

        Raises
        ------
        UnsupportedFeatureError
            The file has no journal.
        """
        session = self._session()
        self.commit()
        session.in_transaction = True

    def end_transaction(self) -> None:
        """Keep all since :meth:`begin_transaction`; where that fails call :meth:`roll_back`."""
        self.flush()
        self._session().complete()

    def roll_back(self) -> None:
        """Take back all since the last commit; the file is another object then.

        Raises
        ------
        UnsupportedFeatureError
            The file has no journal.
        JournalError
            It cannot be taken back; the next open tries again. The file is closed.
        """
        session, number = self._session(), self._homes.own.number
        self._destinations.discard()
        self._homes.close()
        file = JournaledFile(session.restarted())
        continue_as(file.id, number)
        self._attach(file)
        with self._homes.own.changes.changing():
            """What was read ahead of it is not what the file holds."""

    def drop(self) -> None:
        """Close the file; under a journal, what was not committed is taken back."""
        session = session_of(self._file)
        try:
            if session is not None and not self._is_closed and not session.has_ended:
                self._destinations.discard()
                session.rollback()
        finally:
            self.close()

    def _session(self) -> Session:
        session = session_of(self._file)
        if session is None:
            self._check_open()
            msg = "the file is changed without a journal, so nothing can be taken back"
            hint = "Open it by its path, without a driver and with atomic=True."
            raise UnsupportedFeatureError(msg, source=self.source, hint=hint)
        return session
