"""The entries of a container: new ones, those already loaded, and those still in the file."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hdmf_io_core.errors import BrokenLinkWarning, LinkTargetError
from hdmf_io_core.model.builders import GroupBuilder, LinkBuilder
from hdmf_io_core.model.node import BrokenLink, Node, NodeLoader

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hdmf_io_core.storage.layout import LinkTarget

__all__ = ["Children", "Link"]


@dataclass(slots=True, eq=False)
class Link:
    """An entry that is a link.

    Attributes
    ----------
    target
        What the file says, or what it is to say; None for a link to a node whose place is known
        only when it is written.
    node
        Where the link leads; None until followed, a ``BrokenLink`` if nowhere.
    builder
        The stored entry; None for a new link.
    """

    target: LinkTarget | None
    node: Node | BrokenLink | None = None
    builder: LinkBuilder | None = None

    @property
    def node_path(self) -> str:
        """Path of the node that a new link leads to.

        Raises
        ------
        LinkTargetError
            If it has none.
        """
        if self.node is None:
            msg = "a link has neither a target nor a node"
            raise LinkTargetError(msg)
        return self.node.path


class Children:
    """Entries by name, in the file's order, new ones after them. Loads one at a time, on demand."""

    __slots__ = ("_loaded", "_loader", "_removed", "_stored")

    def __init__(self, loader: NodeLoader | None) -> None:
        self._loader = loader
        self._loaded: dict[str, Node | Link] = {}
        self._removed: dict[str, None] = {}
        builder = loader.builder if loader is not None else None
        self._stored = builder.children if isinstance(builder, GroupBuilder) else {}

    def get(self, name: str) -> Node | Link | None:
        """Return an entry, loading it if need be; None if there is none."""
        entry = self._loaded.get(name)
        if entry is not None or name in self._removed or self._loader is None:
            return entry
        stored = self._stored.get(name)
        if stored is None:
            return None
        if isinstance(stored, LinkBuilder):
            entry = Link(stored.target, builder=stored)
        else:
            entry = self._loader.construct(stored)
        self._loaded[name] = entry
        return entry

    def follow(self, link: Link, path: str) -> Node | BrokenLink:
        """Return where a link leads; the first time warns if nowhere."""
        if link.node is None:
            link.node = self._follow(link, path)
        return link.node

    def _follow(self, link: Link, path: str) -> Node | BrokenLink:
        builder = link.builder.builder if link.builder is not None else None
        if builder is not None and self._loader is not None:
            return self._loader.construct(builder)
        info = link.builder.info if link.builder is not None else None
        reason = info.withheld if info is not None and info.withheld else "no such node"
        tried = info.tried if info is not None else ()
        broken = BrokenLink(path, str(link.target), tried=tried, reason=reason)
        where = f" in {info.source!r}" if info is not None else ""
        why = "which is not there" if reason == "no such node" else f"which is withheld: {reason}"
        places = f"; tried {', '.join(tried)}" if tried else ""
        warnings.warn(
            f"the link {path!r}{where} points to {broken.target!r}, {why}{places}",
            BrokenLinkWarning,
            stacklevel=5,
        )
        return broken

    def put(self, name: str, entry: Node | Link) -> None:
        """Add or replace an entry."""
        self._loaded[name] = entry

    def remove(self, name: str) -> None:
        """Drop an entry; one that was stored is remembered as removed."""
        self._loaded.pop(name, None)
        if name in self._stored:
            self._removed[name] = None

    def names(self) -> Iterator[str]:
        """Yield all names: stored ones in the file's order, then new ones."""
        for name in self._stored:
            if name not in self._removed or name in self._loaded:
                yield name
        for name in self._loaded:
            if name not in self._stored:
                yield name

    def __contains__(self, name: str) -> bool:
        if name in self._loaded:
            return True
        return name not in self._removed and name in self._stored

    @property
    def loaded(self) -> dict[str, Node | Link]:
        """What is in memory: new, or loaded and perhaps changed."""
        return self._loaded

    @property
    def removed(self) -> tuple[str, ...]:
        """Stored names that were removed, also where another entry took the name."""
        return tuple(self._removed)

    def unsettle(self, removed: tuple[str, ...]) -> None:
        """Remember names as removed: what was carried out was taken back."""
        self._removed = dict.fromkeys(removed)

    def settle(self) -> None:
        """Forget what was removed, after it was carried out."""
        self._removed.clear()
