"""Builders to containers and back: the manager protocol and the light manager."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Protocol, runtime_checkable
from weakref import ReferenceType, WeakKeyDictionary, ref

from hdmf_io_core.errors import ConstructError, UnresolvedReferenceError
from hdmf_io_core.model.build import Build, Known
from hdmf_io_core.model.builders import (
    Builder,
    DatasetBuilder,
    DatatypeBuilder,
    GroupBuilder,
    Home,
    find_type,
)
from hdmf_io_core.model.container import Container
from hdmf_io_core.model.data import Data, Datatype
from hdmf_io_core.model.names import join_path
from hdmf_io_core.model.node import BrokenLink, Node, NodeLoader
from hdmf_io_core.model.typemap import TypeMap
from hdmf_io_core.storage.layout import ObjectRef, RegionRef

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["BuildManager", "Manager", "SupportsAttach", "SupportsTakingBack"]


class Manager(Protocol):
    """What an IO asks of a model: containers to builders, builders to containers."""

    def build(self, container: object, *, source: str, export: bool = False) -> GroupBuilder:
        """Describe a container, to be stored in ``source``."""
        ...

    def construct(self, builder: Builder) -> object:
        """Return the container of a builder, the same one each time."""
        ...

    def settle(self, container: object, home_of: Callable[[str], Home | None]) -> None:
        """Take note that a container was stored; ``home_of`` finds the home of a path."""
        ...


@runtime_checkable
class SupportsAttach(Protocol):
    """A manager that has to know the IO that it works for."""

    def attach(self, io: object) -> None:
        """Take note of the IO, when its storage is open."""
        ...


@runtime_checkable
class SupportsTakingBack(Protocol):
    """A manager that can forget what it took note of."""

    def remember(self) -> Callable[[], None]:
        """Return what lets all be stored as it is now, however much is settled meanwhile.

        It is to be called, if at all, before this method is called again.
        """
        ...


class _Settled(list[tuple[Node, bool, tuple[str, ...]]]):
    """What was settled: whether it had been modified, and what had been removed from it."""


class BuildManager:
    """The light manager: generic containers, classes by ``TypeMap``.

    One manager belongs to one IO and lives as long as it: it keeps every builder it has met with
    its node.

    Parameters
    ----------
    type_map : TypeMap or None
        Classes for types; None for none.
    """

    def __init__(self, type_map: TypeMap | None = None) -> None:
        self.type_map = type_map if type_map is not None else TypeMap()
        self._nodes: dict[Builder, Node] = {}
        self._known: WeakKeyDictionary[Node, Known] = WeakKeyDictionary()
        self._settled: ReferenceType[_Settled] | None = None

    def construct(self, builder: Builder) -> Node:
        """Return the node of a builder, the same one each time.

        Raises
        ------
        ConstructError
            If a class registered for the type is for groups and the node is a dataset, or the
            reverse.
        """
        node = self._nodes.get(builder)
        if node is None:
            loader = NodeLoader(
                builder,
                construct=self.construct,
                resolve=self._resolver(builder),
                refer=self._refer,
            )
            node = self._class_of(builder)._from_loader(builder.name, loader)
            self._nodes[builder] = node
        return node

    def build(self, container: object, *, source: str, export: bool = False) -> GroupBuilder:
        """Describe a container and all below it; what was not touched stays lazy.

        Raises
        ------
        BuildError
            If ``container`` is no ``Container``, or the tree cannot be stored as it is.
        UnresolvedReferenceError
            If a reference points to a node that is neither in the tree nor stored.
        """
        return Build(self._known, container, source=source, export=export).root()

    def settle(self, container: object, home_of: Callable[[str], Home | None]) -> None:
        """Take note that a container, and all of it that is in memory, was stored."""
        if not isinstance(container, Container):
            return
        # A node with several names, a group inside itself among them, is settled once.
        pending: dict[Node, str] = {container: "/"}
        seen: set[Node] = set()
        while pending:
            node, path = pending.popitem()
            seen.add(node)
            self._settle(node, home_of(path))
            entries = node._entries.loaded if isinstance(node, Container) else {}
            for name, entry in entries.items():
                if isinstance(entry, Node) and entry not in seen:
                    pending.setdefault(entry, join_path(path, name))

    def remember(self) -> Callable[[], None]:
        """Return what lets containers be as they are now: stored, changed, or new."""
        known, settled = dict(self._known), _Settled()
        self._settled = ref(settled)

        def bring_back() -> None:
            while settled:
                node, modified, removed = settled.pop()
                node._modified = modified
                self._known.pop(node, None)
                if isinstance(node, Container):
                    node._entries.unsettle(removed)
            self._known.update(known)

        return bring_back

    def _settle(self, node: Node, home: Home | None) -> None:
        removed = node._entries.removed if isinstance(node, Container) else ()
        # Nothing is noted once nobody can ask for it any more.
        settled = self._settled() if self._settled is not None else None
        if settled is not None:
            settled.append((node, node._modified, removed))
        if home is not None:
            data_revision = node._data_revision if isinstance(node, Data) else 0
            self._known[node] = Known(home, node._revision, data_revision)
            if isinstance(node, Data):
                # An iterator is used up now; what it gave is in the file.
                node._settle(partial(home.tree.at, home.access))
        node._modified = False
        if isinstance(node, Container):
            node._entries.settle()

    def _resolver(self, builder: Builder) -> Callable[[ObjectRef | RegionRef], object]:
        def resolve(ref: ObjectRef | RegionRef) -> object:
            if isinstance(ref, RegionRef):
                # It stays a value: data[ref] reads the region, and it can be written again.
                return ref
            target = builder.home.tree.resolve(ref) if builder.home is not None else None
            if target is None:
                return BrokenLink(
                    builder.name, ref.path or str(ref.key), reason="dangling reference"
                )
            return self.construct(target)

        return resolve

    def _refer(self, value: object) -> object:
        """Return a reference to a node that is stored; other values as they are."""
        if not isinstance(value, Node):
            return value
        known = self._known.get(value)
        home = known.home if known is not None else None
        if home is None and value._loader is not None:
            home = value._loader.builder.home
        if home is None:
            msg = f"{value.name!r} is not stored yet, so nothing can refer to it"
            raise UnresolvedReferenceError(
                msg,
                path=value.path,
                hint="Write it first.",
            )
        return ObjectRef(home.source, home.key, home.path)

    def _class_of(self, builder: Builder) -> type[Node]:
        if isinstance(builder, DatatypeBuilder):
            return Datatype
        base: type[Node] = Container if isinstance(builder, GroupBuilder) else Data
        data_type, namespace = find_type(builder.attributes)
        cls = self.type_map.class_for(data_type, namespace)
        if cls is None:
            return base
        if not issubclass(cls, base):
            kind = "dataset" if isinstance(builder, DatasetBuilder) else "group"
            msg = f"{cls.__name__} is registered for {data_type!r}, but the node is a {kind}"
            raise ConstructError(
                msg,
                source=builder.home.source if builder.home is not None else None,
                path=builder.home.path if builder.home is not None else builder.name,
                hint=f"Register a subclass of {base.__name__}.",
            )
        return cls
