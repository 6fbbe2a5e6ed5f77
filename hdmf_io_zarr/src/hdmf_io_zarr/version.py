"""Versions of zarr-python, compared by numbers."""

from __future__ import annotations

import zarr

from hdmf_io_core.io.versions import is_at_least

__all__ = ["check_zarr_version", "get_zarr_version"]


def get_zarr_version() -> str:
    """Return the version of the zarr-python library, such as ``"3.1.6"``."""
    return str(zarr.__version__)


def check_zarr_version(min_version: str | None = None) -> bool:
    """Whether zarr-python is at least of a version.

    Parameters
    ----------
    min_version : str or None
        Such as ``"3.1"``, ``"3.1.2"`` or ``"3.2.0rc1"``; missing parts count as 0 and a
        pre-release comes before its release. None asks for nothing, so the answer is True.

    Raises
    ------
    ValueError
        ``min_version`` is not a version.

    Examples
    --------
    >>> check_zarr_version("3.0")
    True
    >>> check_zarr_version("99.0")
    False
    """
    return is_at_least(get_zarr_version(), min_version)
