"""How to deflate the chunks of one array: fast, and of the size that was asked for, on trial.

A compression level is taken for what it means in zlib: a size. What is faster is used as long as
samples of the data come out within a few per cent of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from hdmf_io_core.chunks.deflate import Deflater, deflated, deflaters, zlib_deflater
from hdmf_io_core.chunks.shuffle import shuffled

if TYPE_CHECKING:
    import numpy.typing as npt

__all__ = ["Recipe", "Trials", "choose", "still_poor"]

SAMPLE_BYTES = 128 << 10
"""How much of a large chunk is tried."""
WHOLE_BYTES = 256 << 10
"""A chunk up to this size is tried whole."""
_SAMPLES = 4
_LOW_LEVEL_RATIO = 1.045
"""Levels 1 to 4 may come out this much larger than zlib in samples; 1.05 is promised of files."""
_HIGH_LEVEL_RATIO = 1.0
"""Levels from 5 on are not to come out larger."""
_LONGEST_WAIT = 8
_MOST_PLANES = 64
"""Of longer elements, as records may be, no plane is looked at by itself."""
_FIXED_BYTES = 16
"""What a short stream may be longer without telling anything of a long one."""
_GLANCE_BYTES = 8 << 10
"""How much of each plane that is to be stored is looked at in every chunk."""
_GLANCE = 0.97
_LEAST_GAIN = {True: 0.98, False: 0.995}
"""A plane that deflates to more than this part of itself is stored; for low levels, and others."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """How chunks are deflated; see :func:`hdmf_io_core.chunks.deflate.deflated`."""

    deflater: Deflater
    stored: tuple[bool, ...] = ()

    @property
    def name(self) -> tuple[str, int, tuple[bool, ...]]:
        """What two equal recipes have in common."""
        return self.deflater.name, self.deflater.level, self.stored


class Trials:
    """The recipe of an array's next chunks; tried anew from time to time.

    As long as trials agree they become rarer, until there are eight times as many chunks between.

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
        sample = SAMPLE_BYTES if chunk_bytes > WHOLE_BYTES else max(1, chunk_bytes)
        self._least_wait = max(16, 128 * sample // max(1, chunk_bytes))
        self._wait = self._least_wait
        self._until_trial = 0
        self._last: object = None
        self._recipe = Recipe(zlib_deflater(level))

    def next(self, data: npt.NDArray[np.uint8]) -> Recipe:
        """Return the recipe of the next chunk.

        Parameters
        ----------
        data : ndarray, shape (n_bytes,), dtype uint8
            The chunk before it is shuffled; looked at only if a trial is due.
        """
        if self.is_due:
            self._recipe = choose(data, self._size, self._level)
            agrees = self._recipe.name == self._last
            longest = _LONGEST_WAIT * self._least_wait
            self._wait = min(2 * self._wait, longest) if agrees else self._least_wait
            self._last = self._recipe.name
            self._until_trial = self._wait
        self._until_trial -= 1
        return self._recipe

    @property
    def is_due(self) -> bool:
        """Whether the next call looks at the data."""
        return self._until_trial <= 0 and self._level > 0


def choose(data: npt.NDArray[np.uint8], size: int, level: int) -> Recipe:
    """Return the fastest recipe whose samples are as small as zlib's at a level.

    Parameters
    ----------
    data : ndarray, shape (n_bytes,), dtype uint8
        A chunk, before shuffling.
    size : int
        Bytes of an element if it will be shuffled, else 1.
    level : int
        1 to 9. Up to 4, 4.5 % more than zlib counts as small; from 5 on, nothing more does.
    """
    sample = _sample(data, size)
    apart = size <= min(_MOST_PLANES, len(sample))
    planes = sample.reshape(size, -1) if apart else sample.reshape(1, -1)
    wanted = len(zlib_deflater(level).whole(sample))
    is_low = level < 5
    limit = _HIGH_LEVEL_RATIO * wanted
    if is_low:
        limit = _LOW_LEVEL_RATIO * wanted + _FIXED_BYTES
    for deflater in (*deflaters(level), zlib_deflater(level)):
        most = _LEAST_GAIN[is_low] * planes.shape[1]
        poor = tuple(len(deflater.whole(plane)) >= most for plane in planes)
        stored = _possible(poor, deflater) if len(planes) > 1 else ()
        if len(deflated(sample, deflater, stored)) <= limit:
            return Recipe(deflater, stored if any(stored) else ())
    return Recipe(zlib_deflater(level))


def still_poor(data: npt.NDArray[np.uint8], recipe: Recipe) -> tuple[bool, ...]:
    """Return which planes of a chunk to store: those of its recipe that look incompressible here.

    The recipe comes from another chunk; this one may be half empty.

    Parameters
    ----------
    data : ndarray, shape (n_bytes,), dtype uint8
        The chunk, shuffled.
    recipe
        Of its array.
    """
    if not any(recipe.stored):
        return ()
    length = len(data) // len(recipe.stored)
    planes = data[: length * len(recipe.stored)].reshape(-1, length)
    poor = []
    for plane, is_stored in zip(planes, recipe.stored, strict=True):
        glance = _pieces(plane) if is_stored else plane
        poor.append(is_stored and len(recipe.deflater.whole(glance)) >= _GLANCE * len(glance))
    return _possible(tuple(poor), recipe.deflater)


def _pieces(plane: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """Return short pieces from all over a plane."""
    if len(plane) <= _GLANCE_BYTES:
        return plane
    each = _GLANCE_BYTES // 16
    starts = np.linspace(0, len(plane) - each, 16).astype(np.intp)
    pieces: npt.NDArray[np.uint8] = plane[starts[:, np.newaxis] + np.arange(each)].reshape(-1)
    return pieces


def _possible(poor: tuple[bool, ...], deflater: Deflater) -> tuple[bool, ...]:
    """Return the planes that this deflater can leave as they are."""
    if deflater.run is not None:
        return poor
    first = poor.index(False) if False in poor else len(poor)
    return tuple(i < first for i in range(len(poor)))


def _sample(data: npt.NDArray[np.uint8], size: int) -> npt.NDArray[np.uint8]:
    """Return a few contiguous pieces of a chunk, put together and shuffled."""
    n = len(data) // size
    each = max(1, SAMPLE_BYTES // size // _SAMPLES)
    if len(data) <= WHOLE_BYTES or n <= each * _SAMPLES:
        return shuffled(data[: n * size] if n else data, size)
    cells = data[: n * size].reshape(n, size)
    starts = np.linspace(0, n - each, _SAMPLES).astype(int).tolist()
    pieces = np.concatenate([cells[start : start + each] for start in starts])
    return shuffled(pieces.reshape(-1), size)
