"""Layouts of other backends as near as HDF5 comes to them: which filters hold the same bytes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from h5py import h5z

from hdmf_io_core.storage.abilities import AdaptedLayout
from hdmf_io_core.storage.dtypes import is_self_contained
from hdmf_io_core.storage.layout import ArrayLayout, CodecSpec
from hdmf_io_hdf5.dtypes import file_type
from hdmf_io_hdf5.filters import filter_number
from hdmf_io_hdf5.plugincodecs import BLOSC, BLOSC_COMPRESSORS, ZSTD

if TYPE_CHECKING:
    from hdmf_io_core.storage.dtypes import ElementType

__all__ = ["adapted_layout"]

_LAST_OWN_FILTER = 32000
"""h5py brings lzf (32000); what has a greater number is a plugin, as in hdf5plugin."""
_COMPRESSORS = frozenset({"blosc", "bz2", "gzip", "lz4", "lzma", "zstd"})


def adapted_layout(layout: ArrayLayout) -> AdaptedLayout:
    """Return the nearest layout that HDF5 has; element types stay as they are.

    Codecs of numcodecs whose bytes a plugin reads become that plugin, if it is there; other
    compressors become gzip, and codecs that change values on the way are left out.
    """
    losses: list[str] = []
    chunks, codecs = layout.chunks, layout.codecs
    if codecs and codecs[0].name == "zarr:sharding_indexed":
        config: Any = codecs[0].config
        chunks, codecs = tuple(config["chunk_shape"])[: layout.ndim], _inner(config["codecs"])
        losses.append("HDF5 has no shards; their chunks are stored one by one")
    kept = [codec for spec in codecs for codec in _adapted(spec, layout.dtype, losses)]
    maxshape = layout.maxshape
    if chunks is not None and layout.shape is not None:
        limits = maxshape if maxshape is not None else layout.shape
        pairs = zip(chunks, limits, strict=True)
        chunks = tuple(chunk if limit is None else min(chunk, limit) for chunk, limit in pairs)
        if 0 in chunks:
            chunks, kept, maxshape = None, [], None
    adapted = replace(layout, chunks=chunks, codecs=tuple(kept), maxshape=maxshape)
    return AdaptedLayout(adapted, tuple(losses), needs=_needs(kept))


def _needs(codecs: list[CodecSpec]) -> tuple[str, ...]:
    """Return what h5py alone does not read."""
    plugins = [codec for codec in codecs if filter_number(codec) > _LAST_OWN_FILTER]
    return tuple(f"the plugin of HDF5's filter {filter_number(codec)}" for codec in plugins)


def _inner(entries: list[Any]) -> tuple[CodecSpec, ...]:
    """Return the codecs inside shards, as far as they are compressors by name and level."""
    specs = []
    for entry in entries:
        name = str(entry["name"]).removeprefix("numcodecs.")
        if name not in {"bytes", "vlen-utf8", "vlen-bytes", "transpose"}:
            specs.append(CodecSpec(name, entry.get("configuration") or {}))
    return tuple(specs)


def _adapted(spec: CodecSpec, element: ElementType, losses: list[str]) -> list[CodecSpec]:
    if spec.name == "shuffle":
        size = file_type(element).get_size()
        return [CodecSpec("shuffle", {"elementsize": size})]
    if spec.name in {"zlib", "fletcher32"} or spec.name.startswith("hdf5:"):
        filter_number(spec)
        return [spec]
    plugin = _plugin(spec, element)
    if plugin is not None:
        losses.extend(_lacking(spec))
        return [plugin]
    if spec.name in _COMPRESSORS and not is_self_contained(element):
        losses.append("HDF5 does not compress text, references and sequences")
        return []
    if spec.name in _COMPRESSORS:
        level = spec.config.get("level", 4)
        level = level if isinstance(level, int) and 1 <= level <= 9 else 4
        losses.append(f"the codec {spec.name!r} has no HDF5 filter here; gzip takes its place")
        return [CodecSpec("zlib", {"level": level})]
    losses.append(f"the codec {spec.name!r} has no HDF5 filter")
    return []


def _plugin(spec: CodecSpec, element: ElementType) -> CodecSpec | None:
    """Return the plugin whose bytes are those of a codec, if it is there."""
    config: Any = spec.config
    if not is_self_contained(element):
        # These are addresses, in a chunk.
        return None
    if spec.name == "zstd" and h5z.filter_avail(ZSTD) and not config.get("checksum"):
        # Level 0, which Zarr's writers take for the default, is 1 to the plugin when it encodes.
        return _filter(ZSTD, (max(0, int(config.get("level", 3))),), "Zstandard compression")
    if spec.name == "blosc" and h5z.filter_avail(BLOSC) and config["cname"] in BLOSC_COMPRESSORS:
        name = BLOSC_COMPRESSORS.index(config["cname"])
        shuffle = config["shuffle"] if isinstance(config["shuffle"], int) else 1
        if shuffle < 0:
            # What numcodecs chooses by itself: bits of bytes, bytes of all else.
            shuffle = 2 if file_type(element).get_size() == 1 else 1
        return _filter(BLOSC, (0, 0, 0, 0, int(config["clevel"]), shuffle, name), "blosc")
    return None


def _lacking(spec: CodecSpec) -> list[str]:
    """Return what of a codec its plugin does not have, in words."""
    config: Any = spec.config
    if spec.name == "zstd" and int(config.get("level", 3)) < 0:
        return ["HDF5's Zstandard has no levels below 0; level 0 takes their place"]
    if spec.name == "blosc" and config.get("blocksize"):
        return ["HDF5's Blosc chooses the size of its blocks itself"]
    return []


def _filter(number: int, values: tuple[int, ...], name: str) -> CodecSpec:
    return CodecSpec(f"hdf5:{number}", {"values": list(values), "flags": 1, "name": name})
