"""Contiguous datasets, read past HDF5."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from h5py import h5f

from hdmf_io_core.errors import CorruptFileError
from hdmf_io_hdf5.arrays import HDF5Array

if TYPE_CHECKING:
    from collections.abc import Callable

    from h5py import h5d

    from hdmf_io_core.storage.abilities import FlatRead
    from hdmf_io_core.storage.layout import ArrayLayout
    from hdmf_io_hdf5.homes import Home, Homes
    from hdmf_io_hdf5.positional import PastHDF5

__all__ = ["HDF5ContiguousArray"]


class HDF5ContiguousArray(HDF5Array):
    """A contiguous dataset whose bytes in the file are those of its elements in memory.

    Parameters
    ----------
    dsid, path, layout, is_closed
        As of :class:`HDF5Array`.
    home : Home
        The file that holds it, one of ``homes``.
    homes : Homes
        The reader's files.
    """

    def __init__(
        self,
        dsid: h5d.DatasetID,
        home: Home,
        path: str,
        *,
        layout: ArrayLayout,
        is_closed: Callable[[], bool],
        homes: Homes,
    ) -> None:
        super().__init__(dsid, home, path, layout=layout, is_closed=is_closed)
        self._homes = homes
        # Not the descriptor: an array outlives its file, and would keep it open and locked.
        self._start: int | None = None

    def flat_reader(self) -> FlatRead | None:
        """Return what reads the elements as bytes; None where HDF5 has to.

        That is for files behind a foreign driver or a user block, and for data never written. A
        file open for writing is flushed.
        """
        self._check_open()
        descriptor = self._homes.descriptor(self._home)
        if descriptor is None or self._home.user_block_bytes:
            return None
        start = self._start if self._start is not None else self._find_start()
        return None if start is None else partial(self._read_bytes, descriptor, start)

    def _renew(self) -> None:
        super()._renew()
        self._start = None

    def _find_start(self) -> int | None:
        if not self._home.is_read_only:
            h5f.flush(self._home.fid, h5f.SCOPE_LOCAL)
        start: int | None = self._dsid.get_offset()
        if self._home.is_read_only:
            self._start = start
        return start

    def _read_bytes(self, descriptor: PastHDF5, start: int, offset: int, view: memoryview) -> None:
        try:
            done = descriptor.read_into(view, start + offset)
        except OSError as error:
            raise self._cut_off() from error
        if done < len(view):
            raise self._cut_off()

    def _cut_off(self) -> CorruptFileError:
        return CorruptFileError(
            "the contiguous data cannot be read",
            hint="The file, or a file that holds its data, is truncated or missing.",
            **self._where,
        )
