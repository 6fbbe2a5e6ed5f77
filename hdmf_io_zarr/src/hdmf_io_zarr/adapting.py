"""Layouts of other backends as near as Zarr comes to them: which codecs hold the same bytes. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numcodecs

from hdmf_io_core.storage.layout import ArrayLayout, CodecSpec
from hdmf_io_core.storage.protocols import AdaptedLayout
from hdmf_io_core.types import Shape
from hdmf_io_zarr.codecs import SHARDING, chain_of_v3, default_codecs, normalised
from hdmf_io_zarr.conventions import ZarrFormat

__all__ = ["adapted_layout"]

_HDF5_NAMES = {
    "4": "szip", "5": "nbit", "6": "scaleoffset", "307": "bzip2", "32000": "lzf", "32004": "lz4",
    "32008": "bitshuffle", "32013": "zfp", "32017": "sz", "32024": "sz3", "32026": "blosc2",
}  # fmt: skip
_BLOSC_COMPRESSORS = ("blosclz", "lz4", "lz4hc", "snappy", "zlib", "zstd")


def adapted_layout(layout: ArrayLayout, zarr_format: ZarrFormat) -> AdaptedLayout:
    """Return the nearest layout that Zarr has; element types stay as they are.

    HDF5's plugins zstd and Blosc write the frames that numcodecs reads; other filters without a
    codec give way to the default one, since they were to make the array smaller.
    """
    losses: list[str] = []
    chunks, codecs = layout.chunks, layout.codecs
    if zarr_format == 2 and codecs and codecs[0].name == SHARDING:
        losses.append("format 2 has no shards; their chunks are stored one by one")
        chunks, codecs = _unsharded(codecs[0], layout.ndim)
    kept: list[CodecSpec] = []
    for codec in codecs:
        known = _known(codec)
        if known is not None:
            kept.append(known)
            continue
        losses.append(f"{_name(codec)} has no codec in Zarr")
        if not any(spec.name in {"blosc", "zlib", "zstd"} for spec in kept):
            kept.extend(default_codecs(3))
    return AdaptedLayout(replace(layout, chunks=chunks, codecs=tuple(kept)), tuple(losses))


def _unsharded(spec: CodecSpec, ndim: int) -> tuple[Shape, Sequence[CodecSpec]]:
    config: Any = spec.config
    return tuple(config["chunk_shape"])[:ndim], chain_of_v3(config["codecs"], ndim).codecs


def _known(codec: CodecSpec) -> CodecSpec | None:
    """Return the codec that holds the same bytes; None if there is none."""
    values: Any = codec.config.get("values", ())
    if codec.name == "hdf5:32015":
        return normalised(CodecSpec("zstd", {"level": int(values[0]) if values else 3}))
    if codec.name == "hdf5:32001" and len(values) >= 7 and values[6] < len(_BLOSC_COMPRESSORS):
        config = {"clevel": values[4], "shuffle": values[5], "cname": _BLOSC_COMPRESSORS[values[6]]}
        return normalised(CodecSpec("blosc", {**config, "blocksize": 0}))
    is_there = codec.name == SHARDING or codec.name in numcodecs.registry.codec_registry
    return codec if is_there else None


def _name(codec: CodecSpec) -> str:
    backend, _, number = codec.name.partition(":")
    if backend != "hdf5":
        return f"the codec {codec.name!r}"
    known = _HDF5_NAMES.get(number)
    return f"the HDF5 filter {number}" + (f" ({known})" if known else "")
