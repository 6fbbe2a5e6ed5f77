"""What a caller asks of one array: options, and the wrapper that carries them beside the data."""

from __future__ import annotations

from collections.abc import Iterator, MutableSequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from hdmf_io_core.errors import OptionError, ShapeError

if TYPE_CHECKING:
    import numpy.typing as npt

    from hdmf_io_core.storage.dtypes import ElementType
    from hdmf_io_core.storage.layout import CodecSpec, LinkTarget
    from hdmf_io_core.types import AnyArray, MaxShape, Shape

__all__ = ["DataIO", "WriteOptions"]


@dataclass(frozen=True, slots=True)
class WriteOptions:
    """How one array is to be laid out; None leaves a choice to the policy of the backend.

    Attributes
    ----------
    chunks
        Chunk shape; True for chunks of a good shape, False for none, None for whatever fits.
    maxshape
        One entry an axis, None in it for an axis without limit. None: not resizable, unless the
        data is a stream of unknown length.
    codecs
        In the order of encoding; empty for none. None: the policy's.
    fill_value
        Value of elements never written; None for the storage's own.
    track_times
        Whether the storage keeps times of creation and change.
    link_data
        Whether data of another file is linked to, not copied. None: as the call of ``write`` says.
    is_compact
        Whether the data is kept beside its description, where the storage can.
    dimension_names
        Names of the axes, where the storage can keep them.
    """

    chunks: Shape | bool | None = None
    maxshape: MaxShape | None = None
    codecs: tuple[CodecSpec, ...] | None = None
    fill_value: object = None
    track_times: bool | None = None
    link_data: bool | None = None
    is_compact: bool = False
    dimension_names: tuple[str | None, ...] | None = None


class DataIO:
    """Data, and how it is to be stored. Backends subclass it with options of their own.

    Parameters
    ----------
    data : array-like, chunk iterator or None
        What to store. None describes an array that is made without content, to be written later
        through :attr:`dataset`; ``dtype`` and ``shape`` say which. With neither, ``data`` is set
        later.
    dtype : numpy dtype or None
        Element type of an array without content.
    shape : tuple of int or None
        Shape of an array without content.

    Raises
    ------
    OptionError
        If one of ``dtype`` and ``shape`` is given without the other, or beside ``data``.

    Notes
    -----
    It holds the data, it does not copy it. Writing changes nothing here but :attr:`dataset`, so one
    wrapper written twice is stored twice alike.
    """

    def __init__(
        self,
        data: Any = None,
        *,
        dtype: npt.DTypeLike | None = None,
        shape: Shape | None = None,
    ) -> None:
        if data is not None and (dtype is not None or shape is not None):
            msg = "dtype and shape describe an array without content, but data is given too"
            raise OptionError(msg, hint="Give either data, or dtype and shape.")
        if (dtype is None) != (shape is None):
            msg = "an array without content needs both dtype and shape"
            raise OptionError(msg)
        self._data = data
        self._dtype = None if dtype is None else np.dtype(dtype)
        self._shape = None if shape is None else tuple(int(length) for length in shape)
        self._dataset: Any = None

    @property
    def data(self) -> Any:
        """What is wrapped; None for an array without content, or if it was not set yet."""
        return self._data

    @data.setter
    def data(self, value: Any) -> None:
        if self._data is not None:
            msg = "the data of a wrapper is set once, and it is set already"
            raise OptionError(msg, hint="Make a new wrapper around the new data.")
        if self._shape is not None:
            msg = "this wrapper describes an array without content"
            raise OptionError(msg, hint="Write its elements through the dataset after io.write().")
        self._data = value

    @property
    def is_preallocation(self) -> bool:
        """Whether an array is to be made without content."""
        return self._shape is not None

    @property
    def dataset(self) -> Any:
        """The stored array, once it is written; None before. It lives as long as its IO."""
        return self._dataset

    @dataset.setter
    def dataset(self, value: Any) -> None:
        self._dataset = value

    @property
    def io_settings(self) -> dict[str, Any]:
        """The backend's options as given; a copy, so that changing it changes nothing here."""
        return {}

    def options(self, dtype: ElementType | None = None) -> WriteOptions:
        """Return the options in the form that is the same for every backend.

        ``dtype`` is the element type of the data, where it is known: some filters depend on it.
        """
        return WriteOptions()

    def portable_options(self, dtype: ElementType | None = None) -> WriteOptions:
        """Return the options for another backend, without defaults of the own one."""
        return self.options(dtype)

    def link_target(self, name: str) -> LinkTarget | None:
        """Return what to link to in place of storing, for a node called ``name``; None here."""
        return None

    def target_data(self, name: str) -> Any:
        """Return the array that :meth:`link_target` names, to be copied; the data itself here."""
        return self._data

    @property
    def dtype(self) -> Any:
        """Of the array without content, else of the wrapped data; None if the data has none."""
        return self._dtype if self._dtype is not None else getattr(self._data, "dtype", None)

    @property
    def shape(self) -> Shape | None:
        """Of the array without content, else of the wrapped data; None if it is not known."""
        if self._shape is not None:
            return self._shape
        shape = getattr(self._data, "shape", None)
        if shape is not None or self._data is None:
            return shape
        return (len(self._data),) if isinstance(self._data, (list, tuple)) else None

    def append(self, values: Any) -> None:
        """Append to the wrapped data: in place to a list or dataset, to a copy of an array."""
        data = self._require()
        if isinstance(data, np.ndarray):
            rows = np.asarray(values, dtype=None if data.dtype.names is None else data.dtype)
            if rows.ndim == data.ndim - 1:
                rows = rows[np.newaxis]
            if rows.ndim != data.ndim or rows.shape[1:] != data.shape[1:]:
                msg = f"values of shape {np.shape(values)} do not append to shape {data.shape}"
                raise ShapeError(msg)
            self._data = np.concatenate([data, rows])
        elif isinstance(data, MutableSequence) or hasattr(data, "append"):
            data.append(values)
        else:
            msg = f"{type(data).__name__} data cannot be appended to"
            raise OptionError(msg)

    def _require(self) -> Any:
        if self._data is None:
            msg = "the wrapper holds no data yet"
            raise OptionError(msg, hint="Set its data, or write it and use its dataset.")
        return self._data

    def __len__(self) -> int:
        if self._shape is not None:
            return self._shape[0]
        return len(self._require())

    def __bool__(self) -> bool:
        # A wrapper is something even around an empty array, or a stream without a length.
        return True

    def __iter__(self) -> Iterator[Any]:
        return iter(self._require())

    def __getitem__(self, key: Any) -> Any:
        return self._require()[key]

    def __array__(
        self, dtype: npt.DTypeLike | None = None, *, copy: bool | None = None
    ) -> AnyArray:
        return np.array(self._require(), dtype=dtype, copy=copy)

    def __repr__(self) -> str:
        inner = f"shape={self._shape}" if self._data is None else type(self._data).__name__
        return f"<{type(self).__name__} of {inner}>"
