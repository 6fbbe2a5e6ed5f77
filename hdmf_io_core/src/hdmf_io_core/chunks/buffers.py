"""Memory that jobs use again: pages fresh from the system cost more than what is done in them."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from hdmf_io_core.types import AnyArray

__all__ = ["Buffers", "Loan", "Take", "fresh"]

Take: TypeAlias = Callable[[int], npt.NDArray[np.uint8]]
"""Gives that many bytes to write to, of any content."""


def fresh(n_bytes: int) -> npt.NDArray[np.uint8]:
    """Return new memory."""
    return np.empty(n_bytes, np.uint8)


class Buffers:
    """Blocks of memory of one size, for jobs of several threads.

    Parameters
    ----------
    block_bytes : int
        Size of a block. What is larger is not kept.
    """

    def __init__(self, block_bytes: int) -> None:
        self._block_bytes = block_bytes
        # Both ends of a deque may be used by several threads at once.
        self._spare: deque[npt.NDArray[np.uint8]] = deque()

    def loan(self) -> Loan:
        """Return what one job borrows by."""
        return Loan(self._block_bytes, self._spare)


class Loan:
    """The blocks that one job has; for one thread at a time.

    Parameters
    ----------
    block_bytes : int
        Size of a block.
    spare
        Blocks that nobody uses, the last returned at the right.
    """

    __slots__ = ("_block_bytes", "_spare", "_taken")

    def __init__(self, block_bytes: int, spare: deque[npt.NDArray[np.uint8]]) -> None:
        self._block_bytes = block_bytes
        self._spare = spare
        self._taken: list[npt.NDArray[np.uint8]] = []

    def take(self, n_bytes: int) -> npt.NDArray[np.uint8]:
        """Return that many bytes, of any content, which are the job's until it gives them back."""
        if n_bytes > self._block_bytes:
            return fresh(n_bytes)
        try:
            block = self._spare.pop()
        except IndexError:
            block = fresh(self._block_bytes)
        self._taken.append(block)
        return block[:n_bytes]

    def give_back(self, *, but: AnyArray | None = None) -> None:
        """Return all blocks that were taken, except those that an array lies in."""
        kept = []
        for block in self._taken:
            if but is not None and np.may_share_memory(block, but):
                kept.append(block)
            else:
                self._spare.append(block)
        self._taken = kept
