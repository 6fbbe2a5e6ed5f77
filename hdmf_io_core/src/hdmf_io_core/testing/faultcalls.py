"""The system calls that change files, by number, as a table (Linux)."""

from __future__ import annotations

from typing import Final, NamedTuple

__all__ = ["CALLS", "Call"]


class Call(NamedTuple):
    """One system call.

    Attributes
    ----------
    name
        What it does: ``write``, ``sync``, ``rename``, ``link``, ``unlink``, ``mkdir``, ``truncate``
        or ``open``, which counts where it may make a file.
    path
        Which argument is the path that it makes or changes; None where the first is a descriptor.
    is_at
        Whether the argument before the path is the folder that it starts from.
    is_plain_write
        Whether the second and third arguments are bytes to write, and how many.
    offset
        Which argument says where in the file; None for where it stands.
    """

    name: str
    path: int | None = None
    is_at: bool = False
    is_plain_write: bool = False
    offset: int | None = None


_WRITE = Call("write", is_plain_write=True)
_PWRITE = Call("write", is_plain_write=True, offset=3)

CALLS: Final[dict[str, dict[int, Call]]] = {
    # arch/x86/entry/syscalls/syscall_64.tbl
    "x86_64": {
        1: _WRITE, 18: _PWRITE, 20: Call("write"), 296: Call("write"), 328: Call("write"),
        40: Call("write"), 326: Call("write"), 285: Call("write"),
        74: Call("sync"), 75: Call("sync"), 306: Call("sync"),
        76: Call("truncate", 0), 77: Call("truncate"),
        82: Call("rename", 1), 264: Call("rename", 3, is_at=True),
        316: Call("rename", 3, is_at=True),
        86: Call("link", 1), 265: Call("link", 3, is_at=True),
        88: Call("link", 1), 266: Call("link", 2, is_at=True),
        87: Call("unlink", 0), 84: Call("unlink", 0), 263: Call("unlink", 1, is_at=True),
        83: Call("mkdir", 0), 258: Call("mkdir", 1, is_at=True),
        257: Call("open", 1, is_at=True),
    },
    # include/uapi/asm-generic/unistd.h
    "aarch64": {
        64: _WRITE, 68: _PWRITE, 66: Call("write"), 70: Call("write"), 287: Call("write"),
        71: Call("write"), 285: Call("write"), 47: Call("write"),
        82: Call("sync"), 83: Call("sync"), 267: Call("sync"),
        45: Call("truncate", 0), 46: Call("truncate"),
        38: Call("rename", 3, is_at=True), 276: Call("rename", 3, is_at=True),
        37: Call("link", 3, is_at=True), 36: Call("link", 2, is_at=True),
        35: Call("unlink", 1, is_at=True),
        34: Call("mkdir", 1, is_at=True),
        56: Call("open", 1, is_at=True),
    },
}  # fmt: skip
