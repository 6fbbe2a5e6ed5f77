"""Zips: assembled in a folder, and made when what is in there is whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hdmf_io_zarr.writer import ZarrWriter

if TYPE_CHECKING:
    from pathlib import Path

    from hdmf_io_core.storage.protocols import StorageWriter
    from hdmf_io_zarr.stores import ZipFolderStore

__all__ = ["ZipPublication"]


class ZipPublication:
    """A folder becomes a zip whenever it was changed; the zip takes its place by one rename."""

    def __init__(self, store: ZipFolderStore, target: Path, *, replace: bool) -> None:
        self._store = store
        self._target = target
        self._replace = replace
        self._published = -1

    @property
    def is_pending(self) -> bool:
        """Whether there is no zip yet."""
        return self._published < 0

    def publish(self, storage: StorageWriter) -> None:
        """Make the zip."""
        assert isinstance(storage, ZarrWriter)
        if storage.n_commits == self._published:
            return
        beside = self._target.with_name(f"{self._store.folder.name}.zip")
        try:
            self._store.zip_to(beside)
            if self._replace or not self.is_pending:
                beside.replace(self._target)
            else:
                # A hard link fails where the name is taken, a rename would replace.
                self._target.hardlink_to(beside)
        finally:
            beside.unlink(missing_ok=True)
        self._published = storage.n_commits

    def discard(self, storage: StorageWriter) -> None:
        """Close the store; its folder goes with it."""
        storage.close()
