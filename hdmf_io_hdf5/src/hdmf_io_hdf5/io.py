"""``HDF5IO``: an HDF5 file as an IO."""

from __future__ import annotations

import os
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, cast

import h5py

from hdmf_io_core.chunks.engine import Engine
from hdmf_io_core.durability.beside import Beside, new_file, sweep
from hdmf_io_core.durability.publish import Publication, RenameFile
from hdmf_io_core.durability.recover import discard_journal, repair
from hdmf_io_core.errors import HdmfIOError
from hdmf_io_core.io.base import StorageIO
from hdmf_io_core.io.modes import check_mode, may_write, starts_anew
from hdmf_io_hdf5.dataio import H5DataIO
from hdmf_io_hdf5.fileobj import FileOptions, HDF5Source, check_target, open_file
from hdmf_io_hdf5.homes import continue_as, identity
from hdmf_io_hdf5.journaled import CAN_JOURNAL
from hdmf_io_hdf5.positional import changes_of
from hdmf_io_hdf5.reader import HDF5Reader
from hdmf_io_hdf5.writer import HDF5Writer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hdmf_io_core.types import Mode

__all__ = ["HDF5IO"]


class HDF5IO(StorageIO):
    """An HDF5 file, open for HDMF data.

    Parameters
    ----------
    path : str, os.PathLike, binary file object or h5py.File
        The file. An object that is open already stays open when the IO is closed.
    mode : {"r", "r+", "a", "w", "w-", "x"}
        Read; change what exists; change or make; replace; make and refuse to replace (both last).
        ``w`` writes beside the file and replaces it by one rename at the first successful
        ``write``.
    manager : object or None
        Turns containers into builders and back; None for the light model.
    driver, driver_options
        HDF5 file driver and its options, as in ``h5py.File``.
    libver : str, pair of str or None
        Oldest and newest format to write; None for h5py's default, which any reader takes.
    locking : bool, "best-effort" or None
        Whether HDF5 locks the file; None for HDF5's default.
    rdcc_nbytes, rdcc_nslots, rdcc_w0
        Chunk cache of each dataset: bytes (32 MiB when None), slots, preemption. As many bytes of
        chunks are kept decoded past HDF5, for the IO as a whole.
    page_buf_size : int or None
        Bytes of the page buffer.
    fs_strategy, fs_persist, fs_threshold, fs_page_size
        File space of a new file, as in ``h5py.File``.
    userblock_size, alignment_threshold, alignment_interval, meta_block_size
        Of a new file, in bytes, as in ``h5py.File``.
    swmr : bool
        Whether to read while another process writes.
    atomic : bool
        False lets mode ``w`` write to the target itself: the old content is lost at once. It lets
        ``a`` and ``r+`` change the file without a rollback journal.
    allow_external : {"anywhere", "folder"} or None
        Which files links, external storage and virtual datasets may lead to: any, or those in the
        folder of the file and below. None is ``folder`` for URLs, else ``anywhere``. Not heeded by
        ``file``, which is h5py's.
    workers : int or None
        Threads that encode and decode chunks, 1 for none but the caller's; None for the cores that
        this process may use.
    in_flight_bytes : int or None
        Bytes of chunks that are held at once; None for 64 MiB.

    Raises
    ------
    SourceNotFoundError, SourceExistsError, LockedFileError, NotThisFormatError, CorruptFileError,
    OpenError
        If the file cannot be opened; nothing is left behind.
    ModeError, OptionError
        If the mode or an option is unknown.

    Notes
    -----
    Owns the file it opened and closes it. Opening reads the root alone.
    """

    backend = "hdf5"
    dataio_class = H5DataIO

    def __init__(
        self,
        path: HDF5Source,
        mode: str = "r",
        manager: object = None,
        *,
        driver: str | None = None,
        driver_options: Mapping[str, object] | None = None,
        libver: str | tuple[str, str] | None = None,
        locking: bool | str | None = None,
        rdcc_nbytes: int | None = None,
        rdcc_nslots: int | None = None,
        rdcc_w0: float | None = None,
        page_buf_size: int | None = None,
        fs_strategy: str | None = None,
        fs_persist: bool | None = None,
        fs_threshold: int | None = None,
        fs_page_size: int | None = None,
        userblock_size: int | None = None,
        alignment_threshold: int | None = None,
        alignment_interval: int | None = None,
        meta_block_size: int | None = None,
        swmr: bool = False,
        atomic: bool = True,
        allow_external: str | None = None,
        workers: int | None = None,
        in_flight_bytes: int | None = None,
    ) -> None:
        # HDF5 says what is wrong with a number below 0.
        kept_bytes = None if rdcc_nbytes is None else max(0, rdcc_nbytes)
        engine = Engine(workers, in_flight_bytes, kept_bytes)
        options = FileOptions(
            driver=driver,
            driver_options=driver_options,
            libver=libver,
            locking=locking,
            rdcc_nbytes=rdcc_nbytes,
            rdcc_nslots=rdcc_nslots,
            rdcc_w0=rdcc_w0,
            page_buf_size=page_buf_size,
            fs_strategy=fs_strategy,
            fs_persist=fs_persist,
            fs_threshold=fs_threshold,
            fs_page_size=fs_page_size,
            userblock_size=userblock_size,
            alignment_threshold=alignment_threshold,
            alignment_interval=alignment_interval,
            meta_block_size=meta_block_size,
            swmr=swmr,
            allow_external=allow_external,
        )
        given = asdict(options) | {"workers": workers, "in_flight_bytes": in_flight_bytes}
        self.remember(path, manager, given)
        checked = check_mode(mode)
        local = isinstance(path, (str, os.PathLike)) and driver is None
        storage: HDF5Reader
        publication: Publication | None = None
        is_new = starts_anew(checked) or (local and checked == "a" and not _exists(path))
        if local and atomic and is_new:
            storage, publication = _open_beside(Path(os.fspath(path)), checked, options)  # type: ignore[arg-type]
        else:
            storage = _open(path, checked, options, journal=atomic)
        super().__init__(storage, checked, manager=manager, publication=publication, engine=engine)

    @property
    def file(self) -> h5py.File:
        """The open ``h5py.File``; another one after the first ``write`` of mode ``w``.

        Raises
        ------
        ClosedIOError
            If the IO is closed.
        """
        return self.storage.file

    @property
    def storage(self) -> HDF5Reader:
        """The open storage; belongs to the IO."""
        return cast("HDF5Reader", super().storage)


