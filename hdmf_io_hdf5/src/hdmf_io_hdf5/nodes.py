"""Looking nodes up: entries of groups, links followed, the index by identity. No values, no writing."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass

import h5py
from h5py import h5, h5g, h5i, h5o, h5p

from hdmf_io_core.errors import NodeNotFoundError
from hdmf_io_core.storage.layout import LinkTarget, NodeInfo, NodeKind
from hdmf_io_hdf5.homes import Home, Homes, Identity, identity, object_kind
from hdmf_io_hdf5.links import (
    external_candidates,
    join,
    link_target,
    opened,
    split,
    to_name,
    to_text,
)

__all__ = ["Index", "Nodes", "index_of"]

_KINDS: dict[int, NodeKind] = {h5g.GROUP: "group", h5g.DATASET: "array", h5g.TYPE: "datatype"}
_LINKS_LIMIT = 16

Index = dict[Identity, str]
"""The first path, in the order of names, of every object of a file."""


@dataclass(frozen=True, slots=True)
class _Place:
    """An open group: its file, and its path there."""

    gid: h5g.GroupID
    home: Home
    path: str


class Nodes:
    """Finds nodes of one reader.

    Parameters
    ----------
    homes : Homes
        The reader's files.
    lapl : h5py.h5p.PropLAID or None
        How external links are followed; None for HDF5's own way.
    """

    def __init__(self, homes: Homes, lapl: h5p.PropLAID | None) -> None:
        self._homes = homes
        self._lapl = lapl
        # (path in this reader, path in the other file) of what external links led to, by file number.
        self.mounts: dict[int, dict[str, str]] = {}

    def open(self, path: str) -> h5i.ObjectID:
        """Open the node at a path.

        Raises
        ------
        NodeNotFoundError
            There is none, or a link on the way leads nowhere.
        """
        oid = self._opened(path)
        if oid is None:
            raise NodeNotFoundError(
                "there is no such node", source=self._homes.own.source, path=path
            )
        return oid

    def node(self, path: str) -> NodeInfo | None:
        """Look one entry up; see ``StorageReader.node``."""
        parts = split(path)
        if not parts:
            return self._root()
        parent = self._opened("/".join(parts[:-1]))
        if not isinstance(parent, h5g.GroupID):
            return None
        name = to_name(parts[-1])
        if not parent.links.exists(name):
            return None
        return self._entry(self._place(parent, parts[:-1]), name, "/" + "/".join(parts))

    def children(self, path: str) -> Iterator[NodeInfo]:
        """Yield the entries of a group; names are listed at once, nodes looked up one by one."""
        gid = self.open(path)
        if not isinstance(gid, h5g.GroupID):
            raise NodeNotFoundError(
                "the node is no group, it has no children",
                source=self._homes.own.source,
                path=path,
            )
        parts = split(path)
        place = self._place(gid, parts)
        above = "/" + "/".join(parts)
        names: list[bytes] = []
        gid.links.iterate(names.append, idx_type=_order(gid))
        return (self._entry(place, name, join(above, to_text(name))) for name in names)

    def at(self, key: Identity, path: str) -> NodeInfo | None:
        """Return the node at a path inside the file of ``key``, by a path of this reader if there is one.

        A node of another file that no known external link leads to has its path in that file; its
        ``source`` differs from the reader's.
        """
        home = self._homes.by_number(key[0])
        if home is None:
            return None
        kind = object_kind(home.fid, to_name(path))
        shown = path
        for inner, outer in self.mounts.get(key[0], {}).items():
            if path == inner or path.startswith(inner.rstrip("/") + "/"):
                shown = outer + path[len(inner.rstrip("/")) :]
                break
        return NodeInfo(
            path=shown,
            kind=_KINDS.get(kind[1], "missing"),
            key=key,
            source=home.source,
            home=path,
            n_names=kind[2],
        )

    def _opened(self, path: str) -> h5i.ObjectID | None:
        parts = split(path)
        try:
            name = to_name("/" + "/".join(parts))
        except UnicodeEncodeError:
            return None
        return None if b"\0" in name else opened(self._homes.own.fid, name, self._lapl)

    def _root(self) -> NodeInfo:
        own = self._homes.own
        key, _, n_names = object_kind(own.fid)
        # The root has no entry anywhere; HDF5 counts none.
        return NodeInfo("/", "group", key, own.source, "/", n_names=max(1, n_names))

    def _place(self, gid: h5g.GroupID, parts: tuple[str, ...]) -> _Place:
        home = self._homes.of(gid)
        name = h5i.get_name(gid)
        return _Place(gid, home, "/" + "/".join(parts) if name is None else to_text(name))

    def _entry(self, place: _Place, name: bytes, path: str) -> NodeInfo:
        link = link_target(place.gid, name)
        if link is None:
            return self._hard(place, name, path)
        oid = opened(place.gid, name, self._lapl)
        if oid is None:
            return self._missing(place, name, path, link)
        key, kind, n_names = object_kind(oid)
        home = self._homes.of(oid, key[0])
        inner = to_text(h5i.get_name(oid) or to_name(link.path))
        if home is not self._homes.own:
            self.mounts.setdefault(key[0], {}).setdefault(inner, path)
        return NodeInfo(path, _KINDS.get(kind, "missing"), key, home.source, inner, link, n_names)

    def _hard(self, place: _Place, name: bytes, path: str) -> NodeInfo:
        try:
            key, kind, n_names = object_kind(place.gid, name)
        except (KeyError, OSError, RuntimeError, ValueError):
            # A link of a kind that a plugin defines, or an object header that is damaged.
            return NodeInfo(
                path, "missing", None, place.home.source, join(place.path, to_text(name))
            )
        inner = join(place.path, to_text(name))
        return NodeInfo(
            path, _KINDS.get(kind, "missing"), key, place.home.source, inner, None, n_names
        )

    def _missing(self, place: _Place, name: bytes, path: str, link: LinkTarget) -> NodeInfo:
        inner = join(place.path, to_text(name))
        tried = self._tried(place.gid, name, _LINKS_LIMIT)
        return NodeInfo(path, "missing", None, place.home.source, inner, link, tried=tried)

    def _tried(self, gid: h5g.GroupID, path: bytes, depth: int) -> tuple[str, ...]:
        """Return the files that the first broken external link on a path looked for."""
        group = h5o.open(gid, b"/") if path.startswith(b"/") else gid
        for part in (part for part in path.split(b"/") if part not in {b"", b"."}):
            if not isinstance(group, h5g.GroupID) or not group.links.exists(part):
                return ()
            oid = opened(group, part, self._lapl)
            if oid is not None:
                group = oid
                continue
            link = link_target(group, part)
            if link is None or not depth:
                return ()
            if link.kind == "soft":
                return self._tried(group, to_name(link.path), depth - 1)
            folder = os.path.dirname(self._homes.of(group).source)
            return external_candidates(link.file or "", folder, os.environ)
        return ()


def index_of(home: Home) -> Index:
    """Return the paths of all objects of a file, by one walk over its hard links.

    Notes
    -----
    Some 10 us an object. Only this function's own code runs inside HDF5's iteration.
    """
    root = h5o.open(home.fid, b"/")
    index: Index = {identity(root): "/"}
    pending = [(root, "/")]
    while pending:
        gid, above = pending.pop()
        names: list[bytes] = []
        gid.links.iterate(lambda name, info: _hard_name(names, name, info), info=True)
        found = []
        for name in names:
            key, kind, _ = object_kind(gid, name)
            if key not in index:
                index[key] = join(above, to_text(name))
                if kind == h5g.GROUP:
                    found.append((h5o.open(gid, name), index[key]))
        pending.extend(reversed(found))
    return index


def _hard_name(names: list[bytes], name: bytes, info: h5py.h5l.LinkInfo) -> None:
    if info.type == h5py.h5l.TYPE_HARD:
        names.append(name)


def _order(gid: h5g.GroupID) -> int:
    tracked = gid.get_create_plist().get_link_creation_order() & h5p.CRT_ORDER_TRACKED
    return int(h5.INDEX_CRT_ORDER if tracked else h5.INDEX_NAME)
