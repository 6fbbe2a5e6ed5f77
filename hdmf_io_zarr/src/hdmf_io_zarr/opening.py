"""From what a user names to an open storage: modes, stores beside their place, locks."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hdmf_io_core.errors import OpenError, OptionError
from hdmf_io_core.storage.external import Reach
from hdmf_io_core.stores.folders import FolderStore
from hdmf_io_core.stores.local import Opened, open_in_place, open_local, open_stored
from hdmf_io_zarr.conventions import CONTROL_NAMES
from hdmf_io_zarr.documents import find_format
from hdmf_io_zarr.objectstore import ObjectStore, open_url
from hdmf_io_zarr.reader import ZarrReader
from hdmf_io_zarr.writer import ZarrWriter

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hdmf_io_core.stores.folders import ByteStore
    from hdmf_io_core.types import Mode
    from hdmf_io_zarr.conventions import ZarrFormat

__all__ = ["StoreOptions", "open_storage", "store_of_native"]


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


def open_storage(source: Any, mode: Mode, options: StoreOptions) -> Opened[ZarrReader, ZarrWriter]:
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
            path = Path(text).absolute()
            kind, reach = (
                _ZarrStores(options, str(path)),
                Reach.of(str(path), options.allow_external),
            )
            return open_local(path, mode, kind, reach, atomic=options.atomic)
        store: ByteStore = open_url(text, mode, options.storage_options)
    else:
        store = store_of_native(source)
    return Opened(open_in_place(store, mode, _ZarrStores(options, store.source)))


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


class _ZarrStores:
    """How Zarr stores are opened with one IO's options."""

    name = "a Zarr store"
    documents = CONTROL_NAMES

    def __init__(self, options: StoreOptions, source: str) -> None:
        self._options = options
        self.reach = Reach.of(source, options.allow_external)

    def has_root(self, store: ByteStore) -> bool:
        return find_format(store) is not None

    def reader(self, store: ByteStore) -> ZarrReader:
        return ZarrReader(
            store,
            consolidated=self._options.use_consolidated is not False,
            allow_unfinished=self._options.allow_unfinished,
            open_store=self._open_linked,
        )

    def writer(self, store: ByteStore, *, marks: bool, is_own: bool = False) -> ZarrWriter:
        trusted = self._options.consolidate if is_own else bool(self._options.use_consolidated)
        return ZarrWriter(
            store,
            consolidated=trusted,
            consolidate=self._options.consolidate,
            marks=marks,
            allow_unfinished=self._options.allow_unfinished,
            open_store=self._open_linked,
        )

    def maker(self, store: ByteStore, *, marks: bool, clears: bool, begins: bool) -> ZarrWriter:
        storage = ZarrWriter(
            store,
            new_format=self._options.zarr_format,
            consolidate=self._options.consolidate,
            marks=marks,
            clears=clears,
            open_store=self._open_linked,
        )
        if begins:
            storage.begin()
        return storage

    def _open_linked(self, source: str) -> ByteStore:
        self.reach.check(source)
        if "://" in source:
            return open_url(source, "r", self._options.storage_options)
        return open_stored(Path(source), self.reach)
