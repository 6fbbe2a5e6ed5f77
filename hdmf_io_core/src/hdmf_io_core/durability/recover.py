"""What to do with a journal that a dead writer left: restore its file, or say why not."""

from __future__ import annotations

import os
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from hdmf_io_core.durability import syscalls
from hdmf_io_core.durability.journal import (
    Header,
    Segment,
    journal_path,
    read_journal,
    write_all,
)
from hdmf_io_core.durability.locks import holder, lock
from hdmf_io_core.errors import JournalError, LockedFileError, OpenError

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Recovery", "check_settled", "discard_journal", "recover", "repair", "restore"]


@dataclass(frozen=True, slots=True)
class Recovery:
    """What was put back.

    Attributes
    ----------
    length
        Bytes of the file now; None where nothing had been changed.
    restored_bytes
        Bytes that had been overwritten.
    """

    length: int | None
    restored_bytes: int


def check_settled(path: str | os.PathLike[str]) -> None:
    """Raise if a file has a journal, so that what it holds may be half of a change.

    Raises
    ------
    LockedFileError
        If a living process is changing the file.
    JournalError
        If the one that did has died.
    """
    with _opened(path, shared=True) as journal:
        if journal is None or read_journal(journal, _name(path)) is None:
            return
        msg = "a process died while it changed the file, its changes are to be taken back first"
        name = _name(path)
        hint = f'Run `hdmf-io repair {name}`, or open it to change it: open_io({name!r}, "a").'
        raise JournalError(msg, source=name, hint=hint)


def recover(path: str | os.PathLike[str], descriptor: int) -> Recovery | None:
    """Take back what a dead process left half done.

    Parameters
    ----------
    path
        The file.
    descriptor
        The file, open for reading and writing, and locked by the caller.

    Returns
    -------
    Recovery or None
        None if there was no journal.

    Raises
    ------
    LockedFileError
        If a living process is changing the file.
    JournalError
        If the journal is damaged, or is not of this file, and nothing was touched; or if the disk
        fails, and the journal stays for another try.
    """
    with _opened(path) as journal:
        if journal is None:
            return None
        found = read_journal(journal, _name(path))
        if found is not None:
            _check_fit(descriptor, *found, source=_name(path))
        try:
            _replay(path, descriptor, journal, found)
        except OSError as error:
            msg = f"the changes of a dead process could not be taken back: {error.strerror}"
            hint = "Make room, or see to the file system's errors, and open it again."
            raise JournalError(msg, source=_name(path), hint=hint) from error
        if found is None:
            return Recovery(None, 0)
        return Recovery(found[0].length, sum(n for s in found[1] for _, n in s.extents))


def _replay(
    path: str | os.PathLike[str],
    descriptor: int,
    journal: int,
    found: tuple[Header, list[Segment]] | None,
) -> None:
    if found is not None:
        restore(descriptor, journal, *found)
    place = journal_path(path)
    syscalls.unlink(place)
    syscalls.fsync_folder(place.parent)


def restore(descriptor: int, journal: int, header: Header, segments: list[Segment]) -> None:
    """Write back what was overwritten and cut what was added; on the disk at return.

    It can be done again as often as it is interrupted: the journal stays.
    """
    for segment in segments:
        for offset, data in segment.read(journal):
            write_all(descriptor, data, offset)
    syscalls.truncate(descriptor, header.length)
    syscalls.fsync(descriptor)


def discard_journal(path: str | os.PathLike[str]) -> bool:
    """Remove the journal of a file without a look into it; whether there was one.

    Raises
    ------
    LockedFileError
        If a living process is changing the file.
    """
    with _opened(path) as journal:
        if journal is None:
            return False
        syscalls.unlink(journal_path(path))
        return True


def _check_fit(descriptor: int, header: Header, segments: list[Segment], *, source: str) -> None:
    if not header.fits(descriptor):
        msg = "it was written for another file, which this one replaced or copies"
        raise _misfit(msg, source)
    size = os.fstat(descriptor).st_size
    extents = sorted(extent for segment in segments for extent in segment.extents)
    for offset, n_bytes in extents:
        if offset + n_bytes > header.length:
            msg = "it holds bytes from behind the end of the file"
            raise _misfit(msg, source)
        # What the file lost at its end must be in the journal.
        if offset <= size:
            size = max(size, offset + n_bytes)
    if size < header.length:
        msg = f"the file had {header.length} bytes and was cut to {size} by somebody else"
        raise _misfit(msg, source)


def _misfit(what: str, source: str) -> JournalError:
    return JournalError(
        f"the journal does not fit the file, nothing was restored: {what}",
        source=source,
        hint=f"If the file is as it should be, remove the journal: {journal_path(source)}",
    )


def repair(path: str | os.PathLike[str]) -> Recovery | None:
    """Lock a file, and take back what a dead process left half done; see :func:`recover`.

    Raises
    ------
    LockedFileError, JournalError
        As :func:`recover`.
    OpenError
        If the file cannot be opened for writing.
    """
    if not journal_path(path).exists():
        return None
    try:
        descriptor = os.open(path, os.O_RDWR | getattr(os, "O_CLOEXEC", 0))
    except OSError as error:
        msg = f"the file cannot be opened for writing: {error.strerror}"
        raise OpenError(msg, source=_name(path), hint="Ask its owner.") from error
    try:
        if not lock(descriptor):
            msg = f"the file is locked by {holder(path) or 'whoever has it open'}"
            raise LockedFileError(msg, source=_name(path), hint="Close it there first.")
        return recover(path, descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _opened(path: str | os.PathLike[str], *, shared: bool = False) -> Iterator[int | None]:
    """Open and lock the journal of a file; None if there is none."""
    place = journal_path(path)
    try:
        descriptor = os.open(place, os.O_RDONLY | getattr(os, "O_CLOEXEC", 0))
    except FileNotFoundError:
        yield None
        return
    try:
        if not lock(descriptor, shared=shared):
            raise _held(path, descriptor)
        # Whoever held it until now may have removed it.
        yield descriptor if os.fstat(descriptor).st_nlink else None
    finally:
        os.close(descriptor)


def _held(path: str | os.PathLike[str], descriptor: int) -> LockedFileError:
    header = Header.decoded(os.pread(descriptor, 256, 0), _name(path))
    who = f" by pid {header.pid} on {header.host}" if header is not None else ""
    return LockedFileError(
        f"the file is being changed{who}",
        source=_name(path),
        hint="Open it again when that has closed it.",
    )


def _name(path: str | os.PathLike[str]) -> str:
    return str(Path(path).absolute())
