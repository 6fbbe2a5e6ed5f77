"""A manager of hdmf as a manager of ours: it builds and constructs, we read and write."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from hdmf.build import Builder as HdmfBuilder
from hdmf.build import BuildManager, ReferenceBuilder, TypeMap
from hdmf.container import AbstractContainer

from hdmf_io_core.bridge.arrays import introduce
from hdmf_io_core.bridge.building import Building
from hdmf_io_core.bridge.datasets import Resolvers
from hdmf_io_core.bridge.habits import Habits
from hdmf_io_core.bridge.hdmfio import StorageHDMFIO
from hdmf_io_core.bridge.order import Order
from hdmf_io_core.bridge.reading import HdmfTree, Read
from hdmf_io_core.bridge.specs import documents_of, load_documents
from hdmf_io_core.bridge.targets import Knowledge
from hdmf_io_core.chunks.lazy import LazyDataset
from hdmf_io_core.errors import BuildError, ConstructError
from hdmf_io_core.model.builders import GroupBuilder, LinkBuilder
from hdmf_io_core.storage.abilities import SupportsNative
from hdmf_io_core.storage.layout import ObjectRef

if TYPE_CHECKING:
    from collections.abc import Callable

    from hdmf_io_core.io.base import StorageIO
    from hdmf_io_core.model.builders import Builder, Home
    from hdmf_io_core.storage.layout import RegionRef, SpecDocuments

__all__ = ["HdmfManager"]


@dataclass(frozen=True, slots=True, eq=False)
class _Written:
    """A builder of hdmf that was written; kept alive, since its place in memory is its name."""

    builder: Any
    path: str
    attributes: dict[str, object]


class HdmfManager:
    """One of hdmf's managers, at work for one IO.

    Parameters
    ----------
    manager : hdmf.build.BuildManager or hdmf.build.TypeMap
        Makes containers; a type map gets a manager of its own.
    load_namespaces : bool
        Whether the namespaces cached in what is read are loaded into the type map first.

    Attributes
    ----------
    manager : hdmf.build.BuildManager
        hdmf's own.
    habits : Habits
        Set by a drop-in class.
    """

    def __init__(self, manager: Any, *, load_namespaces: bool = False) -> None:
        introduce()
        self.manager = BuildManager(manager) if isinstance(manager, TypeMap) else manager
        self.habits = Habits()
        self._loads = load_namespaces
        self._tree: HdmfTree | None = None
        self._io: StorageIO | None = None
        self._facade: StorageHDMFIO | None = None
        self._order = Order(None)
        self._written: dict[int, _Written] = {}
        self._home_of: Callable[[str], Home | None] = _nowhere

    # the IO

    def attach(self, io: object) -> None:
        """Take note of the IO, and load the namespaces that its storage caches if asked to."""
        self._io = cast("StorageIO", io)
        if self._loads and self._io.mode in ("r", "r+", "a"):
            documents = self._io.storage.specs()
            load_documents(self.manager.type_map, documents, source=self._io.source)

    @property
    def io(self) -> StorageIO:
        """The IO that it works for."""
        assert self._io is not None  # an IO attaches itself when it is made
        return self._io

    @property
    def facade(self) -> StorageHDMFIO:
        """The IO as one of hdmf's; what ``container.read_io`` gives."""
        if self._facade is None:
            self._facade = StorageHDMFIO(self.io)
        return self._facade

    @facade.setter
    def facade(self, facade: StorageHDMFIO) -> None:
        self._facade = facade
        # hdmf's own class warns of itself.
        self.io.warns_if_forgotten = False

    # reading

    def construct(self, builder: Builder) -> object:
        """Return hdmf's container of a builder, the same one each time.

        Raises
        ------
        ConstructError
            If the node has no type, so that hdmf has no container for it.
        """
        if builder.home is not None and builder.home.access == "/":
            return self.facade.read()
        found = self.builder(builder)
        if self.manager.get_builder_dt(found) is None:
            msg = "the node has no type, so hdmf has no container for it"
            raise ConstructError(msg, path=builder.home.path if builder.home else builder.name)
        return self.manager.construct(found)

    def builder(self, stored: Builder) -> Any:
        """Return hdmf's builder for a stored one, the same each time."""
        assert stored.home is not None  # it was read
        return self._tree_of(stored.home).of(stored)

    def _tree_of(self, home: Home) -> HdmfTree:
        if self._tree is None or self._tree.tree is not home.tree:
            resolvers = Resolvers(self._builder_of, self._container_of, self.refer, self._native)
            self._tree = HdmfTree(self.io.tree, resolvers)
        return self._tree

    def _builder_of(self, ref: ObjectRef | RegionRef) -> Any:
        assert self._tree is not None  # it made the dataset that holds the reference
        return self._tree.resolve(ref)

    def _container_of(self, ref: ObjectRef | RegionRef) -> object:
        builder = self._builder_of(ref)
        return None if builder is None else self.manager.construct(builder)

    def refer(self, value: object) -> object:
        """Return a reference to a container or builder that is stored; other values as they are.

        Raises
        ------
        ValueError
            If it is not stored in this file.
        """
        if isinstance(value, AbstractContainer):
            builder = self.manager.get_builder(value)
        elif isinstance(value, HdmfBuilder):
            builder = value
        else:
            return value
        home = None if builder is None else self.home(builder)
        if home is None and self.habits.refer_ahead is not None:
            return self.habits.refer_ahead(value)
        if home is None:
            msg = (
                "The container being appended to the dataset has not yet been built."
                " Please write the container to the file, then open the modified file, and"
                " append the read container to the dataset."
            )
            raise ValueError(msg)
        return ObjectRef(home.source, home.key, home.path)

    # writing

    def build(self, container: object, *, source: str, export: bool = False) -> GroupBuilder:
        """Describe a container of hdmf, to be stored in ``source``.

        Parameters
        ----------
        container : hdmf.container.Container or Order
            The root; or a tree of hdmf's builders with the request to store it.

        Raises
        ------
        BuildError
            If it is no container of hdmf.
        ValueError
            For an export: if it is not the root of what this manager read.
        """
        order = container if isinstance(container, Order) else None
        if order is None:
            order = self._ordered(container, source, export=export)
        reads = order.reads

        def read(builder: object) -> Read | None:
            found = self.read(builder)
            return reads(builder) if found is None and reads is not None else found

        def home(builder: object) -> Home | None:
            found = None if reads is None else reads(builder)
            return self.home(builder) if found is None else _home_of(found)

        knowledge = Knowledge(
            self.manager,
            read=read,
            at=self.io.tree.home_of,
            home=home,
            is_written=self.is_written,
            specs=self.specs,
            native=self._native,
            habits=self.habits,
        )
        building = Building(
            order,
            knowledge,
            storage=self.io.storage,
            source=source,
            carrier=type(self.io).dataio_class,
        )
        self._order = order
        return building.root()

    def _ordered(self, container: object, source: str, *, export: bool) -> Order:
        if not isinstance(container, AbstractContainer):
            msg = f"a container of hdmf is written, not {type(container).__name__}"
            hint = "Open the file without manager= for containers of hdmf_io_core."
            raise BuildError(msg, source=source, hint=hint)
        if not export:
            return Order(self.manager.build(container, source=source, root=True))
        known = self.manager.get_builder(container)
        if known is None:
            msg = "The provided container must have been read by the provided src_io."
            raise ValueError(msg)
        if known.parent is not None:
            msg = (
                "The provided container must be the root of the hierarchy of the source used to"
                " read the container."
            )
            raise ValueError(msg)
        self.manager.clear_cache()
        root = self.manager.build(container, source=source, root=True, export=True)
        return Order(root, export_source=self.io.source, link_data=False)

    def settle(self, container: object, home_of: Callable[[str], Home | None]) -> None:
        """Take note that what was built last is stored."""
        for key, (builder, path) in self._order.paths.items():
            self._written[key] = _Written(builder, path, dict(builder.attributes))
        self._home_of = home_of

    def remember(self) -> Callable[[], None]:
        """Return what lets be written again what is written from here on."""
        kept = dict(_written=dict(self._written), _home_of=self._home_of, _order=self._order)
        return partial(vars(self).update, kept)

    def read(self, builder: object) -> Read | None:
        """Return what a builder of hdmf was read from; None if it was not read here."""
        return self._tree.known(builder) if self._tree is not None else None

    def home(self, builder: object) -> Home | None:
        """Return where a builder of hdmf is stored; None if it is not, as far as is known here."""
        read = self.read(builder)
        if read is not None:
            return _home_of(read)
        written = self._written.get(id(builder))
        return None if written is None else self._home_of(written.path)

    def is_written(self, builder: Any) -> bool:
        """Whether a builder was written here, and its attributes are still the same."""
        written = self._written.get(id(builder))
        if written is None or written.attributes.keys() != builder.attributes.keys():
            return False
        return all(
            _is_same(value, written.attributes[key]) for key, value in builder.attributes.items()
        )

    def specs(self, stored: SpecDocuments) -> SpecDocuments:
        """Return the namespaces of the manager that are not among the stored ones."""
        return documents_of(self.manager.namespace_catalog, stored)

    def _native(self, stored: Any) -> object:
        """Return the library's own array for a stored one, where it has one."""
        storage = self.io.storage
        if isinstance(stored, LazyDataset) and isinstance(storage, SupportsNative):
            return storage.native(stored.path)
        return stored


def _is_same(value: Any, old: Any) -> bool:
    """Whether an attribute was not changed; hdmf makes some of them anew for each build."""
    if isinstance(value, ReferenceBuilder) and isinstance(old, ReferenceBuilder):
        return value.builder is old.builder
    is_plain = isinstance(value, (str, bytes, bool, int, float, np.generic))
    return value is old or (is_plain and type(value) is type(old) and bool(value == old))


def _home_of(read: Read) -> Home | None:
    return None if isinstance(read.stored, LinkBuilder) else read.stored.home


def _nowhere(path: str) -> Home | None:
    """Say that nothing is stored yet."""
    return None
