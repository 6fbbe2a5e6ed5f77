"""Codecs of other backends: which have the same bytes here, what stands for the others. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from hdmf_io_core.storage.abilities import AdaptedLayout
from hdmf_io_core.storage.layout import ArrayLayout, CodecSpec
from hdmf_io_zarr.codecs import SHARDING, chain_of_v3, default_codecs, normalised

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np

    from hdmf_io_zarr.conventions import ZarrFormat

__all__ = ["adapted_layout", "same_bytes", "stored_codecs"]

_BLOSC_COMPRESSORS = ("blosclz", "lz4", "lz4hc", "snappy", "zlib", "zstd")
_COMPRESSORS = frozenset({"blosc", "bz2", "gzip", "lz4", "lzma", "zlib", "zstd"})


def adapted_layout(layout: ArrayLayout, zarr_format: ZarrFormat) -> AdaptedLayout:
    """Return the nearest layout that can be made; element types stay as they are.

    Filters of HDF5 stay too: where Zarr cannot run one, a hint remembers it for the way back.
    """
    if zarr_format == 3 or not layout.codecs or layout.codecs[0].name != SHARDING:
        keeps_bytes = all(same_bytes(codec) is not None for codec in layout.codecs)
        return AdaptedLayout(layout, (), keeps_bytes=keeps_bytes)
    config: Any = layout.codecs[0].config
    codecs = chain_of_v3(config["codecs"], layout.ndim).codecs
    chunks = tuple(config["chunk_shape"])[: layout.ndim]
    what = "format 2 has no shards; their chunks are stored one by one"
    return AdaptedLayout(replace(layout, chunks=chunks, codecs=codecs), (what,))


def same_bytes(codec: CodecSpec) -> CodecSpec | None:
    """Return the codec of Zarr that gives the bytes of another backend's; None if there is none.

    The frames of HDF5's plugins for Zstandard and Blosc are those of numcodecs.
    """
    values: Any = codec.config.get("values", ())
    if codec.name == "hdf5:32015":
        return normalised(CodecSpec("zstd", {"level": int(values[0]) if values else 3}))
    if codec.name == "hdf5:32001" and len(values) >= 7 and values[6] < len(_BLOSC_COMPRESSORS):
        config = {"clevel": values[4], "shuffle": values[5], "cname": _BLOSC_COMPRESSORS[values[6]]}
        return normalised(CodecSpec("blosc", {**config, "blocksize": 0}))
    return None if codec.name.startswith("hdf5:") else normalised(codec)


def stored_codecs(codecs: Sequence[CodecSpec], dtype: np.dtype[Any]) -> tuple[CodecSpec, ...]:
    """Return the codecs that are run on elements of a dtype.

    Shuffle goes by the size that the elements have here. What Zarr has no codec for was to make the
    array smaller: the default compressor does that instead.
    """
    found = [same_bytes(codec) for codec in codecs]
    needs_compressor = None in found and not any(f and f.name in _COMPRESSORS for f in found)
    stored: list[CodecSpec] = []
    for codec in found:
        if codec is None:
            stored.extend(default_codecs(3) if needs_compressor else ())
            needs_compressor = False
        elif codec.name != "shuffle":
            stored.append(codec)
        elif not dtype.hasobject:
            size = codec.config.get("elementsize")
            fits = isinstance(size, int) and size > 0 and dtype.itemsize % size == 0
            own = CodecSpec("shuffle", {"elementsize": dtype.itemsize})
            stored.append(codec if fits else own)
    return tuple(stored)
