"""Reading an open Zarr store: ``StorageReader`` over its documents."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from hdmf_io_core.errors import (
    ClosedIOError,
    CorruptFileError,
    HdmfIOError,
    ModeError,
    NodeNotFoundError,
    NotThisFormatError,
    UnsupportedFeatureError,
)
from hdmf_io_core.model.names import join_path, split_path
from hdmf_io_core.storage.layout import (
    Attribute,
    Capabilities,
    LinkTarget,
    NodeInfo,
    ObjectRef,
    RegionRef,
    SpecDocuments,
)
from hdmf_io_core.storage.protocols import StoredArray
from hdmf_io_core.storage.selection import select_all
from hdmf_io_zarr.arrays import ZarrArray, open_array
from hdmf_io_zarr.attributes import read_attributes
from hdmf_io_zarr.conventions import CONVENTIONS, DEFAULT_SPEC_GROUP, HINTS, SPECLOC, ZarrFormat
from hdmf_io_zarr.documents import Consolidated, Node, documents_of, find_format
from hdmf_io_zarr.references import References, link_target, normal_path
from hdmf_io_zarr.stores import ByteStore
from hdmf_io_zarr.tree import NodeTree

if TYPE_CHECKING:
    from hdmf_io_core.storage.dtypes import ElementType

__all__ = ["UNFINISHED", "StoreOpener", "ZarrReader"]

StoreOpener = Callable[[str], ByteStore]
"""Opens another store, for a link, by its path or URL."""
UNFINISHED = "unfinished"
"""Key of the root's hints: a writer has begun and not committed."""
_LINKS_LIMIT = 16


@dataclass(frozen=True, slots=True)
class _Place:
    """A node, in the store that really holds it, by a path that runs through no link."""

    reader: ZarrReader
    path: str
    node: Node


@dataclass(frozen=True, slots=True)
class _Broken:
    """A path that leads nowhere, and the stores that its link was looked for in."""

    tried: tuple[str, ...] = ()


