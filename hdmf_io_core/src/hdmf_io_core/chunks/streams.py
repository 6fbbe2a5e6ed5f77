"""Anything that yields an array in pieces, in one form: what the planner and the writer look at."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from hdmf_io_core.chunks.blockiterator import ArrayChunkIterator
from hdmf_io_core.chunks.datachunk import fitted_chunk, normalised_region
from hdmf_io_core.chunks.lazy import LazyDataset
from hdmf_io_core.chunks.rowiterator import DataChunkIterator
from hdmf_io_core.errors import (
    ChunkIteratorError,
    ShapeError,
    TextEncodingError,
    UnsupportedDtypeError,
)
from hdmf_io_core.storage.dtypes import TextType
from hdmf_io_core.storage.fitting import fit
from hdmf_io_core.storage.located import located
from hdmf_io_core.storage.numpytypes import infer_dtype
from hdmf_io_core.storage.values import infer

if TYPE_CHECKING:
    from hdmf_io_core.storage.dtypes import ElementType
    from hdmf_io_core.types import AnyArray, MaxShape, Region, Shape

__all__ = ["ChunkStream", "LocatedStream", "PassedStream", "adapt_stream"]


class ChunkStream(Protocol):
    """An array that arrives in pieces; it can be iterated over once."""

    @property
    def dtype(self) -> ElementType:
        """Element type."""
        ...

    @property
    def maxshape(self) -> MaxShape:
        """How far it may grow; None for an axis whose length is not known yet."""
        ...

    @property
    def chunk_shape(self) -> Shape | None:
        """A good chunk shape; None if any will do."""
        ...

    def __iter__(self) -> Iterator[tuple[Region, AnyArray]]:
        """Yield regions and their values, of the region's shape and ``memory_dtype(dtype)``.

        Raises
        ------
        ChunkIteratorError
            If the caller's iterator raises.
        """
        ...


def adapt_stream(value: Any) -> ChunkStream | None:
    """Return a stream over what yields its data in pieces; None for data in memory.

    Parameters
    ----------
    value
        A chunk iterator (ours or hdmf's: ``dtype``, ``maxshape``, ``recommended_chunk_shape`` and
        chunks with ``data`` and ``selection``), an array-like that is not in memory (dask, zarr,
        h5py, xarray, a lazy dataset), or a plain iterator of rows.

    Raises
    ------
    ChunkIteratorError
        If the first row had to be looked at and the caller's iterator raised.
    """
    if isinstance(value, (np.ndarray, np.generic, str, bytes, list, tuple)):
        return None
    if _is_chunk_iterator(value):
        return _IteratorStream(value)
    if _is_array_like(value):
        return _IteratorStream(
            ArrayChunkIterator(value),
            element=value.element_type if isinstance(value, LazyDataset) else None,
            keeps_fixed_text=True,
        )
    if isinstance(value, Iterator):
        with _callers_errors():
            return _IteratorStream(DataChunkIterator(value))
    return None


def _is_chunk_iterator(value: Any) -> bool:
    names = ("__next__", "dtype", "maxshape", "recommended_chunk_shape")
    return all(hasattr(type(value), name) or hasattr(value, name) for name in names)


def _is_array_like(value: Any) -> bool:
    # pandas' objects are in memory, and slice by label.
    return all(hasattr(value, name) for name in ("shape", "dtype", "__getitem__")) and not hasattr(
        value, "iloc"
    )


class _IteratorStream:
    """A chunk iterator as a stream. The first chunk is kept if it had to be looked at."""

    def __init__(
        self, iterator: Any, *, element: ElementType | None = None, keeps_fixed_text: bool = False
    ) -> None:
        self._iterator = iterator
        self._element = element
        self._keeps_fixed_text = keeps_fixed_text
        self._ahead: list[Any] = []

    @property
    def dtype(self) -> ElementType:
        if self._element is None:
            self._element = self._find_element()
        return self._element

    @property
    def maxshape(self) -> MaxShape:
        with _callers_errors():
            maxshape = self._iterator.maxshape
        if maxshape is None:
            msg = "the data iterator has no maxshape"
            raise ShapeError(msg, hint="Give it one, with None for axes whose length is not known.")
        return tuple(None if length is None else int(length) for length in maxshape)

    @property
    def chunk_shape(self) -> Shape | None:
        with _callers_errors():
            shape = self._iterator.recommended_chunk_shape()
        return None if not shape else tuple(int(length) for length in shape)

    def __iter__(self) -> Iterator[tuple[Region, AnyArray]]:
        element = self.dtype
        maxshape = self.maxshape
        while (chunk := self._pull()) is not None:
            values = fit(chunk.data, element)
            region, shape = normalised_region(chunk.selection, values.shape, maxshape)
            yield region, fitted_chunk(values, shape)

    def _pull(self) -> Any:
        if self._ahead:
            return self._ahead.pop(0)
        with _callers_errors():
            return next(self._iterator, None)

    def _find_element(self) -> ElementType:
        with _callers_errors():
            dtype = np.dtype(self._iterator.dtype)
        element = infer_dtype(dtype)
        if isinstance(element, TextType) and not self._keeps_fixed_text:
            # The width of the first chunk's text says nothing of the later ones.
            return TextType(element.charset)
        if element is None:
            chunk = self._pull()
            if chunk is None:
                return TextType()
            self._ahead.append(chunk)
            element = infer(np.asarray(chunk.data)).dtype
        return element


class _callers_errors:
    """What the caller's iterator raises becomes a ``ChunkIteratorError``; ours pass as they are."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        ours = (ChunkIteratorError, ShapeError, TextEncodingError, UnsupportedDtypeError)
        if isinstance(error, Exception) and not isinstance(error, ours):
            msg = f"the data iterator raised {type(error).__name__}: {error}"
            raise ChunkIteratorError(msg) from error


class PassedStream:
    """A stream that passes another on; what is done on the way, subclasses say.

    Parameters
    ----------
    stream
        What is passed on.
    """

    def __init__(self, stream: ChunkStream) -> None:
        self._stream = stream

    @property
    def dtype(self) -> ElementType:
        """As the stream's."""
        return self._stream.dtype

    @property
    def maxshape(self) -> MaxShape:
        """As the stream's."""
        return self._stream.maxshape

    @property
    def chunk_shape(self) -> Shape | None:
        """As the stream's."""
        return self._stream.chunk_shape

    def __iter__(self) -> Iterator[tuple[Region, AnyArray]]:
        return iter(self._stream)


class LocatedStream(PassedStream):
    """A stream whose errors say for which array it was, since several run in turn.

    Parameters
    ----------
    stream
        What is passed on.
    source, path
        The array that it is written to.
    """

    def __init__(self, stream: ChunkStream, source: str, path: str) -> None:
        super().__init__(stream)
        self._located = located(source, path)

    def __iter__(self) -> Iterator[tuple[Region, AnyArray]]:
        with self._located:
            yield from self._stream
