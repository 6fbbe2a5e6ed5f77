"""Looking nodes up in an open store: entries of groups, links followed. No values, no writing."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hdmf_io_core.errors import (
    ClosedIOError,
    CorruptFileError,
    ExternalAccessError,
    HdmfIOError,
    ModeError,
    NodeNotFoundError,
)
from hdmf_io_core.model.names import join_path, split_path
from hdmf_io_core.storage.layout import LinkTarget, NodeInfo
from hdmf_io_core.stores.documents import Consolidated, Node
from hdmf_io_core.stores.folders import ByteStore
from hdmf_io_core.stores.hints import check_finished
from hdmf_io_core.stores.tree import NodeTree
from hdmf_io_zarr.documents import documents_of, open_documents
from hdmf_io_zarr.references import References, foreign_link, link_source, link_targets, normal_path
from hdmf_io_zarr.speccache import find_spec_group

if TYPE_CHECKING:
    from hdmf_io_zarr.conventions import ZarrFormat
    from hdmf_io_zarr.references import Links

__all__ = ["LINKS_LIMIT", "Broken", "Place", "StoreNodes", "StoreOpener"]

StoreOpener = Callable[[str], ByteStore]
"""Opens another store, for a link, by its path or URL."""
LINKS_LIMIT = 16


@dataclass(frozen=True, slots=True)
class Place:
    """A node, in the store that really holds it, by a path that runs through no link."""

    home: StoreNodes
    path: str
    node: Node


@dataclass(frozen=True, slots=True)
class Broken:
    """A path that leads nowhere, and the stores that its link was looked for in."""

    tried: tuple[str, ...] = ()
    withheld: str = ""

    def info(self, shown: str, source: str, path: str, link: LinkTarget) -> NodeInfo:
        """Return what is told of the link."""
        tried, withheld = self.tried, self.withheld
        return NodeInfo(shown, "missing", None, source, path, link, tried=tried, withheld=withheld)


class StoreNodes:
    """The nodes of one open store, and those that its links lead to.

    Parameters are those of :class:`~hdmf_io_zarr.reader.ZarrReader`.
    """

    def __init__(
        self,
        store: ByteStore,
        *,
        consolidated: bool = True,
        allow_unfinished: bool = False,
        open_store: StoreOpener | None = None,
    ) -> None:
        self._store = store
        self._open_store = open_store
        self._use_consolidated = consolidated
        self._is_closed = False
        # A text for those that are not open: why they are withheld, if they are.
        self._others: dict[str, StoreNodes | str] = {}
        # (path in the other store, path here) of what links led to, by source.
        self._mounts: dict[str, dict[str, str]] = {}
        self._spec_path: str | bool | None = False
        self._attach(*self._opened())
        if not allow_unfinished:
            self._check_finished()

    def _opened(self) -> tuple[ZarrFormat, Consolidated | None]:
        return open_documents(self._store, consolidated=self._use_consolidated)

    def _attach(
        self,
        zarr_format: ZarrFormat,
        consolidated: Consolidated | None,
        *,
        is_new: bool = False,
    ) -> None:
        self._format = zarr_format
        documents = documents_of(zarr_format)
        self._tree = NodeTree(self._store, documents, consolidated, is_new=is_new)
        self._references = References(self.source, zarr_format, self._tree)

    # state

    @property
    def source(self) -> str:
        """Canonical name, absolute for local stores."""
        return self._store.source

    @property
    def store(self) -> ByteStore:
        """The store's bytes."""
        return self._store

    @property
    def references(self) -> References:
        """How references of this store are read and written."""
        return self._references

    @property
    def zarr_format(self) -> ZarrFormat:
        """Format of the store, 2 or 3."""
        return self._format

    def check_open(self) -> None:
        """Raise ``ClosedIOError`` after :meth:`close`."""
        if self._is_closed:
            msg = "the store is closed"
            raise ClosedIOError(msg, source=self.source, hint="Open it again.")

    def begin(self) -> None:
        """Refuse to write."""
        msg = "the store is open for reading only"
        raise ModeError(msg, source=self.source, hint="Open it with mode 'a' or 'r+'.")

    def touch(self, path: str) -> None:
        """Refuse to write."""
        self.begin()

    def node(self, path: str) -> NodeInfo | None:
        """Look one entry up; see ``StorageReader.node``."""
        self.check_open()
        shown = normal_path(path)
        if shown == "/":
            return self._info("/", Place(self, "/", self._root()))
        parent = self._locate(posixpath.dirname(shown))
        if isinstance(parent, Broken) or parent.node.kind != "group":
            return None
        return parent.home._entry(parent, posixpath.basename(shown), shown, self)

    def children(self, path: str) -> Iterator[NodeInfo]:
        """Yield the entries of a group by name: nodes and links.

        Raises
        ------
        NodeNotFoundError
            There is no group at the path.
        """
        self.check_open()
        place = self._at(path, "group")
        hidden = place.home._spec_group() if place.path == "/" else None
        links = place.home._links(place.node)
        for name in sorted({*place.home._tree.names(place.path), *links}):
            shown = join_path(normal_path(path), name)
            entry = place.home._entry(place, name, shown, self, links=links)
            if entry is not None and join_path(place.path, name) != hidden:
                yield entry
            self.check_open()

    def _spec_group(self) -> str | None:
        if isinstance(self._spec_path, bool):
            self._spec_path = find_spec_group(self._root(), self._tree)
        return self._spec_path

    def refresh(self) -> None:
        """Forget what was read of the documents, of the stores behind links too."""
        self.check_open()
        self._others = dict(self._opened_others())
        for _, other in self._opened_others():
            other.refresh()
        self._spec_path = False
        load = documents_of(self._format).load_all
        self._tree.forget(consolidated=load(self._store) if self._use_consolidated else None)

    def close(self) -> None:
        """Close the store, and those behind links."""
        if not self._is_closed:
            self._is_closed = True
            for _, other in self._opened_others():
                other.close()
            self._others = {}
            self._store.close()

    def _opened_others(self) -> list[tuple[str, StoreNodes]]:
        return [(k, other) for k, other in self._others.items() if not isinstance(other, str)]

    def current(self, node: Node) -> Node:
        """Return a node as it was read last; itself if it is gone."""
        return self._tree.get(node.path) or node

    def _root(self) -> Node:
        root = self._tree.get("/")
        return root if root is not None else Node("group")

    def _check_finished(self) -> None:
        try:
            check_finished(self._root(), self.source)
        except CorruptFileError:
            self.close()
            raise

    def _at(self, path: str, kind: str | None = None) -> Place:
        place = self._locate(path)
        if isinstance(place, Broken) or kind not in {None, place.node.kind}:
            what = kind if kind is not None else "node"
            msg = f"there is no such {what}"
            raise NodeNotFoundError(msg, source=self.source, path=path)
        return place

    def _locate(self, path: str, depth: int = LINKS_LIMIT) -> Place | Broken:
        path = normal_path(path)
        node = self._tree.get(path)
        if node is not None:
            return Place(self, path, node)
        if path == "/":
            return Place(self, path, self._root())
        # Nothing stands under a link's name: some part of the path is one.
        parts, above = split_path(path), "/"
        for index, name in enumerate(parts):
            here = join_path(above, name)
            if self._tree.get(here) is None:
                parent = self._tree.get(above)
                link = self._links(parent).get(name) if parent is not None else None
                if link is None or not depth:
                    return Broken()
                return self._through(link, parts[index + 1 :], depth - 1, here)
            above = here
        return Broken()

    def _through(self, link: LinkTarget, rest: list[str], depth: int, here: str) -> Place | Broken:
        """Follow the link that stands at ``here``, and then the rest of a path."""
        reader = self
        path = "/".join([posixpath.join(posixpath.dirname(here), link.path), *rest])
        if link.kind == "external":
            source = link_source(link, self.source)
            other = self._other(source)
            if isinstance(other, str):
                return Broken((source,), other)
            reader = other
            if reader is not self:
                self._mounts.setdefault(source, {}).setdefault(link.path, here)
        place = reader._locate(path, depth)
        if isinstance(place, Broken) and link.kind == "external" and not place.tried:
            return Broken((reader.source,))
        return place

    def _other(self, source: str) -> StoreNodes | str:
        """Return the store behind a link, or why it is withheld; empty if it does not open."""
        if source == self.source:
            return self
        if source not in self._others:
            self._others[source] = self._opened_other(source)
        return self._others[source]

    def _opened_other(self, source: str) -> StoreNodes | str:
        try:
            opened = self._open_store(source) if self._open_store is not None else None
            return "" if opened is None else StoreNodes(opened, open_store=self._open_store)
        except ExternalAccessError as error:
            return error.what
        except (OSError, ValueError, HdmfIOError):
            return ""

    def _links(self, node: Node) -> dict[str, LinkTarget]:
        return link_targets(node, self._format, self.source)

    def _entry(
        self, place: Place, name: str, shown: str, asked: StoreNodes, *, links: Links = None
    ) -> NodeInfo | None:
        """Return an entry of a group of this store, by the path under which ``asked`` knows it."""
        inner = join_path(place.path, name)
        node = self._tree.get(inner)
        said = foreign_link(place.node, name, self.source)
        if node is not None:
            if self is not asked:
                asked._mounts.setdefault(self.source, {}).setdefault(inner, shown)
            return self._info(shown, Place(self, inner, node), said)
        link = (self._links(place.node) if links is None else links).get(name)
        if link is None:
            return None
        target = self._through(link, [], LINKS_LIMIT, inner)
        if isinstance(target, Broken):
            return target.info(shown, self.source, inner, said or link)
        if target.home is not asked:
            asked._mounts.setdefault(target.home.source, {}).setdefault(target.path, shown)
        return self._info(shown, target, said or link)

    def _info(self, shown: str, place: Place, link: LinkTarget | None = None) -> NodeInfo:
        source = place.home.source
        return NodeInfo(shown, place.node.kind, (source, place.path), source, place.path, link)
