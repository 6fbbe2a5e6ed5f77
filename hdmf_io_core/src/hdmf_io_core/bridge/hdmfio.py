"""An IO of ours as one of hdmf's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from hdmf.backends.errors import UnsupportedOperation
from hdmf.backends.io import HDMFIO

from hdmf_io_core.bridge.order import EXPANDABLE, Order
from hdmf_io_core.bridge.specs import load_documents
from hdmf_io_core.errors import DispatchError, OpenError
from hdmf_io_core.io.open import find_backend, open_io

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from hdmf_io_core.bridge.manager import HdmfManager
    from hdmf_io_core.io.base import StorageIO

__all__ = ["StorageHDMFIO"]


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
        super().__init__(self._bridge.manager, source=io.source, herd_path=herd_path)

    @property
    def mode(self) -> str:
        """The mode it was opened with."""
        return self._io.mode

    @property
    def storage_io(self) -> StorageIO:
        """The IO of ours."""
        return self._io

    def is_open(self) -> bool:
        """Whether it is open."""
        return self._io.is_open

    def open(self) -> None:
        """Do nothing: it is made open."""

    def close(self) -> None:
        """Close the IO behind it; a second call does nothing."""
        self._io.close()

    def read_builder(self) -> Any:
        """Return the root as hdmf's builder.

        Raises
        ------
        UnsupportedOperation
            If the IO is closed.
        """
        if not self.is_open():
            msg = f"Cannot read data from closed file '{self.source}'"
            raise UnsupportedOperation(msg)
        return self._bridge.builder(self._io.tree.root())

    def write_builder(
        self,
        builder: Any,
        *,
        link_data: bool = True,
        exhaust_dci: bool = True,
        export_source: str | None = None,
        expandable: Sequence[str] = EXPANDABLE,
        cache_spec: bool = False,
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
        """
        order = Order(builder, tuple(expandable), export_source, link_data)
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
            loaded: dict[str, Any] = io.load_namespaces_io(namespace_catalog, namespaces)
            return loaded
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
        if not self.is_open():
            msg = f"Cannot load namespaces from closed file '{self.source}'"
            raise UnsupportedOperation(msg)
        storage = self._io.storage
        return load_documents(
            namespace_catalog, storage.specs(), source=storage.source, namespaces=namespaces
        )
