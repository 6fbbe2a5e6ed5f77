"""From what a user names to an open storage: modes, stores beside their place, locks."""

from __future__ import annotations

import os
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hdmf_io_core.durability.beside import heal, new_folder
from hdmf_io_core.durability.exchange import ExchangeFolder
from hdmf_io_core.durability.locking import StoreLock
from hdmf_io_core.errors import (
    ModeError,
    NotThisFormatError,
    OpenError,
    OptionError,
    SourceExistsError,
    SourceNotFoundError,
)
from hdmf_io_core.io.modes import may_write, starts_anew
from hdmf_io_core.storage.external import Reach
from hdmf_io_zarr.documents import find_format
from hdmf_io_zarr.objectstore import ObjectStore, open_url
from hdmf_io_zarr.reader import ZarrReader
from hdmf_io_zarr.staging import StagedStore, recover
from hdmf_io_zarr.stores import ByteStore, FolderStore, ZipStore
from hdmf_io_zarr.writer import ZarrWriter
from hdmf_io_zarr.zips import new_zip

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hdmf_io_core.durability.publish import Publication
    from hdmf_io_core.storage.protocols import StorageWriter
    from hdmf_io_core.types import Mode
    from hdmf_io_zarr.conventions import ZarrFormat

__all__ = ["Opened", "StoreOptions", "open_storage", "store_of_native"]

_ZIP = ".zip"


@dataclass(frozen=True, slots=True)
class StoreOptions:
    """The options of :class:`~hdmf_io_zarr.io.ZarrIO`, by their names there."""

    zarr_format: ZarrFormat = 3
    use_consolidated: bool | None = None
    consolidate: bool = True
    storage_options: Mapping[str, object] | None = None
    allow_unfinished: bool = False
    atomic: bool = True
    allow_external: str | None = None

    def __post_init__(self) -> None:
        if self.zarr_format not in {2, 3}:
            msg = f"zarr_format={self.zarr_format!r} is unknown"
            raise OptionError(msg, hint="Use 2 or 3.")


@dataclass(frozen=True, slots=True)
class Opened:
    """An open storage, how it will be published, and the lock that is held for it."""

    storage: ZarrReader
    publication: Publication | None = None
    lock: StoreLock | None = None


def open_storage(source: Any, mode: Mode, options: StoreOptions) -> Opened:
    """Open a store.

    Parameters
    ----------
    source
        A path, a URL, or a store, store path or group of zarr-python.
    mode, options
        As for ``ZarrIO``.

    Raises
    ------
    SourceNotFoundError, SourceExistsError, NotThisFormatError, LockedFileError
        It cannot be opened; nothing is left behind.
    CorruptFileError, OpenError
        It cannot be opened; nothing is left behind.
    ModeError
        It does not have the mode.
    """
    if isinstance(source, (str, os.PathLike)):
        text = os.fspath(source)
        if "://" not in text:
            return _open_local(Path(text).absolute(), mode, options)
        store: ByteStore = open_url(text, mode, options.storage_options)
    else:
        store = store_of_native(source)
    return Opened(_open_in_place(store, mode, options))


def store_of_native(value: Any) -> ByteStore:
    """Return the bytes of a store, store path or group of zarr-python; a local one as its folder.

    Raises
    ------
    OpenError
        It is none of these.
    """
    from zarr.abc.store import Store
    from zarr.storage import LocalStore, StorePath

    prefix = ""
    if hasattr(value, "store_path"):  # a group
        value = value.store_path
    if isinstance(value, StorePath):
        value, prefix = value.store, value.path
    if not isinstance(value, Store):
        msg = f"a {type(value).__name__} is no Zarr store"
        raise OpenError(
            msg,
            hint="Give a path, a URL, or a store or group of zarr-python.",
        )
    if isinstance(value, LocalStore):
        return FolderStore(Path(value.root).absolute() / prefix)
    return ObjectStore(value, prefix=prefix)


# local stores


def _open_local(path: Path, mode: Mode, options: StoreOptions) -> Opened:
    heal(path)
    if mode == "r":
        consolidated = options.use_consolidated is not False
        found = _stored(path, Reach.of(str(path), options.allow_external))
        return Opened(_reader(found, options, consolidated=consolidated))
    if path.suffix == _ZIP:
        return _open_zip(path, mode, options)
    # A link stays a link: the folder that it points to is changed or replaced.
    path = Path(os.path.realpath(path))
    if mode == "r+" and not path.exists():
        msg = "there is no such store"
        raise SourceNotFoundError(msg, source=str(path))
    if starts_anew(mode):
        _check_target(path, mode)
    lock = StoreLock(path, in_place=not options.atomic)
    try:
        recover(path)
        if starts_anew(mode) and options.atomic:
            return _open_beside(path, mode, options, lock)
        store: ByteStore = FolderStore(path)
        if path.is_file():
            store = _stored(path)
        elif options.atomic:
            store = StagedStore(path)
        return Opened(_open_in_place(store, mode, options), lock=lock)
    except BaseException:
        lock.release()
        raise


