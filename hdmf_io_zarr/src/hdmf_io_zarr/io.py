"""``ZarrIO``: a Zarr store as an IO."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any, cast

from hdmf_io_core.chunks.engine import Engine
from hdmf_io_core.errors import NotThisFormatError
from hdmf_io_core.io.base import StorageIO
from hdmf_io_core.io.modes import check_mode
from hdmf_io_zarr.dataio import ZarrDataIO
from hdmf_io_zarr.opening import StoreOptions, open_storage

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping

    import zarr
    from zarr.abc.store import Store

    from hdmf_io_zarr.conventions import ZarrFormat
    from hdmf_io_zarr.reader import ZarrReader

__all__ = ["ZarrIO"]


class ZarrIO(StorageIO):
    """A Zarr store, open for HDMF data.

    Parameters
    ----------
    path : str, os.PathLike, zarr Store or zarr.Group
        A folder, a zip file (modes ``r``, ``w``, ``w-`` and ``x``), a URL, or an open store, which
        stays open when the IO is closed.
    mode : {"r", "r+", "a", "w", "w-", "x"}
        Read; change what exists; change or make; replace; make and refuse to replace (both last).
        ``w`` writes a local store beside its place, and exchanges them at the first successful
        ``write``; what is no Zarr store or empty folder is never replaced.
    manager : object or None
        Turns containers into builders and back: a ``Manager``, or one that a plugin adapts; None
        for the light model.
    zarr_format : {3, 2}
        Format of a new store.
    use_consolidated : bool or None
        Whether consolidated metadata, where there is some, is taken for all there is. None: for
        reading yes, for changing no, since others may have written without renewing it.
    consolidate : bool
        Whether each write ends with consolidated metadata.
    storage_options : Mapping or None
        Of the file system behind a URL.
    allow_unfinished : bool
        Whether to open a store that a writer left unfinished.
    atomic : bool
        False writes to the place itself: in mode ``w`` the old content goes with the first change,
        in ``a`` and ``r+`` a writer that dies leaves a store that is marked as unfinished.
    allow_external : {"anywhere", "folder"} or None
        Which stores links and references may lead to: any, or those in the folder that this one is
        in, and below; files of a local store, too, must then lie in it. None is ``folder`` for
        URLs, else ``anywhere``. Not heeded by ``file``, which is zarr-python's.
    workers : int or None
        Threads that encode and decode chunks, 1 for none but the caller's; None for the cores that
        this process may use.
    in_flight_bytes : int or None
        Bytes of chunks that are held at once; None for 64 MiB.

    Raises
    ------
    SourceNotFoundError, SourceExistsError, LockedFileError, NotThisFormatError
        If the store cannot be opened; nothing is left behind.
    CorruptFileError, OpenError
        If the store cannot be opened; nothing is left behind.
    ModeError, OptionError
        If the mode or an option is unknown, or does not go with the store.

    Notes
    -----
    Opening reads one document: the root's, with consolidated metadata all nodes'.
    """

    backend = "zarr"
    dataio_class = ZarrDataIO

    def __init__(
        self,
        path: str | os.PathLike[str] | Store | zarr.Group,
        mode: str = "r",
        manager: object = None,
        *,
        zarr_format: ZarrFormat = 3,
        use_consolidated: bool | None = None,
        consolidate: bool = True,
        storage_options: Mapping[str, object] | None = None,
        allow_unfinished: bool = False,
        atomic: bool = True,
        allow_external: str | None = None,
        workers: int | None = None,
        in_flight_bytes: int | None = None,
    ) -> None:
        engine = Engine(workers, in_flight_bytes)
        options = StoreOptions(
            zarr_format=zarr_format,
            use_consolidated=use_consolidated,
            consolidate=consolidate,
            storage_options=storage_options,
            allow_unfinished=allow_unfinished,
            atomic=atomic,
            allow_external=allow_external,
        )
        given = asdict(options) | {"workers": workers, "in_flight_bytes": in_flight_bytes}
        self.remember(path, manager, given)
        checked = check_mode(mode)
        opened = open_storage(path, checked, options)
        self._lock = opened.lock
        self._check_root(opened.storage)
        super().__init__(
            opened.storage,
            checked,
            manager=manager,
            publication=opened.publication,
            engine=engine,
        )

    def _check_root(self, storage: ZarrReader) -> None:
        """Refuse a store that is one array: there is no container that it could be."""
        root = storage.node("/")
        if root is not None and root.kind == "group":
            return
        storage.close()
        self._unlock()
        msg = "the store is a single array, not a group"
        raise NotThisFormatError(
            msg,
            source=storage.source,
            hint="Open it with zarr.open_array, and give that as the data of a Data.",
        )

    @property
    def file(self) -> Any:
        """The store as ``zarr.Group``; another one after the first ``write`` of mode ``w``.

        Raises
        ------
        ClosedIOError
            If the IO is closed.
        """
        return self.storage.file

    @property
    def storage(self) -> ZarrReader:
        """The open storage; belongs to the IO."""
        return cast("ZarrReader", super().storage)

    @property
    def format_options(self) -> dict[str, object]:
        """Options with which ``open_io`` makes another store of this one's format."""
        return {"zarr_format": self.storage.zarr_format}

    def close(self) -> None:
        """Commit, publish and close; a second call does nothing."""
        try:
            super().close()
        finally:
            self._unlock()

    def _discard(self) -> None:
        try:
            super()._discard()
        finally:
            self._unlock()

    def _unlock(self) -> None:
        if self._lock is not None:
            self._lock.release()
