"""Why an HDF5 file does not open: the file and the system tell, never an error's text."""

from __future__ import annotations

import os
import struct
from os import PathLike
from pathlib import Path
from typing import TypeAlias

from hdmf_io_core.durability.locks import holder, lock
from hdmf_io_core.errors import (
    CorruptFileError,
    HdmfIOError,
    LockedFileError,
    NotThisFormatError,
    OpenError,
    OptionError,
)
from hdmf_io_hdf5.links import absolute

__all__ = [
    "check_unlocked",
    "check_unmarked",
    "explain",
    "has_signature",
    "ignores_locks",
    "source_name",
]

Locking: TypeAlias = "bool | str | None"
_SIGNATURE = b"\x89HDF\r\n\x1a\n"
_HEAD_BYTES = 96
_WRITE_FLAG = 0x01
_LOCK_HINT = (
    "Close it there; or, if you know that nobody writes to it, open it with locking=False "
    "(for all of the process: HDF5_USE_FILE_LOCKING=FALSE)."
)


def source_name(source: object) -> str:
    """Return the canonical name of a source: absolute for a path, as it is for a URL."""
    if isinstance(source, str | PathLike):
        name = os.fspath(source)
        return name if "://" in name else absolute(name)
    return f"<{type(source).__name__}>"


def has_signature(name: str) -> bool:
    """Whether an HDF5 signature stands at 0, 512, 1024, 2048, ... of a local file."""
    return _superblock(name) is not None


def check_unlocked(name: str, *, locking: Locking, spares_readers: bool = False) -> None:
    """Raise ``LockedFileError`` if a file that is to be replaced is held by somebody.

    HDF5 itself truncates first and asks for the lock later. With ``spares_readers`` only a writer
    counts: a file that is replaced by a rename stays whole for those who read the old one.
    """
    if ignores_locks(locking):
        return
    if _is_held(name, exclusive=not spares_readers):
        raise _locked(name)


def explain(
    error: Exception, name: str, mode: str, *, is_local: bool, locking: Locking
) -> HdmfIOError:
    """Return the error that tells why ``h5py.File`` failed with ``error``.

    Parameters
    ----------
    error
        What h5py raised.
    name
        The canonical name of the source.
    mode
        The mode that was asked for.
    is_local
        Whether ``name`` is one local file.
    locking
        The option of that name.
    """
    # h5py looks libver up in a table, hence KeyError.
    if isinstance(error, TypeError | ValueError | OverflowError | ImportError | KeyError):
        return OptionError(
            "HDF5 does not take these options",
            source=name,
            hint="The cause, shown above, is h5py's own message.",
        )
    if not is_local:
        return OpenError("HDF5 cannot open the source", source=name)
    if isinstance(error, BlockingIOError) or (
        Path(name).exists() and not ignores_locks(locking) and _is_held(name, exclusive=mode != "r")
    ):
        return _locked(name)
    if isinstance(error, PermissionError):
        return OpenError("no permission", source=name, hint="Ask the owner of the file or folder.")
    if mode in {"r", "r+"} and Path(name).exists():
        return _explain_content(name)
    return OpenError("HDF5 cannot create the file", source=name)


def _explain_content(name: str) -> HdmfIOError:
    head = _superblock(name)
    if head is None:
        return NotThisFormatError("there is no HDF5 signature", source=name)
    if _is_marked(head):
        return _marked(name)
    end, size = _end_of_file(head), Path(name).stat().st_size
    if end is not None and end > size:
        return CorruptFileError(
            f"the file is truncated: {size} bytes of {end}",
            source=name,
            hint="Copy it again from its origin.",
        )
    return CorruptFileError(
        "the file has an HDF5 signature but does not open",
        source=name,
        hint="It is damaged, or needs a newer HDF5, or other options (page_buf_size, driver).",
    )


def check_unmarked(name: str) -> None:
    """Raise ``LockedFileError`` if a file is marked as being written.

    HDF5 looks for the mark only where its own driver reads.
    """
    head = _superblock(name)
    if head is not None and _is_marked(head):
        raise _marked(name)


def _is_marked(head: bytes) -> bool:
    return head[8] >= 3 and bool(head[11] & _WRITE_FLAG)


def _marked(name: str) -> LockedFileError:
    return LockedFileError(
        "the file is marked as being written: a process writes it, or one died doing so",
        source=name,
        hint="If nobody writes it, `h5clear -s` removes the mark; swmr=True reads meanwhile.",
    )


def _superblock(name: str) -> bytes | None:
    """Return the first bytes of the superblock (HDF5 file format 3.0, II.A)."""
    size = Path(name).stat().st_size
    offset = 0
    with Path(name).open("rb") as file:
        while offset < size:
            file.seek(offset)
            head = file.read(_HEAD_BYTES)
            if head.startswith(_SIGNATURE):
                return head.ljust(_HEAD_BYTES, b"\0")
            offset = offset * 2 or 512
    return None


def _end_of_file(head: bytes) -> int | None:
    """Return the end-of-file address of a superblock; None for unusual sizes of addresses.

    It counts from the start of the file, user block and all.
    """
    version = head[8]
    size_at, first_address = (13, 24 + 4 * (version == 1)) if version < 2 else (9, 12)
    if head[size_at] != 8:
        return None
    # Base, free space or extension, end of file: the third address in every version.
    (end,) = struct.unpack_from("<Q", head, first_address + 16)
    return int(end)


def ignores_locks(locking: Locking) -> bool:
    """Whether a file is opened without a lock, by the option or by the environment."""
    if locking is not None:
        return locking is False
    return os.environ.get("HDF5_USE_FILE_LOCKING", "").upper() in {"FALSE", "0"}


def _is_held(name: str, *, exclusive: bool) -> bool:
    """Whether HDF5 could not lock a file now; it asks by ``flock`` as this does."""
    try:
        descriptor = os.open(name, os.O_RDONLY)
    except OSError:
        return False
    try:
        return not lock(descriptor, shared=not exclusive)
    finally:
        os.close(descriptor)


def _locked(name: str) -> LockedFileError:
    who = holder(name)
    msg = f"the file is locked by {who or 'whoever has it open'}"
    return LockedFileError(msg, source=name, hint=_LOCK_HINT)
