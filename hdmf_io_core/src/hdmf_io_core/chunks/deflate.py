"""Zlib streams, made and read by the fastest library there is; all of them let threads run.

ISA-L is the fastest by far at the size of a low zlib level, libdeflate makes the smallest streams
and reads fastest, zlib-ng lies between. Which are installed is found out once, at the first use.
"""

from __future__ import annotations

import functools
import importlib
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import numpy.typing as npt

from hdmf_io_core.chunks.buffers import fresh
from hdmf_io_core.errors import CorruptChunkError

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

    from hdmf_io_core.chunks.buffers import Take

__all__ = [
    "Bytes",
    "Deflater",
    "Library",
    "deflated",
    "deflaters",
    "inflated",
    "installed",
    "zlib_deflater",
]

Bytes: TypeAlias = "bytes | bytearray | memoryview | npt.NDArray[np.uint8]"
_RAW = -15
_HEADER = b"\x78\x01"
_STORED_BYTES = 65535
_BLOCK_HEADER_BYTES = 5
_ADLER_BYTES = 4


@dataclass(frozen=True, slots=True)
class Library:
    """The libraries found; None for one that is not installed."""

    isal: ModuleType | None
    libdeflate: ModuleType | None
    zlib_ng: ModuleType | None

    def __str__(self) -> str:
        names = {"ISA-L": self.isal, "libdeflate": self.libdeflate, "zlib-ng": self.zlib_ng}
        return ", ".join([name for name, found in names.items() if found] + ["zlib"])


@functools.cache
def installed() -> Library:
    """Return the libraries of this environment; imports them."""
    return Library(_found("isal.isal_zlib"), _found("deflate"), _found("zlib_ng.zlib_ng"))


def _found(name: str) -> ModuleType | None:
    try:
        return importlib.import_module(name)
    except ImportError:
        return None


@dataclass(frozen=True, slots=True)
class Deflater:
    """One way to deflate.

    Attributes
    ----------
    name
        The library.
    whole
        Makes a zlib stream.
    last
        Makes a raw deflate stream that is complete.
    run
        Makes part of a raw deflate stream: it ends at a byte, and more may follow. None where the
        library cannot.
    """

    name: str
    level: int
    whole: Callable[[Bytes], Bytes]
    last: Callable[[Bytes], Bytes]
    run: Callable[[Bytes], Bytes] | None


def deflaters(level: int) -> tuple[Deflater, ...]:
    """Return what may stand in for zlib at a level, the fastest first; zlib itself is not in it.

    Parameters
    ----------
    level : int
        1 to 9.
    """
    library = installed()
    found = []
    if level < 5 and library.isal is not None:
        found.append(_like_zlib("ISA-L", library.isal, 1))
    if library.libdeflate is not None:
        # Its levels 3 and 4 are smaller than zlib's 5 and above in much data.
        levels = range(1, level + 1) if level < 5 else (3, 4, level, min(12, level + 2))
        found += [_libdeflate(library.libdeflate, n) for n in levels]
    elif library.zlib_ng is not None:
        found.append(_like_zlib("zlib-ng", library.zlib_ng, level))
    return tuple(found)


def zlib_deflater(level: int) -> Deflater:
    """Return the deflater of the standard library: what a level means."""
    return _like_zlib("zlib", zlib, level)


def _like_zlib(name: str, module: Any, level: int) -> Deflater:
    def run(data: Bytes) -> Bytes:
        stream = module.compressobj(level, module.DEFLATED, _RAW)
        done: bytes = stream.compress(data) + stream.flush(module.Z_SYNC_FLUSH)
        return done

    return Deflater(
        name,
        level,
        whole=lambda data: module.compress(data, level),
        last=lambda data: module.compress(data, level, _RAW),
        run=run,
    )


def _libdeflate(module: Any, level: int) -> Deflater:
    return Deflater(
        "libdeflate",
        level,
        whole=lambda data: module.zlib_compress(data, level),
        last=lambda data: module.deflate_compress(data, level),
        run=None,
    )


def inflated(data: Bytes, n_bytes: int | None, most: int = 0) -> npt.NDArray[np.uint8]:
    """Return the content of a zlib stream; what follows the stream is passed over, as by HDF5.

    Parameters
    ----------
    data
        The stream.
    n_bytes : int or None
        Length of the content; None if it is not known.
    most : int
        Bytes that a content of unknown length may have; 0 for any number.

    Raises
    ------
    CorruptChunkError
        If the stream is damaged or cut off, or its content has not that length.
    """
    module: Any = installed().libdeflate
    content: Bytes | None = None
    if module is not None and n_bytes:
        try:
            content = module.zlib_decompress(data, n_bytes)
        except module.DeflateError:
            content = None  # The slow way tells a damaged stream from one of another length.
    if content is None:
        content = _slowly_inflated(data, n_bytes or most)
    if n_bytes is not None and len(content) != n_bytes:
        msg = f"a zlib stream holds {len(content)} bytes, not {n_bytes}"
        raise CorruptChunkError(msg)
    return np.frombuffer(content, np.uint8)


