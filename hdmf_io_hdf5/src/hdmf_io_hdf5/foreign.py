"""The options of hdmf's ``H5DataIO``, as a wrapper of ours."""

from __future__ import annotations

from typing import Any

from hdmf_io_hdf5.dataio import H5DataIO

__all__ = ["from_foreign"]

_DESCRIBING = frozenset({"data", "dtype", "shape"})


def from_foreign(wrapper: Any) -> H5DataIO:
    """Return an ``H5DataIO`` with the options of hdmf's, and without data.

    Parameters
    ----------
    wrapper
        With ``io_settings``: options by h5py's names.
    """
    settings = {
        name: value
        for name, value in wrapper.io_settings.items()
        if name not in _DESCRIBING and value is not None
    }
    # hdmf's own wrapper has refused by now what it was not allowed to use.
    return H5DataIO(**settings, allow_plugin_filters=True)
