"""From what a user writes between brackets to what a storage reads: keys, selections, finishing.

Pure: no storage is touched here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from hdmf_io_core.types import Shape

__all__ = ["AxisSelection", "Selection"]

AxisSelection: TypeAlias = slice | npt.NDArray[np.intp]
"""A slice with ``0 <= start <= stop`` and ``step >= 1``, or strictly increasing indices."""


@dataclass(frozen=True, slots=True, eq=False)
class Selection:
    """A normalised, orthogonal selection: one entry an axis, in the axis' own order."""

    axes: tuple[AxisSelection, ...]

    @property
    def shape(self) -> Shape:
        """Shape of the selected block; no axis is dropped."""
        return tuple(
            len(range(axis.start, axis.stop, axis.step)) if isinstance(axis, slice) else len(axis)
            for axis in self.axes
        )
