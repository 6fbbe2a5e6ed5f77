"""``H5DataIO`` as hdmf has it, with all options of ours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from hdmf.backends.hdf5 import H5DataIO as StockH5DataIO

from hdmf_io_core.chunks.linkdata import as_lengths
from hdmf_io_hdf5.foreign import from_foreign

if TYPE_CHECKING:
    import numpy.typing as npt

    from hdmf_io_core.types import MaxShape, Shape
    from hdmf_io_hdf5.filters import Compression

__all__ = ["H5DataIO"]


class H5DataIO(StockH5DataIO):  # type: ignore[misc]  # hdmf has no types
    """``hdmf.backends.hdf5.H5DataIO`` with the options of ``hdmf_io_hdf5.H5DataIO``.

    It goes into containers of hdmf and pynwb, and both libraries write it.

    Parameters
    ----------
    data : array-like, chunk iterator, h5py.Dataset or None
        What to store; None with ``dtype`` and ``shape`` makes an array without content.
    maxshape, chunks, compression, compression_opts, fillvalue, shuffle, fletcher32, link_data
        As for ``hdmf_io_hdf5.H5DataIO``; objects of the package hdf5plugin are taken too.
    allow_plugin_filters, shape, dtype
        As there.
    scaleoffset, track_times
        As there; hdmf's own class has not got them.

    Raises
    ------
    ValueError, TypeError
        As hdmf's class, and for options that HDF5 would not take.
    """

    def __init__(
        self,
        data: Any = None,
        maxshape: MaxShape | int | None = None,
        chunks: Shape | bool | None = None,
        compression: Compression | bool = None,
        compression_opts: int | tuple[Any, ...] | None = None,
        fillvalue: Any = None,
        shuffle: bool | None = None,
        fletcher32: bool | None = None,
        link_data: bool = False,
        allow_plugin_filters: bool = False,
        shape: Shape | None = None,
        dtype: npt.DTypeLike | None = None,
        *,
        scaleoffset: int | bool | None = None,
        track_times: bool | None = None,
    ) -> None:
        if isinstance(compression, Mapping):
            compression_opts = compression.get("compression_opts")
            compression, allow_plugin_filters = compression["compression"], True
        # Before hdmf's own, which asks for the settings.
        added = {"scaleoffset": scaleoffset, "track_times": track_times}
        self._added = {name: value for name, value in added.items() if value is not None}
        super().__init__(
            data=data,
            maxshape=as_lengths(maxshape),
            chunks=as_lengths(chunks),
            compression=compression,
            compression_opts=compression_opts,
            fillvalue=fillvalue,
            shuffle=shuffle,
            fletcher32=fletcher32,
            link_data=link_data,
            allow_plugin_filters=allow_plugin_filters,
            shape=shape,
            dtype=None if dtype is None else np.dtype(dtype),
        )
        # Refuse now what could not be stored whatever the data.
        from_foreign(self)

    @property
    def io_settings(self) -> dict[str, Any]:
        """The options that were given, by h5py's names."""
        return {**super().io_settings, **self._added}

    def get_io_params(self) -> dict[str, Any]:
        """Return the arguments that make a wrapper like this one, without the data."""
        return {**super().get_io_params(), **self._added}
