"""How the chunks of an array are encoded, for the core's chunk engine."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from hdmf_io_core.errors import MetadataError, UnsupportedFeatureError
from hdmf_io_core.storage.encoding import ChunkEncoding, Shards
from hdmf_io_core.storage.layout import CodecSpec
from hdmf_io_zarr.codecs import SHARDING, Chain, chain_of_v3
from hdmf_io_zarr.objectcoding import ObjectCodec
from hdmf_io_zarr.wellformed import well_formed

if TYPE_CHECKING:
    from hdmf_io_core.types import Shape

__all__ = ["chunk_encoding"]

_INDEX_CODECS = ({"name": "bytes"}, {"name": "crc32c"})


def chunk_encoding(chain: Chain, shape: Shape, dtype: np.dtype[Any]) -> ChunkEncoding:
    """Return how chunks of a shape are encoded.

    Raises
    ------
    MetadataError
        The codecs are not described as codecs are.
    UnsupportedFeatureError
        Shards inside shards, of transposed axes, or that are encoded once more.

    References
    ----------
    Zarr v3, codec ``sharding_indexed`` version 1.0.
    """
    with well_formed("the array's codecs"):
        return _encoding(chain, shape, dtype)


def _encoding(chain: Chain, shape: Shape, dtype: np.dtype[Any]) -> ChunkEncoding:
    if not any(spec.name == SHARDING for spec in chain.codecs):
        objects = None
        if (chain.object_codec is None) is dtype.hasobject:
            msg = f"elements of {dtype} do not go with the codec {chain.object_codec}"
            raise MetadataError(msg)
        if chain.object_codec is not None:
            objects = ObjectCodec(chain.object_codec, math.prod(shape))
        return ChunkEncoding(shape, dtype, chain.codecs, chain.axes, objects)
    config: Any = chain.codecs[0].config
    inner_shape = tuple(config.get("chunk_shape", ()))
    counts = tuple(n // c for n, c in zip(shape, inner_shape, strict=True))
    inner = chain_of_v3(config["codecs"], len(shape))
    nested = any(spec.name == SHARDING for spec in inner.codecs)
    if len(chain.codecs) > 1 or chain.axes is not None or nested:
        msg = "shards are read and written where they are the only codec, of ordinary chunks"
        raise UnsupportedFeatureError(msg, hint="Open the array with zarr-python: io.file[path].")
    if any(n % c for n, c in zip(shape, inner_shape, strict=True)):
        msg = f"shards of shape {shape} are not whole chunks of shape {inner_shape}"
        raise UnsupportedFeatureError(msg)
    if dtype.hasobject and inner.object_codec is None:
        inner = inner._replace(object_codec=CodecSpec("vlen-utf8"))
    index = chain_of_v3(config.get("index_codecs") or _INDEX_CODECS, len(counts) + 1)
    return ChunkEncoding(
        shape,
        dtype,
        shards=Shards(
            _encoding(inner, inner_shape, dtype),
            ChunkEncoding((*counts, 2), np.dtype(f"{index.order}u8"), index.codecs, index.axes),
            config.get("index_location", "end") == "end",
        ),
    )
