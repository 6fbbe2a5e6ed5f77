"""Data and attributes of hdmf's builders as the planner takes them. Pure, but for iterators."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from hdmf.build import Builder as AnyHdmfBuilder
from hdmf.build import ReferenceBuilder
from hdmf.container import AbstractContainer
from hdmf.data_utils import AbstractDataChunkIterator
from hdmf.query import ContainerResolver, ReferenceResolver

from hdmf_io_core.bridge.dtypes import element_of
from hdmf_io_core.chunks.lazy import LazyDataset
from hdmf_io_core.errors import TextEncodingError
from hdmf_io_core.storage.dtypes import (
    CompoundField,
    CompoundType,
    ElementType,
    NumberType,
    RefType,
    TextType,
    has_references,
)
from hdmf_io_core.storage.fitting import fit
from hdmf_io_core.storage.layout import Attribute
from hdmf_io_core.storage.numpytypes import object_array
from hdmf_io_core.storage.values import infer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from hdmf_io_core.storage.layout import ObjectRef

__all__ = ["attribute_of", "check_decoded", "content_of"]

_TARGETS = (AnyHdmfBuilder, ReferenceBuilder, AbstractContainer)


def attribute_of(value: Any, refer: Callable[[Any], ObjectRef]) -> Attribute:
    """Return a builder's attribute as it is stored.

    Raises
    ------
    UnsupportedDtypeError, ShapeError, TextEncodingError
        If it cannot be stored.
    """
    if isinstance(value, _TARGETS):
        return Attribute(refer(value), RefType())
    if isinstance(value, (set, frozenset)):
        value = tuple(value)
    if isinstance(value, (list, tuple)) and value and isinstance(value[0], _TARGETS):
        cells = [None if cell is None else refer(cell) for cell in value]
        return Attribute(object_array(cells, (len(cells),)), RefType())
    return infer(value).attribute()


def content_of(
    data: Any, dtype: Any, refer: Callable[[Any], ObjectRef]
) -> tuple[Any, ElementType | None]:
    """Return a builder's data as the planner takes it, and its element type where it is settled.

    Parameters
    ----------
    data
        As hdmf built it, without a wrapper.
    dtype
        As hdmf built it: what :func:`element_of` understands.
    refer : callable
        From a builder to a reference to where it will stand.
    """
    element = element_of(dtype)
    if isinstance(data, ReferenceResolver):
        # What it refers to is built anew, so each reference is made anew as well.
        data = list(data.invert() if isinstance(data, ContainerResolver) else data)
    if isinstance(data, AbstractDataChunkIterator):
        is_number = isinstance(element, NumberType)
        return _Retyped(data, element.dtype) if is_number else data, None  # type: ignore[union-attr]
    if isinstance(data, _TARGETS):
        return refer(data), RefType()
    if _is_stored(data):
        return data, None
    if isinstance(element, CompoundType) or isinstance(dtype, list):
        return _records(data, element, dtype, refer)
    if isinstance(element, RefType) or _holds_targets(data):
        cells = [None if cell is None else refer(cell) for cell in data]
        return object_array(cells, (len(cells),)), RefType()
    if element is None or _is_untyped(data):
        return infer(data)
    return _fitted(data, element)


def _fitted(data: Any, element: ElementType) -> tuple[Any, ElementType]:
    """Return data as its type; text that is not ASCII, though it was to be, as UTF-8."""
    if element != TextType("ascii"):
        return fit(data, element), element
    texts = fit(data, TextType())
    is_ascii = all(not isinstance(text, str) or text.isascii() for text in texts.reshape(-1))
    return texts, element if is_ascii else TextType()


def check_decoded(content: Any, dtype: ElementType | None, name: str) -> None:
    """Refuse bytes that are not UTF-8 in the text of a dataset called ``name``.

    Raises
    ------
    TextEncodingError
        If there are any.
    """
    if not isinstance(dtype, TextType) or not isinstance(content, np.ndarray):
        return
    for text in content.reshape(-1):
        if isinstance(text, bytes):
            msg = f"dataset {name!r} is to hold text, and these bytes are not UTF-8: {text[:40]!r}"
            raise TextEncodingError(msg, hint="Store them as an array of uint8.")


def _is_stored(data: Any) -> bool:
    """Whether data is an array that is not in memory: its own type counts, not what hdmf says."""
    if isinstance(data, (np.ndarray, np.generic, str, bytes, list, tuple)):
        return False
    if hasattr(data, "iloc"):
        return False
    return isinstance(data, LazyDataset) or all(
        hasattr(data, name) for name in ("shape", "dtype", "__getitem__")
    )


def _is_untyped(data: Any) -> bool:
    """Whether the dtype of an array in memory says more than hdmf's does."""
    return isinstance(data, np.ndarray) and data.dtype.kind == "V" and data.dtype.names is not None


def _holds_targets(data: Any) -> bool:
    return isinstance(data, (list, tuple)) and any(isinstance(cell, _TARGETS) for cell in data)


def _records(
    data: Any, element: ElementType | None, dtype: Any, refer: Callable[[Any], ObjectRef]
) -> tuple[Any, ElementType]:
    if element is None:
        element = _settled(data, dtype)
    if isinstance(data, (np.ndarray, np.void)) and not has_references(element):
        return fit(data, element), element
    if isinstance(data, np.ndarray) and data.ndim == 0:
        data = data[()]
    if _is_record(data):
        return fit(_record(data, refer), element), element
    return fit([_record(row, refer) for row in data], element), element


def _is_record(data: Any) -> bool:
    if isinstance(data, tuple):
        return not data or not isinstance(data[0], (tuple, list, np.void))
    return isinstance(data, np.void)


def _record(row: Any, refer: Callable[[Any], ObjectRef]) -> tuple[Any, ...]:
    return tuple(refer(cell) if isinstance(cell, _TARGETS) else cell for cell in row)


def _settled(data: Any, dtype: Any) -> CompoundType:
    """Return the type of records of which some field is typed by its values alone."""
    fields = []
    for index, field in enumerate(dtype):
        name = str(field["name"])
        column = data[name] if isinstance(data, np.ndarray) else [row[index] for row in data]
        fields.append(CompoundField(name, element_of(field["dtype"]) or infer(column).dtype))
    return CompoundType(tuple(fields))


class _Retyped:
    """A chunk iterator whose numbers are stored as another type than it says."""

    def __init__(self, iterator: Any, dtype: np.dtype[Any]) -> None:
        self._iterator = iterator
        self.dtype = dtype

    @property
    def maxshape(self) -> Any:
        return self._iterator.maxshape

    def recommended_chunk_shape(self) -> Any:
        return self._iterator.recommended_chunk_shape()

    def __iter__(self) -> Iterator[Any]:
        return self

    def __next__(self) -> Any:
        return next(self._iterator)
