"""Codecs that stop: a chunk is inflated to the size that was declared for it, and no further.

Libraries inflate for as long as there is input, or believe what a header says of the length.

References
----------
RFC 8878, 3.1.1: frames and blocks of Zstandard. C-Blosc, README_HEADER: the 16 bytes of its header.
"""

from __future__ import annotations

import bz2
import lzma
import zlib
from typing import TYPE_CHECKING, Any, Protocol

from hdmf_io_core.errors import CorruptChunkError

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt
    from numpy import uint8

    Data = npt.NDArray[uint8]

__all__ = ["decoded"]

_GZIP = 31
_ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"
_ZSTD_BLOCK_BYTES = 128 << 10
_BLOSC_HEADER_BYTES = 16


class _Stream(Protocol):
    """What the decompressors of the standard library have in common."""

    @property
    def eof(self) -> bool: ...

    @property
    def unused_data(self) -> bytes: ...

    def decompress(self, data: Any, max_length: int, /) -> bytes: ...


def decoded(name: str, codec: Any, data: Data, most: int) -> Any:
    """Return the content of what one codec of numcodecs encoded.

    Parameters
    ----------
    name
        Of the codec.
    codec
        The codec.
    data : ndarray, shape (n_bytes,), dtype uint8
        Encoded.
    most : int
        Bytes that the content may have.

    Raises
    ------
    CorruptChunkError
        The content has more. Whatever the codec raises of damaged data passes through.
    """
    begin = _STREAMS.get(name)
    if begin is not None:
        return _joined(name, lambda: begin(codec, most), data, most)
    bound = _BOUNDS.get(name)
    if bound is not None and bound(data) > most:
        raise _too_much(name, most)
    return codec.decode(data)


def _too_much(name: str, most: int) -> CorruptChunkError:
    return CorruptChunkError(f"{name} holds more than the {most:,} bytes that were declared")


def _joined(name: str, begin: Callable[[], _Stream], data: Data, most: int) -> bytes:
    """Return the content of streams one after the other."""
    parts: list[bytes] = []
    rest: Any = data.tobytes()
    while True:
        stream = begin()
        part = stream.decompress(rest, most + 1)
        most -= len(part)
        if most < 0:
            raise _too_much(name, most + sum(map(len, parts)) + len(part))
        parts.append(part)
        if not stream.eof:
            msg = f"the {name} stream is cut off"
            raise CorruptChunkError(msg)
        # gzip and xz may be padded with zeros.
        rest = stream.unused_data.lstrip(b"\0")
        if not rest:
            return b"".join(parts)


def _gzip(codec: Any, most: int) -> _Stream:
    return zlib.decompressobj(_GZIP)


def _bz2(codec: Any, most: int) -> _Stream:
    return bz2.BZ2Decompressor()


def _lzma(codec: Any, most: int) -> _Stream:
    if codec.format == lzma.FORMAT_RAW:
        return lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=codec.filters)
    # The dictionary is allocated as large as the stream says, up to 4 GiB.
    memory = max(1 << 20, 8 * most) + (128 << 20)
    return lzma.LZMADecompressor(codec.format, memlimit=memory)


def _zstd_bound(data: Data) -> int:
    """Return what the first frame says of its length, else the most that its blocks can hold."""
    head = data[:18].tobytes()
    if len(head) < 6 or head[:4] != _ZSTD_MAGIC:
        return 0
    flags = head[4]
    is_single = bool(flags & 0x20)
    start = 5 + (not is_single) + (0, 1, 2, 4)[flags & 3]
    size = (1 if is_single else 0, 2, 4, 8)[flags >> 6]
    if size:
        length = int.from_bytes(head[start : start + size], "little")
        return length + 256 if size == 2 else length
    return _ZSTD_BLOCK_BYTES * _n_zstd_blocks(data, start)


def _n_zstd_blocks(data: Data, place: int) -> int:
    count, is_last = 0, False
    while not is_last and place + 3 <= len(data):
        header = int.from_bytes(data[place : place + 3].tobytes(), "little")
        is_last, is_run, size = bool(header & 1), header >> 1 & 3 == 1, header >> 3
        place += 3 + (1 if is_run else size)
        count += 1
    return count


def _lz4_bound(data: Data) -> int:
    return int.from_bytes(data[:4].tobytes(), "little")


def _blosc_bound(data: Data) -> int:
    header = data[:_BLOSC_HEADER_BYTES].tobytes()
    content, encoded = (int.from_bytes(header[i : i + 4], "little") for i in (4, 12))
    if len(header) < _BLOSC_HEADER_BYTES or encoded > len(data):
        # C-Blosc does not ask how much there is.
        msg = f"blosc says it takes {encoded:,} bytes, and there are {len(data):,}"
        raise CorruptChunkError(msg)
    return content


_STREAMS: dict[str, Callable[[Any, int], _Stream]] = {"gzip": _gzip, "bz2": _bz2, "lzma": _lzma}
_BOUNDS: dict[str, Callable[[Data], int]] = {
    "zstd": _zstd_bound, "lz4": _lz4_bound, "blosc": _blosc_bound,
}  # fmt: skip
