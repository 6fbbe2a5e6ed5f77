"""``zarr.Array`` as code expects it that was written for arrays of h5py and of zarr-python 2."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import zarr

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

__all__ = ["SizedArray"]


class SizedArray(zarr.Array):  # type: ignore[type-arg]  # of any metadata
    """A ``zarr.Array`` with a length, which iterates, and gives scalars and ``str``.

    Notes
    -----
    zarr-python 3 took these away: ``len``, iteration, a scalar where one element is asked for,
    and text as objects. All else is its own; nothing is read before it is indexed.
    """

    @property
    def _is_text(self) -> bool:
        return super().dtype.kind == "T"

    @property
    def dtype(self) -> np.dtype[Any]:
        """Of the elements; ``object`` for text."""
        return np.dtype(object) if self._is_text else super().dtype

    def __len__(self) -> int:
        if self.ndim == 0:
            msg = "an array without axes has no length"
            raise TypeError(msg)
        return int(self.shape[0])

    def __iter__(self) -> Iterator[Any]:
        for index in range(len(self)):
            yield self[index]

    def __getitem__(self, key: Any) -> Any:
        found = super().__getitem__(key)
        if not isinstance(found, np.ndarray):
            return found
        if found.dtype.kind == "T":
            found = found.astype(object)
        return found[()] if found.ndim == 0 else found

    def __array__(  # type: ignore[override]  # zarr-python's own says less of what it returns
        self,
        dtype: npt.DTypeLike | None = None,
        copy: bool | None = None,  # noqa: FBT001 - numpy's own signature
    ) -> np.ndarray[Any, Any]:
        if copy is False:
            msg = "a stored array is always copied to memory"
            raise ValueError(msg)
        return np.asarray(self[...], dtype=dtype)
