"""What containers and data have in common: a name, a type, attributes, a place in a tree."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Self

from hdmf_io_core.model.attributes import Attributes
from hdmf_io_core.model.builders import Builder, find_type
from hdmf_io_core.model.names import check_name, join_path

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from hdmf_io_core.model.container import Container
    from hdmf_io_core.storage.layout import ObjectRef, RegionRef

__all__ = ["BrokenLink", "Node", "NodeLoader"]


class BrokenLink:
    """What stands where a link, or a reference, leads nowhere.

    Attributes
    ----------
    path : str
        The entry that is broken.
    target : str
        What it points to, ``file::path`` for another file.
    tried : tuple of str
        Absolute paths of the files that were tried.
    reason : str
        Why it could not be followed.
    """

    __slots__ = ("path", "reason", "target", "tried")

    def __init__(
        self, path: str, target: str, *, tried: tuple[str, ...] = (), reason: str = "no such node"
    ) -> None:
        self.path = path
        self.target = target
        self.tried = tried
        self.reason = reason

    def __bool__(self) -> bool:
        return False

    def __repr__(self) -> str:
        tried = f", tried {', '.join(self.tried)}" if self.tried else ""
        return f"<BrokenLink {self.path} -> {self.target} ({self.reason}{tried})>"


class NodeLoader:
    """Connects a node that was read to what it was read from.

    Parameters
    ----------
    builder : GroupBuilder or DatasetBuilder
        The stored node.
    construct : callable
        From another builder of the same tree to its node; the same node each time.
    resolve : callable
        From a reference to the node behind it.
    refer : callable
        From a node to a reference to it, inside the same file.
    """

    __slots__ = ("builder", "construct", "refer", "resolve")

    def __init__(
        self,
        builder: Builder,
        *,
        construct: Callable[[Builder], Node],
        resolve: Callable[[ObjectRef | RegionRef], object],
        refer: Callable[[object], object],
    ) -> None:
        self.builder = builder
        self.construct = construct
        self.resolve = resolve
        self.refer = refer


class Node:
    """A named, typed thing in a tree; base of :class:`Container` and :class:`Data`.

    Parameters
    ----------
    name : str
        Not empty, without slash.
    data_type, namespace : str or None
        Type and where it is defined; both None for an untyped node.
    object_id : str or None
        UUID; a new one is made for a typed node when None.
    attributes : Mapping or None
        Further attributes.
    """

    def __init__(
        self,
        name: str,
        *,
        data_type: str | None,
        namespace: str | None,
        object_id: str | None = None,
        attributes: Mapping[str, object] | None = None,
    ) -> None:
        self._setup(check_name(name), None)
        if data_type is not None:
            self.attributes["data_type"] = data_type
            self.attributes["namespace"] = namespace
            self.attributes["object_id"] = object_id or str(uuid.uuid4())
        self.attributes.update(attributes or {})

    @classmethod
    def _from_loader(cls, name: str, loader: NodeLoader) -> Self:
        """Make the node of a stored builder; ``__init__`` does not run, :meth:`loaded` does."""
        node = cls.__new__(cls)
        node._setup(name, loader)
        node.loaded()
        return node

    def _setup(self, name: str, loader: NodeLoader | None) -> None:
        self._name = name
        self._loader = loader
        self._parent: Container | None = None
        self._detached = False
        self._modified = loader is None
        self._revision = 0 if loader is not None else 1
        self._attributes = Attributes(
            loader.builder.attributes if loader is not None else {},
            is_node=is_node,
            on_change=self._touch,
            resolve=loader.resolve if loader is not None else None,
        )

    def loaded(self) -> None:
        """Run after the node was read from a file; for subclasses, does nothing here."""

    # identity

    @property
    def name(self) -> str:
        """Name of the node; that of a root read from a file that stores none is ``root``."""
        return self._name

    @property
    def data_type(self) -> str | None:
        """Type name from ``data_type`` or ``neurodata_type``; None for an untyped node."""
        return find_type(self._attributes.stored)[0]

    @property
    def namespace(self) -> str | None:
        """Namespace of the type; None for an untyped node."""
        return find_type(self._attributes.stored)[1]

    @property
    def object_id(self) -> str | None:
        """UUID kept across export; None where the file has none."""
        attribute = self._attributes.stored.get("object_id")
        return attribute.value if attribute and isinstance(attribute.value, str) else None

    @property
    def attributes(self) -> Attributes:
        """All attributes, those of the type among them; a mapping that can be changed."""
        return self._attributes

    # place

    @property
    def parent(self) -> Container | None:
        """The container that owns this node; None for a root."""
        if self._parent is None and self._loader is not None and not self._detached:
            self._parent = self._stored_parent(self._loader)
        return self._parent

    def _stored_parent(self, loader: NodeLoader) -> Container | None:
        home = loader.builder.home
        if home is None or home.access == "/":
            return None
        builder = home.tree.at(home.access.rsplit("/", 1)[0] or "/")
        return loader.construct(builder) if builder is not None else None  # type: ignore[return-value]

    @property
    def path(self) -> str:
        """Path from the root of the tree; a link's target has the path of its own place."""
        parent = self.parent
        return "/" if parent is None else join_path(parent.path, self._name)

    @property
    def container_source(self) -> str | None:
        """The file that holds the node; None if it was not read from one."""
        home = self._loader.builder.home if self._loader is not None else None
        return home.source if home is not None else None

    def get_ancestor(self, data_type: str | None = None) -> Container | None:
        """Return the nearest ancestor, of that type if one is given; None if there is none."""
        node = self.parent
        while node is not None and data_type is not None and node.data_type != data_type:
            node = node.parent
        return node

    def _detach(self) -> None:
        self._parent = None
        self._detached = True

    # change

    @property
    def modified(self) -> bool:
        """Whether it, or anything below it, changed since it was read or written."""
        return self._modified

    def set_modified(self, modified: bool = True) -> None:  # noqa: FBT001, FBT002 - as in hdmf
        """Mark the node, and its ancestors, as changed; or, with False, this node as unchanged."""
        if modified:
            self._touch()
        else:
            self._modified = False

    def _touch(self) -> None:
        self._revision += 1
        node: Node | None = self
        while node is not None and not (node is not self and node._modified):
            node._modified = True
            node = node._parent

    def __eq__(self, other: object) -> bool:
        return self is other

    def __ne__(self, other: object) -> bool:
        return self is not other

    __hash__ = object.__hash__


def is_node(value: object) -> bool:
    """Whether a value is a container or data, that is, becomes a reference when stored."""
    return isinstance(value, Node)
