"""Where on disk hdmf's builders are, as hdmf-zarr tells it."""

from __future__ import annotations

import posixpath
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from hdmf_io_core.bridge.parts import WritesParts
from hdmf_io_core.bridge.targets import path_of
from hdmf_io_core.errors import ClosedIOError, WriteError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hdmf_io_zarr.io import ZarrIO as ZarrStorageIO

__all__ = ["BuildersOnDisk"]


class BuildersOnDisk(WritesParts):
    """Each group and array of a local store has a folder of its name."""

    _root: tuple[object, Any] = (None, None)

    @property
    def _file(self) -> Any:
        """The root group of zarr-python; None when the IO is closed."""
        try:
            storage = self._io.storage
        except ClosedIOError:
            return None
        if self._root[0] is not storage:
            self._root = (storage, cast("ZarrStorageIO", self._io).file)
        return self._root[1]

    @staticmethod
    def get_zarr_parent_path(zarr_object: Any) -> str:
        """Return the path of the group that a group or array of zarr-python is in."""
        return f"/{posixpath.dirname(zarr_object.path)}"

    def get_written(self, builder: object, check_on_disk: bool = False) -> bool:
        """Whether a builder was written to, or read from, this store, and maybe: is there still."""
        found = super().get_written(builder)
        return found and (not check_on_disk or self.get_builder_exists_on_disk(builder))

    def get_builder_exists_on_disk(self, builder: Any) -> bool:
        """Whether there is a folder for a builder."""
        return Path(self.get_builder_disk_path(builder)).exists()

    def get_builder_disk_path(self, builder: Any, filepath: str | None = None) -> str:
        """Return the folder for a builder, in this store or in that of another path."""
        base = self.source if filepath is None else filepath
        return str(Path(base) / path_of(builder).lstrip("/"))

    def write_attributes(self, obj: Any, attributes: Mapping[str, Any]) -> None:
        """Store attributes of a group or array; others that it has stay.

        Raises
        ------
        TypeError
            If one of them cannot be stored; the cause says why.
        """
        self._root = (None, None)  # it has the attributes of before
        try:
            self.set_attributes(obj, attributes)
        except WriteError as error:
            raise TypeError(str(error)) from error
        # What the user holds was opened before.
        obj.metadata.attributes.update(self._made(obj.name).attrs.asdict())
