"""What hdmf gets for the data of a stored dataset: the library's own array wherever it has one."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

import numpy as np
from hdmf.build import DatasetBuilder as HdmfDataset
from hdmf.build import ObjectMapper, ReferenceBuilder
from hdmf.query import HDMFDataset
from hdmf.utils import StrDataset, get_docval_macro

from hdmf_io_core.bridge.datasets import builder_dataset
from hdmf_io_core.bridge.dtypes import dtype_names
from hdmf_io_core.chunks.lazy import LazyDataset
from hdmf_io_core.errors import UnsupportedFeatureError
from hdmf_io_core.storage.abilities import SupportsNative, SupportsNativeArray
from hdmf_io_core.storage.dtypes import CompoundType, NumberType, RefType, TextType
from hdmf_io_core.storage.references import resolve_value

if TYPE_CHECKING:
    from collections.abc import Callable

    from hdmf_io_core.bridge.datasets import Resolvers
    from hdmf_io_core.model.builders import DatasetBuilder
    from hdmf_io_core.storage.layout import ObjectRef, RegionRef
    from hdmf_io_core.storage.protocols import StorageReader

__all__ = ["StoredData", "introduce"]


def introduce() -> None:
    """Make hdmf take our arrays for its own: not loaded, not converted, allowed as data."""
    HDMFDataset.register(LazyDataset)
    for kind in (LazyDataset, StrDataset, *_stored_kinds()):
        ObjectMapper.no_convert(kind)


def _stored_kinds() -> tuple[type, ...]:
    """Return the classes of stored arrays that hdmf itself knows."""
    return tuple(
        kind
        for kind in get_docval_macro("array_data")
        if isinstance(kind, type) and kind.__module__.partition(".")[0] in {"h5py", "zarr"}
    )


class StoredData:
    """Gives hdmf the data of the datasets of one storage.

    Parameters
    ----------
    reader : StorageReader
        The storage.
    resolvers : Resolvers
        Follow references when data is indexed.
    resolve : callable
        Follows those of a scalar, at once.
    """

    def __init__(
        self,
        reader: StorageReader,
        resolvers: Resolvers,
        resolve: Callable[[ObjectRef | RegionRef], object],
    ) -> None:
        self._resolvers = resolvers
        self._resolve = resolve
        self._source = reader.source
        # Asked once, not for each dataset: a check of a protocol takes as long as opening one.
        self._native = reader.native if isinstance(reader, SupportsNative) else None
        self._kinds = _stored_kinds()
        self._introduced: set[type] = set()

    def of(self, stored: DatasetBuilder) -> tuple[object, Any]:
        """Return the data and dtype of hdmf's builder for a stored dataset."""
        lazy = stored.data
        if not isinstance(lazy, LazyDataset):
            return None, None
        element = lazy.element_type
        if lazy.ndim == 0:
            return self._scalar(lazy)
        if isinstance(element, CompoundType):
            return self._records(stored, lazy, element), dtype_names(element)
        if isinstance(element, RefType) and element.kind == "object" and lazy.size:
            return builder_dataset(lazy, self._resolvers), HdmfDataset.OBJECT_REF_TYPE
        native = self._array(stored, lazy)
        if native is None:
            return lazy, lazy.dtype
        if isinstance(element, TextType):
            return _text(native, lazy, element)
        return native, native.dtype

    def _scalar(self, lazy: LazyDataset) -> tuple[object, Any]:
        element = lazy.element_type
        value = lazy[()]
        if isinstance(element, RefType) and element.kind == "object":
            target = None if value is None else self._resolve(value)
            made = None if target is None else ReferenceBuilder(target)
            return made, HdmfDataset.OBJECT_REF_TYPE
        if isinstance(element, CompoundType):
            record = np.array(value, dtype=lazy.dtype)
            return resolve_value(record, element, self._resolve), dtype_names(element)
        return value, lazy.dtype

    def _records(self, stored: DatasetBuilder, lazy: LazyDataset, element: CompoundType) -> object:
        """Return records of numbers as the library has them, but for h5py's, as hdmf does."""
        native = None
        if all(isinstance(part.type, NumberType) for part in element.fields):
            # A release of the library may know no records.
            with suppress(UnsupportedFeatureError):
                native = self._array(stored, lazy)
        if native is None or isinstance(native, StrDataset.__base__):
            return builder_dataset(lazy, self._resolvers)
        return native

    def _array(self, stored: DatasetBuilder, lazy: LazyDataset) -> Any:
        """Return the library's own array where hdmf knows its class; None elsewhere."""
        home = stored.home
        if self._native is None or home is None:
            return None
        source = lazy.source
        if home.access == home.path and isinstance(source, SupportsNativeArray):
            native = source.native_array()
        else:
            # Its own path, not that of a link: a copy or a link is made from what it is called.
            native = self._native(home.path if home.source == self._source else home.access)
        if not isinstance(native, self._kinds):
            return None
        if type(native) not in self._introduced:
            # hdmf looks for the very class, not for those that it derives from.
            ObjectMapper.no_convert(type(native))
            self._introduced.add(type(native))
        return native


def _text(native: Any, lazy: LazyDataset, element: TextType) -> tuple[object, Any]:
    if not isinstance(native, StrDataset.__base__):
        # Text of a fixed width, or coded otherwise, is text only through our own array.
        return (native if native.dtype.kind == "O" else lazy), np.dtype(object)
    is_utf8 = element.length is None and element.charset == "utf-8"
    return (StrDataset(native, None) if is_utf8 and lazy.size else native), native.dtype
