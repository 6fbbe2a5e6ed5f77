"""From the elements of a chunk to its bytes and back, and chunks that are made of others."""

from __future__ import annotations

import math
import threading
from itertools import product
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from hdmf_io_core.chunks.buffers import fresh
from hdmf_io_core.chunks.codecs import CodecChain, are_known
from hdmf_io_core.chunks.limits import check_chunk
from hdmf_io_core.errors import CorruptChunkError, MetadataError
from hdmf_io_core.storage.encoding import NEVER_WRITTEN
from hdmf_io_core.storage.layout import RawChunk

if TYPE_CHECKING:
    import numpy.typing as npt

    from hdmf_io_core.chunks.buffers import Take
    from hdmf_io_core.chunks.trial import Recipe
    from hdmf_io_core.storage.abilities import PartFetch
    from hdmf_io_core.storage.encoding import ChunkEncoding, Shards
    from hdmf_io_core.types import AnyArray, ChunkCoords, Region, Shape

__all__ = ["ChunkCoder", "Coder", "ShardCoder", "ShardReader", "coder_of", "is_known"]

_ABSENT = 2**64 - 1


def is_known(encoding: ChunkEncoding) -> bool:
    """Whether all codecs are known here, those of the parts of a chunk too."""
    return are_known(encoding.unit.codecs)


def coder_of(encoding: ChunkEncoding) -> Coder:
    """Return what makes bytes of whole chunks.

    Raises
    ------
    UnknownCodecError, OptionError
        A codec is not available, or does not take its configuration.
    """
    return ChunkCoder(encoding) if encoding.shards is None else ShardCoder(encoding)


class ChunkCoder:
    """Encodes and decodes chunks.

    Parameters
    ----------
    encoding
        Of chunks that are not made of others.

    Raises
    ------
    UnknownCodecError, OptionError
        A codec is not available, or does not take its configuration.

    Notes
    -----
    ``encode`` and ``decode`` may run in several threads at once; ``next_recipe`` in one.
    """

    def __init__(self, encoding: ChunkEncoding) -> None:
        shape, axes = encoding.chunk_shape, encoding.axes
        self.dtype = encoding.dtype
        self.axes = axes
        self.stored_shape: Shape = shape if axes is None else tuple(shape[axis] for axis in axes)
        self._back = None if axes is None else tuple(np.argsort(axes).tolist())
        self._objects = encoding.objects
        n_bytes = math.prod(shape) * self.dtype.itemsize if self._objects is None else None
        self.chain = CodecChain(encoding.codecs, self.dtype.itemsize, n_bytes)

    @property
    def n_encoded_bytes(self) -> int | None:
        """How long every chunk is when encoded; None where that depends on the chunk."""
        return self.chain.n_encoded_bytes

    @property
    def needs_sample(self) -> bool:
        """Whether :meth:`next_recipe` will look at the chunk it is given."""
        return self._objects is None and self.chain.needs_sample

    def next_recipe(self, values: AnyArray | None) -> Recipe | None:
        """Return how to deflate the next chunk; ``values`` None unless ``needs_sample``."""
        if self._objects is not None:
            return None
        return self.chain.next_recipe(None if values is None else self._stored(values).view("u1"))

    def encode(
        self, values: AnyArray, recipe: Recipe | None = None, take: Take = fresh
    ) -> RawChunk:
        """Return the bytes of a chunk.

        Parameters
        ----------
        values : ndarray, shape of the chunk
            Whole, of the stored dtype.
        recipe
            Of :meth:`next_recipe`.
        take
            Where memory comes from; the encoded chunk may lie in it.
        """
        if self._objects is not None:
            turned = values if self.axes is None else values.transpose(self.axes)
            return self.chain.encode(self._objects.encode(turned))
        return self.chain.encode(self._stored(values).reshape(self.stored_shape), recipe, take)

    def decode(self, chunk: RawChunk) -> AnyArray:
        """Return the elements of a chunk, which may be read-only.

        Raises
        ------
        CorruptChunkError
            If it does not decode.
        MemoryLimitError
            It is declared larger than the limit.
        """
        if self._objects is not None:
            check_chunk(self.stored_shape, self.dtype.itemsize)
        data = self.chain.decode(chunk)
        if self._objects is None:
            values: AnyArray = np.frombuffer(data, self.dtype)
        else:
            values = self._objects.decode(data)
        if values.size != math.prod(self.stored_shape):
            msg = f"a chunk has {values.size} elements, not {math.prod(self.stored_shape)}"
            raise CorruptChunkError(msg)
        return self.in_order(values.reshape(self.stored_shape))

    def again(self, chunk: RawChunk) -> RawChunk:
        """Return a chunk, some of whose codecs did not run, with all of them run."""
        return self.chain.encode(np.frombuffer(self.chain.decode(chunk), self.dtype))

    def in_order(self, stored: AnyArray, first_axis: int = 0) -> AnyArray:
        """Return a view of stored elements with the axes where they belong."""
        if self._back is None:
            return stored
        back = (*range(first_axis), *(first_axis + axis for axis in self._back))
        return stored.transpose(back)

    def _stored(self, values: AnyArray) -> AnyArray:
        turned = values if self.axes is None else values.transpose(self.axes)
        whole: AnyArray = np.ascontiguousarray(turned, self.dtype).reshape(-1)
        return whole


