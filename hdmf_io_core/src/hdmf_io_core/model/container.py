"""Containers: named groups of containers and data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hdmf_io_core.errors import (
    ContainerCycleError,
    DuplicateNameError,
    NodeNotFoundError,
)
from hdmf_io_core.model.builders import TYPE_NAMES
from hdmf_io_core.model.children import Children, Link
from hdmf_io_core.model.data import Data
from hdmf_io_core.model.describe import describe, headline
from hdmf_io_core.model.names import check_name, join_path, split_path
from hdmf_io_core.model.node import BrokenLink, Node, NodeLoader
from hdmf_io_core.storage.layout import LinkTarget

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["Container"]


class Container(Node):
    """A group: children by name, attributes, a type.

    Children are reached as attributes (``container.neural_data``), by name or path
    (``container["a/b/c"]``), by iteration over the names. Python attributes and methods win over
    children of the same name; those are reached by ``[]``. Children read from a file load when
    touched.

    Parameters
    ----------
    name : str
        Not empty, without slash.
    data_type, namespace : str or None
        The type; the default is one that stock hdmf reads. None for an untyped group.
    object_id : str or None
        UUID; a new one when None.
    attributes : Mapping or None
        Further attributes.

    Examples
    --------
    >>> from hdmf_io_core import Container, Data
    >>> session = Container("session")
    >>> session.add_child(Data("trace", [1.0, 2.0, 3.0]))
    >>> session.trace.shape
    (3,)
    """

    def __init__(
        self,
        name: str,
        *,
        data_type: str | None = "SimpleMultiContainer",
        namespace: str | None = "hdmf-common",
        object_id: str | None = None,
        attributes: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(
            name,
            data_type=data_type,
            namespace=namespace,
            object_id=object_id,
            attributes=attributes,
        )

    def _setup(self, name: str, loader: NodeLoader | None) -> None:
        super()._setup(name, loader)
        self._entries = Children(loader)

    # children

    def add_child(self, child: Node) -> None:
        """Add a child; one that belongs to another container already becomes a link to it.

        Raises
        ------
        DuplicateNameError
            If there is an entry of that name.
        ContainerCycleError
            If the child is this container or one of its ancestors.
        """
        if not isinstance(child, Node):
            msg = f"a child is a Container or Data, not {type(child).__name__}"
            raise TypeError(msg)
        self._check_free(child.name)
        if self._is_inside(child):
            msg = f"{child.name!r} cannot be inside itself"
            raise ContainerCycleError(
                msg,
                path=self.path,
                hint="To point back at an ancestor, use add_link.",
            )
        if child.parent is None:
            child._parent = self
            self._entries.put(child.name, child)
        else:
            self._entries.put(child.name, Link(None, node=child))
        self._touch()

    def add_link(self, name: str, target: Node | LinkTarget) -> None:
        """Add a link to a node of this tree or of another open file, or to a place."""
        self._check_free(check_name(name))
        link = Link(None, node=target) if isinstance(target, Node) else Link(target)
        self._entries.put(name, link)
        self._touch()

    def remove_child(self, name: str | Node) -> None:
        """Remove an entry; in a file it goes at the next ``write``. A link goes, not its target."""
        name = name.name if isinstance(name, Node) else name
        entry = self._entries.get(name)
        if entry is None:
            raise self._missing(name)
        self._entries.remove(name)
        if isinstance(entry, Node):
            entry._detach()
        self._touch()

    @property
    def children(self) -> tuple[Node, ...]:
        """The nodes that this container owns, without those it links to."""
        entries = ((name, self._entries.get(name)) for name in self._entries.names())
        return tuple(entry for _, entry in entries if isinstance(entry, Node))

    @property
    def fields(self) -> dict[str, object]:
        """Everything by name: attributes but those of the type, then entries, links followed.

        A new dict each time; an entry wins over an attribute of its name.
        """
        own = {name: value for name, value in self.attributes.items() if name not in TYPE_NAMES}
        return {**own, **dict(self.items())}

    @property
    def links(self) -> Mapping[str, LinkTarget]:
        """Where the entries that are links point, by name."""
        found = {}
        for name in self._entries.names():
            entry = self._entries.get(name)
            if isinstance(entry, Link):
                found[name] = entry.target or LinkTarget("soft", entry.node_path)
        return found

    def keys(self) -> Iterator[str]:
        """Iterate over the names of all entries, links among them."""
        return self._entries.names()

    def values(self) -> Iterator[Node | BrokenLink]:
        """Iterate over all entries, links followed."""
        return (self[name] for name in self.keys())

    def items(self) -> Iterator[tuple[str, Node | BrokenLink]]:
        """Iterate over names and entries, links followed."""
        return ((name, self[name]) for name in self.keys())

    def get(self, path: str, default: object = None) -> object:
        """Return the node at ``path``, or ``default`` if there is none."""
        try:
            return self[path]
        except NodeNotFoundError:
            return default

    def __getitem__(self, path: str) -> Node | BrokenLink:
        if not isinstance(path, str):
            msg = f"a child is found by name or path, not by {type(path).__name__}"
            raise TypeError(msg)
        node: object = self
        if path.startswith("/"):
            while isinstance(node, Container) and node.parent is not None:
                node = node.parent
        for part in split_path(path):
            node = node._child(part) if isinstance(node, Container) else None
            if node is None:
                raise self._missing(path)
        return node  # type: ignore[return-value]

    def __contains__(self, path: object) -> bool:
        if not isinstance(path, str):
            return any(child is path for child in self._entries.loaded.values())
        parts = split_path(path)
        if len(parts) == 1 and not path.startswith("/"):
            return parts[0] in self._entries
        return self.get(path) is not None

    def __iter__(self) -> Iterator[str]:
        return self.keys()

    def __len__(self) -> int:
        return sum(1 for _ in self.keys())

    def __bool__(self) -> bool:
        return True

    # attribute access

    def __getattr__(self, name: str) -> Node | BrokenLink:
        # Reached only where normal look-up failed; a half-made object has no entries yet.
        if name.startswith("_") and "_entries" not in self.__dict__:
            raise AttributeError(name)
        child = self._child(name)
        if child is None:
            raise AttributeError(self._missing(name).what, name=name, obj=self)
        return child

    def __setattr__(self, name: str, value: object) -> None:
        known = name.startswith("_") or hasattr(type(self), name)
        if known or "_entries" not in self.__dict__:
            object.__setattr__(self, name, value)
            return
        child = self._child(name)
        if isinstance(child, Data) and not isinstance(value, Node):
            child.data = value
        elif isinstance(value, Node) and value.name == name:
            if child is not None:
                self.remove_child(name)
            self.add_child(value)
        elif type(self) is Container:
            msg = (
                f"{name!r} is no child of {self.path!r} and would not be stored; "
                f"use add_child, or attributes[{name!r}] for an attribute"
            )
            raise AttributeError(msg)
        else:
            object.__setattr__(self, name, value)

    def __dir__(self) -> list[str]:
        names = (name for name in self.keys() if name.isidentifier())
        return sorted({*super().__dir__(), *names})

    def _ipython_key_completions_(self) -> list[str]:
        return list(self.keys())

    def __repr__(self) -> str:
        return headline(self)

    def __str__(self) -> str:
        return describe(self, self._entries)

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:  # noqa: FBT001 - IPython's
        printer.text(headline(self) if cycle else str(self))

    # inside

    def _child(self, name: str) -> Node | BrokenLink | None:
        entry = self._entries.get(name)
        if isinstance(entry, Link):
            return self._entries.follow(entry, join_path(self.path, name))
        if entry is not None and entry._parent is None and not entry._detached:
            entry._parent = self
        return entry

    def _check_free(self, name: str) -> None:
        if name in self._entries:
            msg = f"there is a child {name!r} already"
            raise DuplicateNameError(
                msg,
                source=self.container_source,
                path=self.path,
                hint="Remove it first, or choose another name.",
            )

    def _is_inside(self, other: Node) -> bool:
        node: Node | None = self
        while node is not None:
            if node is other:
                return True
            node = node.parent
        return False

    def _missing(self, path: str) -> NodeNotFoundError:
        names = [name for name, _ in zip(self.keys(), range(1000), strict=False)]
        import difflib  # Only errors need it.

        near = difflib.get_close_matches(path, names, n=1)
        shown = ", ".join(map(repr, names[:10])) + (", ..." if len(names) > 10 else "")
        return NodeNotFoundError(
            f"no node {path!r} in container {self.name!r}, which has {shown or 'no children'}",
            source=self.container_source,
            path=self.path,
            hint=f"Did you mean {near[0]!r}?" if near else None,
        )
