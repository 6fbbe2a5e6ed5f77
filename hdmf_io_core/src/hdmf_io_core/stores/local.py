"""From a path and a mode to an open storage: stores beside their place or in it, and their locks.

A backend says by a :class:`StoreKind` what its stores are; nothing here knows of nodes.
"""

from __future__ import annotations

import os
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from hdmf_io_core.durability.beside import heal, new_folder
from hdmf_io_core.durability.exchange import ExchangeFolder
from hdmf_io_core.durability.locking import StoreLock
from hdmf_io_core.errors import (
    ModeError,
    NotThisFormatError,
    SourceExistsError,
    SourceNotFoundError,
)
from hdmf_io_core.io.modes import may_write, starts_anew
from hdmf_io_core.stores.folders import FolderStore
from hdmf_io_core.stores.staging import StagedStore, recover
from hdmf_io_core.stores.zips import ZipStore, new_zip

if TYPE_CHECKING:
    from collections.abc import Collection

    from hdmf_io_core.durability.publish import Publication
    from hdmf_io_core.storage.external import Reach
    from hdmf_io_core.storage.protocols import StorageReader, StorageWriter
    from hdmf_io_core.stores.folders import ByteStore
    from hdmf_io_core.types import Mode

__all__ = ["Opened", "StoreKind", "open_in_place", "open_local", "open_stored"]

_ZIP = ".zip"
ReaderT = TypeVar("ReaderT", bound="StorageReader", covariant=True)
WriterT = TypeVar("WriterT", bound="StorageWriter", covariant=True)


class StoreKind(Protocol[ReaderT, WriterT]):
    """What a backend says of its stores, and how it opens one."""

    @property
    def name(self) -> str:
        """As in messages: "a store of words"."""

    @property
    def documents(self) -> Collection[str]:
        """Last parts of the keys that describe nodes."""

    def has_root(self, store: ByteStore) -> bool:
        """Whether there is a store of this kind."""

    def reader(self, store: ByteStore) -> ReaderT:
        """Open a store for reading; closing that closes the bytes."""

    def writer(self, store: ByteStore, *, marks: bool, is_own: bool = False) -> WriterT:
        """Open a store that exists for change.

        Parameters
        ----------
        store
            Closed with the writer.
        marks
            Whether the first change must mark the store as unfinished until it is committed.
        is_own
            Whether this process has just written it, so that what it says of itself is true.
        """

    def maker(self, store: ByteStore, *, marks: bool, clears: bool, begins: bool) -> WriterT:
        """Make a store.

        Parameters
        ----------
        store, marks
            As for :meth:`writer`.
        clears
            Whether the first change must remove all that is there.
        begins
            Whether it is there at once, without a change.
        """


@dataclass(frozen=True, slots=True)
class Opened(Generic[ReaderT, WriterT]):
    """An open storage, how it will be published, and the lock that is held for it."""

    storage: ReaderT | WriterT
    publication: Publication | None = None
    lock: StoreLock | None = None


def open_local(
    path: Path, mode: Mode, kind: StoreKind[ReaderT, WriterT], reach: Reach, *, atomic: bool
) -> Opened[ReaderT, WriterT]:
    """Open a folder or a zip.

    Parameters
    ----------
    path : Path
        Absolute. With the suffix ``.zip`` a new store is a zip.
    mode
        As for an IO.
    kind
        What is to be there.
    reach
        Which files it may lead to.
    atomic : bool
        Whether changes wait beside the path until they are whole.

    Raises
    ------
    SourceNotFoundError, SourceExistsError, NotThisFormatError, LockedFileError, OpenError
        It cannot be opened; nothing is left behind.
    ModeError
        It does not have the mode.
    JournalError
        Changes of a dead writer cannot be completed.
    """
    heal(path)
    if not may_write(mode):
        return Opened(kind.reader(open_stored(path, reach)))
    is_zip = path.suffix == _ZIP
    if is_zip and not starts_anew(mode):
        msg = f"a zip cannot be changed, so mode {mode!r} cannot be used"
        hint = "Export it to a folder, or write a new one with mode 'w'."
        raise ModeError(msg, source=str(path), hint=hint)
    # A link stays a link: the folder that it points to is changed or replaced.
    path = Path(os.path.realpath(path))
    if mode == "r+" and not path.exists():
        raise _missing(path)
    if starts_anew(mode):
        _check_target(path, mode, kind)
    lock = StoreLock(path, in_place=not atomic and not is_zip)
    try:
        if is_zip:
            return _open_zip(path, mode, kind, lock)
        recover(path, kind.documents)
        if starts_anew(mode) and atomic:
            return _open_beside(path, mode, kind, lock)
        store: ByteStore = FolderStore(path, stays_inside=reach.is_limited)
        if path.is_file():
            store = open_stored(path)
        elif atomic:
            store = StagedStore(path, kind.documents, stays_inside=reach.is_limited)
        return Opened(open_in_place(store, mode, kind), lock=lock)
    except BaseException:
        lock.release()
        raise


