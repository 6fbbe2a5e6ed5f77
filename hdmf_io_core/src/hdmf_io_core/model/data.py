"""Data: a named, typed array with attributes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import numpy.typing as npt
from numpy.lib.mixins import NDArrayOperatorsMixin

from hdmf_io_core.chunks.dataio import DataIO
from hdmf_io_core.chunks.lazy import LazyDataset
from hdmf_io_core.errors import ClosedIOError, ConstructError, ShapeError
from hdmf_io_core.model.builders import DatasetBuilder, DatatypeBuilder
from hdmf_io_core.model.node import Node, NodeLoader
from hdmf_io_core.storage.dtypes import ElementType, element_repr

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from hdmf_io_core.types import AnyArray, MaxShape, Shape

__all__ = ["Data", "Datatype"]


class Data(NDArrayOperatorsMixin, Node):
    """A dataset: an array, a scalar or text, with attributes and a type.

    It acts as its array: ``len``, slicing, ``numpy.asarray``, arithmetic. Data read from a file is
    lazy: slicing reads what is asked, ``numpy.asarray`` reads all.

    Parameters
    ----------
    name : str
        Not empty, without slash.
    data : object
        Array, nested list, scalar, text, a list of nodes (stored as references), a chunk iterator,
        any object with ``shape``, ``dtype`` and slicing, or a ``DataIO`` around one of these; an
        ``Empty`` for a null dataspace.
    data_type, namespace : str or None
        The type; None for an untyped dataset.
    object_id : str or None
        UUID; a new one when None.
    attributes : Mapping or None
        Further attributes.

    Notes
    -----
    The caller keeps the array: it is not copied, and must not change before it is written.
    """

    _data: Any

    # Before this priority numpy would iterate over Data instead of asking it.
    __array_priority__: ClassVar[float] = 1000.0

    def __init__(
        self,
        name: str,
        data: Any,
        *,
        data_type: str | None = "Data",
        namespace: str | None = "hdmf-common",
        object_id: str | None = None,
        attributes: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(
            name,
            data_type=data_type,
            namespace=namespace,
            object_id=object_id,
            attributes=attributes,
        )
        self._data = data.data if isinstance(data, Data) else data

    def _setup(self, name: str, loader: NodeLoader | None) -> None:
        super()._setup(name, loader)
        self._data_revision = 0 if loader is not None else 1
        stored: Any = getattr(loader.builder, "data", None) if loader is not None else None
        if isinstance(stored, LazyDataset) and loader is not None:
            stored = stored.resolved(loader.resolve, loader.refer)
        self._data = stored

    def _settle(self, find_stored: Callable[[], object]) -> None:
        """Take the stored array in place of an iterator that was used up by writing it."""
        given = self._data.data if isinstance(self._data, DataIO) else self._data
        if not hasattr(type(given), "__next__"):
            return
        stored = find_stored()
        if isinstance(stored, DatasetBuilder):
            self._data = stored.data

    # the data

    @property
    def data(self) -> Any:
        """What was given, or a lazy array; assign to replace it (written at the next ``write``)."""
        return self._data

    @data.setter
    def data(self, value: Any) -> None:
        self._data = value.data if isinstance(value, Data) else value
        self._data_revision += 1
        self._touch()

    def append(self, values: Any) -> None:
        """Add rows at the end of axis 0.

        Parameters
        ----------
        values : array-like, shape (n, ...) or (...)
            Several rows, or one; a single text for a list of texts.

        Raises
        ------
        ShapeError
            If the rows do not fit, or the stored array cannot grow.
        ModeError
            If the file is open for reading only.

        Notes
        -----
        Rows for data in a file are in the file's hands at once; a following ``write`` has nothing
        to do for them.
        """
        target = self._data
        if isinstance(target, LazyDataset):
            target.append(values)
            return
        if isinstance(target, DataIO):
            target.append(values)
        elif isinstance(target, list):
            _extend(target, values)
        elif isinstance(target, np.ndarray) and target.ndim:
            self._data = _stack(target, values)
        else:
            msg = f"data of type {type(target).__name__} cannot grow"
            raise ShapeError(
                msg,
                path=self.path,
                hint="Give an array or a list, or write it and append to the stored data.",
            )
        self._data_revision += 1
        self._touch()

    @property
    def value(self) -> Any:
        """The whole content in memory: ``str`` or a scalar for a scalar, an ndarray otherwise."""
        data = self._data.data if isinstance(self._data, DataIO) else self._data
        return data[()] if isinstance(data, (LazyDataset, np.ndarray)) else data

    # array-like

    @property
    def shape(self) -> Shape:
        """Shape; ``()`` for a scalar and for text."""
        return tuple(getattr(self._array_like(), "shape", ()))

    @property
    def dtype(self) -> np.dtype[np.generic]:
        """Numpy dtype; object for text and references."""
        dtype: np.dtype[np.generic] = np.dtype(self._array_like().dtype)
        return dtype

    @property
    def ndim(self) -> int:
        """Rank."""
        return len(self.shape)

    @property
    def size(self) -> int:
        """Number of elements."""
        return int(np.prod(self.shape, dtype=np.int64))

    @property
    def maxshape(self) -> MaxShape | None:
        """How far each axis may grow, None entries without limit; None for data not yet stored."""
        return getattr(self._data, "maxshape", None)

    @property
    def chunks(self) -> Shape | None:
        """Chunk shape; None if not chunked or not yet stored."""
        return getattr(self._data, "chunks", None)

    def _array_like(self) -> Any:
        inner = self._data.data if isinstance(self._data, DataIO) else self._data
        return inner if hasattr(inner, "shape") and hasattr(inner, "dtype") else np.asarray(inner)

    def __array__(self, dtype: npt.DTypeLike | None = None, copy: bool | None = None) -> AnyArray:  # noqa: FBT001 - numpy's
        return np.array(self._array_like()[()], dtype=dtype, copy=copy)

    def __array_ufunc__(
        self, ufunc: np.ufunc, method: str, *inputs: object, out: object = None, **kwargs: object
    ) -> object:
        if out is not None:
            return NotImplemented
        arrays = [np.asarray(x) if isinstance(x, (Data, LazyDataset)) else x for x in inputs]
        call: Callable[..., object] = getattr(ufunc, method)
        return call(*arrays, **kwargs)

    def __getitem__(self, key: Any) -> Any:
        return self._array_like()[key]

    def __setitem__(self, key: Any, value: Any) -> None:
        target = self._data
        if isinstance(target, LazyDataset):
            target[key] = value
            return
        target[key] = value
        self._data_revision += 1
        self._touch()

    def __len__(self) -> int:
        return len(self._array_like())

    def __iter__(self) -> Iterator[object]:
        return iter(self._array_like())

    def __bool__(self) -> bool:
        return True

    # NDArrayOperatorsMixin compares element by element, which would break `in` and dict keys.
    def __eq__(self, other: object) -> bool:
        return self is other

    def __ne__(self, other: object) -> bool:
        return self is not other

    __hash__ = Node.__hash__

    def summary(self) -> str:
        """Return type, shape and element type in a line."""
        data = self._data
        if isinstance(data, LazyDataset):
            what = f"{list(data.shape)} {element_repr(data.element_type)}"
        elif isinstance(data, (str, bytes)):
            what = "text"
        else:
            shape = getattr(data, "shape", None)
            what = (
                f"{list(shape)} {getattr(data, 'dtype', '')}"
                if shape is not None
                else (type(data).__name__)
            )
        return f"{what} ({self.data_type})" if self.data_type else what

    def __repr__(self) -> str:
        try:
            return f"<{type(self).__name__} {self.path!r}: {self.summary()}>"
        except ClosedIOError:
            return f"<{type(self).__name__} {self.name!r} of a closed file>"


class Datatype(Node):
    """A committed element type; it holds no data."""

    @property
    def element_type(self) -> ElementType:
        """The type that is stored."""
        builder = self._loader.builder if self._loader is not None else None
        if not isinstance(builder, DatatypeBuilder):
            msg = "a committed type is read from a file, not made"
            raise ConstructError(msg, path=self.path)
        return builder.dtype

    def __repr__(self) -> str:
        return f"<Datatype {self.path!r}: {element_repr(self.element_type)}>"


def _extend(rows: list[Any], values: Any) -> None:
    if np.ndim(values) == np.ndim(rows):
        rows.extend(values)
    else:
        rows.append(values)


def _stack(array: AnyArray, values: object) -> AnyArray:
    rows = np.asarray(values)
    if rows.ndim == array.ndim - 1:
        rows = rows[np.newaxis]
    if rows.ndim != array.ndim or rows.shape[1:] != array.shape[1:]:
        msg = f"rows of shape {rows.shape} do not fit data of shape {array.shape}"
        raise ShapeError(msg)
    return np.concatenate([array, rows])
