"""What hdmf gets for the data of a stored dataset: the library's own array wherever it has one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from hdmf.build import DatasetBuilder as HdmfDataset
from hdmf.build import ObjectMapper, ReferenceBuilder
from hdmf.query import HDMFDataset
from hdmf.utils import StrDataset, get_docval_macro

from hdmf_io_core.bridge.datasets import BuilderDataset
from hdmf_io_core.bridge.dtypes import dtype_names
from hdmf_io_core.chunks.lazy import LazyDataset
from hdmf_io_core.storage.abilities import SupportsNative
from hdmf_io_core.storage.dtypes import CompoundType, RefType, TextType
from hdmf_io_core.storage.references import resolve_value

if TYPE_CHECKING:
    from collections.abc import Callable

    from hdmf_io_core.bridge.datasets import Resolvers
    from hdmf_io_core.model.builders import DatasetBuilder
    from hdmf_io_core.storage.layout import ObjectRef, RegionRef
    from hdmf_io_core.storage.protocols import StorageReader

__all__ = ["hdmf_data", "introduce"]


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


def hdmf_data(
    stored: DatasetBuilder,
    reader: StorageReader,
    resolvers: Resolvers,
    resolve: Callable[[ObjectRef | RegionRef], object],
) -> tuple[object, Any]:
    """Return the data and dtype of hdmf's builder for a stored dataset.

    ``resolvers`` are for references that are followed later, ``resolve`` for those of a scalar.
    """
    lazy = stored.data
    if not isinstance(lazy, LazyDataset):
        return None, None
    element = lazy.element_type
    if lazy.ndim == 0:
        return _scalar(lazy, resolve)
    if isinstance(element, CompoundType):
        return BuilderDataset(lazy, resolvers), dtype_names(element)
    if isinstance(element, RefType) and element.kind == "object" and lazy.size:
        return BuilderDataset(lazy, resolvers), HdmfDataset.OBJECT_REF_TYPE
    native = _native(stored, reader)
    if native is None:
        return lazy, lazy.dtype
    if isinstance(element, TextType):
        return _text(native, lazy, element)
    return native, native.dtype


def _scalar(
    lazy: LazyDataset, resolve: Callable[[ObjectRef | RegionRef], object]
) -> tuple[object, Any]:
    element = lazy.element_type
    value = lazy[()]
    if isinstance(element, RefType) and element.kind == "object":
        target = None if value is None else resolve(value)
        return None if target is None else ReferenceBuilder(target), HdmfDataset.OBJECT_REF_TYPE
    if isinstance(element, CompoundType):
        record = np.array(value, dtype=lazy.dtype)
        return resolve_value(record, element, resolve), dtype_names(element)
    return value, lazy.dtype


def _text(native: Any, lazy: LazyDataset, element: TextType) -> tuple[object, Any]:
    if not isinstance(native, StrDataset.__base__):
        return lazy, lazy.dtype
    is_utf8 = element.length is None and element.charset == "utf-8"
    return (StrDataset(native, None) if is_utf8 and lazy.size else native), native.dtype


def _native(stored: DatasetBuilder, reader: StorageReader) -> Any:
    """Return the library's own array where hdmf knows its class; None elsewhere."""
    if not isinstance(reader, SupportsNative) or stored.home is None:
        return None
    home = stored.home
    # Its own path, not that of a link to it: a copy or a link is made from what it is called.
    native = reader.native(home.path if home.source == reader.source else home.access)
    return native if isinstance(native, _stored_kinds()) else None
