"""The file object that HDF5 reads and writes a file through that is under a journal.

It never raises: an exception inside a callback of HDF5 leaves the library in a state that may end
the process. What failed is told by the next commit.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hdmf_io_core.durability.undofile import UndoFile

__all__ = ["DriverFile"]

_SIGNATURE_BYTES = 8


class DriverFile:
    """The file object that HDF5 reads and writes through.

    Parameters
    ----------
    undo
        The file.

    Notes
    -----
    Called under HDF5's lock; takes no lock that is held while HDF5 is called.
    """

    def __init__(self, undo: UndoFile) -> None:
        self._undo = undo
        self._at = 0
        self._is_sealed = False
        self._is_silent = False

    def seal(self) -> None:
        """Let nobody else open the file through this object.

        HDF5 opens the files behind external links through the object of the file that has them,
        and would take this file's content for theirs. It looks for a signature when it opens.
        """
        self._is_sealed = True

    def silence(self) -> None:
        """Drop what HDF5 still writes: it is to be taken back."""
        self._is_silent = True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Set the position."""
        self._at = offset + (self._undo.length if whence == os.SEEK_END else 0)
        return self._at

    def tell(self) -> int:
        """Return the position."""
        return self._at

    def readinto(self, buffer: memoryview) -> int:
        """Fill a buffer from the position on, behind the end with zeros."""
        view = memoryview(buffer)
        if self._is_sealed and len(view) == _SIGNATURE_BYTES and self._may_hold_signature():
            view[:] = bytes(len(view))
            return len(view)
        try:
            self._undo.read_into(view, self._at)
        except OSError:
            view[:] = bytes(len(view))
        return len(view)

    def read(self, n_bytes: int) -> bytes:
        """Return bytes from the position on."""
        data = bytearray(n_bytes)
        self.readinto(memoryview(data))
        return bytes(data)

    def write(self, data: memoryview) -> int:
        """Write at the position."""
        if not self._is_silent:
            try:
                self._undo.write(data, self._at)
            except OSError:
                # The undo file remembers it.
                return len(data)
        return len(data)

    def truncate(self, length: int) -> int:
        """Cut or extend the file."""
        if not self._is_silent:
            try:
                self._undo.truncate(length)
            except OSError:
                return length
        return length

    def flush(self) -> None:
        """Do nothing: what is written is kept with the next commit."""

    def _may_hold_signature(self) -> bool:
        # HDF5 file format 3.0, II.A: at 0, 512, 1024, 2048, ...
        return self._at == 0 or (self._at >= 512 and self._at & (self._at - 1) == 0)
