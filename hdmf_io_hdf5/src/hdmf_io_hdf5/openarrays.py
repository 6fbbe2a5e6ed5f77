"""Which kind of array a dataset is opened as."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

from hdmf_io_core.errors import UnsupportedDtypeError
from hdmf_io_core.storage.dtypes import is_plain_bytes
from hdmf_io_hdf5.arrays import HDF5Array
from hdmf_io_hdf5.contiguous import HDF5ContiguousArray
from hdmf_io_hdf5.dtypes import element_type, is_exact, is_fixed_size
from hdmf_io_hdf5.layouts import read_layout
from hdmf_io_hdf5.rawchunks import HDF5ChunkedArray
from hdmf_io_hdf5.withoutplugin import ArrayWithoutPlugin

if TYPE_CHECKING:
    from collections.abc import Callable

    from h5py import h5d

    from hdmf_io_hdf5.homes import Homes

__all__ = ["open_array"]


def open_array(
    dsid: h5d.DatasetID, homes: Homes, path: str, is_closed: Callable[[], bool]
) -> HDF5Array:
    """Return the array of a dataset, with raw access where its bytes mean the same elsewhere.

    Raises
    ------
    UnsupportedDtypeError
        The element type has no counterpart.
    """
    home = homes.of(dsid)
    tid = dsid.get_type()
    try:
        layout = read_layout(dsid, element_type(tid), home)
    except UnsupportedDtypeError as error:
        raise UnsupportedDtypeError(
            error.what, source=home.source, path=path, hint=error.hint
        ) from error.__cause__
    is_raw = is_fixed_size(layout.dtype) and is_exact(tid)
    if not home.is_read_only and home is homes.own and not (layout.chunks and is_raw):
        # An open dataset does not read back what was then written to it raw.
        homes.keep(dsid, prod(layout.shape or ()) * layout.memory_dtype.itemsize)
    # Text of variable length and references are heap and header addresses of this one file.
    if is_raw:
        if layout.chunks:
            chunked = HDF5ChunkedArray(
                dsid, home, path, layout=layout, is_closed=is_closed, homes=homes
            )
            if not ArrayWithoutPlugin.suits(chunked, layout):
                return chunked
            return ArrayWithoutPlugin(
                dsid, home, path, layout=layout, is_closed=is_closed, homes=homes
            )
        if layout.storage_class == "contiguous" and layout.shape and is_plain_bytes(layout.dtype):
            return HDF5ContiguousArray(
                dsid, home, path, layout=layout, is_closed=is_closed, homes=homes
            )
    return HDF5Array(dsid, home, path, layout=layout, is_closed=is_closed)
