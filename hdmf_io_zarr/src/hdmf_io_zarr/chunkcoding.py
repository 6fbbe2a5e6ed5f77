"""How the chunks of an array are encoded, for the core's chunk engine; and chunks of objects."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numcodecs
import numpy as np

from hdmf_io_core.chunks.codecs import numcodec
from hdmf_io_core.errors import CorruptChunkError, HdmfIOError, UnsupportedFeatureError
from hdmf_io_core.storage.encoding import ChunkEncoding, Shards
from hdmf_io_core.storage.layout import CodecSpec
from hdmf_io_core.storage.unpickle import unpickle
from hdmf_io_zarr.codecs import SHARDING, Chain, chain_of_v3

if TYPE_CHECKING:
    from hdmf_io_core.types import AnyArray, Shape

__all__ = ["chunk_encoding"]

_PICKLED_DICTS = (("hdmf_zarr.utils", "ZarrReference"),)
"""What hdmf-zarr before 0.14 pickled beside lists and text."""
_INDEX_CODECS = ({"name": "bytes"}, {"name": "crc32c"})


def chunk_encoding(chain: Chain, shape: Shape, dtype: np.dtype[Any]) -> ChunkEncoding:
    """Return how chunks of a shape are encoded.

    Raises
    ------
    UnsupportedFeatureError
        Shards inside shards, of transposed axes, or that are encoded once more.

    References
    ----------
    Zarr v3, codec ``sharding_indexed`` version 1.0.
    """
    if not any(spec.name == SHARDING for spec in chain.codecs):
        objects = None if chain.object_codec is None else _Objects(chain.object_codec)
        return ChunkEncoding(shape, dtype, chain.codecs, chain.axes, objects)
    config: Any = chain.codecs[0].config
    inner_shape = tuple(int(length) for length in config.get("chunk_shape", ()))
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
            chunk_encoding(inner, inner_shape, dtype),
            ChunkEncoding((*counts, 2), np.dtype(f"{index.order}u8"), index.codecs, index.axes),
            config.get("index_location", "end") == "end",
        ),
    )


class _Objects:
    """Codes elements without a fixed size: text, bytes, JSON, and pickles, which are read only."""

    def __init__(self, spec: CodecSpec) -> None:
        self._name = spec.name
        self._codec: Any = None if spec.name == "pickle" else numcodec(spec)

    def encode(self, values: AnyArray) -> Any:
        if self._codec is None:
            msg = "pickled elements are read, never written"
            raise UnsupportedFeatureError(msg, hint="Export the store: the copy is not pickled.")
        if self._name != "vlen-utf8":
            return self._codec.encode(np.ascontiguousarray(values))
        flat: Any = values.reshape(-1)
        if any(isinstance(cell, bytes) for cell in flat):
            # Text that is not UTF-8 is kept as it is; the layout of both codecs is the same.
            cells = [cell if isinstance(cell, bytes) else cell.encode() for cell in flat]
            return numcodecs.VLenBytes().encode(np.array(cells, object))
        return self._codec.encode(flat)

    def decode(self, data: Any) -> AnyArray:
        try:
            if self._codec is None:
                return np.asarray(unpickle(bytes(data), dicts=_PICKLED_DICTS))
            if self._name != "vlen-utf8":
                return np.asarray(self._codec.decode(data))
            try:
                return np.asarray(self._codec.decode(data), object)
            except UnicodeDecodeError:
                return np.asarray(numcodecs.VLenBytes().decode(data), object)
        except HdmfIOError:
            raise
        except Exception as error:  # numcodecs raises whatever its parts do
            msg = f"a chunk holds no elements of {self._name}: {error}"
            raise CorruptChunkError(msg) from error
