"""The HDF5 filters that are known by number, and the packages that bring them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hdmf_io_core.errors import UnknownCodecError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["KNOWN_FILTERS", "unknown_filter"]

_PLUGINS = "hdf5plugin"
KNOWN_FILTERS: Final[Mapping[int, tuple[str, str]]] = {
    1: ("deflate", "h5py"),
    2: ("shuffle", "h5py"),
    3: ("fletcher32", "h5py"),
    4: ("szip", "an h5py built with szip"),
    5: ("nbit", "h5py"),
    6: ("scaleoffset", "h5py"),
    307: ("bzip2", _PLUGINS),
    32000: ("lzf", "h5py"),
    32001: ("blosc", _PLUGINS),
    32004: ("lz4", _PLUGINS),
    32008: ("bitshuffle", _PLUGINS),
    32013: ("zfp", _PLUGINS),
    32015: ("zstd", _PLUGINS),
    32017: ("sz", _PLUGINS),
    32018: ("fcidecomp", _PLUGINS),
    32019: ("jpeg", "the HDF Group's jpeg plugin"),
    32024: ("sz3", _PLUGINS),
    32026: ("blosc2", _PLUGINS),
    32028: ("sperr", _PLUGINS),
}
"""Name and bringing package by the number that the HDF Group registered."""


def unknown_filter(
    number: int, source: str | None = None, path: str | None = None
) -> UnknownCodecError:
    """Return the error that names a missing filter and the package that has it."""
    name, package = KNOWN_FILTERS.get(number, ("", ""))
    if package == _PLUGINS:
        hint = "Install it with `pip install hdf5plugin`, and `import hdf5plugin` before opening."
    elif package:
        hint = f"It comes with {package}."
    else:
        hint = (
            "It is not among the filters known here: install its plugin and set HDF5_PLUGIN_PATH "
            "(https://github.com/HDFGroup/hdf5_plugins lists the registered ones)."
        )
    label = f"{number} ({name})" if name else str(number)
    return UnknownCodecError(
        f"HDF5 filter {label} is not available", source=source, path=path, hint=hint
    )
