"""LZ4 in blocks with big-endian lengths, and bits shuffled before: framings of their own.

Both begin with the length of the content in 8 bytes and that of a block in 4; each block follows
its own compressed length, in 4 bytes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from hdmf_io_core.errors import CorruptChunkError

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

    from hdmf_io_core.chunks.buffers import Take
    from hdmf_io_core.chunks.trial import Recipe
    from hdmf_io_core.storage.layout import CodecSpec

    Octets = npt.NDArray[np.uint8]

__all__ = ["FRAMED", "BitShuffle", "FramedStep", "Lz4Blocks"]

FRAMED = ("lz4_blocks", "bitshuffle_blocks")
"""Names of the codecs that are here."""

_HEADER_BYTES = 12
_LENGTH_BYTES = 4
_MOST_BLOCK_BYTES: Final = 1 << 30
_MOST_RATIO = 255
"""A byte of LZ4 stands for no more than so many."""
_SWAPS = (
    (np.uint64(7), np.uint64(0x00AA00AA00AA00AA)),
    (np.uint64(14), np.uint64(0x0000CCCC0000CCCC)),
    (np.uint64(28), np.uint64(0x00000000F0F0F0F0)),
)


class FramedStep:
    """One codec of this module, run in whatever thread asks.

    Parameters
    ----------
    spec
        ``lz4_blocks`` with ``blocksize``, or ``bitshuffle_blocks`` with that, ``elementsize``,
        ``packing`` and ``level``.
    itemsize : int
        Bytes of an element.
    """

    def __init__(self, spec: CodecSpec, itemsize: int) -> None:
        config: Any = spec.config
        block = config.get("blocksize", 0)
        self._codec: Lz4Blocks | BitShuffle = Lz4Blocks(block)
        if spec.name == "bitshuffle_blocks":
            packing, level = config.get("packing", ""), config.get("level", 0)
            size = config.get("elementsize", itemsize)
            self._codec = BitShuffle(size, block, packing=packing, level=level)

    def encode(self, data: Any, recipe: Recipe | None, take: Take) -> Octets:
        """Encode an array, or bytes."""
        whole = np.ascontiguousarray(data) if isinstance(data, np.ndarray) else data
        return self._codec.encode(np.frombuffer(whole, np.uint8))

    def decode(self, data: Octets, n_bytes: int | None, most: int) -> Octets:
        """Decode to no more than ``most`` bytes."""
        return self._codec.decode(data, n_bytes, most)

    def encoded_bytes(self, n_bytes: int) -> int | None:
        """Return None: that depends on the chunk."""


class Lz4Blocks:
    """LZ4 in blocks; one that does not become shorter stays as it is.

    Parameters
    ----------
    block_bytes : int
        Content of a block; 0 for 1 GiB.
    """

    def __init__(self, block_bytes: int) -> None:
        self._block_bytes = min(block_bytes or _MOST_BLOCK_BYTES, _MOST_BLOCK_BYTES)

    def encode(self, content: Octets) -> Octets:
        """Return the frame of a chunk."""
        each = max(1, min(self._block_bytes, len(content)))
        parts = [_header(len(content), each)]
        for start in range(0, len(content), each):
            block = content[start : start + each]
            packed = _packed(block)
            kept = packed if len(packed) < len(block) else block
            parts += [_length(len(kept)), kept]
        return np.concatenate(parts)

    def decode(self, data: Octets, n_bytes: int | None, most: int) -> Octets:
        """Return the content of a frame, ``n_bytes`` long, or up to ``most`` if that is unknown.

        Raises
        ------
        CorruptChunkError
            The frame is damaged.
        """
        total, each = _read_header(data, n_bytes, most)
        parts = []
        left = total
        for packed in _blocks(data[_HEADER_BYTES:], total, each):
            size = min(each, left)
            parts.append(packed if len(packed) == size else _unpacked(packed, size))
            left -= size
        return np.concatenate(parts) if parts else data[:0]


class BitShuffle:
    """Bits of equal weight put together, block by block, and LZ4 or Zstandard or nothing after.

    Parameters
    ----------
    element_bytes : int
        Size of an element.
    block_elements : int
        Elements of a block, a multiple of 8; 0 for about 8 KiB.
    packing : {"", "lz4", "zstd"}
        What compresses a block.
    level : int
        Of Zstandard.

    Notes
    -----
    Elements that do not make eight stay as they are, at the end.
    """

    def __init__(
        self, element_bytes: int, block_elements: int = 0, *, packing: str = "", level: int = 0
    ) -> None:
        self._size = element_bytes
        self._block = (block_elements or max(8192 // element_bytes // 8 * 8, 128)) * element_bytes
        self._packing = packing
        self._level = level

    def encode(self, content: Octets) -> Octets:
        """Return a chunk, shuffled and compressed."""
        whole = len(content) // (8 * self._size) * 8 * self._size
        parts = [_header(len(content), self._block)] if self._packing else []
        for start, stop in self._bounds(whole, self._block):
            block = self._shuffled(content[start:stop])
            if self._packing:
                block = _packed(block) if self._packing == "lz4" else _zstd(block, self._level)
                parts.append(_length(len(block)))
            parts.append(block)
        parts.append(content[whole:])
        return np.concatenate(parts)

    def decode(self, data: Octets, n_bytes: int | None, most: int) -> Octets:
        """Return a chunk; errors as :meth:`Lz4Blocks.decode`."""
        total, each = len(data) if n_bytes is None else n_bytes, self._block
        if self._packing:
            total, each = _read_header(data, n_bytes, most)
            if each % (8 * self._size):
                msg = f"a block of {each} bytes is not one of whole elements"
                raise CorruptChunkError(msg)
        elif len(data) != total:
            msg = f"{len(data)} bytes of shuffled bits are not {total}"
            raise CorruptChunkError(msg)
        whole = total // (8 * self._size) * 8 * self._size
        out = np.empty(total, np.uint8)
        place = _HEADER_BYTES if self._packing else 0
        bounds = self._bounds(whole, each)
        for start, stop in bounds:
            if self._packing:
                packed = _block_at(data, place)
                place += _LENGTH_BYTES + len(packed)
                unpack = _unpacked if self._packing == "lz4" else _unzstd
                block = unpack(packed, stop - start)
            else:
                block, place = data[place : place + stop - start], place + stop - start
            out[start:stop] = self._unshuffled(block)
        if len(data) - place != total - whole:
            msg = f"{len(data) - place} bytes follow the blocks, not {total - whole}"
            raise CorruptChunkError(msg)
        out[whole:] = data[place:]
        return out

    def _bounds(self, whole: int, each: int) -> list[tuple[int, int]]:
        return [(start, min(start + each, whole)) for start in range(0, whole, each)]

    def _shuffled(self, block: Octets) -> Octets:
        planes = np.ascontiguousarray(block.reshape(-1, self._size).T)
        turned = _turned(planes).reshape(self._size, -1, 8)
        return np.ascontiguousarray(turned.transpose(0, 2, 1)).reshape(-1)

    def _unshuffled(self, block: Octets) -> Octets:
        rows = block.reshape(self._size, 8, -1)
        planes = _turned(np.ascontiguousarray(rows.transpose(0, 2, 1)))
        return np.ascontiguousarray(planes.reshape(self._size, -1).T).reshape(-1)


def _turned(octets: Octets) -> Octets:
    """Return every 8 bytes with bits and bytes exchanged: bit i of byte j is bit j of byte i.

    References
    ----------
    H. S. Warren, Hacker's Delight, 2nd edition, section 7-3.
    """
    cells: npt.NDArray[np.uint64] = octets.reshape(-1).view("<u8").copy()
    for distance, mask in _SWAPS:
        swapped = (cells ^ (cells >> distance)) & mask
        cells ^= swapped ^ (swapped << distance)
    return cells.view(np.uint8)


class _Header(NamedTuple):
    total: int
    each: int


def _header(total: int, each: int) -> Octets:
    return np.frombuffer(total.to_bytes(8, "big") + each.to_bytes(4, "big"), np.uint8)


def _length(n_bytes: int) -> Octets:
    return np.frombuffer(n_bytes.to_bytes(_LENGTH_BYTES, "big"), np.uint8)


def _read_header(data: Octets, n_bytes: int | None, most: int) -> _Header:
    total, each = int.from_bytes(data[:8], "big"), int.from_bytes(data[8:_HEADER_BYTES], "big")
    # Nothing is allocated for a length that the data cannot have.
    is_possible = n_bytes is None or total == n_bytes
    if not is_possible or len(data) < _HEADER_BYTES or (total and not each):
        msg = f"a frame of {len(data)} bytes tells of {total} bytes in blocks of {each}"
        raise CorruptChunkError(msg)
    if n_bytes is None and total > min(most, _MOST_RATIO * len(data)):
        msg = f"{len(data)} bytes cannot hold {total}"
        raise CorruptChunkError(msg)
    return _Header(total, each)


def _blocks(data: Octets, total: int, each: int) -> Iterator[Octets]:
    place = 0
    for _ in range(0, total, each):
        block = _block_at(data, place)
        place += _LENGTH_BYTES + len(block)
        yield block


def _block_at(data: Octets, place: int) -> Octets:
    start = place + _LENGTH_BYTES
    length = int.from_bytes(data[place:start], "big")
    if start + length > len(data):
        msg = f"a block of {length} bytes is cut off"
        raise CorruptChunkError(msg)
    return data[start : start + length]


def _packed(block: Octets) -> Octets:
    from numcodecs import lz4

    # numcodecs puts the length in front.
    return np.frombuffer(lz4.compress(block), np.uint8)[_LENGTH_BYTES:]


def _unpacked(packed: Octets, size: int) -> Octets:
    from numcodecs import lz4

    length = np.frombuffer(size.to_bytes(_LENGTH_BYTES, "little"), np.uint8)
    return _decoded(lz4.decompress, np.concatenate([length, packed]), size)


def _zstd(block: Octets, level: int) -> Octets:
    from numcodecs import zstd

    return np.frombuffer(zstd.compress(block, level), np.uint8)


def _unzstd(packed: Octets, size: int) -> Octets:
    from numcodecs import zstd

    return _decoded(lambda data: zstd.decompress(data, np.empty(size, np.uint8)), packed, size)


def _decoded(decompress: Any, packed: Octets, size: int) -> Octets:
    try:
        content = np.frombuffer(decompress(packed), np.uint8)
    except (RuntimeError, ValueError) as error:
        msg = f"a block does not decode: {error}"
        raise CorruptChunkError(msg) from error
    if len(content) != size:
        msg = f"a block decodes to {len(content)} bytes, not {size}"
        raise CorruptChunkError(msg)
    return content
