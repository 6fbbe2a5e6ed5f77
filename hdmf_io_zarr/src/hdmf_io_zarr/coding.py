"""From a chunk's elements to its bytes and back; shards, which are chunks of chunks."""

from __future__ import annotations

import math
from itertools import product
from typing import TYPE_CHECKING, Any, Protocol

import numcodecs
import numpy as np
import numpy.typing as npt

from hdmf_io_core.errors import CorruptChunkError, HdmfIOError, UnsupportedFeatureError
from hdmf_io_core.storage.layout import CodecSpec
from hdmf_io_zarr.codecs import SHARDING, Chain, chain_of_v3, codec_of
from hdmf_io_zarr.unpickle import unpickle

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hdmf_io_core.types import AnyArray, ChunkCoords, Shape

__all__ = ["ChunkCoder", "Coder", "ShardCoder", "coder_of"]

_ABSENT = 2**64 - 1


class Coder(Protocol):
    """Encodes and decodes whole chunks. Several threads may use one at once."""

    def encode(self, values: AnyArray) -> bytes:
        """Return the bytes of a chunk of the coder's shape."""

    def decode(self, data: bytes) -> AnyArray:
        """Return a chunk's elements; the array may be read-only."""


def coder_of(chain: Chain, shape: Shape, dtype: np.dtype[Any], empty: AnyArray) -> Coder:
    """Return the coder of an array's chunks.

    Parameters
    ----------
    chain
        How they are encoded.
    shape, dtype
        Of a chunk.
    empty : ndarray
        One element that was never written, for parts of a shard.

    Raises
    ------
    UnknownCodecError, OptionError
        A codec is not available.
    """
    if chain.codecs and chain.codecs[0].name == SHARDING:
        return ShardCoder(chain.codecs[0], shape, dtype, empty)
    return ChunkCoder(chain, shape, dtype)


class ChunkCoder:
    """Codes ordinary chunks.

    Parameters
    ----------
    chain, shape, dtype
        As in :func:`coder_of`.
    """

    def __init__(self, chain: Chain, shape: Shape, dtype: np.dtype[Any]) -> None:
        self._axes = chain.axes
        self._shape = shape if chain.axes is None else tuple(shape[axis] for axis in chain.axes)
        self._dtype = dtype
        self._codecs = [codec_of(spec) for spec in chain.codecs]
        self._object_codec = chain.object_codec
        self._objects: Any = None
        if chain.object_codec is not None and chain.object_codec.name != "pickle":
            self._objects = codec_of(chain.object_codec)

    def encode(self, values: AnyArray) -> bytes:
        """Return the bytes of a chunk."""
        if self._axes is not None:
            values = values.transpose(self._axes)
        data: Any = np.ascontiguousarray(values, self._dtype).reshape(self._shape)
        if self._object_codec is not None:
            data = self._encode_objects(data)
        for codec in self._codecs:
            data = codec.encode(data)
        return data if isinstance(data, bytes) else np.asarray(data).tobytes()

    def decode(self, data: bytes) -> AnyArray:
        """Return a chunk's elements."""
        values = self._values(self.undo(data))
        if values.size != math.prod(self._shape):
            msg = f"a chunk has {values.size} elements, not {math.prod(self._shape)}"
            raise CorruptChunkError(msg)
        values = values.reshape(self._shape)
        if self._axes is None:
            return values
        return values.transpose(tuple(np.argsort(self._axes)))

    def undo(self, data: Any, *, skipped: int = 0) -> Any:
        """Return what the codecs were given; bit ``i`` says that codec ``i`` did not run.

        Raises
        ------
        CorruptChunkError
            The bytes do not decode.
        """
        for index in reversed(range(len(self._codecs))):
            if skipped >> index & 1:
                continue
            try:
                data = self._codecs[index].decode(data)
            except Exception as error:  # each codec has its own
                name = self._codecs[index].codec_id
                msg = f"a chunk does not decode with {name}: {error}"
                raise CorruptChunkError(msg) from error
        return data

    def redo(self, data: Any) -> bytes:
        """Run all codecs over what :meth:`undo` returned."""
        # As elements: shuffle and Blosc want to know their size.
        data = np.frombuffer(data, self._dtype)
        for codec in self._codecs:
            data = codec.encode(data)
        return data if isinstance(data, bytes) else np.asarray(data).tobytes()

    def _values(self, data: Any) -> AnyArray:
        try:
            if self._object_codec is None:
                return np.frombuffer(data, self._dtype)
            return self._decode_objects(data)
        except HdmfIOError:
            raise
        except Exception as error:  # numcodecs raises whatever its parts do
            msg = f"a chunk holds no {self._dtype} elements: {error}"
            raise CorruptChunkError(msg) from error

    def _encode_objects(self, values: AnyArray) -> Any:
        assert self._object_codec is not None
        if self._objects is None:
            msg = "pickled elements are read, never written"
            raise UnsupportedFeatureError(
                msg,
                hint="Export the store: the copy is not pickled.",
            )
        if self._object_codec.name != "vlen-utf8":
            return self._objects.encode(values)
        flat: Any = values.reshape(-1)
        if any(isinstance(cell, bytes) for cell in flat):
            # Text that is not UTF-8 is kept as it is; the layout of both codecs is the same.
            cells = [cell if isinstance(cell, bytes) else cell.encode() for cell in flat]
            return numcodecs.VLenBytes().encode(np.array(cells, object))
        return self._objects.encode(flat)

    def _decode_objects(self, data: Any) -> AnyArray:
        assert self._object_codec is not None
        if self._objects is None:
            return np.asarray(unpickle(bytes(data)))
        if self._object_codec.name == "vlen-utf8":
            try:
                return np.asarray(self._objects.decode(data), object)
            except UnicodeDecodeError:
                return np.asarray(numcodecs.VLenBytes().decode(data), object)
        return np.asarray(self._objects.decode(data))


