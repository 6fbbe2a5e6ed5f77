"""The rollback journal of one file: its format, writing it, and reading it back.

A header says which file it belongs to and how long that was. Segments follow: bytes that were about
to be overwritten, each segment on the disk before the first of its bytes is. All numbers are
little-endian; ``docs/user/durability.md`` has the tables.
"""

from __future__ import annotations

import os
import socket
import struct
import zlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from hdmf_io_core.durability import syscalls
from hdmf_io_core.durability.locks import lock
from hdmf_io_core.errors import JournalError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["Extent", "Header", "Journal", "Segment", "journal_path", "read_journal", "write_all"]

Extent: TypeAlias = tuple[int, bytes]
"""An offset in the file, and the bytes that stood there."""

VERSION = 1
_MAGIC = b"HDMFIO\nJ"
# magic, version, pid, device, inode, length of the file, boot, host, checksum of all before it
_HEADER = struct.Struct("<8sIIQQQ36s64sI")
# where the segments end that were synced, checksum of that; the header's does not cover it
_SEALED = struct.Struct("<QI")
_SEGMENT_MAGIC = b"PREIMAGE"
# magic, number of extents, bytes of all of them, checksum of all but itself
_SEGMENT = struct.Struct("<8sIQI")
_EXTENT = struct.Struct("<QI")


def journal_path(path: str | os.PathLike[str]) -> Path:
    """Return where the journal of a file is: beside the file itself, links followed."""
    real = Path(os.path.realpath(path))
    return real.with_name(f".{real.name}.journal")


@dataclass(frozen=True, slots=True)
class Header:
    """What a journal knows of its file and of who wrote it.

    Attributes
    ----------
    device, inode
        Of the file.
    length
        Bytes that the file had before it was changed.
    pid, host, boot
        The process that writes it, where it runs, and since which start of the machine.
    """

    device: int
    inode: int
    length: int
    pid: int
    host: str
    boot: str

    @classmethod
    def of(cls, descriptor: int, length: int) -> Header:
        """Return the header for an open file, changed by this process."""
        status = os.fstat(descriptor)
        return cls(
            device=status.st_dev,
            inode=status.st_ino,
            length=length,
            pid=os.getpid(),
            host=socket.gethostname()[:64],
            boot=_boot(),
        )

    def encoded(self) -> bytes:
        """Return the header's bytes."""
        body = _HEADER.pack(
            *(_MAGIC, VERSION, self.pid, self.device, self.inode, self.length),
            *(self.boot.encode()[:36], self.host.encode()[:64], 0),
        )[:-4]
        return body + struct.pack("<I", zlib.crc32(body))

    @classmethod
    def decoded(cls, data: bytes, source: str) -> Header | None:
        """Return the header in the first bytes of a journal; None if they are none."""
        if len(data) < _HEADER.size or not data.startswith(_MAGIC):
            return None
        _, version, pid, device, inode, length, boot, host, checksum = _HEADER.unpack_from(data)
        if checksum != zlib.crc32(data[: _HEADER.size - 4]):
            return None
        if version != VERSION:
            msg = f"the journal has version {version}, this release reads {VERSION}"
            hint = "Recover the file with the release that changed it."
            raise JournalError(msg, source=source, hint=hint)
        return cls(device, inode, length, pid, _text(host), _text(boot))

    def fits(self, descriptor: int) -> bool:
        """Whether the journal is of this open file.

        Numbers of devices may change when a machine starts anew, so they count within one start.
        """
        status = os.fstat(descriptor)
        if self.boot == _boot() and self.device != status.st_dev:
            return False
        return self.inode == status.st_ino


@dataclass(frozen=True, slots=True)
class Segment:
    """Extents that were put on the disk together; ``offset`` is that of their bytes."""

    extents: tuple[tuple[int, int], ...]
    offset: int

    def read(self, descriptor: int) -> Iterator[Extent]:
        """Yield the extents with their bytes, one at a time."""
        at = self.offset
        for offset, n_bytes in self.extents:
            yield offset, _read(descriptor, n_bytes, at)
            at += n_bytes


