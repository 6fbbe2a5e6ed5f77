"""An IO of ours as one of hdmf's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from hdmf.backends.errors import UnsupportedOperation
from hdmf.backends.io import HDMFIO

from hdmf_io_core.bridge.allowed import (
    check_exportable,
    check_filled,
    check_readable,
    check_writable,
)
from hdmf_io_core.bridge.order import EXPANDABLE, Order, canonical
from hdmf_io_core.bridge.specs import adopt_namespaces, load_documents
from hdmf_io_core.errors import DispatchError, OpenError
from hdmf_io_core.io.open import find_backend, open_io

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from hdmf_io_core.bridge.manager import HdmfManager
    from hdmf_io_core.io.base import StorageIO

__all__ = ["StorageHDMFIO", "is_of_backend"]


class StorageHDMFIO(HDMFIO):  # type: ignore[misc]  # hdmf has no types
    """Real ``hdmf.backends.io.HDMFIO`` over a storage of any backend.

    Parameters
    ----------
    io : StorageIO
        Open, with a manager of hdmf.
    herd_path : str or None
        Where a HERD file is; None for none.
    """

    def __init__(self, io: StorageIO, *, herd_path: str | None = None) -> None:
        self._io = io
        self._bridge = cast("HdmfManager", io.manager)
        self._bridge.facade = self
        super().__init__(self._bridge.manager, source=io.source, herd_path=herd_path)

    @property
    def mode(self) -> str:
        """The mode it was opened with."""
        return self._io.mode

    @property
    def bridge(self) -> HdmfManager:
        """What stands between hdmf's manager and the IO of ours."""
        return self._bridge

    @property
    def storage_io(self) -> StorageIO:
        """The IO of ours."""
        return self._io

    @property
    def _kind(self) -> str:
        return self._io.backend.upper()

    def is_open(self) -> bool:
        """Whether it is open."""
        return self._io.is_open

    def open(self) -> None:
        """Do nothing: it is made open."""

    def close(self) -> None:
        """Close the IO behind it; a second call does nothing."""
        self._io.close()

    def refresh(self) -> None:
        """Let lazy data show what other processes wrote since."""
        self._io.refresh()

    def check_open(self, what: str = "read data") -> None:
        """Raise ``UnsupportedOperation`` if it is closed; ``what`` says what it was asked for."""
        if not self.is_open():
            msg = f"Cannot {what} from closed {self._kind} file '{self.source}'"
            raise UnsupportedOperation(msg)

    def read_builder(self) -> Any:
        """Return the root as hdmf's builder.

        Raises ``UnsupportedOperation`` if the IO is closed.
        """
        self.check_open()
        return self._bridge.builder(self._io.tree.root())

    def write(
        self,
        container: Any,
        cache_spec: bool = True,
        link_data: bool = True,
        exhaust_dci: bool = True,
        herd: Any = None,
        expandable: Sequence[str] = EXPANDABLE,
    ) -> None:
        """Store a container.

        Parameters
        ----------
        container : hdmf.container.Container
            The root.
        cache_spec : bool
            Whether the namespaces of the manager are cached in the file.
        link_data : bool
            Whether stored arrays are linked to; with False they are copied.
        exhaust_dci : bool
            Whether chunk iterators are drained one after the other.
        herd : hdmf.common.HERD or None
            Takes the terms of the container, where the IO has a ``herd_path``.
        expandable : sequence of str
            Names of types whose datasets are made to grow.

        Raises
        ------
        UnsupportedOperation
            If the mode does not allow to write.
        """
        check_writable(self.source, self.mode)
        super().write(
            container,
            herd=herd,
            cache_spec=cache_spec,
            link_data=link_data,
            exhaust_dci=exhaust_dci,
            expandable=expandable,
        )

    def read(self) -> Any:
        """Return the root container.

        Raises
        ------
        UnsupportedOperation
            If the mode does not allow to read, the IO is closed, or there is nothing in the file.
        """
        check_readable(self.source, self.mode)
        check_filled(self.read_builder(), self.source, self.mode)
        return super().read()

    def export(
        self,
        src_io: Any,
        container: Any = None,
        write_args: Mapping[str, Any] | None = None,
        cache_spec: bool = True,
    ) -> None:
        """Copy what another IO of hdmf holds, as it is stored or as it was changed in memory.

        Parameters
        ----------
        src_io : hdmf.backends.io.HDMFIO
            Ours, or any other.
        container : hdmf.container.Container or None
            What ``src_io`` read; None for everything as it is stored.
        write_args : Mapping or None
            Arguments of :meth:`write_builder`; ``{"link_data": False}`` copies linked data too.
        cache_spec : bool
            Whether namespaces are cached in the file.

        Raises
        ------
        UnsupportedOperation
            If the mode is not ``w``, or data of another backend would be linked to.
        ValueError
            If ``container`` is not the root of what ``src_io`` read.
        """
        check_exportable(self.source, self.mode)
        arguments = dict(write_args or {})
        link_data = bool(arguments.setdefault("link_data", True))
        self._check_links(src_io, link_data=link_data)
        if container is None and link_data and isinstance(src_io, StorageHDMFIO):
            self._io.export(src_io.storage_io, cache_spec=cache_spec)
            return
        adopt_namespaces(src_io.manager, self.manager)
        arguments["export_source"] = canonical(src_io.source)
        arguments |= {"cache_spec": cache_spec, "src_io": src_io}
        super().export(
            src_io=src_io, container=container, write_args=arguments, clear_cache=not link_data
        )

    def _check_links(self, src_io: Any, *, link_data: bool) -> None:
        """Refuse links into another kind of storage; a backend's drop-in class may know more."""
        if link_data and not is_of_backend(src_io, self._io.backend):
            msg = (
                f"Cannot export from {type(src_io).__name__} to {self._io.backend} with write"
                " argument link_data=True."
            )
            raise UnsupportedOperation(msg)

    def write_builder(
        self,
        builder: Any,
        link_data: bool = True,
        exhaust_dci: bool = True,
        export_source: str | None = None,
        expandable: Sequence[str] = EXPANDABLE,
        *,
        cache_spec: bool = False,
        src_io: Any = None,
    ) -> None:
        """Store a tree of hdmf's builders.

        Parameters
        ----------
        builder : hdmf.build.GroupBuilder
            The root.
        link_data : bool
            Whether stored arrays are linked to; with False they are copied.
        exhaust_dci : bool
            Whether chunk iterators are drained one after the other.
        export_source : str or None
            For an export: the file that the tree was read from.
        expandable : sequence of str
            Names of types whose datasets are made to grow.
        cache_spec : bool
            Whether the namespaces of the manager are cached.
        src_io : hdmf.backends.io.HDMFIO or None
            For an export: the IO that the tree was read by.
        """
        order = Order(builder, tuple(expandable), export_source, link_data)
        if isinstance(src_io, StorageHDMFIO):
            order.reads, order.storage = src_io.bridge.read, src_io.storage_io.storage
        self._io.write(
            cast("Any", order),
            cache_spec=cache_spec,
            exhaust_dci=exhaust_dci,
            link_data=link_data and export_source is None,
        )

    def get_written(self, builder: object) -> bool:
        """Whether a builder of hdmf was written to, or read from, this file."""
        return self._bridge.home(builder) is not None or self._bridge.read(builder) is not None

    @staticmethod
    def can_read(path: str | Path) -> bool:
        """Whether any backend that is installed reads what is at a path."""
        try:
            find_backend(path)
        except (DispatchError, OpenError):
            return False
        return True

    @classmethod
    def load_namespaces(
        cls,
        namespace_catalog: Any,
        path: str | Path | None = None,
        namespaces: list[str] | None = None,
        io: Any = None,
    ) -> dict[str, Any]:
        """Load cached namespaces into a ``NamespaceCatalog`` or ``TypeMap`` of hdmf.

        Parameters
        ----------
        namespace_catalog : hdmf.spec.NamespaceCatalog or hdmf.build.TypeMap
            Changed.
        path : str, Path or None
            What to open; None with ``io``.
        namespaces : list of str or None
            Names; None for all.
        io : StorageHDMFIO or None
            An open one to read from.
        """
        if io is not None:
            return cast("dict[str, Any]", io.load_namespaces_io(namespace_catalog, namespaces))
        with open_io(path) as opened:
            storage = cast("StorageIO", opened).storage
            return load_documents(
                namespace_catalog, storage.specs(), source=storage.source, namespaces=namespaces
            )

    def load_namespaces_io(
        self, namespace_catalog: Any, namespaces: list[str] | None = None
    ) -> dict[str, Any]:
        """Load the namespaces cached in this file into a catalog or type map of hdmf.

        Raises
        ------
        UnsupportedOperation
            If the IO is closed.
        """
        self.check_open("load namespaces")
        storage = self._io.storage
        return load_documents(
            namespace_catalog, storage.specs(), source=storage.source, namespaces=namespaces
        )


def is_of_backend(io: Any, backend: str) -> bool:
    """Whether an IO of hdmf's is one of ours, over a storage of that backend."""
    return isinstance(io, StorageHDMFIO) and io.storage_io.backend == backend
