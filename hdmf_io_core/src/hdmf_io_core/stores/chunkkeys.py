"""Which chunks a store holds of an array, by their names."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hdmf_io_core.stores.folders import ByteStore
    from hdmf_io_core.types import ChunkCoords

__all__ = ["stored_coords"]

_DIGITS = 20
"""No array has chunks with more digits, and Python is slow, or refuses, with very many."""


def stored_coords(
    store: ByteStore, folder: str, separator: str, ndim: int
) -> Iterator[ChunkCoords]:
    """Yield the coordinates of the chunks below a folder, in no order.

    Parameters
    ----------
    store
        Its names are listed, no values are read.
    folder
        The array's, with what format 3 puts before the coordinates as a folder.
    separator
        Between coordinates: ``/`` or ``.``.
    ndim : int
        How many coordinates a chunk has, at least 1.
    """
    if separator == "/":
        yield from _nested(store, folder, (), ndim)
        return
    for name in store.names(folder):
        parts = name.removeprefix("c.").split(".")
        if len(parts) == ndim and all(map(_is_number, parts)):
            yield tuple(map(int, parts))


def _is_number(part: str) -> bool:
    return part.isdecimal() and len(part) < _DIGITS


def _nested(store: ByteStore, folder: str, before: ChunkCoords, ndim: int) -> Iterator[ChunkCoords]:
    for name in store.names(folder):
        if not _is_number(name):
            continue
        coords = (*before, int(name))
        if len(coords) == ndim:
            yield coords
        else:
            yield from _nested(store, f"{folder}/{name}", coords, ndim)
