"""Versions of the HDF5 library, compared by numbers."""

from __future__ import annotations

import h5py

from hdmf_io_core.io.versions import is_at_least

__all__ = ["check_h5_version", "get_h5_version"]


def get_h5_version() -> str:
    """Return the version of the HDF5 library that h5py uses, such as ``"1.14.6"``."""
    return str(h5py.version.hdf5_version)


def check_h5_version(min_version: str | None = None) -> bool:
    """Whether the HDF5 library is at least of a version.

    Parameters
    ----------
    min_version : str or None
        Such as ``"1.14"``, ``"1.14.3"`` or ``"2.0.0rc1"``; missing parts count as 0 and a
        pre-release comes before its release. None asks for nothing, so the answer is True.

    Raises
    ------
    ValueError
        ``min_version`` is not a version.

    Examples
    --------
    >>> check_h5_version("1.8")
    True
    >>> check_h5_version("99.0")
    False
    """
    return is_at_least(get_h5_version(), min_version)
