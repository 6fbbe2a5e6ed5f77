"""The nth call that changes a folder, met in the kernel: by whatever library, in any thread.

On Linux a process may hand chosen system calls to another one for decision (seccomp with user
notification, seccomp_unotify(2)); that needs no rights. So a child is killed at, or gets an error
from, exactly the nth call, also where HDF5 makes it.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import fcntl
import os
import platform
import select
import signal
import socket
import struct
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

from hdmf_io_core.testing.faultcalls import CALLS, Call

if TYPE_CHECKING:
    from collections.abc import Callable

    from hdmf_io_core.testing.faultgate import Decision

__all__ = ["is_usable", "meet", "watch"]

# linux/seccomp.h, linux/filter.h
_PR_SET_NO_NEW_PRIVS: Final = 38
_SET_MODE_FILTER, _NEW_LISTENER = 1, 8
_RECEIVE, _SEND = 0xC0502100, 0xC0182101
_NOTIFICATION_BYTES: Final = 80
_CONTINUE: Final = 1
_ALLOW, _NOTIFY = 0x7FFF0000, 0x7FC00000
_LOAD, _IF_EQUAL, _IF_SET, _RETURN = 0x20, 0x15, 0x45, 0x06
_AT_FDCWD = -100


def is_usable() -> bool:
    """Whether this system can do it."""
    return platform.system() == "Linux" and platform.machine() in CALLS


def watch(channel: socket.socket) -> None:
    """Hand this process's calls that change files to whoever has the other end of a channel.

    Raises
    ------
    OSError
        The kernel refuses.
    """
    calls = CALLS[platform.machine()]
    program = _program(calls)
    code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *line) for line in program))
    head = ctypes.create_string_buffer(
        struct.pack("HxxxxxxQ", len(program), ctypes.addressof(code))
    )
    libc = ctypes.CDLL(None, use_errno=True)
    libc.syscall.restype = ctypes.c_long
    libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    number = 317 if platform.machine() == "x86_64" else 277
    listener = libc.syscall(number, _SET_MODE_FILTER, _NEW_LISTENER, ctypes.byref(head))
    if listener < 0:
        raise OSError(ctypes.get_errno(), "seccomp is refused")
    socket.send_fds(channel, [b"+"], [listener])
    os.close(listener)


def _program(calls: dict[int, Call]) -> list[tuple[int, int, int, int]]:
    """Return the filter: calls by number, and those that open only where they may make a file."""
    opens = [number for number, call in calls.items() if call.name == "open"]
    plain = [number for number in calls if number not in opens]
    length = 1 + len(opens) + len(plain)
    flags, notify = length + 1, length + 4
    program = [(_LOAD, 0, 0, 0)]
    program += [(_IF_EQUAL, flags - len(program) - 1, 0, number) for number in opens]
    for number in plain:
        program.append((_IF_EQUAL, notify - len(program) - 1, 0, number))
    program += [
        (_RETURN, 0, 0, _ALLOW),
        (_LOAD, 0, 0, 16 + 8 * 2),
        (_IF_SET, 1, 0, os.O_CREAT),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, _NOTIFY),
    ]
    return program


def meet(
    pid: int,
    channel: socket.socket,
    folder: Path,
    decide: Callable[[str], Decision],
    *,
    timeout_s: float,
) -> None:
    """Decide on the calls of a child until it ends.

    Parameters
    ----------
    pid : int
        The child, which calls :func:`watch`.
    channel : socket
        The other end of its channel.
    folder : Path
        Calls that change nothing in here pass.
    decide : callable
        Is told the name of each call, and says what becomes of it.
    timeout_s : float
        Seconds after which the child is killed.
    """
    _, descriptors, _, _ = socket.recv_fds(channel, 1, 1)
    if not descriptors:
        return
    (listener,) = descriptors
    calls, place = CALLS[platform.machine()], os.fsencode(folder.resolve())
    poll, end = select.poll(), time.monotonic() + timeout_s
    poll.register(listener, select.POLLIN)
    try:
        while True:
            events = poll.poll(max(0.0, end - time.monotonic()) * 1000)
            if not events:
                os.kill(pid, signal.SIGKILL)
                return
            if not events[0][1] & select.POLLIN:
                return
            with contextlib.suppress(FileNotFoundError):  # the child died meanwhile
                _meet_one(listener, calls, place, decide)
    finally:
        os.close(listener)


def _meet_one(
    listener: int, calls: dict[int, Call], place: bytes, decide: Callable[[str], Decision]
) -> None:
    notification = bytearray(_NOTIFICATION_BYTES)
    fcntl.ioctl(listener, _RECEIVE, notification)
    cookie, thread, _ = struct.unpack_from("QII", notification)
    number, _, _, *arguments = struct.unpack_from("iIQ6Q", notification, 16)
    call = calls[number]
    value, error, flags = 0, 0, _CONTINUE
    if _target(thread, call, arguments).startswith(place):
        decision = decide(call.name)
        if decision == "kill" or decision == "torn":
            if decision == "torn" and call.name == "write":
                _write_half(thread, call, arguments)
            os.kill(thread, signal.SIGKILL)
            return
        if isinstance(decision, int):
            error, flags = -decision, 0
    fcntl.ioctl(listener, _SEND, struct.pack("QqiI", cookie, value, error, flags))


def _target(thread: int, call: Call, arguments: list[int]) -> bytes:
    """Return the path of what a call changes."""
    try:
        if call.path is None:
            return os.fsencode(Path(f"/proc/{thread}/fd/{arguments[0]}").readlink())
        path = _text(thread, arguments[call.path])
        if path.startswith(b"/"):
            return os.path.normpath(path)
        base = ctypes.c_int(arguments[call.path - 1]).value if call.is_at else _AT_FDCWD
        where = f"/proc/{thread}/cwd" if base == _AT_FDCWD else f"/proc/{thread}/fd/{base}"
        return os.path.normpath(os.fsencode(Path(where).readlink()) + b"/" + path)
    except OSError:
        return b""


def _text(thread: int, address: int) -> bytes:
    return _memory(thread, address, 4096).split(b"\0", 1)[0]


def _memory(thread: int, address: int, n_bytes: int) -> bytes:
    descriptor = os.open(f"/proc/{thread}/mem", os.O_RDONLY)
    try:
        found = b""
        while len(found) < n_bytes:
            # A text may end right before memory that is not there.
            step = min(n_bytes - len(found), 4096 - (address + len(found)) % 4096)
            try:
                found += os.pread(descriptor, step, address + len(found))
            except OSError as error:
                if found and error.errno == errno.EIO:
                    break
                raise
        return found
    finally:
        os.close(descriptor)


def _write_half(thread: int, call: Call, arguments: list[int]) -> None:
    """Write the first half of what a call was to write, as a dying machine may."""
    if not call.is_plain_write:
        return
    data = _memory(thread, arguments[1], arguments[2] // 2)
    information = Path(f"/proc/{thread}/fdinfo/{arguments[0]}").read_text("ascii")
    at = int(information.split(None, 2)[1]) if call.offset is None else arguments[call.offset]
    descriptor = os.open(f"/proc/{thread}/fd/{arguments[0]}", os.O_WRONLY)
    try:
        os.pwrite(descriptor, data, at)
    finally:
        os.close(descriptor)