def _exists(path: HDF5Source) -> bool:
    return Path(os.fspath(path)).exists()  # type: ignore[arg-type]  # asked of local paths alone


def _open(path: HDF5Source, mode: Mode, options: FileOptions, *, journal: bool) -> HDF5Reader:
    storage_class = HDF5Writer if may_write(mode) else HDF5Reader
    if may_write(mode) and isinstance(path, (str, os.PathLike)) and "://" not in os.fspath(path):
        sweep(Path(os.path.realpath(path)))
    file = open_file(path, mode, options, journal=journal)
    return storage_class(
        file,
        close_file=not isinstance(path, h5py.File),
        allow_external=options.allow_external,
    )


def _open_beside(target: Path, mode: Mode, options: FileOptions) -> tuple[HDF5Writer, RenameFile]:
    """Open a new file in the target's folder, which is to take the target's place."""
    # A link stays a link: the file that it points to is replaced.
    target = Path(os.path.realpath(target))
    check_target(target, mode, options)
    _clear_journal(target)
    beside = new_file(target)
    try:
        # Its lock is ours, and HDF5's would be a second one.
        file = open_file(beside.path, "w", replace(options, locking=False))
        storage = HDF5Writer(file, source=str(target), allow_external=options.allow_external)
        number = identity(file.id)[0]
        changes_of(number).tell(beside.wrote)
    except BaseException as error:
        beside.discard()
        if isinstance(error, HdmfIOError):
            error.source = str(target)
        raise
    changing = replace(
        options,
        userblock_size=None,
        fs_strategy=None,
        fs_persist=None,
        fs_threshold=None,
        fs_page_size=None,
    )
    return storage, RenameFile(
        beside,
        reopen=lambda: _reopened(beside, number, changing),
        replace=mode == "w",
    )


def _reopened(beside: Beside, number: int, options: FileOptions) -> HDF5Writer:
    """Open what was published; under a journal its lock is held on. Nodes keep their identity."""
    if not (CAN_JOURNAL and not options.swmr):
        beside.release()
    file = open_file(beside.target, "r+", options, locked=beside.descriptor)
    continue_as(file.id, number)
    return HDF5Writer(file, allow_external=options.allow_external)


def _clear_journal(target: Path) -> None:
    """Take back what a dead process left half done, before anything takes the file's place."""
    if target.exists():
        repair(target)
    else:
        discard_journal(target)
