"""What a plugin says of its backend, cheap enough to read before anything is imported."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["API_VERSION", "BackendSpec", "MagicRule"]

API_VERSION = 1
"""Raised by one at a breaking change of the seams."""


@dataclass(frozen=True, slots=True)
class MagicRule:
    """Bytes that tell a format.

    Attributes
    ----------
    magic
        The signature.
    offsets
        Where it may stand; with ``doubling`` also at each power of two above the largest offset, as
        HDF5 allows for user blocks, as far as the file goes.
    """

    magic: bytes
    offsets: tuple[int, ...] = (0,)
    doubling: bool = False


@dataclass(frozen=True, slots=True)
class BackendSpec:
    """A backend as dispatch sees it.

    Attributes
    ----------
    name
        Lower-case name, as in ``open_io(source, backend=name)``.
    io_class
        ``"package.module:Class"`` of its ``HDMFIO``; imported when the backend is used.
    distribution
        Name of the distribution that brings it, for ``pip install``.
    suffixes
        With the dot, lower case, also compound ones (``.nwb.zarr``).
    magic
        Signatures in a file's content.
    markers
        Names of files that tell a folder of this format (``zarr.json``).
    object_types
        ``"package.module:Class"`` of open objects that ``io_class`` takes, compared with the
        classes in the object's MRO, without importing anything.
    schemes
        URL schemes that belong to this backend alone (``s3`` belongs to nobody).
    options
        Names of the keyword options of ``io_class`` and a line of help for each.
    modes
        Modes that the backend can open.
    priority
        The higher wins among equals.
    api_version
        Version of the plugin API that the plugin was written for.
    version
        Of the backend's distribution, for listings; empty if unknown.
    """

    name: str
    io_class: str
    distribution: str
    suffixes: tuple[str, ...] = ()
    magic: tuple[MagicRule, ...] = ()
    markers: tuple[str, ...] = ()
    object_types: tuple[str, ...] = ()
    schemes: tuple[str, ...] = ()
    options: Mapping[str, str] = field(default_factory=dict, hash=False)
    modes: tuple[str, ...] = ("r", "r+", "a", "w", "w-", "x")
    priority: int = 0
    api_version: int = API_VERSION
    version: str = ""