class ShardCoder:
    """Codes shards: inner chunks, and an index of where each begins and how long it is.

    Parameters
    ----------
    spec
        The sharding codec.
    shape, dtype, empty
        As in :func:`coder_of`.

    References
    ----------
    Zarr v3, codec ``sharding_indexed`` version 1.0.
    """

    def __init__(
        self, spec: CodecSpec, shape: Shape, dtype: np.dtype[Any], empty: AnyArray
    ) -> None:
        config: Any = spec.config
        self.inner_shape: Shape = tuple(int(length) for length in config["chunk_shape"])
        self._shape = shape
        self._dtype = dtype
        self._empty = empty
        self.counts: Shape = tuple(n // c for n, c in zip(shape, self.inner_shape, strict=True))
        if any(n % c for n, c in zip(shape, self.inner_shape, strict=True)):
            msg = f"shards of shape {shape} are not whole chunks of shape {self.inner_shape}"
            raise UnsupportedFeatureError(msg)
        inner = chain_of_v3(config["codecs"], len(shape))
        if dtype.hasobject and inner.object_codec is None:
            inner = inner._replace(object_codec=CodecSpec("vlen-utf8"))
        self.inner = coder_of(inner, self.inner_shape, dtype, empty)
        index: Sequence[Any] = config.get("index_codecs") or ({"name": "bytes"}, {"name": "crc32c"})
        index_shape = (*self.counts, 2)
        chain = chain_of_v3(index, len(index_shape))
        self._index = ChunkCoder(chain, index_shape, np.dtype("<u8"))
        self.index_bytes = len(self._index.encode(np.zeros(index_shape, "<u8")))
        self.is_at_end = config.get("index_location", "end") == "end"

    def read_index(self, data: bytes) -> npt.NDArray[np.uint64]:
        """Return the index from its bytes, shape ``(*counts, 2)``: offset and length in bytes."""
        return self._index.decode(data).astype(np.uint64)

    def place(self, index: npt.NDArray[np.uint64], coords: ChunkCoords) -> tuple[int, int] | None:
        """Return offset and length of an inner chunk; None if it was never written."""
        offset, length = (int(value) for value in index[coords])
        return None if offset == _ABSENT and length == _ABSENT else (offset, length)

    def decode(self, data: bytes) -> AnyArray:
        """Return a chunk's elements."""
        n = self.index_bytes
        index = self.read_index(data[-n:] if self.is_at_end else data[:n])
        values = np.empty(self._shape, self._dtype)
        for coords in np.ndindex(*self.counts):
            place = self.place(index, coords)
            region = self._region(coords)
            if place is None:
                values[region].fill(self._empty)
            else:
                values[region] = self.inner.decode(data[place[0] : sum(place)])
        return values

    def encode(self, values: AnyArray) -> bytes:
        """Return the bytes of a chunk."""
        index = np.full((*self.counts, 2), _ABSENT, "<u8")
        offset = 0 if self.is_at_end else self.index_bytes
        parts: list[bytes] = []
        for coords in product(*(range(count) for count in self.counts)):
            part = self.inner.encode(values[self._region(coords)])
            index[coords] = offset, len(part)
            offset += len(part)
            parts.append(part)
        encoded = self._index.encode(index)
        return b"".join([*parts, encoded] if self.is_at_end else [encoded, *parts])

    def _region(self, coords: ChunkCoords) -> tuple[slice, ...]:
        return tuple(
            slice(c * n, (c + 1) * n) for c, n in zip(coords, self.inner_shape, strict=True)
        )