def _slowly_inflated(data: Bytes, most: int) -> bytes:
    library = installed()
    module: Any = library.zlib_ng or zlib
    stream = module.decompressobj()
    try:
        content: bytes = stream.decompress(data, most + 1 if most else 0)
    except (zlib.error, module.error) as error:
        msg = f"a zlib stream does not inflate: {error}"
        raise CorruptChunkError(msg) from error
    if most and len(content) > most:
        msg = f"a zlib stream holds more than the {most:,} bytes that were declared"
        raise CorruptChunkError(msg)
    if not stream.eof:
        msg = f"a zlib stream is cut off after {len(data)} bytes"
        raise CorruptChunkError(msg)
    return content


def deflated(
    data: npt.NDArray[np.uint8],
    deflater: Deflater,
    stored: tuple[bool, ...] = (),
    take: Take = fresh,
) -> Bytes:
    """Return a zlib stream.

    Parameters
    ----------
    data : ndarray, shape (n_bytes,), dtype uint8
        Contiguous.
    deflater
        How.
    stored
        For data that falls into planes of equal length, which of them stay as they are; what
        follows the last plane is deflated. Empty: all is deflated. A deflater without ``run``
        takes stored planes at the start alone.
    take
        Where memory comes from.
    """
    if not any(stored):
        return deflater.whole(data)
    length = len(data) // len(stored)
    parts: list[tuple[Bytes, int]] = []
    start = 0
    for is_stored, stop in _runs(stored, length, len(data)):
        run, is_last = data[start:stop], stop == len(data)
        if is_stored:
            parts.append((run, _stored_bytes(len(run))))
        else:
            part = deflater.last if is_last or deflater.run is None else deflater.run
            done = part(run)
            parts.append((done, len(done)))
        start = stop
    # numpy copies long parts without holding other threads up; bytes.join does not.
    out = take(len(_HEADER) + sum(n_bytes for _, n_bytes in parts) + _ADLER_BYTES)
    out[: len(_HEADER)] = np.frombuffer(_HEADER, np.uint8)
    out[-_ADLER_BYTES:].view(">u4")[0] = _adler32(data)
    _lay_out(parts, out[len(_HEADER) : -_ADLER_BYTES])
    return out


def _lay_out(parts: list[tuple[Bytes, int]], out: npt.NDArray[np.uint8]) -> None:
    """Put parts one after the other; those that are to be longer than they are become blocks."""
    start = 0
    for part, n_bytes in parts:
        place = out[start : start + n_bytes]
        start += n_bytes
        run = np.frombuffer(part, np.uint8)
        if n_bytes == len(run):
            place[:] = run
        else:
            _store_blocks(run, place, is_last=start == len(out))


def _runs(stored: tuple[bool, ...], length: int, n_bytes: int) -> list[tuple[bool, int]]:
    """Return where each run of planes of one kind ends."""
    rest = n_bytes - length * len(stored)
    kinds = [*stored, *([False] if rest else [])]
    ends = [length * (i + 1) for i in range(len(stored))] + ([n_bytes] if rest else [])
    runs: list[tuple[bool, int]] = []
    for kind, end in zip(kinds, ends, strict=True):
        if runs and runs[-1][0] == kind:
            runs.pop()
        runs.append((kind, end))
    return runs


def _stored_bytes(n_bytes: int) -> int:
    """Return how long data is as blocks of deflate that are not compressed."""
    return n_bytes + _BLOCK_HEADER_BYTES * -(-n_bytes // _STORED_BYTES)


def _store_blocks(
    data: npt.NDArray[np.uint8], out: npt.NDArray[np.uint8], *, is_last: bool
) -> None:
    """Fill ``out`` with data as blocks that are not compressed (RFC 1951, 3.2.4)."""
    n_full, rest = divmod(len(data), _STORED_BYTES)
    start = n_full * (_STORED_BYTES + _BLOCK_HEADER_BYTES)
    full = out[:start].reshape(n_full, _STORED_BYTES + _BLOCK_HEADER_BYTES)
    full[:, :_BLOCK_HEADER_BYTES] = np.frombuffer(_block_header(_STORED_BYTES), np.uint8)
    full[:, _BLOCK_HEADER_BYTES:] = data[: n_full * _STORED_BYTES].reshape(n_full, _STORED_BYTES)
    if rest:
        out[start : start + _BLOCK_HEADER_BYTES] = np.frombuffer(_block_header(rest), np.uint8)
        out[start + _BLOCK_HEADER_BYTES :] = data[n_full * _STORED_BYTES :]
    if is_last:
        out[start if rest else start - _STORED_BYTES - _BLOCK_HEADER_BYTES] = 1


def _block_header(length: int) -> bytes:
    return b"\0" + length.to_bytes(2, "little") + (length ^ 0xFFFF).to_bytes(2, "little")


def _adler32(data: Bytes) -> int:
    module: Any = installed().libdeflate or zlib
    return int(module.adler32(data))