def open_stored(path: Path, reach: Reach | None = None) -> ByteStore:
    """Return the bytes of a folder or zip that exists.

    Raises
    ------
    SourceNotFoundError, NotThisFormatError
        It is not there, or neither of them.
    """
    if path.is_dir():
        return FolderStore(path, stays_inside=reach is not None and reach.is_limited)
    if not path.exists():
        raise _missing(path)
    if not zipfile.is_zipfile(path):
        msg = "the file is neither a folder nor a zip"
        raise NotThisFormatError(msg, source=str(path), hint="Check the path.")
    return ZipStore(path)


def open_in_place(
    store: ByteStore, mode: Mode, kind: StoreKind[ReaderT, WriterT]
) -> ReaderT | WriterT:
    """Open a store that is changed where it is, if it is changed.

    Raises
    ------
    SourceNotFoundError, SourceExistsError, NotThisFormatError
        What is there does not go with the mode.
    """
    if not may_write(mode):
        return kind.reader(store)
    is_there, marks = kind.has_root(store), not isinstance(store, StagedStore)
    if not is_there and store.names(""):
        msg = f"there is something else than {kind.name}"
        raise NotThisFormatError(msg, source=store.source, hint="Choose another place.")
    if mode == "r+" and not is_there:
        msg = f"there is no {kind.name.partition(' ')[2]}"
        raise SourceNotFoundError(msg, source=store.source)
    if mode in {"w-", "x"} and is_there:
        msg = "the store exists"
        raise SourceExistsError(msg, source=store.source, hint="Use mode 'w'.")
    if is_there and not starts_anew(mode):
        return kind.writer(store, marks=marks)
    return kind.maker(store, marks=marks, clears=is_there, begins=mode == "a")


def _missing(path: Path) -> SourceNotFoundError:
    return SourceNotFoundError("there is no such store", source=str(path))


def _check_target(path: Path, mode: Mode, kind: StoreKind[Any, Any]) -> None:
    """Refuse to replace what is no store of this kind; an empty folder is nothing."""
    if not os.path.lexists(path) or (path.is_dir() and not any(path.iterdir())):
        return
    if mode in {"w-", "x"}:
        msg = "the path exists"
        raise SourceExistsError(msg, source=str(path), hint="Use mode 'w' to replace it.")
    is_zip = path.suffix == _ZIP and path.is_file() and zipfile.is_zipfile(path)
    if not (path.is_dir() or is_zip) or not kind.has_root(open_stored(path)):
        msg = f"the path exists and is not {kind.name}, so it is not replaced"
        hint = "Remove it yourself, or choose another name."
        raise SourceExistsError(msg, source=str(path), hint=hint)


def _open_beside(
    path: Path, mode: Mode, kind: StoreKind[ReaderT, WriterT], lock: StoreLock
) -> Opened[ReaderT, WriterT]:
    beside = new_folder(path)
    store = FolderStore(beside.path, source=str(path), is_hidden=True)
    storage = kind.maker(store, marks=False, clears=False, begins=False)

    def reopen() -> StorageWriter:
        return kind.writer(StagedStore(path, kind.documents), marks=False, is_own=True)

    return Opened(storage, ExchangeFolder(beside, reopen=reopen, replace=mode == "w"), lock)


def _open_zip(
    path: Path, mode: Mode, kind: StoreKind[ReaderT, WriterT], lock: StoreLock
) -> Opened[ReaderT, WriterT]:
    store, publication = new_zip(path, replace=mode == "w")
    return Opened(kind.maker(store, marks=False, clears=False, begins=False), publication, lock)