class ShardCoder:
    """Encodes chunks that are made of others; :class:`ShardReader` reads these one by one.

    Parameters
    ----------
    encoding
        Of the shards.

    Raises
    ------
    UnknownCodecError, OptionError
        A codec is not available, or does not take its configuration.
    """

    def __init__(self, encoding: ChunkEncoding) -> None:
        assert encoding.shards is not None
        self._shards = encoding.shards
        self._inner = coder_of(encoding.shards.inner)
        self._index = ChunkCoder(encoding.shards.index)

    @property
    def needs_sample(self) -> bool:
        """As of :class:`ChunkCoder`."""
        return self._inner.needs_sample

    def next_recipe(self, values: AnyArray | None) -> Recipe | None:
        """As of :class:`ChunkCoder`: all parts of a shard are deflated alike."""
        first = _region((0,) * len(self._shards.inner.chunk_shape), self._shards)
        return self._inner.next_recipe(None if values is None else values[first])

    def encode(
        self, values: AnyArray, recipe: Recipe | None = None, take: Take = fresh
    ) -> RawChunk:
        """Return the bytes of a shard; ``take`` is left alone, since its parts are many."""
        shards = self._shards
        counts = shards.index.chunk_shape[:-1]
        index = np.empty((*counts, 2), "<u8")
        offset = 0 if shards.is_index_last else _index_bytes(self._index, shards)
        parts: list[Any] = []
        for coords in product(*(range(count) for count in counts)):
            part = self._inner.encode(values[_region(coords, shards)], recipe).data
            index[coords] = offset, len(part)
            offset += len(part)
            parts.append(part)
        encoded = self._index.encode(index).data
        return RawChunk(b"".join([*parts, encoded] if shards.is_index_last else [encoded, *parts]))


Coder: TypeAlias = ChunkCoder | ShardCoder


class ShardReader:
    """Fetches the parts of one shard; the index is read once, by the first that asks.

    Parameters
    ----------
    shards
        How the shard is made.
    fetch
        Fetches its bytes. Several threads may ask at once.
    """

    def __init__(self, shards: Shards, fetch: PartFetch) -> None:
        self._shards = shards
        self._fetch = fetch
        self._lock = threading.Lock()
        self._index: npt.NDArray[np.uint64] | None = None
        self._is_there = True

    def part(self, coords: ChunkCoords) -> RawChunk:
        """Return the bytes of a part, ``NEVER_WRITTEN`` if there are none.

        Raises
        ------
        CorruptChunkError
            The shard ends before the part does, or its index does not decode.
        """
        index = self._read_index()
        if index is None:
            return NEVER_WRITTEN
        offset, length = index[coords].tolist()
        if offset == length == _ABSENT:
            return NEVER_WRITTEN
        data = self._fetch(offset, length)
        if data is None or len(data) < length:
            msg = f"part {coords} of a shard is cut off"
            raise CorruptChunkError(msg)
        return RawChunk(data)

    def _read_index(self) -> npt.NDArray[np.uint64] | None:
        with self._lock:
            if self._index is None and self._is_there:
                coder = ChunkCoder(self._shards.index)
                n_bytes = _index_bytes(coder, self._shards)
                found = self._fetch(-n_bytes if self._shards.is_index_last else 0, n_bytes)
                self._is_there = found is not None
                if found is not None:
                    self._index = coder.decode(RawChunk(found)).astype(np.uint64)
            return self._index


def _index_bytes(coder: ChunkCoder, shards: Shards) -> int:
    n_bytes = coder.n_encoded_bytes
    if n_bytes is None:
        msg = "the index of shards is encoded to a length that nobody can know"
        raise MetadataError(msg)
    check_chunk(shards.index.chunk_shape, shards.index.dtype.itemsize, "the index of a shard")
    return n_bytes


def _region(coords: ChunkCoords, shards: Shards) -> Region:
    return tuple(
        slice(c * n, (c + 1) * n) for c, n in zip(coords, shards.inner.chunk_shape, strict=True)
    )
