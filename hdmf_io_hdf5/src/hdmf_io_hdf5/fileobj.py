"""Opening HDF5 files: what h5py takes, and errors that say what is wrong and how to go on."""

from __future__ import annotations

import os
from dataclasses import dataclass, fields
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, TypeAlias

import h5py

from hdmf_io_core.durability.recover import check_settled
from hdmf_io_core.errors import (
    ClosedIOError,
    HdmfIOError,
    ModeError,
    NotThisFormatError,
    OpenError,
    OptionError,
    SourceExistsError,
    SourceNotFoundError,
)
from hdmf_io_hdf5.diagnosis import (
    check_unlocked,
    explain,
    has_signature,
    ignores_locks,
    source_name,
)
from hdmf_io_hdf5.journaled import CAN_JOURNAL, open_journaled, shared_file

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hdmf_io_core.types import Mode

__all__ = ["FileOptions", "HDF5Source", "check_target", "open_file"]

HDF5Source: TypeAlias = "str | PathLike[str] | BinaryIO | h5py.File"
_MODES = ("r", "r+", "a", "w", "w-", "x")
_LOCKINGS = (None, True, False, "true", "false", "best-effort")
_CHUNK_CACHE_BYTES = 32 * 2**20
# Drivers that keep one HDF5 file in one local file of the given name.
_JOURNALED_DRIVERS = (None, "sec2")
_LOCAL_DRIVERS = (None, "sec2", "stdio", "core", "direct", "windows")


@dataclass(frozen=True, slots=True)
class FileOptions:
    """Options of an HDF5 file, named as in h5py; None means h5py's own default unless told.

    Attributes
    ----------
    driver
        HDF5 file driver.
    driver_options
        Keyword options of the driver, such as ``{"backing_store": False}`` of ``core``.
    libver
        Oldest, or oldest and newest, file format to write.
    locking
        True, False or ``"best-effort"``.
    rdcc_nbytes
        Bytes of each dataset's chunk cache; None for 32 MiB, as stock hdmf has it.
    rdcc_nslots, rdcc_w0
        Slots of the chunk cache, and its preemption policy, 0 to 1.
    page_buf_size
        Bytes of the page buffer, for files with paged space.
    fs_strategy, fs_persist, fs_threshold, fs_page_size
        How a new file manages its space.
    userblock_size
        Bytes of the user block of a new file.
    alignment_threshold, alignment_interval
        Alignment of objects, in bytes.
    meta_block_size
        Bytes that metadata is gathered to.
    swmr
        Whether to read while one process writes.
    allow_external
        Which files links and external storage may lead to; no option of h5py.
    """

    driver: str | None = None
    driver_options: Mapping[str, Any] | None = None
    libver: str | tuple[str, str] | None = None
    locking: bool | str | None = None
    rdcc_nbytes: int | None = None
    rdcc_nslots: int | None = None
    rdcc_w0: float | None = None
    page_buf_size: int | None = None
    fs_strategy: str | None = None
    fs_persist: bool | None = None
    fs_threshold: int | None = None
    fs_page_size: int | None = None
    userblock_size: int | None = None
    alignment_threshold: int | None = None
    alignment_interval: int | None = None
    meta_block_size: int | None = None
    swmr: bool = False
    allow_external: str | None = None

    def keywords(self) -> dict[str, Any]:
        """Return what is set, as keyword arguments of ``h5py.File``."""
        given = {field.name: getattr(self, field.name) for field in fields(self)}
        del given["allow_external"]
        driver_options = given.pop("driver_options") or {}
        if given["rdcc_nbytes"] is None:
            given["rdcc_nbytes"] = _CHUNK_CACHE_BYTES
        return {name: value for name, value in given.items() if value is not None} | dict(
            driver_options
        )


