"""How Zarr's two formats name the steps of encoding a chunk, and core's codecs, both ways.

Names of core are those of numcodecs, whatever the format: HDF5's shuffle and deflate are
``shuffle`` and ``zlib`` here too, since the bytes are equal. Sharding is one codec,
``zarr:sharding_indexed``, and a chunk is then a shard.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

import numcodecs

from hdmf_io_core.chunks.codecs import numcodec
from hdmf_io_core.errors import MetadataError, UnknownCodecError
from hdmf_io_core.storage.layout import CodecSpec

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hdmf_io_core.types import JSON, Shape

__all__ = [
    "OBJECT_CODECS",
    "SHARDING",
    "Chain",
    "chain_of_v2",
    "chain_of_v3",
    "completed",
    "default_codecs",
    "normalised",
    "sharded",
    "v2_of_chain",
    "v3_of_chain",
]

SHARDING = "zarr:sharding_indexed"
OBJECT_CODECS = frozenset({"vlen-utf8", "vlen-bytes", "vlen-array", "json2", "msgpack2", "pickle"})
_FILTERS = frozenset(
    {"astype", "bitround", "delta", "fixedscaleoffset", "packbits", "quantize", "shuffle"}
)
"""Codecs that v2 lists as filters even when they come last."""
_OF_ARRAYS = _FILTERS - {"shuffle"}
"""Codecs that v3 applies to arrays, before there are bytes."""
_BLOSC_SHUFFLES = ("noshuffle", "shuffle", "bitshuffle")


class Chain(NamedTuple):
    """The steps of encoding a chunk.

    Attributes
    ----------
    codecs
        In the order of encoding, without those below.
    object_codec
        The first step of arrays of objects; None for others.
    axes
        In which order the axes are stored; None for their own.
    order
        Byte order of numbers: ``<`` or ``>``.
    """

    codecs: tuple[CodecSpec, ...]
    object_codec: CodecSpec | None = None
    axes: Shape | None = None
    order: str = "<"


def normalised(spec: CodecSpec) -> CodecSpec:
    """Return a codec with every setting said, so that equal configurations compare equal."""
    if not isinstance(spec.name, str):
        msg = f"a codec is called {spec.name!r}"
        raise MetadataError(msg)
    if spec.name == SHARDING or spec.name not in numcodecs.registry.codec_registry:
        return spec
    return _normalised(spec)


@lru_cache(256)
def _normalised(spec: CodecSpec) -> CodecSpec:
    config: dict[str, Any] = {
        key: value for key, value in numcodec(spec).get_config().items() if key != "id"
    }
    if spec.name == "blosc":
        # numcodecs 0.17 also tells the element size; it comes from the array.
        config = {key: config[key] for key in ("cname", "clevel", "shuffle", "blocksize")}
    return CodecSpec(spec.name, config)


def sharded(chunks: Shape, codecs: Sequence[CodecSpec]) -> CodecSpec:
    """Return the codec that makes shards of chunks; array_node completes it for the elements."""
    inner = [{"id": codec.name, **codec.config} for codec in codecs]
    return CodecSpec(SHARDING, {"chunk_shape": list(chunks), "codecs": inner})


def completed(spec: CodecSpec, chain: Chain, itemsize: int, *, has_order: bool) -> CodecSpec:
    """Return a sharding codec as ``zarr.json`` has it; one that came from there stays as it is."""
    inner: Any = spec.config["codecs"]
    if not all("id" in entry for entry in inner):
        return spec
    codecs = tuple(CodecSpec(e["id"], {k: v for k, v in e.items() if k != "id"}) for e in inner)
    index: list[JSON] = [
        {"name": "bytes", "configuration": {"endian": "little"}}, {"name": "crc32c"},
    ]  # fmt: skip
    config: dict[str, JSON] = {
        "chunk_shape": spec.config["chunk_shape"],
        "codecs": v3_of_chain(chain._replace(codecs=codecs), itemsize, has_order=has_order),
        "index_codecs": index,
        "index_location": "end",
    }
    return CodecSpec(SHARDING, config)


def default_codecs(zarr_format: int) -> tuple[CodecSpec, ...]:
    """Return what hdmf-zarr compresses with unless it is told: Blosc in v2, Zstandard in v3."""
    if zarr_format == 2:
        config: dict[str, JSON] = {"cname": "lz4", "clevel": 5, "shuffle": 1, "blocksize": 0}
        return (CodecSpec("blosc", config),)
    return (normalised(CodecSpec("zstd", {"level": 0})),)


# format 2


def chain_of_v2(document: Mapping[str, Any], *, holds_objects: bool) -> Chain:
    """Return the chain of a ``.zarray``."""
    entries = [*(document.get("filters") or ()), document.get("compressor")]
    specs = [
        normalised(CodecSpec(entry["id"], {k: v for k, v in entry.items() if k != "id"}))
        for entry in entries
        if entry
    ]
    objects = None
    if holds_objects:
        found = next((s for s in specs if s.name in OBJECT_CODECS), None)
        objects = found if found is not None else CodecSpec("pickle")
        specs = [spec for spec in specs if spec is not found]
    axes = None
    if document.get("order") == "F" and len(document["shape"]) > 1:
        axes = tuple(reversed(range(len(document["shape"]))))
    return Chain(tuple(specs), objects, axes)


def v2_of_chain(chain: Chain) -> dict[str, JSON]:
    """Return the entries of ``.zarray`` that describe a chain."""
    entries: list[JSON] = [_v2_entry(spec) for spec in chain.codecs]
    compressor = None
    if chain.codecs and chain.codecs[-1].name not in _FILTERS:
        compressor = entries.pop()
    if chain.object_codec is not None:
        entries.insert(0, _v2_entry(chain.object_codec))
    return {
        "filters": entries or None,
        "compressor": compressor,
        "order": "C" if chain.axes is None else "F",
    }


def _v2_entry(spec: CodecSpec) -> dict[str, JSON]:
    if spec.name == SHARDING:
        msg = "shards need Zarr format 3"
        raise UnknownCodecError(msg, hint="Use zarr_format=3, or leave shards out.")
    config: dict[str, JSON] = dict(numcodec(spec).get_config())
    return config


# format 3


def chain_of_v3(entries: Sequence[Any], ndim: int) -> Chain:
    """Return the chain of ``codecs`` in ``zarr.json``."""
    specs: list[CodecSpec] = []
    objects, axes, order = None, tuple(range(ndim)), "<"
    for entry in entries:
        name = entry if isinstance(entry, str) else entry["name"]
        config = {} if isinstance(entry, str) else (entry.get("configuration") or {})
        if name == "bytes":
            order = ">" if config.get("endian") == "big" else "<"
        elif name in {"vlen-utf8", "vlen-bytes"}:
            objects = CodecSpec(name)
        elif name == "transpose":
            axes = tuple(axes[int(axis)] for axis in _transposition(config["order"], ndim))
        else:
            specs.append(_of_v3(name, config))
    return Chain(tuple(specs), objects, None if axes == tuple(range(ndim)) else axes, order)


def _transposition(order: object, ndim: int) -> Sequence[int]:
    if order in {"C", "F"} if isinstance(order, str) else False:
        return range(ndim) if order == "C" else range(ndim - 1, -1, -1)
    return order  # type: ignore[return-value]


def _of_v3(name: str, config: Mapping[str, Any]) -> CodecSpec:
    if name == "sharding_indexed":
        return CodecSpec(SHARDING, dict(config))
    plain = dict(config)
    if name == "blosc":
        plain["shuffle"] = _BLOSC_SHUFFLES.index(config["shuffle"])
        plain.pop("typesize", None)
    return normalised(CodecSpec(name.removeprefix("numcodecs."), plain))


def v3_of_chain(chain: Chain, itemsize: int, *, has_order: bool) -> list[JSON]:
    """Return ``codecs`` of ``zarr.json``.

    Parameters
    ----------
    chain
        Checked to be known.
    itemsize
        Bytes of an element, which Blosc wants to be told.
    has_order
        Whether elements have a byte order.
    """
    before: list[JSON] = []
    after: list[JSON] = []
    if chain.axes is not None:
        before.append({"name": "transpose", "configuration": {"order": list(chain.axes)}})
    for spec in chain.codecs:
        if spec.name == SHARDING:
            return [*before, {"name": "sharding_indexed", "configuration": dict(spec.config)}]
        (before if spec.name in _OF_ARRAYS else after).append(_v3_entry(spec, itemsize))
    if chain.object_codec is not None:
        serializer: JSON = {"name": chain.object_codec.name, "configuration": {}}
    elif has_order:
        endian = "big" if chain.order == ">" else "little"
        serializer = {"name": "bytes", "configuration": {"endian": endian}}
    else:
        serializer = {"name": "bytes"}
    return [*before, serializer, *after]


def _v3_entry(spec: CodecSpec, itemsize: int) -> JSON:
    config = dict(normalised(spec).config)
    numcodec(spec)
    if spec.name == "blosc":
        number = config["shuffle"]
        assert isinstance(number, int)
        if number < 0:
            number = 2 if itemsize == 1 else 1
        config["shuffle"] = _BLOSC_SHUFFLES[number]
        config["typesize"] = max(1, min(itemsize, 255))
        return {"name": "blosc", "configuration": config}
    if spec.name in {"zstd", "gzip"}:
        return {"name": spec.name, "configuration": config}
    if spec.name == "crc32c":
        return {"name": "crc32c"}
    return {"name": f"numcodecs.{spec.name}", "configuration": config}
