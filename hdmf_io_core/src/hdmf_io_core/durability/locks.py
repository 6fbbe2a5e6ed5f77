"""Locks on open files, the ones that HDF5 takes too, and who holds them."""

from __future__ import annotations

import os
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows has no flock.
    fcntl = None  # type: ignore[assignment]

__all__ = ["holder", "lock", "unlock"]


def lock(descriptor: int, *, shared: bool = False) -> bool:
    """Lock an open file without waiting; whether that was possible.

    Where the file system or the platform has no locks nobody holds one, and it is True.
    """
    if fcntl is None:
        return True
    kind = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return True
    return True


def unlock(descriptor: int) -> None:
    """Let go of the lock of an open file, also for a child process that has the file too."""
    if fcntl is not None:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_UN)
        except OSError:
            return


def holder(path: str | os.PathLike[str]) -> str:
    """Return who has a file locked, as far as the system tells: ``pid 12 (python)``, or nothing."""
    try:
        status = Path(path).stat()
        table = Path("/proc/locks").read_text()
    except OSError:
        return ""
    device = f"{os.major(status.st_dev):02x}:{os.minor(status.st_dev):02x}:{status.st_ino}"
    pids = [
        int(fields[4])
        for fields in map(str.split, table.splitlines())
        if len(fields) > 5 and fields[1] == "FLOCK" and fields[5] == device and int(fields[4]) > 0
    ]
    return ", ".join(_process(pid) for pid in sorted(set(pids)))


def _process(pid: int) -> str:
    if pid == os.getpid():
        return f"this process, pid {pid}"
    try:
        name = Path(f"/proc/{pid}/comm").read_text().strip()
    except OSError:
        return f"pid {pid}"
    return f"pid {pid} ({name})"