class ZarrReader:
    """One open Zarr store.

    Parameters
    ----------
    store : ByteStore
        Its bytes; closed with the reader.
    consolidated : bool
        Whether consolidated metadata, where there is some, is taken for all there is. Otherwise each
        node's own document is read, when the node is touched.
    allow_unfinished : bool
        Whether a store is opened that a writer left unfinished, or is still writing.
    open_store : callable or None
        Opens what links lead to; None follows none.

    Raises
    ------
    NotThisFormatError
        There is no Zarr root.
    CorruptFileError
        The store is unfinished.

    Notes
    -----
    With consolidated metadata one document is read, whatever the number of nodes.
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
        self._others: dict[str, ZarrReader | None] = {}
        # (path in the other store, path here) of what links led to, by source.
        self._mounts: dict[str, dict[str, str]] = {}
        self._spec_path: str | bool | None = False
        self._attach(*self._opened())
        if not allow_unfinished:
            self._check_finished()

    def _opened(self) -> tuple[ZarrFormat, Consolidated | None]:
        for zarr_format in (3, 2) if self._use_consolidated else ():
            found = documents_of(zarr_format).load_all(self._store)
            if found is not None:
                return zarr_format, found
        known = find_format(self._store)
        if known is None:
            msg = "there is no Zarr group or array"
            raise NotThisFormatError(msg, source=self.source, hint="Check the path.")
        return known, None

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

    @property
    def capabilities(self) -> Capabilities:
        """Zarr has no hard links, region references or committed types."""
        return Capabilities()

    def check_open(self) -> None:
        """Raise ``ClosedIOError`` after :meth:`close`."""
        if self._is_closed:
            msg = "the store is closed"
            raise ClosedIOError(msg, source=self.source, hint="Open it again.")

    def begin(self) -> None:
        """Refuse to write."""
        msg = "the store is open for reading only"
        raise ModeError(
            msg,
            source=self.source,
            hint="Open it with mode 'a' or 'r+'.",
        )

    def touch(self, path: str) -> None:
        """Refuse to write."""
        self.begin()

    # nodes

    def node(self, path: str) -> NodeInfo | None:
        """Look one entry up; see ``StorageReader.node``."""
        self.check_open()
        shown = normal_path(path)
        if shown == "/":
            return self._info("/", _Place(self, "/", self._root()))
        parent = self._locate(posixpath.dirname(shown))
        if isinstance(parent, _Broken) or parent.node.kind != "group":
            return None
        return parent.reader._entry(parent, posixpath.basename(shown), shown, self)

    def children(self, path: str) -> Iterator[NodeInfo]:
        """Yield the entries of a group by name: nodes and links.

        Raises
        ------
        NodeNotFoundError
            There is no group at the path.
        """
        self.check_open()
        place = self._at(path, "group")
        hidden = place.reader._spec_group() if place.path == "/" else None
        names = {*place.reader._tree.names(place.path), *place.reader._links(place.node)}
        for name in sorted(names):
            entry = place.reader._entry(place, name, join_path(normal_path(path), name), self)
            if entry is not None and join_path(place.path, name) != hidden:
                yield entry
            self.check_open()

    def attributes(self, path: str) -> Mapping[str, Attribute]:
        """Return all attributes of a node.

        Raises
        ------
        NodeNotFoundError
            There is no node at the path.
        """
        self.check_open()
        place = self._at(path)
        return read_attributes(place.node.attributes, place.reader._references)

    def array(self, path: str) -> ZarrArray:
        """Open an array; reads no chunk.

        Raises
        ------
        NodeNotFoundError
            There is no array at the path.
        UnsupportedDtypeError, UnknownCodecError, MetadataError
            Its type or its codecs have no counterpart, or its documents are damaged.
        """
        self.check_open()
        place = self._at(path, "array")
        try:
            return open_array(place.reader, place.node)
        except HdmfIOError as error:
            error.source, error.path = error.source or self.source, error.path or path
            raise

    def at(self, path: str) -> StoredArray:
        """Return the array at a path, and where it really is; errors as :meth:`array`."""
        array = self.array(path)
        place = self._at(path)
        return StoredArray(array, place.reader.source, place.path)

    def array_paths(self) -> list[str]:
        """Return the paths of all arrays of the store, cached specifications left out."""
        self.check_open()
        hidden = self._spec_group()
        return [
            path
            for path, node in self._tree.walk()
            if node.kind == "array" and not (hidden and path.startswith(f"{hidden}/"))
        ]

    def datatype(self, path: str) -> ElementType:
        """Raise: Zarr has no committed types."""
        msg = "the node is no datatype"
        raise NodeNotFoundError(msg, source=self.source, path=path)

    def resolve(self, ref: ObjectRef | RegionRef) -> NodeInfo | None:
        """Find the node behind a reference; None if it dangles.

        A node of another store is found where a link that was followed leads to it.
        """
        self.check_open()
        target = ref.target if isinstance(ref, RegionRef) else ref
        path = target.path
        if path is None and isinstance(target.key, tuple):
            path = str(target.key[1])
        if path is None:
            return None
        if target.source == self.source:
            place = self._locate(path)
            return None if isinstance(place, _Broken) else self.node(self._shown(place))
        for inner, shown in self._mounts.get(target.source, {}).items():
            if path == inner or path.startswith(f"{inner.rstrip('/')}/"):
                return self.node(shown + path[len(inner.rstrip("/")) :])
        return None

    def _shown(self, place: _Place) -> str:
        """Return the path of a node here: its own, or that of the link which leads to its store."""
        if place.reader is self:
            return place.path
        for inner, shown in self._mounts.get(place.reader.source, {}).items():
            if place.path == inner or place.path.startswith(f"{inner.rstrip('/')}/"):
                return shown + place.path[len(inner.rstrip("/")) :]
        return place.path

    # specifications

    def specs(self) -> SpecDocuments:
        """Return the cached specifications, all versions."""
        self.check_open()
        group = self._spec_group()
        if group is None:
            return {}
        tree, found = self._tree, {}
        for namespace in tree.names(group):
            for version in tree.names(join_path(group, namespace)):
                above = join_path(join_path(group, namespace), version)
                found[namespace, version] = {
                    source: self._text_of(join_path(above, source)) for source in tree.names(above)
                }
        return found

    def _text_of(self, path: str) -> str:
        array = self.array(path)
        shape = array.layout.shape or ()
        out = np.empty(shape, array.layout.memory_dtype)
        array.read_into(select_all(shape), out)
        return str(out.ravel()[0])

    def _spec_group(self) -> str | None:
        if isinstance(self._spec_path, bool):
            self._spec_path = self._find_spec_group()
        return self._spec_path

    def _find_spec_group(self) -> str | None:
        """Return where ``.specloc`` points, else the default group if it has the form of a cache."""
        named: Any = self._root().attributes.get(SPECLOC)
        if isinstance(named, dict):
            named = named.get("_REFERENCE") or named.get("value") or named
            named = named.get("path") if isinstance(named, dict) else None
        if isinstance(named, str) and named.strip("/"):
            return normal_path(named)
        for namespace in self._tree.names(DEFAULT_SPEC_GROUP)[:1]:
            above = join_path(DEFAULT_SPEC_GROUP, namespace)
            for version in self._tree.names(above)[:1]:
                if "namespace" in self._tree.names(join_path(above, version)):
                    return DEFAULT_SPEC_GROUP
        return None

    # the library's own objects

    @property
    def file(self) -> Any:
        """The store as zarr-python's root group."""
        return self.native("/")

    def native(self, path: str) -> Any:
        """Return zarr-python's group or array at a path.

        Raises
        ------
        NodeNotFoundError
            There is none.
        UnsupportedFeatureError
            zarr-python cannot open it, as arrays of objects in format 2.
        """
        import zarr

        self.check_open()
        place = self._at(path)
        try:
            return zarr.open(
                place.reader.store.native(),
                path=place.path.strip("/"),
                mode=self._native_mode,
                zarr_format=place.reader.zarr_format,
            )
        except (KeyError, NotImplementedError, TypeError, ValueError) as error:
            msg = f"zarr-python cannot open the node: {error}"
            raise UnsupportedFeatureError(msg, source=self.source, path=path) from error

    _native_mode: Literal["r", "r+"] = "r"

    def adopt(self, value: object) -> StoredArray | None:
        """Return the array behind a ``zarr.Array``, of whichever store; None for anything else."""
        if not any(base.__module__.startswith("zarr.") for base in type(value).__mro__):
            return None
        array: Any = value
        if not hasattr(array, "store") or not hasattr(array, "chunks"):
            return None
        from hdmf_io_zarr.opening import store_of_native

        store = store_of_native(array.store)
        reader: ZarrReader = self
        if store.source != self.source:
            reader = ZarrReader(store, consolidated=False, open_store=self._open_store)
        path = normal_path(array.path)
        return StoredArray(reader.array(path), reader.source, path)

    # end

    def refresh(self) -> None:
        """Forget what was read of the documents, and the stores behind links."""
        self.check_open()
        self._close_others()
        self._spec_path = False
        documents = documents_of(self._format)
        found = documents.load_all(self._store) if self._use_consolidated else None
        self._tree.forget(consolidated=found)

    def close(self) -> None:
        """Close the store, and those behind links."""
        if not self._is_closed:
            self._is_closed = True
            self._close_others()
            self._store.close()

    def _close_others(self) -> None:
        for other in self._others.values():
            if other is not None:
                other.close()
        self._others = {}

    # looking up

    def _root(self) -> Node:
        root = self._tree.get("/")
        return root if root is not None else Node("group")

    def _check_finished(self) -> None:
        hints = self._root().attributes.get(HINTS)
        if isinstance(hints, dict) and hints.get(UNFINISHED):
            self.close()
            msg = f"the store is unfinished: {hints[UNFINISHED]}"
            raise CorruptFileError(
                msg,
                source=self.source,
                hint="If no one is writing it, open it with allow_unfinished=True, check it, and "
                "write it once more; else wait.",
            )

    def _at(self, path: str, kind: str | None = None) -> _Place:
        place = self._locate(path)
        if isinstance(place, _Broken) or kind not in {None, place.node.kind}:
            what = kind if kind is not None else "node"
            msg = f"there is no such {what}"
            raise NodeNotFoundError(msg, source=self.source, path=path)
        return place

    def _locate(self, path: str, depth: int = _LINKS_LIMIT) -> _Place | _Broken:
        path = normal_path(path)
        node = self._tree.get(path)
        if node is not None:
            return _Place(self, path, node)
        if path == "/":
            return _Place(self, path, self._root())
        # Nothing stands under a link's name: some part of the path is one.
        parts, above = split_path(path), "/"
        for index, name in enumerate(parts):
            here = join_path(above, name)
            if self._tree.get(here) is None:
                parent = self._tree.get(above)
                link = self._links(parent).get(name) if parent is not None else None
                if link is None or not depth:
                    return _Broken()
                return self._through(link, parts[index + 1 :], depth - 1, here)
            above = here
        return _Broken()

    def _through(
        self, link: LinkTarget, rest: list[str], depth: int, here: str
    ) -> _Place | _Broken:
        """Follow the link that stands at ``here``, and then the rest of a path."""
        reader: ZarrReader | None = self
        path = "/".join([posixpath.join(posixpath.dirname(here), link.path), *rest])
        if link.kind == "external":
            source = self._source_of(link)
            reader = self._other(source)
            if reader is None:
                return _Broken((source,))
            if reader is not self:
                self._mounts.setdefault(source, {}).setdefault(link.path, here)
        assert reader is not None
        place = reader._locate(path, depth)
        if isinstance(place, _Broken) and link.kind == "external" and not place.tried:
            return _Broken((reader.source,))
        return place

    def _source_of(self, link: LinkTarget) -> str:
        file = link.file or "."
        if "://" in file or os.path.isabs(file):
            return file
        return os.path.normpath(os.path.join(os.path.dirname(self.source), file))

    def _other(self, source: str) -> ZarrReader | None:
        if source == self.source:
            return self
        if source not in self._others:
            self._others[source] = self._opened_other(source)
        return self._others[source]

    def _opened_other(self, source: str) -> ZarrReader | None:
        if self._open_store is None:
            return None
        try:
            return ZarrReader(self._open_store(source), open_store=self._open_store)
        except (OSError, HdmfIOError):
            return None

    def _is_there(self, source: str) -> bool:
        return "://" in source or os.path.exists(source)

    def _links(self, node: Node) -> dict[str, LinkTarget]:
        entries = node.attributes.get(CONVENTIONS[self._format].links) or ()
        return {
            str(entry["name"]): link_target(entry, self.source, node.path, is_there=self._is_there)
            for entry in entries
            if isinstance(entry, dict) and "name" in entry
        }

    def _entry(self, place: _Place, name: str, shown: str, asked: ZarrReader) -> NodeInfo | None:
        """Return an entry of a group of this store, by the path under which ``asked`` knows it."""
        inner = join_path(place.path, name)
        node = self._tree.get(inner)
        if node is not None:
            if self is not asked:
                asked._mounts.setdefault(self.source, {}).setdefault(inner, shown)
            return self._info(shown, _Place(self, inner, node))
        link = self._links(place.node).get(name)
        if link is None:
            return None
        target = self._through(link, [], _LINKS_LIMIT, inner)
        if isinstance(target, _Broken):
            return NodeInfo(shown, "missing", None, self.source, inner, link, tried=target.tried)
        if target.reader is not asked:
            asked._mounts.setdefault(target.reader.source, {}).setdefault(target.path, shown)
        return self._info(shown, target, link)

    def _info(self, shown: str, place: _Place, link: LinkTarget | None = None) -> NodeInfo:
        source = place.reader.source
        return NodeInfo(shown, place.node.kind, (source, place.path), source, place.path, link)
