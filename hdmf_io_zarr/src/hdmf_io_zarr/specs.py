"""Cached specifications of an open Zarr store: one class writes them, one reads them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hdmf_io_core.io.specs import SpecReader, SpecWriter

if TYPE_CHECKING:
    from hdmf_io_zarr.io import ZarrIO

__all__ = ["ZarrSpecReader", "ZarrSpecWriter"]


class ZarrSpecWriter(SpecWriter):
    """Stores specifications in a Zarr store.

    Parameters
    ----------
    io : ZarrIO
        Open for writing; stays open.

    Raises
    ------
    ModeError
        If it is open for reading.
    """

    def __init__(self, io: ZarrIO) -> None:
        super().__init__(io)


class ZarrSpecReader(SpecReader):
    """Reads the specifications that a Zarr store holds.

    Parameters
    ----------
    io : ZarrIO
        Open; stays open.
    """

    def __init__(self, io: ZarrIO) -> None:
        super().__init__(io)