def open_file(
    source: HDF5Source,
    mode: Mode = "r",
    options: FileOptions | None = None,
    *,
    journal: bool = True,
    locked: int | None = None,
) -> h5py.File:
    """Open or create an HDF5 file.

    Parameters
    ----------
    source
        A path, an open binary file object, a URL for the driver ``ros3``, or an open ``h5py.File``,
        which is handed back.
    mode
        ``r``, ``r+``, ``a``, ``w``, ``w-`` or ``x``; ``r`` needs no permission to write.
    options
        None takes the defaults.
    journal
        Whether a local file that exists is changed under a rollback journal.
    locked
        The same file, open and locked by the caller, who closes it: the lock goes on.

    Returns
    -------
    h5py.File
        Whoever called closes it; a file object given stays open.

    Raises
    ------
    ModeError
        The mode is unknown, or an open file was opened for less.
    SourceNotFoundError, SourceExistsError
        The file, or the folder of a new one, does not exist; it exists in ``w-`` or ``x``.
    NotThisFormatError
        There is no HDF5 signature.
    LockedFileError
        Another process, or another open of this one, holds the file. In mode ``w`` the old content
        is untouched then.
    CorruptFileError
        The file is truncated or damaged.
    OptionError
        An option has a value that HDF5 does not take.
    JournalError
        A process died while it changed the file, and it is opened for reading; or what that process
        left does not fit the file.
    OpenError
        A folder, no permission, or what else the operating system says.
    """
    options = options or FileOptions()
    if mode not in _MODES:
        msg = f"unknown mode {mode!r}"
        raise ModeError(msg, hint=f"Use one of {', '.join(_MODES)}.")
    if isinstance(source, h5py.File):
        return _checked_open(source, mode)
    name = source_name(source)
    is_local = isinstance(source, str | PathLike) and options.driver in _LOCAL_DRIVERS
    if is_local:
        mode = _check_path(name, mode, options)
        target: object = name
    else:
        target = os.fspath(source) if isinstance(source, PathLike) else source
    try:
        if is_local and mode in {"r", "r+"} and not options.swmr:
            held = shared_file(name)
            if held is not None:
                return held
            if mode == "r":
                check_settled(name)
            elif journal and CAN_JOURNAL and options.driver in _JOURNALED_DRIVERS:
                locks = not ignores_locks(options.locking)
                return open_journaled(name, options.keywords(), locks=locks, locked=locked)
        return h5py.File(target, mode, **options.keywords())
    except HdmfIOError:
        raise
    except (
        ImportError,
        KeyError,
        OSError,
        OverflowError,
        RuntimeError,
        TypeError,
        ValueError,
    ) as error:
        raise explain(error, name, mode, is_local=is_local, locking=options.locking) from error


def check_target(target: str | PathLike[str], mode: Mode, options: FileOptions) -> None:
    """Raise what forbids to make a local file, or to replace it by a rename; touches nothing.

    Raises
    ------
    SourceNotFoundError, SourceExistsError, LockedFileError, OpenError
        As :func:`open_file`.
    OptionError
        HDF5 does not know the kind of locking.
    """
    if options.locking not in _LOCKINGS:
        msg = f"HDF5 does not take these options: locking={options.locking!r}"
        hint = "Use True, False, 'best-effort', or None for HDF5's default."
        raise OptionError(msg, source=source_name(target), hint=hint)
    _check_path(source_name(target), mode, options, spares_readers=True)


def _checked_open(file: h5py.File, mode: Mode) -> h5py.File:
    if not file.id.valid:
        msg = "the h5py.File is closed"
        raise ClosedIOError(msg, hint="Open it, or pass its path.")
    if mode != "r" and file.mode == "r":
        msg = f"the h5py.File is open for reading, mode {mode!r} needs writing"
        raise ModeError(
            msg,
            source=source_name(file.filename),
            hint="Open it with 'r+', or use mode 'r'.",
        )
    return file


def _check_path(
    name: str, mode: Mode, options: FileOptions, *, spares_readers: bool = False
) -> Mode:
    """Raise what the file system tells; return the mode with ``a`` settled."""
    exists = Path(name).exists()
    _check_presence(name, mode, exists=exists)
    if exists and mode in {"r", "r+", "a"}:
        _check_content(name, mode)
    if exists and mode == "w":
        # Replacing needs no permission for the file itself, but who withdrew it did not mean that.
        _check_access(name, os.W_OK, "write")
        check_unlocked(name, locking=options.locking, spares_readers=spares_readers)
    if mode == "a":
        return "r+" if exists else "x"
    return mode


def _check_presence(name: str, mode: Mode, *, exists: bool) -> None:
    if Path(name).is_dir():
        msg = "the path is a folder, an HDF5 file was expected"
        raise OpenError(
            msg,
            source=name,
            hint="Name the file inside it, or the backend that stores folders.",
        )
    if mode in {"w-", "x"} and exists:
        msg = f"the file exists and mode {mode!r} does not replace it"
        raise SourceExistsError(
            msg,
            source=name,
            hint="Use mode 'w' to replace it or 'a' to add to it.",
        )
    if mode in {"r", "r+"} and not exists:
        msg = "there is no such file"
        raise SourceNotFoundError(msg, source=name, hint="Check the path.")
    if not Path(name).parent.is_dir():
        msg = f"the folder {str(Path(name).parent)!r} does not exist"
        raise SourceNotFoundError(
            msg,
            source=name,
            hint="Make it first.",
        )


def _check_access(name: str, needed: int, verb: str) -> None:
    if not os.access(name, needed):
        msg = f"no permission to {verb} the file"
        raise OpenError(msg, source=name, hint="Ask its owner.")


def _check_content(name: str, mode: Mode) -> None:
    if mode == "r":
        _check_access(name, os.R_OK, "read")
    else:
        _check_access(name, os.R_OK | os.W_OK, "write")
    if not has_signature(name):
        msg = f"no HDF5 signature in {Path(name).stat().st_size} bytes"
        raise NotThisFormatError(
            msg,
            source=name,
            hint="It is another format, empty, or damaged at its start.",
        )
