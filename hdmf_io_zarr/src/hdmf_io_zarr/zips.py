"""Zips: assembled in a folder, and made when what is in there is whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hdmf_io_core.durability import syscalls
from hdmf_io_core.durability.beside import new_file, new_folder, sweep
from hdmf_io_core.durability.publish import put_file
from hdmf_io_core.durability.syncs import sync_file
from hdmf_io_core.errors import SourceExistsError, WriteError
from hdmf_io_zarr.stores import ZipFolderStore
from hdmf_io_zarr.writer import ZarrWriter

if TYPE_CHECKING:
    from pathlib import Path

    from hdmf_io_core.durability.beside import Beside
    from hdmf_io_core.storage.protocols import StorageWriter
    from hdmf_io_zarr.conventions import ZarrFormat
    from hdmf_io_zarr.nodes import StoreOpener

__all__ = ["ZipPublication", "new_zip"]


class ZipPublication:
    """A folder becomes a zip whenever it was changed; the zip takes its place by one rename.

    Parameters
    ----------
    store : ZipFolderStore
        What is zipped.
    folder : Beside
        Where it is; its target is the zip.
    replace : bool
        Whether a zip that is there may be replaced.
    """

    def __init__(self, store: ZipFolderStore, folder: Beside, *, replace: bool) -> None:
        self._store = store
        self._folder = folder
        self._target = folder.target
        self._replace = replace
        self._published = -1

    @property
    def is_pending(self) -> bool:
        """Whether there is no zip yet."""
        return self._published < 0

    def publish(self, storage: StorageWriter) -> None:
        """Make the zip.

        Raises
        ------
        SourceExistsError
            There is one that must not be replaced.
        WriteError
            The file system refuses.
        """
        assert isinstance(storage, ZarrWriter)
        if storage.n_commits == self._published:
            return
        beside = new_file(self._target)
        try:
            self._store.zip_to(beside.path)
            sync_file(beside.path)
            put_file(beside, replace=self._replace or not self.is_pending)
            syscalls.fsync_folder(self._target.parent)
        except FileExistsError as error:
            msg = "the zip appeared while it was being written, and is not to be replaced"
            hint = "Write under another name, or use mode 'w' to replace it."
            raise SourceExistsError(msg, source=str(self._target), hint=hint) from error
        except OSError as error:
            msg = f"the zip cannot be written: {error.strerror}"
            raise WriteError(msg, source=str(self._target), hint="Make room.") from error
        finally:
            beside.discard()
        self._published = storage.n_commits

    def discard(self, storage: StorageWriter) -> None:
        """Close the store; its folder goes with it."""
        storage.close()
        self._folder.release()


def new_zip(
    target: Path,
    *,
    replace: bool,
    new_format: ZarrFormat,
    consolidate: bool,
    open_store: StoreOpener,
) -> tuple[ZarrWriter, ZipPublication]:
    """Return a store that is to become a zip; the caller holds the target's lock.

    Raises
    ------
    OpenError
        The target cannot be replaced by a rename, or nothing can be made beside it.
    """
    sweep(target, is_sole=True)
    new_file(target).discard()
    folder = new_folder(target)
    store = ZipFolderStore(folder.path, source=str(target))
    storage = ZarrWriter(
        store,
        new_format=new_format,
        consolidate=consolidate,
        marks=False,
        open_store=open_store,
    )
    return storage, ZipPublication(store, folder, replace=replace)
