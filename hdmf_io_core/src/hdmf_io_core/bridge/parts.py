"""Writing part of a tree of builders, as hdmf's IOs let their users do, and finding it again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from hdmf.build import ReferenceBuilder

from hdmf_io_core.bridge.content import attribute_of
from hdmf_io_core.bridge.hdmfio import StorageHDMFIO
from hdmf_io_core.bridge.order import EXPANDABLE, Order
from hdmf_io_core.errors import WriteError
from hdmf_io_core.model.names import join_path

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hdmf_io_core.storage.abilities import SupportsNative
    from hdmf_io_core.storage.layout import ObjectRef
    from hdmf_io_core.storage.protocols import StorageWriter

__all__ = ["WritesParts"]


class WritesParts(StorageHDMFIO):
    """One group, dataset or link at a time, into a group that is there already.

    Groups and arrays are those of the storage's library; only their ``name`` is asked. In mode
    ``w`` the file takes its place when something has been written, and is opened anew: take
    ``parent`` from the IO again for each part.
    """

    def write_group(
        self,
        parent: Any,
        builder: Any,
        link_data: bool = True,
        exhaust_dci: bool = True,
        export_source: str | None = None,
        expandable: Sequence[str] = EXPANDABLE,
    ) -> Any:
        """Store a ``GroupBuilder`` of hdmf in a group, and return what was made.

        Parameters
        ----------
        parent
            A group of this file.
        builder : hdmf.build.GroupBuilder
            With all that is below it.
        link_data, exhaust_dci, export_source, expandable
            As for :meth:`write_builder`.
        """
        order = Order(builder, tuple(expandable), export_source, link_data, parent.name)
        return self._write_part(order, exhaust_dci=exhaust_dci)

    def write_dataset(
        self,
        parent: Any,
        builder: Any,
        link_data: bool = True,
        exhaust_dci: bool = True,
        export_source: str | None = None,
        expandable: Sequence[str] = EXPANDABLE,
    ) -> Any:
        """Store a ``DatasetBuilder`` of hdmf in a group; arguments as :meth:`write_group`."""
        order = Order(builder, tuple(expandable), export_source, link_data, parent.name)
        return self._write_part(order, exhaust_dci=exhaust_dci)

    def write_link(self, parent: Any, builder: Any, export_source: str | None = None) -> Any:
        """Store a ``LinkBuilder`` of hdmf in a group, and return what it leads to."""
        order = Order(builder, export_source=export_source, place=parent.name)
        return self._write_part(order)

    def set_attributes(self, obj: Any, attributes: Mapping[str, Any]) -> None:
        """Store attributes of a group or dataset; others that it has stay.

        Raises
        ------
        WriteError
            If one of them cannot be stored; the cause says why.
        """
        storage = cast("StorageWriter", self._io.storage)
        for name, value in attributes.items():
            try:
                storage.set_attributes(obj.name, {name: attribute_of(value, self._refer)})
            except Exception as error:
                msg = f"unable to write attribute '{name}' on object '{obj.name}'"
                raise WriteError(msg, source=self.source, path=obj.name) from error

    def get_builder(self, obj: Any) -> Any:
        """Return hdmf's builder of a group or array of this file, the same each time.

        Raises
        ------
        ValueError
            If there is none at its path.
        """
        # The whole tree first: what hdmf makes a container of has to know its parent.
        self.read_builder()
        stored = self._io.tree.at(obj.name)
        if stored is None:
            msg = f"{obj.name} has not been built"
            raise ValueError(msg)
        return self._bridge.builder(stored)

    def get_container(self, obj: Any) -> Any:
        """Return the container of a group or array of this file; errors as :meth:`get_builder`."""
        return self.manager.construct(self.get_builder(obj))

    def _write_part(self, order: Order, *, exhaust_dci: bool = True) -> Any:
        link_data = order.link_data and order.export_source is None
        self._io.write(
            cast("Any", order), cache_spec=False, exhaust_dci=exhaust_dci, link_data=link_data
        )
        return self._made(join_path(order.place or "/", order.root.name))

    def _made(self, path: str) -> Any:
        """Return the library's own object at a path."""
        return cast("SupportsNative", self._io.storage).native(path)

    def _refer(self, target: Any) -> ObjectRef:
        builder = target.builder if isinstance(target, ReferenceBuilder) else target
        return cast("ObjectRef", self._bridge.refer(builder))
