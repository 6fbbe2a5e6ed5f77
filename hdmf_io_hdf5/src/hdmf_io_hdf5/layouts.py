"""Creation lists of datasets and array layouts, both ways, and what HDF5 would refuse."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from h5py import h5d, h5p, h5s

from hdmf_io_core.errors import HdmfIOError, OptionError, ShapeError
from hdmf_io_core.storage.dtypes import (
    CompoundType,
    ElementType,
    EnumType,
    NumberType,
    TextType,
    memory_dtype,
)
from hdmf_io_core.storage.layout import ArrayLayout, StorageClass
from hdmf_io_hdf5.dtypes import file_type, is_fixed_size
from hdmf_io_hdf5.filters import add_filters, filter_number, pipeline
from hdmf_io_hdf5.homes import Home, keeps_times
from hdmf_io_hdf5.pluginvalues import given_codecs
from hdmf_io_hdf5.references import References
from hdmf_io_hdf5.transfer import h5py_dtype
from hdmf_io_hdf5.values import decode, encode

__all__ = ["check_layout", "dataspace", "knows_fill", "read_layout"]

_CLASSES: dict[int, StorageClass] = {
    h5d.COMPACT: "compact",
    h5d.CONTIGUOUS: "contiguous",
    h5d.CHUNKED: "chunked",
    h5d.VIRTUAL: "virtual",
}
_CHUNK_LIMIT = 2**32 - 1
_COMPACT_LIMIT = 64_000
_DIMENSIONS_LIMIT = 32


def read_layout(dsid: h5d.DatasetID, element: ElementType, home: Home) -> ArrayLayout:
    """Return the layout of an open dataset; reads no data."""
    dcpl = dsid.get_create_plist()
    storage = _CLASSES[dcpl.get_layout()]
    if storage == "contiguous" and dcpl.get_external_count():
        storage = "external"
    chunked = storage == "chunked"
    space = dsid.get_space()
    shape = maxshape = None
    if space.get_simple_extent_type() != h5s.NULL:
        shape = tuple(int(n) for n in space.get_simple_extent_dims())
        limits = space.get_simple_extent_dims(maxdims=True)
        maxshape = tuple(None if n == h5s.UNLIMITED else int(n) for n in limits)
    return ArrayLayout(
        shape=shape,
        dtype=element,
        maxshape=None if maxshape == shape else maxshape,
        chunks=tuple(int(n) for n in dcpl.get_chunk()) if chunked else None,
        codecs=pipeline(dcpl) if chunked else (),
        fill_value=_read_fill(dcpl, element, home),
        storage_class=storage,
        track_times=keeps_times(dsid),
    )


def _creation_list(layout: ArrayLayout, path: str, home: Home) -> h5p.PropDCID:
    if layout.chunks is None and layout.fill_value is None and layout.storage_class != "compact":
        return _plain_creation_list(layout.track_times)
    dcpl = h5p.create(h5p.DATASET_CREATE)
    dcpl.set_obj_track_times(layout.track_times)
    if layout.chunks is not None:
        dcpl.set_chunk(layout.chunks)
        codecs = given_codecs(layout.codecs, file_type(layout.dtype), layout.chunks)
        add_filters(dcpl, codecs)
    elif layout.storage_class == "compact":
        dcpl.set_layout(h5d.COMPACT)
    if layout.fill_value is not None and _has_fill(layout.dtype):
        value = np.empty(1, layout.memory_dtype)
        value[0] = layout.fill_value
        raw = encode(value, layout.dtype, References(home), path)
        dcpl.set_fill_value(raw.astype(_fill_dtype(layout.dtype)))
    return dcpl


@cache
def _plain_creation_list(track_times: bool) -> h5p.PropDCID:  # noqa: FBT001 - a cache has no keywords
    dcpl = h5p.create(h5p.DATASET_CREATE)
    dcpl.set_obj_track_times(track_times)
    return dcpl


def dataspace(layout: ArrayLayout) -> h5s.SpaceID:
    """Return the dataspace of a layout."""
    if layout.shape is None:
        return h5s.create(h5s.NULL)
    if not layout.shape:
        return h5s.create(h5s.SCALAR)
    maxshape = layout.maxshape if layout.maxshape is not None else layout.shape
    limits = tuple(h5s.UNLIMITED if n is None else n for n in maxshape)
    return h5s.create_simple(layout.shape, limits)


def check_layout(layout: ArrayLayout, path: str, home: Home) -> h5p.PropDCID:
    """Return the creation list of a layout, or raise what makes it impossible; touches nothing.

    The list is not to be changed: others have it too.

    Raises
    ------
    UnsupportedDtypeError
        HDF5 has no such element type.
    ShapeError
        Chunks of a scalar, an empty chunk, chunks larger than a fixed axis or than 4 GiB, growth
        without chunks, more than 32 axes, too much for a compact array.
    UnknownCodecError
        A codec has no HDF5 filter.
    OptionError
        Codecs without chunks, or with parameters that HDF5 would not keep.
    """
    try:
        itemsize = file_type(layout.dtype).get_size()
        _check_shape(layout, itemsize)
        _check_codecs(layout, itemsize)
        return _creation_list(layout, path, home)
    except HdmfIOError as error:
        raise type(error)(
            error.what, source=error.source or home.source, path=error.path or path, hint=error.hint
        ) from error.__cause__
    except (TypeError, ValueError) as error:
        msg = f"HDF5 cannot lay out {layout}"
        raise OptionError(msg, source=home.source, path=path) from error


def _check_shape(layout: ArrayLayout, itemsize: int) -> None:
    shape, chunks = layout.shape, layout.chunks
    if layout.ndim > _DIMENSIONS_LIMIT:
        msg = f"{layout.ndim} axes, HDF5 has at most {_DIMENSIONS_LIMIT}"
        raise ShapeError(msg)
    if chunks is None:
        if layout.is_resizable:
            msg = f"maxshape {layout.maxshape} needs chunks"
            raise ShapeError(msg, hint="Give chunks, or leave maxshape.")
        if layout.storage_class == "compact" and layout.n_elements * itemsize > _COMPACT_LIMIT:
            msg = f"a compact array holds at most {_COMPACT_LIMIT} bytes"
            raise ShapeError(msg)
        return
    if not shape:
        msg = "a scalar or empty array has no chunks"
        raise ShapeError(msg, hint="Leave chunks out.")
    n_bytes, limits = itemsize, layout.maxshape or shape
    for chunk, limit in zip(chunks, limits, strict=True):
        if chunk < 1:
            msg = f"chunks {chunks} have an axis shorter than 1"
            raise ShapeError(msg)
        if limit is not None and chunk > limit:
            msg = f"chunks {chunks} are larger than the array may be, {limits}"
            raise ShapeError(
                msg,
                hint=f"An axis of at most {limit} takes no longer chunks; None means no limit.",
            )
        n_bytes *= chunk
    if n_bytes > _CHUNK_LIMIT:
        msg = f"a chunk of {n_bytes} bytes, HDF5 takes less than 4 GiB"
        raise ShapeError(msg)


def _check_codecs(layout: ArrayLayout, itemsize: int) -> None:
    if layout.codecs and layout.chunks is None:
        names = ", ".join(codec.name for codec in layout.codecs)
        msg = f"{names} without chunks"
        raise OptionError(msg, hint="HDF5 filters chunks: give chunks.")
    for codec in layout.codecs:
        filter_number(codec)
        size = codec.config.get("elementsize", itemsize)
        if codec.name == "shuffle" and size != itemsize:
            msg = f"shuffle by {size} bytes; in HDF5 it is by the element, of {itemsize} bytes"
            raise OptionError(msg)


def _has_fill(element: ElementType) -> bool:
    # h5py moves fill values of these types only.
    match element:
        case NumberType() | EnumType() | TextType():
            return True
        case CompoundType(fields=fields):
            return is_fixed_size(element) and all(_has_fill(field.type) for field in fields)
        case _:
            return False


def knows_fill(dsid: h5d.DatasetID, element: ElementType) -> bool:
    """Whether the layout of a dataset has its fill value, if it has one."""
    if _has_fill(element):
        return True
    return bool(dsid.get_create_plist().fill_value_defined() != h5d.FILL_VALUE_USER_DEFINED)


def _fill_dtype(element: ElementType) -> np.dtype[Any]:
    if isinstance(element, TextType):
        # h5py takes every text for one of variable length here, and HDF5 converts it.
        return h5py_dtype(TextType(element.charset))
    return h5py_dtype(element)


def _read_fill(dcpl: h5p.PropDCID, element: ElementType, home: Home) -> object:
    if dcpl.fill_value_defined() != h5d.FILL_VALUE_USER_DEFINED or not _has_fill(element):
        return None
    raw = np.zeros(1, h5py_dtype(element))
    dcpl.get_fill_value(raw)
    out = np.empty(1, memory_dtype(element))
    decode(raw, element, out, References(home))
    return out[0]
