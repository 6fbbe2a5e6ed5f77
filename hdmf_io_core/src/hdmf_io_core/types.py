"""Plain aliases for every room: shapes, regions, modes. Knows nothing of storage."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = [
    "JSON",
    "AnyArray",
    "ChunkCoords",
    "MaxShape",
    "Mode",
    "Region",
    "Shape",
]

Shape: TypeAlias = tuple[int, ...]
MaxShape: TypeAlias = tuple[int | None, ...]
"""One entry an axis; None means unlimited."""
Region: TypeAlias = tuple[slice, ...]
"""One slice an axis with ``0 <= start <= stop`` and step 1."""
ChunkCoords: TypeAlias = tuple[int, ...]
"""Position of a chunk in the grid, not of its first element."""
Mode: TypeAlias = Literal["r", "r+", "a", "w", "w-", "x"]
JSON: TypeAlias = "bool | int | float | str | Sequence[JSON] | Mapping[str, JSON] | None"
AnyArray: TypeAlias = npt.NDArray[np.generic]
