"""Versions of the HDF5 library, compared by numbers."""

from __future__ import annotations

import re

import h5py

__all__ = ["check_h5_version", "get_h5_version"]

_VERSION = re.compile(
    r"\s*v?(\d+(?:\.\d+)*)(?:[-.]?(a|b|rc|alpha|beta|dev)[-.]?(\d*))?(?:[-+][.\w]*)?\s*"
)


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
    return min_version is None or _parts(get_h5_version()) >= _parts(min_version)


def _parts(version: str) -> tuple[tuple[int, ...], bool, str, int]:
    match = _VERSION.fullmatch(version)
    if match is None:
        msg = f"{version!r} is not a version of HDF5, expected one such as '1.14.3'"
        raise ValueError(msg)
    numbers, stage, serial = match.groups()
    release = tuple(int(part) for part in numbers.split("."))
    padded = release + (0,) * (4 - len(release))
    return padded, stage is None, stage or "", int(serial or 0)