class Journal:
    """The journal of a file that this process changes.

    Parameters
    ----------
    path
        Where it goes; there is none yet.
    header
        Of the file.

    Notes
    -----
    Making it syncs nothing: until the first :meth:`sync` nothing of the old file is overwritten.
    While it is open its file is locked, which is how others see that its writer lives.
    """

    def __init__(self, path: Path, header: Header) -> None:
        self.path = path
        self._descriptor = syscalls.create(path)
        lock(self._descriptor)
        data = header.encoded() + bytes(_SEALED.size)
        self._end = len(data)
        try:
            write_all(self._descriptor, data, 0)
        except BaseException as error:
            self.close()
            if isinstance(error, OSError):
                syscalls.unlink(path)
            raise

    def save(self, extents: list[Extent]) -> None:
        """Append bytes that are about to be overwritten; :meth:`sync` puts them on the disk."""
        table = b"".join(_EXTENT.pack(offset, len(data)) for offset, data in extents)
        n_bytes = sum(len(data) for _, data in extents)
        head = _SEGMENT.pack(_SEGMENT_MAGIC, len(extents), n_bytes, 0)[:-4]
        parts = [head, table, *(data for _, data in extents)]
        checksum = _checksum(parts)
        whole = b"".join([head, struct.pack("<I", checksum), *parts[1:]])
        write_all(self._descriptor, whole, self._end)
        self._end += len(whole)

    def sync(self) -> None:
        """Return when all that was saved is on the disk: now it may be overwritten.

        Notes that it is: should it not read back, it was damaged since. The note itself needs no
        sync, it is only ever missing.
        """
        syscalls.fsync(self._descriptor)
        end = struct.pack("<Q", self._end)
        write_all(self._descriptor, end + struct.pack("<I", zlib.crc32(end)), _HEADER.size)

    def close(self) -> None:
        """Leave it where it is; a second call does nothing."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1


def read_journal(descriptor: int, source: str) -> tuple[Header, list[Segment]] | None:
    """Check all of an open journal, and return what it holds; reads it once, a segment at a time.

    Returns
    -------
    tuple or None
        None if its writer ended before anything of the file was overwritten. A last segment that
        is not whole is left out: its bytes were not overwritten yet.

    Raises
    ------
    JournalError
        If it is damaged.
    """
    head = _read(descriptor, _HEADER.size, 0)
    header = Header.decoded(head, source)
    segments: list[Segment] = []
    at = _HEADER.size + _SEALED.size
    while (found := _segment(descriptor, at)) is not None:
        segments.append(found[0])
        at = found[1]
    if at < _sealed(descriptor) or (header is None and segments) or _goes_on(descriptor, at):
        raise _damaged(source)
    return None if header is None else (header, segments)


def _sealed(descriptor: int) -> int:
    """Return up to where the journal was synced for certain."""
    data = _read(descriptor, _SEALED.size, _HEADER.size)
    if len(data) < _SEALED.size:
        return 0
    end, checksum = _SEALED.unpack(data)
    return int(end) if checksum == zlib.crc32(data[:8]) else 0


def write_all(descriptor: int, data: bytes | bytearray | memoryview, offset: int) -> None:
    """Write all of the bytes at an offset."""
    view = memoryview(data).cast("B")
    while len(view):
        done = syscalls.pwrite(descriptor, view, offset)
        view, offset = view[done:], offset + done


def _segment(descriptor: int, at: int) -> tuple[Segment, int] | None:
    """Return the whole segment that begins at an offset, and where it ends; None if none does."""
    size = os.fstat(descriptor).st_size
    head = _read(descriptor, _SEGMENT.size, at)
    if len(head) < _SEGMENT.size or not head.startswith(_SEGMENT_MAGIC):
        return None
    _, count, n_bytes, checksum = _SEGMENT.unpack(head)
    start = at + _SEGMENT.size + count * _EXTENT.size
    if start + n_bytes > size:
        return None
    table = _read(descriptor, count * _EXTENT.size, at + _SEGMENT.size)
    extents = tuple(_EXTENT.iter_unpack(table))
    if sum(length for _, length in extents) != n_bytes:
        return None
    segment = Segment(extents, start)
    if _checksum([head[:-4], table, *(data for _, data in segment.read(descriptor))]) != checksum:
        return None
    return segment, start + n_bytes


def _goes_on(descriptor: int, at: int) -> bool:
    """Whether a whole segment follows after what is not one: then what is not one is damaged."""
    rest = _read(descriptor, os.fstat(descriptor).st_size - at, at)
    place = rest.find(_SEGMENT_MAGIC, 1)
    while place >= 0:
        if _segment(descriptor, at + place) is not None:
            return True
        place = rest.find(_SEGMENT_MAGIC, place + 1)
    return False


def _checksum(parts: Iterable[bytes]) -> int:
    checksum = 0
    for part in parts:
        checksum = zlib.crc32(part, checksum)
    return checksum


def _read(descriptor: int, n_bytes: int, offset: int) -> bytes:
    parts = []
    while n_bytes > 0:
        part = os.pread(descriptor, n_bytes, offset)
        if not part:
            break
        parts.append(part)
        n_bytes, offset = n_bytes - len(part), offset + len(part)
    return b"".join(parts)


def _text(data: bytes) -> str:
    return data.rstrip(b"\0").decode(errors="replace")


def _damaged(source: str) -> JournalError:
    return JournalError(
        "the journal is damaged, nothing was restored",
        source=source,
        hint="Take the file from a backup; without one, remove the journal and check the file.",
    )


@cache
def _boot() -> str:
    """Return what names this start of the machine; empty where the system does not tell."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return ""
