"""How to deflate the chunks of one array: fast, and of the size that was asked for, on trial.

A compression level is taken for what it means in zlib: a size. What is faster is used as long as
samples of the data come out within a few per cent of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from hdmf_io_core.chunks.deflate import Deflater, deflaters, zlib_deflater
from hdmf_io_core.chunks.shuffle import shuffled

if TYPE_CHECKING:
    import numpy.typing as npt

__all__ = ["Recipe", "Trials", "choose"]

SAMPLE_BYTES = 64 << 10
_SAMPLES = 4
_LOW_LEVEL_RATIO = 1.04
"""Levels 1 to 4 may come out this much larger than zlib in samples; 1.05 is promised of files."""
_HIGH_LEVEL_RATIO = 0.997
"""Levels from 5 on are not to come out larger at all, and samples do not tell all."""
_FIXED_BYTES = 16
"""What a short stream may be longer without telling anything of a long one."""
_LEAST_GAIN = {True: 0.98, False: 0.995}
"""A plane that deflates to more than this part of itself is stored; for low levels, and others."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """How chunks are deflated; see :func:`hdmf_io_core.chunks.deflate.deflated`."""

    deflater: Deflater
    stored: tuple[bool, ...] = ()


class Trials:
    """The recipe of an array's next chunks; tried anew every so many chunks.

    Parameters
    ----------
    level : int
        As in zlib, 0 to 9.
    size : int
        Bytes of an element if the data is shuffled, else 1.
    chunk_bytes : int
        Bytes of a chunk.

    Notes
    -----
    Belongs to one thread, which asks for the recipe of each chunk in turn: what is written does
    then not depend on which worker was faster.
    """

    def __init__(self, level: int, size: int, chunk_bytes: int) -> None:
        self._level = level
        self._size = size
        # Trials look at no more than a hundredth of the data, the first chunks aside.
        sample = max(1, min(SAMPLE_BYTES, chunk_bytes))
        self._every = max(16, 128 * sample // max(1, chunk_bytes))
        self._asked = 0
        self._recipe = Recipe(zlib_deflater(level))

    def next(self, data: npt.NDArray[np.uint8]) -> Recipe:
        """Return the recipe of the next chunk.

        Parameters
        ----------
        data : ndarray, shape (n_bytes,), dtype uint8
            The chunk before it is shuffled; looked at only if a trial is due.
        """
        if self._asked % self._every == 0 and self._level > 0:
            self._recipe = choose(data, self._size, self._level)
        self._asked += 1
        return self._recipe

    @property
    def is_due(self) -> bool:
        """Whether the next call looks at the data."""
        return self._asked % self._every == 0 and self._level > 0


def choose(data: npt.NDArray[np.uint8], size: int, level: int) -> Recipe:
    """Return the fastest recipe whose samples are as small as zlib's at a level.

    Parameters
    ----------
    data : ndarray, shape (n_bytes,), dtype uint8
        A chunk, before shuffling.
    size : int
        Bytes of an element if it will be shuffled, else 1.
    level : int
        1 to 9. To 4, up to 4 % more than zlib is as small; from 5 on, nothing more.
    """
    planes = _sampled_planes(data, size)
    wanted = sum(len(zlib_deflater(level).whole(plane)) for plane in planes)
    is_low = level < 5
    limit = _HIGH_LEVEL_RATIO * wanted
    if is_low:
        limit = _LOW_LEVEL_RATIO * wanted + _FIXED_BYTES * len(planes)
    for deflater in (*deflaters(level), zlib_deflater(level)):
        sizes = [len(deflater.whole(plane)) for plane in planes]
        gain = _LEAST_GAIN[is_low]
        poor = tuple(n >= gain * len(plane) for n, plane in zip(sizes, planes, strict=True))
        stored = _possible(poor, deflater)
        expected = sum(
            len(plane) if kept else n for n, plane, kept in zip(sizes, planes, stored, strict=True)
        )
        if expected <= limit:
            return Recipe(deflater, stored if any(stored) else ())
    return Recipe(zlib_deflater(level))


def _possible(poor: tuple[bool, ...], deflater: Deflater) -> tuple[bool, ...]:
    """Return the planes that this deflater can leave as they are."""
    if deflater.run is not None:
        return poor
    first = poor.index(False) if False in poor else len(poor)
    return tuple(i < first for i in range(len(poor)))


def _sampled_planes(data: npt.NDArray[np.uint8], size: int) -> list[npt.NDArray[np.uint8]]:
    """Return a few contiguous samples of each plane, put together."""
    n = len(data) // size
    if n == 0:
        return [data]
    length = min(n, max(1, SAMPLE_BYTES // size))
    each = -(-length // _SAMPLES)
    starts = {int(s) for s in np.linspace(0, max(0, n - each), _SAMPLES)} if each < n else {0}
    cells = data[: n * size].reshape(n, size)
    if length == n:
        chosen = cells
    else:
        chosen = np.concatenate([cells[s : s + each] for s in sorted(starts)])
    flat = shuffled(np.ascontiguousarray(chosen).reshape(-1), size)
    return list(flat.reshape(size, -1))
