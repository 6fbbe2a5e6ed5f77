"""Lazy views of a dataset: another dtype, or some fields. They read what is sliced of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from hdmf_io_core.errors import SelectionError
from hdmf_io_core.storage.dtypes import CompoundType

if TYPE_CHECKING:
    import numpy.typing as npt

    from hdmf_io_core.chunks.lazy import LazyDataset
    from hdmf_io_core.types import AnyArray, Shape

__all__ = ["AstypeView", "FieldView", "split_names"]


class AstypeView:
    """A dataset whose slices are converted to a dtype when read."""

    def __init__(self, dataset: LazyDataset, dtype: np.dtype[Any]) -> None:
        self._dataset = dataset
        self._dtype = dtype

    @property
    def dtype(self) -> np.dtype[Any]:
        """The dtype of what is read."""
        return self._dtype

    @property
    def shape(self) -> Shape:
        """The dataset's shape."""
        return self._dataset.shape

    @property
    def ndim(self) -> int:
        """The dataset's rank."""
        return self._dataset.ndim

    def __len__(self) -> int:
        return len(self._dataset)

    def __getitem__(self, key: Any) -> Any:
        result = self._dataset[key]
        converted = np.asarray(result).astype(self._dtype)
        return converted if isinstance(result, np.ndarray) else converted[()]

    def __array__(
        self, dtype: npt.DTypeLike | None = None, *, copy: bool | None = None
    ) -> AnyArray:
        array = np.asarray(self[...])
        return np.array(array, dtype=dtype, copy=copy)


class FieldView:
    """Some fields of a compound dataset; one name gives the field itself, several give records."""

    def __init__(
        self, dataset: LazyDataset, names: tuple[str, ...], *, is_record: bool = False
    ) -> None:
        element = dataset.element_type
        known = [f.name for f in element.fields] if isinstance(element, CompoundType) else []
        for name in names:
            if name not in known:
                msg = f"no field {name!r}; the fields are {', '.join(known) or 'none'}"
                raise SelectionError(msg, source=dataset.storage_name, path=dataset.path)
        self._dataset = dataset
        self._names = list(names)
        self._is_record = is_record or len(names) > 1

    @property
    def dtype(self) -> np.dtype[Any]:
        """The dtype of what is read."""
        picked: AnyArray = np.empty(0, self._dataset.dtype)[self._pick()]
        return picked.dtype

    @property
    def shape(self) -> Shape:
        """The dataset's shape."""
        return self._dataset.shape

    def __len__(self) -> int:
        return len(self._dataset)

    def __getitem__(self, key: Any) -> Any:
        return self._dataset[key][self._pick()]

    def __array__(
        self, dtype: npt.DTypeLike | None = None, *, copy: bool | None = None
    ) -> AnyArray:
        array = np.asarray(self[...])
        return np.array(array, dtype=dtype, copy=copy)

    def _pick(self) -> Any:
        return self._names if self._is_record else self._names[0]


def split_names(key: Any) -> tuple[tuple[str, ...] | None, Any]:
    """Take the names of compound fields out of a key."""
    parts = key if isinstance(key, tuple) else (key,)
    if len(parts) == 1 and isinstance(parts[0], list):
        names = tuple(parts[0])
        if names and all(isinstance(name, str) for name in names):
            return names, ()
    names = tuple(part for part in parts if isinstance(part, str))
    if not names:
        return None, key
    return names, tuple(part for part in parts if not isinstance(part, str))