def _stored(path: Path, reach: Reach | None = None) -> ByteStore:
    """Return the bytes of what exists."""
    if path.is_dir():
        return FolderStore(path, stays_inside=reach is not None and reach.is_limited)
    if not path.exists():
        msg = "there is no such store"
        raise SourceNotFoundError(msg, source=str(path))
    if not zipfile.is_zipfile(path):
        msg = "the file is neither a folder nor a zip"
        raise NotThisFormatError(msg, source=str(path), hint="Check the path.")
    return ZipStore(path)


def _check_target(path: Path, mode: Mode) -> None:
    """Refuse to replace what is no Zarr store; an empty folder is nothing."""
    if not os.path.lexists(path) or (path.is_dir() and not any(path.iterdir())):
        return
    if mode in {"w-", "x"}:
        msg = "the path exists"
        raise SourceExistsError(msg, source=str(path), hint="Use mode 'w' to replace it.")
    is_zip = path.suffix == _ZIP and path.is_file() and zipfile.is_zipfile(path)
    if not (path.is_dir() or is_zip) or find_format(_stored(path)) is None:
        msg = "the path exists and is no Zarr store, so it is not replaced"
        raise SourceExistsError(
            msg,
            source=str(path),
            hint="Remove it yourself, or choose another name.",
        )


def _open_beside(path: Path, mode: Mode, options: StoreOptions, lock: StoreLock) -> Opened:
    beside = new_folder(path)
    storage = ZarrWriter(
        FolderStore(beside.path, source=str(path)),
        new_format=options.zarr_format,
        consolidate=options.consolidate,
        marks=False,
        open_store=_link_opener(options, str(path)),
    )

    def reopen() -> StorageWriter:
        # What is there is what was just written: consolidated metadata can be trusted.
        return _writer(StagedStore(path), options, consolidated=options.consolidate)

    publication = ExchangeFolder(beside, reopen=reopen, replace=mode == "w")
    return Opened(storage, publication, lock)


# zips


def _open_zip(path: Path, mode: Mode, options: StoreOptions) -> Opened:
    if not starts_anew(mode):
        msg = f"a zip cannot be changed, so mode {mode!r} cannot be used"
        raise ModeError(
            msg,
            source=str(path),
            hint="Export it to a folder, or write a new one with mode 'w'.",
        )
    path = Path(os.path.realpath(path))
    _check_target(path, mode)
    lock = StoreLock(path)
    try:
        storage, publication = new_zip(
            path,
            replace=mode == "w",
            new_format=options.zarr_format,
            consolidate=options.consolidate,
            open_store=_link_opener(options, str(path)),
        )
        return Opened(storage, publication, lock)
    except BaseException:
        lock.release()
        raise


# in place


def _open_in_place(store: ByteStore, mode: Mode, options: StoreOptions) -> ZarrReader:
    if not may_write(mode):
        return _reader(store, options, consolidated=options.use_consolidated is not False)
    found = find_format(store)
    holds_other = found is None and bool(store.names(""))
    if holds_other:
        msg = "there is something else than a Zarr store"
        raise NotThisFormatError(msg, source=store.source, hint="Choose another place.")
    if mode == "r+" and found is None:
        msg = "there is no Zarr store"
        raise SourceNotFoundError(msg, source=store.source)
    if mode in {"w-", "x"} and found is not None:
        msg = "the store exists"
        raise SourceExistsError(msg, source=store.source, hint="Use mode 'w'.")
    if found is not None and not starts_anew(mode):
        return _writer(store, options, consolidated=bool(options.use_consolidated))
    storage = ZarrWriter(
        store,
        new_format=options.zarr_format,
        consolidate=options.consolidate,
        marks=not isinstance(store, StagedStore),
        clears=found is not None,
        open_store=_link_opener(options, store.source),
    )
    if mode == "a":
        storage.begin()
    return storage


def _reader(store: ByteStore, options: StoreOptions, *, consolidated: bool) -> ZarrReader:
    return ZarrReader(
        store,
        consolidated=consolidated,
        allow_unfinished=options.allow_unfinished,
        open_store=_link_opener(options, store.source),
    )


def _writer(store: ByteStore, options: StoreOptions, *, consolidated: bool) -> ZarrWriter:
    return ZarrWriter(
        store,
        consolidated=consolidated,
        consolidate=options.consolidate,
        marks=not isinstance(store, StagedStore),
        allow_unfinished=options.allow_unfinished,
        open_store=_link_opener(options, store.source),
    )


def _link_opener(options: StoreOptions, own: str) -> Any:
    reach = Reach.of(own, options.allow_external)

    def open_store(source: str) -> ByteStore:
        reach.check(source)
        if "://" in source:
            return open_url(source, "r", options.storage_options)
        return _stored(Path(source), reach)

    return open_store
