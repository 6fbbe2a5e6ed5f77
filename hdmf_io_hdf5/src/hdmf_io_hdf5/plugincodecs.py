"""Filters that HDF5 has as plugins, run without them: codecs of core with the same bytes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from hdmf_io_core.storage.dtypes import ArrayType, is_plain_bytes
from hdmf_io_core.storage.layout import CodecSpec

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hdmf_io_core.storage.dtypes import ElementType
    from hdmf_io_core.types import JSON

__all__ = [
    "BLOSC",
    "BLOSC_COMPRESSORS",
    "ZSTD",
    "core_codec",
    "core_codecs",
    "kept_codec",
    "runs_here",
]

BLOSC, LZ4, BITSHUFFLE, ZSTD = 32001, 32004, 32008, 32015
BLOSC_COMPRESSORS: Final = ("blosclz", "lz4", "lz4hc", "snappy", "zlib", "zstd")
"""By the number that the Blosc plugin has for them."""
_PACKINGS = {0: "", 2: "lz4", 3: "zstd"}
"""By the number that the bitshuffle plugin has for them."""
_BITSHUFFLE_VERSION = (0, 5)
_BLOSC_VERSIONS = (2, 2)
_BLOSC_DEFAULTS = (5, 1, 0)
_LONGEST_BLOSC_ELEMENT = 255


def core_codecs(codecs: Sequence[CodecSpec]) -> tuple[CodecSpec, ...]:
    """Return codecs with those of core in the place of filters, where there are any."""
    return tuple(core_codec(codec) or codec for codec in codecs)


def core_codec(codec: CodecSpec) -> CodecSpec | None:
    """Return the codec of core that makes and reads a plugin's bytes; None if there is none.

    References
    ----------
    The frames of Zstandard and Blosc are those of these libraries; LZ4 and bitshuffle have their
    own (https://github.com/HDFGroup/hdf5_plugins, https://github.com/kiyo-masui/bitshuffle).
    """
    given: Any = codec.config.get("values", ())
    values: tuple[Any, ...] = tuple(given)
    config: dict[str, JSON]
    match codec.name:
        case "hdf5:32015":
            return CodecSpec("zstd", {"level": values[0] if values else 3})
        case "hdf5:32004":
            return CodecSpec("lz4_blocks", {"blocksize": values[0] if values else 0})
        case "hdf5:32001":
            level, shuffle, number = values[4:7] + _BLOSC_DEFAULTS[len(values[4:7]) :]
            if number >= len(BLOSC_COMPRESSORS) or BLOSC_COMPRESSORS[number] == "snappy":
                return None
            config = {"cname": BLOSC_COMPRESSORS[number], "clevel": level, "shuffle": shuffle}
            return CodecSpec("blosc", {**config, "blocksize": 0})
        case "hdf5:32008":
            return _bitshuffle(values)
    return None


def _bitshuffle(values: tuple[int, ...]) -> CodecSpec | None:
    if len(values) < 3:
        return None
    size, block, number, level = (*values[2:6], 0, 0, 0)[:4]
    if number not in _PACKINGS or not size or block % 8:
        return None
    config: dict[str, JSON] = {"elementsize": size, "blocksize": block, "level": level}
    return CodecSpec("bitshuffle_blocks", {**config, "packing": _PACKINGS[number]})


def runs_here(element: ElementType) -> bool:
    """Whether chunks of such elements can be decoded and encoded without HDF5."""
    # Arrays as elements are further axes in memory.
    return is_plain_bytes(element) and not isinstance(element, ArrayType)


def kept_codec(codec: CodecSpec, itemsize: int, n_bytes: int) -> CodecSpec:
    """Return a filter with the parameters that its plugin would keep of those it is given.

    Parameters
    ----------
    codec
        Its parameters as given, or as kept already.
    itemsize : int
        Bytes of an element.
    n_bytes : int
        Bytes of a chunk.
    """
    given: Any = codec.config.get("values", ())
    values = tuple(given)
    if codec.name == f"hdf5:{BLOSC}" and values[:2] != _BLOSC_VERSIONS:
        size = itemsize if itemsize <= _LONGEST_BLOSC_ELEMENT else 1
        values = (*_BLOSC_VERSIONS, size, n_bytes, *values[4:])
    elif codec.name == f"hdf5:{BITSHUFFLE}" and len(values) <= 3:
        values = (*_BITSHUFFLE_VERSION, itemsize, *values)
    else:
        return codec
    return replace(codec, config={**codec.config, "values": list(values)})
