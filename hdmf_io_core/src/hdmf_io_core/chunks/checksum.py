"""The Fletcher-32 checksum as HDF5 computes it, over whole blocks at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    from hdmf_io_core.types import AnyArray

__all__ = ["fletcher32", "swapped_fletcher32"]

_MODULUS = 65535
_ROW = 512
_SLAB = _ROW << 14
"""Words summed at once: sums of columns stay below 2**32."""


def fletcher32(data: AnyArray) -> int:
    """Return the checksum of bytes, as HDF5's filter stores it.

    Parameters
    ----------
    data : ndarray, shape (n_bytes,), dtype uint8

    Notes
    -----
    HDF5 sums big-endian 16-bit words, an odd last byte as the high half of one. Sums fold modulo
    65,535, and a sum that is not zero never folds to 0. Here little-endian words are summed:
    exchanging the bytes of a word multiplies it by 256 modulo 65,535.
    """
    n_words = -(-len(data) // 2)
    first = second = 0
    whole = data[: len(data) // 2 * 2].view("<u2")
    for start in range(0, len(whole), _SLAB):
        slab = whole[start : start + _SLAB]
        total, weighted = _sums(slab)
        first += total
        # Each word counts as often as there are words from it to the end.
        second += (n_words - start) * total - weighted
    if len(data) % 2:
        # The low half of a little-endian word is the high half of HDF5's.
        last = int(data[-1])
        first, second = first + last, second + last
    return _folded(second * 256) << 16 | _folded(first * 256)


def swapped_fletcher32(checksum: int) -> int:
    """Return the checksum that HDF5 before 1.6.3 stored on some machines: bytes in pairs swapped.

    References
    ----------
    ``H5Z__filter_fletcher32`` of HDF5 takes both.
    """
    return (checksum & 0x00FF00FF) << 8 | (checksum >> 8) & 0x00FF00FF


def _sums(words: npt.NDArray[np.uint16]) -> tuple[int, int]:
    """Return the sum of words, and their sum weighted by position."""
    n_rows = len(words) // _ROW
    table = words[: n_rows * _ROW].reshape(n_rows, _ROW)
    by_column = np.add.reduce(table, axis=0, dtype=np.uint32).astype(np.int64)
    by_row = np.add.reduce(table, axis=1, dtype=np.uint32).astype(np.int64)
    tail = words[n_rows * _ROW :].astype(np.int64)
    total = int(by_column.sum()) + int(tail.sum())
    weighted = int(by_column @ np.arange(_ROW)) + _ROW * int(by_row @ np.arange(n_rows))
    weighted += int(tail @ (n_rows * _ROW + np.arange(len(tail))))
    return total, weighted


def _folded(total: int) -> int:
    return total and (total - 1) % _MODULUS + 1
