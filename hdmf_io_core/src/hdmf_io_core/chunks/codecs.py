"""Chunks encoded and decoded by their codecs, in whatever thread asks; nothing is locked meanwhile.

One table for all backends: shuffle, zlib and fletcher32 are here; others come from numcodecs, which
is imported when one is met.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from hdmf_io_core.chunks.buffers import fresh
from hdmf_io_core.chunks.checksum import fletcher32, swapped_fletcher32
from hdmf_io_core.chunks.deflate import deflated, inflated, zlib_deflater
from hdmf_io_core.chunks.limits import check_chunk, chunk_limit_bytes
from hdmf_io_core.chunks.lz4blocks import FRAMED, FramedStep
from hdmf_io_core.chunks.numcodec import NumcodecStep, numcodec
from hdmf_io_core.chunks.shuffle import shuffled, unshuffled
from hdmf_io_core.chunks.trial import Recipe, Trials, still_poor
from hdmf_io_core.errors import CorruptChunkError, UnknownCodecError
from hdmf_io_core.storage.layout import CodecSpec, RawChunk

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from hdmf_io_core.chunks.buffers import Take
    from hdmf_io_core.chunks.deflate import Bytes

__all__ = ["CodecChain", "are_known", "numcodec"]

_OWN = ("shuffle", "zlib", "fletcher32", *FRAMED)
_OF_BYTES = (
    "adler32", "base64", "blosc", "bz2", "crc32", "crc32c", "gzip", "jenkins_lookup3", "lz4",
    "lzma", "zstd",
)  # fmt: skip
_OF_ELEMENTS = (
    "astype", "bitround", "delta", "fixedscaleoffset", "packbits", "pcodec", "quantize", "zfpy",
)  # fmt: skip
_KNOWN = frozenset((*_OWN, *_OF_BYTES, *_OF_ELEMENTS))
_CHECKSUM_BYTES = 4
_GROWTH, _GROWTH_BYTES = 16, 64 << 10
"""No codec makes more than that many times as much; ``astype`` comes near it."""
_ZLIB_DEFAULT_LEVEL = 6


def are_known(codecs: Sequence[CodecSpec]) -> bool:
    """Whether :class:`CodecChain` has all these codecs."""
    return all(codec.name in _KNOWN for codec in codecs)


class _Step(Protocol):
    def encode(self, data: Any, recipe: Recipe | None, take: Take) -> Any: ...

    def decode(self, data: npt.NDArray[np.uint8], n_bytes: int | None, most: int) -> Any: ...

    def encoded_bytes(self, n_bytes: int) -> int | None: ...


class CodecChain:
    """The codecs of one array.

    Parameters
    ----------
    codecs
        In the order of encoding.
    itemsize : int
        Bytes of an element.
    chunk_bytes : int or None
        Bytes of a decoded chunk; None where they differ from chunk to chunk.

    Raises
    ------
    UnknownCodecError
        A codec is not known here; :func:`are_known` tells beforehand.

    Notes
    -----
    ``encode`` and ``decode`` may run in several threads at once; ``next_recipe`` in one.
    """

    def __init__(self, codecs: Sequence[CodecSpec], itemsize: int, chunk_bytes: int | None) -> None:
        self._steps = tuple(_step(codec, itemsize) for codec in codecs)
        self._chunk_bytes = chunk_bytes
        self._shuffle_bytes = 0
        if self._steps and isinstance(self._steps[0], _Shuffle):
            self._shuffle_bytes = self._steps[0].size
        level = next((step.level for step in self._steps if isinstance(step, _Zlib)), None)
        self._trials = (
            Trials(level, max(1, self._shuffle_bytes), chunk_bytes or 1)
            if level is not None
            else None
        )

    @property
    def shuffle_bytes(self) -> int:
        """Bytes of an element as the first codec shuffles them; 0 if it is another codec."""
        return self._shuffle_bytes

    @property
    def n_encoded_bytes(self) -> int | None:
        """How long every chunk is when encoded; None where that depends on the chunk."""
        size = self._chunk_bytes
        for step in self._steps:
            size = None if size is None else step.encoded_bytes(size)
        return size

    @property
    def needs_sample(self) -> bool:
        """Whether :meth:`next_recipe` will look at the chunk it is given."""
        return self._trials is not None and self._trials.is_due

    def next_recipe(self, data: npt.NDArray[np.uint8] | None) -> Recipe | None:
        """Return how to deflate the next chunk; to be asked in the order of the chunks.

        Parameters
        ----------
        data : ndarray, shape (chunk_bytes,), dtype uint8, or None
            The chunk, or what there is of it; None unless ``needs_sample``.
        """
        if self._trials is None:
            return None
        return self._trials.next(data if data is not None else np.empty(0, np.uint8))

    def encode(self, data: Any, recipe: Recipe | None = None, take: Take = fresh) -> RawChunk:
        """Encode a chunk.

        Parameters
        ----------
        data : ndarray or bytes
            The chunk, C-contiguous, left as it is; of its elements' dtype, which some codecs want
            to know, or its mere bytes.
        recipe
            Of :meth:`next_recipe`; None deflates as zlib does.
        take
            Where memory comes from; the encoded chunk may lie in it.
        """
        encoded: Any = data
        for step in self._steps:
            encoded = step.encode(encoded, recipe, take)
        return RawChunk(_flat(encoded).data)

    def decode(self, chunk: RawChunk, *, first: int = 0) -> npt.NDArray[np.uint8]:
        """Decode a chunk.

        Parameters
        ----------
        chunk
            As stored.
        first : int
            How many codecs, from the first on, are left undone.

        Returns
        -------
        ndarray, shape (chunk_bytes,), dtype uint8
            May share the memory of ``chunk``.

        Raises
        ------
        CorruptChunkError
            If it does not decode, to bytes of that length.
        MemoryLimitError
            It is declared larger than the limit.
        """
        if self._chunk_bytes is not None:
            check_chunk((self._chunk_bytes,), 1)
        data = _flat(chunk.data)
        sizes, most = self._sizes(chunk.skipped), self._most()
        for i in range(len(self._steps) - 1, first - 1, -1):
            if not chunk.skipped >> i & 1:
                size = sizes[i]
                data = _flat(self._steps[i].decode(data, size, most if size is None else size))
        if self._chunk_bytes is not None and len(data) != self._chunk_bytes:
            msg = f"a chunk decodes to {len(data)} bytes, not {self._chunk_bytes}"
            raise CorruptChunkError(msg)
        return data

    def _most(self) -> int:
        """Return how many bytes a step may have been given where nobody knows."""
        if self._chunk_bytes is None:
            return chunk_limit_bytes()
        return _GROWTH * self._chunk_bytes + _GROWTH_BYTES

    def _sizes(self, skipped: int) -> list[int | None]:
        """Return how many bytes each step was given, as far as that is known."""
        sizes: list[int | None] = []
        size = self._chunk_bytes
        for i, step in enumerate(self._steps):
            sizes.append(size)
            if size is not None and not skipped >> i & 1:
                size = step.encoded_bytes(size)
        return sizes


class _Shuffle:
    def __init__(self, size: int) -> None:
        self.size = size

    def encode(self, data: Any, recipe: Recipe | None, take: Take) -> Bytes:
        return shuffled(_flat(data), self.size, take)

    def decode(self, data: npt.NDArray[np.uint8], n_bytes: int | None, most: int) -> Bytes:
        return unshuffled(data, self.size)

    def encoded_bytes(self, n_bytes: int) -> int | None:
        return n_bytes


class _Zlib:
    def __init__(self, level: int) -> None:
        self.level = level if level >= 0 else _ZLIB_DEFAULT_LEVEL

    def encode(self, data: Any, recipe: Recipe | None, take: Take) -> Bytes:
        content = _flat(data)
        if recipe is None:
            recipe = Recipe(zlib_deflater(self.level))
        return deflated(content, recipe.deflater, still_poor(content, recipe), take)

    def decode(self, data: npt.NDArray[np.uint8], n_bytes: int | None, most: int) -> Bytes:
        return inflated(data, n_bytes, most)

    def encoded_bytes(self, n_bytes: int) -> int | None:
        return None


class _Fletcher32:
    def encode(self, data: Any, recipe: Recipe | None, take: Take) -> Bytes:
        content = _flat(data)
        out = take(len(content) + _CHECKSUM_BYTES)
        out[:-_CHECKSUM_BYTES] = content
        out[-_CHECKSUM_BYTES:].view("<u4")[0] = fletcher32(content)
        return out

    def decode(self, stored: npt.NDArray[np.uint8], n_bytes: int | None, most: int) -> Bytes:
        content = stored[:-_CHECKSUM_BYTES]
        kept = int.from_bytes(stored[-_CHECKSUM_BYTES:].tobytes(), "little")
        found = fletcher32(content)
        if len(stored) < _CHECKSUM_BYTES or kept not in (found, swapped_fletcher32(found)):
            msg = f"the checksum is {found:#010x}, {kept:#010x} is stored"
            raise CorruptChunkError(msg)
        return content

    def encoded_bytes(self, n_bytes: int) -> int | None:
        return n_bytes + _CHECKSUM_BYTES


def _step(codec: CodecSpec, itemsize: int) -> _Step:
    if codec.name == "shuffle":
        return _Shuffle(_integer(codec, "elementsize", itemsize))
    if codec.name == "zlib":
        return _Zlib(_integer(codec, "level", 4))
    if codec.name == "fletcher32":
        return _Fletcher32()
    return FramedStep(codec, itemsize) if codec.name in FRAMED else NumcodecStep(codec)


def _flat(data: Any) -> npt.NDArray[np.uint8]:
    """Return bytes, or the bytes of an array, without a copy."""
    if isinstance(data, np.ndarray):
        whole = np.ascontiguousarray(data)
        return whole.reshape(-1).view(np.uint8)
    return np.frombuffer(data, np.uint8)


def _integer(codec: CodecSpec, key: str, default: int) -> int:
    value = codec.config.get(key, default)
    if not isinstance(value, int):
        msg = f"{key} of the codec {codec.name!r} is {value!r}, not a whole number"
        raise UnknownCodecError(msg)
    return value
