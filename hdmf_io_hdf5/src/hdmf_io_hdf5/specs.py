"""Cached specifications of an open HDF5 file: one class writes them, one reads them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hdmf_io_core.io.specs import SpecReader, SpecWriter

if TYPE_CHECKING:
    from hdmf_io_hdf5.io import HDF5IO

__all__ = ["H5SpecReader", "H5SpecWriter"]


class H5SpecWriter(SpecWriter):
    """Stores specifications in an HDF5 file.

    Parameters
    ----------
    io : HDF5IO
        Open for writing; stays open.

    Raises
    ------
    ModeError
        If it is open for reading.
    """

    def __init__(self, io: HDF5IO) -> None:
        super().__init__(io)


class H5SpecReader(SpecReader):
    """Reads the specifications that an HDF5 file holds.

    Parameters
    ----------
    io : HDF5IO
        Open; stays open.
    """

    def __init__(self, io: HDF5IO) -> None:
        super().__init__(io)
