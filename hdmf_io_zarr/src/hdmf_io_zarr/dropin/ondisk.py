"""Where on disk hdmf's builders are, as hdmf-zarr tells it."""

from __future__ import annotations

import posixpath
import warnings
from collections import deque
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from hdmf.build import DatasetBuilder, GroupBuilder
from hdmf.container import AbstractContainer

from hdmf_io_core.bridge.habits import Habits
from hdmf_io_core.bridge.parts import WritesParts
from hdmf_io_core.bridge.targets import path_of
from hdmf_io_core.errors import ClosedIOError, DataLossWarning, WriteError
from hdmf_io_core.storage.layout import ObjectRef

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hdmf_io_core.bridge.order import Order
    from hdmf_io_core.io.base import StorageIO
    from hdmf_io_zarr.io import ZarrIO as ZarrStorageIO
    from hdmf_io_zarr.writer import ZarrWriter

__all__ = ["BuildersOnDisk", "name_axes"]

_SEQUENCES = (list, tuple, set, frozenset)


class BuildersOnDisk(WritesParts):
    """Each group and array of a local store has a folder of its name."""

    _root: tuple[object, Any] = (None, None)

    def __init__(self, io: StorageIO) -> None:
        super().__init__(io)
        self._ahead: set[str] = set()
        self._bridge.habits = Habits(self._refer_ahead, overwrites=True, utf8_only=True)

    def close(self) -> None:
        """Close the store; references to what was never written are warned of."""
        if self.is_open():
            missing = sorted(path for path in self._ahead if self._io.storage.node(path) is None)
            self._ahead.clear()
            if missing:
                msg = f"references in {self.source} lead to what was not written: {missing}"
                warnings.warn(msg, DataLossWarning, stacklevel=2)
        super().close()

    def _write_part(self, order: Order, *, exhaust_dci: bool = True) -> Any:
        name_axes(order.root)
        return super()._write_part(order, exhaust_dci=exhaust_dci)

    def _refer_ahead(self, value: Any) -> ObjectRef:
        """Return a reference to where something will be written; hdmf-zarr asks no more."""
        if isinstance(value, AbstractContainer):
            root = value
            while root.parent is not None:
                root = root.parent
            if root.container_source != self.source:
                msg = f"The {type(value).__name__} {value.name!r} is not in a tree of this store."
                raise ValueError(msg)
            # From the root, so that builders know their parents.
            self.manager.build(root)
            value = self.manager.build(value)
        path = path_of(value)
        storage = cast("ZarrWriter", self._io.storage)
        storage.references.expect(path)
        self._ahead.add(path)
        return ObjectRef(storage.source, path=path)

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

    @classmethod
    def get_type(cls, data: Any) -> type:
        """Return the Python or numpy type of data, or of its first element.

        Raises
        ------
        ValueError
            If there is no element.
        """
        if isinstance(data, (str, bytes)):
            return str
        if isinstance(data, np.ndarray) and data.ndim == 0:
            return type(data.item())
        if not hasattr(data, "__len__"):
            return type(data)
        if not len(data):
            msg = "cannot determine type for empty data"
            raise ValueError(msg)
        return cls.get_type(data[0])

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
        # What the user holds was opened before; there hdmf-zarr leaves a sequence as a tuple.
        stored = self._made(obj.name).attrs.asdict()
        given = {name for name, value in attributes.items() if isinstance(value, _SEQUENCES)}
        obj.metadata.attributes.update(
            {name: tuple(value) if name in given else value for name, value in stored.items()}
        )


def name_axes(builder: Any) -> None:
    """Give datasets the names of their axes as the attribute that users of hdmf-zarr read."""
    pending = deque([builder])
    while pending:
        node = pending.popleft()
        if isinstance(node, GroupBuilder):
            pending.extend((*node.groups.values(), *node.datasets.values()))
        elif isinstance(node, DatasetBuilder) and node.dimension_labels is not None:
            node.attributes.setdefault("_ARRAY_DIMENSIONS", list(node.dimension_labels))
