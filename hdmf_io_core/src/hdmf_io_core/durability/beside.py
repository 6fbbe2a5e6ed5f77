"""What is written beside its target: its name, its lock, and what becomes of it.

Whoever writes beside a target holds a lock on what it writes. The operating system lets go of the
lock when the process ends, however that happens; so what can be locked is nobody's, and goes.
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
import stat
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Literal

from hdmf_io_core.durability import syscalls
from hdmf_io_core.errors import OpenError

if TYPE_CHECKING:
    from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows, where what is open cannot be removed
    fcntl = None  # type: ignore[assignment]

__all__ = [
    "Beside",
    "heal",
    "litter",
    "lock",
    "new_file",
    "new_folder",
    "old_name",
    "remove",
    "sweep",
]

_IN_PLACE = "atomic=False, where the backend has it, writes to the target itself."
_EXCHANGE_S = 1.0
_START_BYTES = 16 << 20


class Beside:
    """A file or folder beside its target, and the lock on it.

    Parameters
    ----------
    path, target : Path
        What is written, and the name that it is to have; both in one folder.
    descriptor : int or None
        Holds the lock, as does a duplicate of it; None where there is none.
    """

    def __init__(self, path: Path, target: Path, descriptor: int | None) -> None:
        self.path = path
        self.target = target
        self.descriptor = descriptor
        self._unwritten = 0

    def wrote(self, n_bytes: int) -> None:
        """Note that bytes were written to a file, so that the sync at the end finds few of them.

        From time to time the disk is told to begin; what that cannot do the sync does.
        """
        self._unwritten += n_bytes
        if self._unwritten >= _START_BYTES and self.descriptor is not None:
            self._unwritten = 0
            with suppress(OSError):
                syscalls.start_writing(self.descriptor)

    def discard(self) -> None:
        """Remove it, if it still has its name, and let go of the lock."""
        remove(self.path)
        self.release()

    def release(self) -> None:
        """Let go of the lock; a second call does nothing."""
        descriptor, self.descriptor = self.descriptor, None
        if descriptor is not None:
            os.close(descriptor)


def new_file(target: Path) -> Beside:
    """Make an empty file beside a target, with the mode and owner of what is there.

    Raises
    ------
    OpenError
        The target is no plain file, or has several hard links, or belongs to somebody else in a
        folder where only owners rename; or no file can be made in its folder.

    Notes
    -----
    Removes what dead writers of this target left.
    """
    if target.exists():
        there = target.stat()
        if not stat.S_ISREG(there.st_mode):
            msg = "the target is no plain file"
            raise _irreplaceable(msg, target)
        if there.st_nlink > 1:
            msg = f"the target has {there.st_nlink} hard links, of which a rename replaces one"
            raise _irreplaceable(msg, target)
    return _made(target, "file")


def new_folder(target: Path) -> Beside:
    """Make an empty folder beside a target, with the mode and owner of what is there.

    Raises
    ------
    OpenError
        The target is where a file system is mounted, or belongs to somebody else in a folder where
        only owners rename; or no folder can be made beside it.

    Notes
    -----
    Removes what dead writers of this target left.
    """
    if os.path.ismount(target):
        msg = "a file system is mounted on the target"
        raise _irreplaceable(msg, target)
    return _made(target, "folder")


def _made(target: Path, kind: Literal["file", "folder"]) -> Beside:
    try:
        _check_sticky(target)
        sweep(target)
        while True:
            path = _name(target, "part")
            if kind == "folder":
                syscalls.mkdir(path)
            else:
                # Nobody else is to read it before it has the mode of what it replaces.
                os.close(syscalls.create(path, 0o600 if target.exists() else 0o666))
            descriptor = lock(path)
            # Another writer may have swept it between the two calls.
            if path.exists():
                break
            if descriptor is not None:
                os.close(descriptor)
    except OSError as error:
        if isinstance(error, OpenError):
            raise
        msg = f"nothing can be made in the folder {str(target.parent)!r}: {error.strerror}"
        hint = f"What is new is written beside its target. {_IN_PLACE}"
        raise OpenError(msg, source=str(target), hint=hint) from error
    made = Beside(path, target, descriptor)
    if target.exists():
        _take_over(target, path)
    return made


def _check_sticky(target: Path) -> None:
    """Refuse what a rename will refuse at the end: the file of another in a folder like /tmp."""
    if not target.exists() or not hasattr(os, "geteuid"):
        return
    folder, user = target.parent.stat(), os.geteuid()
    is_sticky = folder.st_mode & stat.S_ISVTX
    if is_sticky and user not in {0, folder.st_uid, target.stat().st_uid}:
        msg = "the target belongs to another user, and so does its place"
        raise _irreplaceable(msg, target)


def _irreplaceable(what: str, target: Path) -> OpenError:
    hint = f"It cannot be replaced by a rename. {_IN_PLACE}"
    return OpenError(what, source=str(target), hint=hint)


def _take_over(target: Path, path: Path) -> None:
    """Give mode and owner, and as far as the system allows extended attributes and ACLs."""
    there = target.stat()
    if hasattr(os, "chown"):
        for user in (there.st_uid, -1):
            try:
                os.chown(path, user, there.st_gid)
                break
            except OSError:
                continue
    if hasattr(os, "listxattr"):
        with suppress(OSError):
            for name in os.listxattr(target):
                with suppress(OSError):
                    os.setxattr(path, name, os.getxattr(target, name))
    path.chmod(stat.S_IMODE(there.st_mode))


# names


def _name(target: Path, kind: str) -> Path:
    return target.with_name(f".{target.name}.{secrets.token_hex(4)}.{kind}")


def old_name(target: Path) -> Path:
    """Return a hidden name for what is being replaced in two steps."""
    return _name(target, "old")


def _found(target: Path, kinds: str) -> list[Path]:
    """Return what lies beside a target under names of this module."""
    pattern = re.compile(rf"\.{re.escape(target.name)}\.[0-9a-f]{{8}}\.({kinds})")
    try:
        names = [path.name for path in target.parent.iterdir()]
    except OSError:
        return []
    return [target.with_name(name) for name in sorted(names) if pattern.fullmatch(name)]


# what dead writers left


def litter(target: Path) -> list[Path]:
    """Return what writers, dead or alive, have beside a target."""
    return _found(target, "part|old")


def sweep(target: Path, *, is_sole: bool = False) -> None:
    """Remove what dead writers left beside a target, and bring back what one moved away.

    Parameters
    ----------
    target : Path
        What they wrote.
    is_sole : bool
        Whether the caller holds a lock that every writer of this target holds, so that nothing
        there belongs to a living one.

    Notes
    -----
    Lists the target's folder. What cannot be removed stays.
    """
    heal(target)
    for path in litter(target):
        descriptor = None if is_sole else lock(path)
        if is_sole or descriptor is not None or fcntl is None:
            remove(path)
        if descriptor is not None:
            os.close(descriptor)


def heal(target: Path) -> None:
    """Bring back a folder that a writer moved away, and died before it put the new one there.

    Notes
    -----
    Where a living writer is between the two, waits for it, up to a second. Does nothing, and reads
    nothing, where the target exists.
    """
    if os.path.lexists(target):
        return
    for path in _found(target, "old"):
        descriptor = lock(path)
        if descriptor is None and fcntl is not None:
            _await(target)
            continue
        if not os.path.lexists(target):
            with suppress(OSError):
                syscalls.rename(path, target)
        if descriptor is not None:
            os.close(descriptor)


def _await(target: Path) -> None:
    end = time.monotonic() + _EXCHANGE_S
    while not os.path.lexists(target) and time.monotonic() < end:
        time.sleep(0.005)


def remove(path: Path) -> None:
    """Remove a file or folder, as far as that is possible."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        with suppress(OSError):
            syscalls.unlink(path)


def lock(path: Path) -> int | None:
    """Lock a file or folder; None if another holds it, it is gone, or the system has no locks."""
    if fcntl is None:
        return None
    try:
        # NFS lets lock only what is open for writing; folders cannot be.
        descriptor = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    except OSError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        return None
    return descriptor
