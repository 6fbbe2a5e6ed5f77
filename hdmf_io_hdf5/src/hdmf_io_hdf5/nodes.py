"""Looking nodes up: entries of groups, links followed, the index by identity."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import h5py
from h5py import h5, h5g, h5i, h5o, h5p

from hdmf_io_core.errors import NodeNotFoundError
from hdmf_io_core.storage.layout import LinkTarget, NodeInfo, NodeKind
from hdmf_io_hdf5.external import permitted_file
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

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Nodes"]

_KINDS: dict[int, NodeKind] = {h5g.GROUP: "group", h5g.DATASET: "array", h5g.TYPE: "datatype"}
_HDF5_ERRORS = (KeyError, OSError, RuntimeError, ValueError)
_LINKS_LIMIT = 16
_ABROAD = "\0"  # no name holds it
"""Starts the first part of a path into another file, before the number of that file."""


@dataclass(frozen=True, slots=True)
class _Place:
    """An open object: its file, and its path there, which runs through no link."""

    oid: h5i.ObjectID
    home: Home
    path: str


@dataclass(frozen=True, slots=True)
class _Broken:
    """A path that leads nowhere, and the files that its external link was looked for in."""

    tried: tuple[str, ...] = ()
    withheld: str = ""


class Nodes:
    """Finds nodes of one reader.

    Parameters
    ----------
    homes : Homes
        The reader's files.
    lapl : h5py.h5p.PropLAID
        How external links are followed.
    """

    def __init__(self, homes: Homes, lapl: h5p.PropLAID) -> None:
        self._homes = homes
        self._lapl = lapl
        # What cannot change keeps the group open that was asked for last.
        self._is_static = homes.own.is_read_only
        self._parent: tuple[tuple[str, ...], h5g.GroupID] | None = None
        self._place: tuple[Home, tuple[str, ...], _Place] | None = None
        # By file number: the path there of what external links led to, and the path here.
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
            msg = "there is no such node"
            raise NodeNotFoundError(msg, source=self._homes.own.source, path=path)
        return oid

    def node(self, path: str) -> NodeInfo | None:
        """Look one entry up; see ``StorageReader.node``."""
        parts = split(path)
        home, inner = self._home_of(parts)
        if not inner:
            return self._root_info(home, path)
        if not _is_storable("/".join(inner)):
            return None
        parent = self._place_of(home, inner[:-1])
        name = to_name(parts[-1])
        if isinstance(parent, _Broken) or not isinstance(parent.oid, h5g.GroupID):
            return None
        found = parent.oid.links.exists(name)
        return self._entry(parent, name, "/" + "/".join(parts)) if found else None

    def children(self, path: str) -> Iterator[NodeInfo]:
        """Yield the entries of a group; names are listed at once, nodes looked up one by one."""
        parts = split(path)
        self.open(path)
        home, inner = self._home_of(parts)
        place = self._follow(self._root(home), inner, _LINKS_LIMIT)
        if isinstance(place, _Broken) or not isinstance(place.oid, h5g.GroupID):
            msg = "the node is no group, it has no children"
            raise NodeNotFoundError(msg, source=self._homes.own.source, path=path)
        above = "/" + "/".join(parts)
        found: list[tuple[bytes, bool]] = []
        place.oid.links.iterate(partial(_keep, found), idx_type=_order(place.oid), info=True)
        return (
            (self._hard if is_hard else self._entry)(place, name, join(above, to_text(name)))
            for name, is_hard in found
        )

    def at(self, key: Identity, path: str) -> NodeInfo | None:
        """Return the node at a path of the file of ``key``, under a path of this reader.

        In another file that is one through an external link that was followed; where none leads to
        the node, one that only this reader understands.
        """
        home = self._homes.by_number(key[0])
        if home is None:
            return None
        kind = object_kind(home.fid, to_name(path))
        shown = path if home is self._homes.own else f"/{_ABROAD}{key[0]}{path}".rstrip("/")
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

    def _home_of(self, parts: tuple[str, ...]) -> tuple[Home, tuple[str, ...]]:
        """Return the file that a path leads into, and the parts of the path there."""
        number = parts[0].removeprefix(_ABROAD) if parts else ""
        if not number.isdecimal() or number == parts[0]:
            return self._homes.own, parts
        home = self._homes.by_number(int(number))
        return (self._homes.own, parts) if home is None else (home, parts[1:])

    def _opened(self, path: str) -> h5i.ObjectID | None:
        home, inner = self._home_of(split(path))
        if not _is_storable("/".join(inner)):
            return None
        if home.reach is not None:
            # HDF5 would follow external links on the way wherever they lead.
            place = self._follow(self._root(home), inner, _LINKS_LIMIT)
            return None if isinstance(place, _Broken) else place.oid
        if self._is_static and home is self._homes.own and len(inner) > 1:
            parent = self._opened_parent(inner[:-1])
            return None if parent is None else opened(parent, to_name(inner[-1]), self._lapl)
        return opened(home.fid, to_name("/" + "/".join(inner)), self._lapl)

    def _opened_parent(self, parts: tuple[str, ...]) -> h5g.GroupID | None:
        """Open the group that holds what is asked for; the next question is often for another."""
        kept = self._parent
        if kept is None or kept[0] != parts:
            oid = opened(self._homes.own.fid, to_name("/" + "/".join(parts)), self._lapl)
            if not isinstance(oid, h5g.GroupID):
                return None
            kept = self._parent = (parts, oid)
        return kept[1]

    def _place_of(self, home: Home, parts: tuple[str, ...]) -> _Place | _Broken:
        """Follow a path to a group; the next question is often for another entry of it."""
        kept = self._place
        if kept is not None and kept[:2] == (home, parts) and _leads_to(kept[2], parts):
            return kept[2]
        self._place = None
        place = self._follow(self._root(home), parts, _LINKS_LIMIT)
        if isinstance(place, _Place) and place.home is self._homes.own is home:
            self._place = home, parts, place
        return place

    def forget(self) -> None:
        """Let go of the groups that are kept open."""
        self._parent = self._place = None

    def _root(self, home: Home) -> _Place:
        return _Place(h5o.open(home.fid, b"/"), home, "/")

    def _root_info(self, home: Home, path: str) -> NodeInfo:
        key, _, n_names = object_kind(home.fid)
        # The root has no entry anywhere; HDF5 counts none.
        shown = "/" if home is self._homes.own else path
        return NodeInfo(shown, "group", key, home.source, "/", n_names=max(1, n_names))

    def _entry(self, place: _Place, name: bytes, path: str) -> NodeInfo:
        link = link_target(place.oid, name)
        if link is None:
            return self._hard(place, name, path)
        target: _Place | _Broken = self._through(place, name, link, _LINKS_LIMIT)
        if isinstance(target, _Place) and place.home.reach is None:
            # HDF5 has the last word: it counts the links of a whole path.
            target = target if opened(place.oid, name, self._lapl) is not None else _Broken()
        if isinstance(target, _Broken):
            inner, tried, withheld = join(place.path, to_text(name)), target.tried, target.withheld
            return NodeInfo(
                path, "missing", None, place.home.source, inner, link,
                tried=tried, withheld=withheld,
            )  # fmt: skip
        key, kind, n_names = object_kind(target.oid)
        home, inner = target.home, target.path
        if home is not self._homes.own:
            self.mounts.setdefault(key[0], {}).setdefault(inner, path)
        return NodeInfo(path, _KINDS.get(kind, "missing"), key, home.source, inner, link, n_names)

    def _hard(self, place: _Place, name: bytes, path: str) -> NodeInfo:
        source, inner = place.home.source, join(place.path, to_text(name))
        try:
            key, kind, n_names = object_kind(place.oid, name)
        except _HDF5_ERRORS:  # a link of a plugin's kind, or an object header that is damaged
            return NodeInfo(path, "missing", None, source, inner)
        return NodeInfo(path, _KINDS.get(kind, "missing"), key, source, inner, None, n_names)

    def _follow(self, start: _Place, parts: tuple[str, ...], depth: int) -> _Place | _Broken:
        """Walk a path part by part, so that what is found has a path without links."""
        here: _Place | _Broken = start
        for part in parts:
            if isinstance(here, _Broken):
                return here
            name = to_name(part)
            if not isinstance(here.oid, h5g.GroupID) or not here.oid.links.exists(name):
                return _Broken()
            here = self._step(here, name, depth)
        return here

    def _step(self, place: _Place, name: bytes, depth: int) -> _Place | _Broken:
        link = link_target(place.oid, name)
        if link is not None:
            return self._through(place, name, link, depth)
        oid = opened(place.oid, name)
        if oid is None:
            return _Broken()
        return _Place(oid, place.home, join(place.path, to_text(name)))

    def _through(
        self, place: _Place, name: bytes, link: LinkTarget, depth: int
    ) -> _Place | _Broken:
        if not depth:
            return _Broken()
        if link.kind == "soft":
            start = self._root(place.home) if link.path.startswith("/") else place
            return self._follow(start, split(link.path), depth - 1)
        folder = str(Path(place.home.source).parent)
        tried = external_candidates(link.file or "", folder, os.environ)
        if place.home.reach is not None:
            file = permitted_file(tried, place.home.reach)
            if file is None or isinstance(file, str):
                return _Broken(tried, file or "")
            # While ``file`` is open, so that what holds the other file open is made in time.
            other = self._homes.of(h5o.open(file, b"/"))
            return self._follow(self._root(other), split(link.path), depth - 1)
        oid = opened(place.oid, name, self._lapl)
        if oid is None:
            return _Broken(tried)
        home = self._homes.of(oid)
        inner = self._follow(self._root(home), split(link.path), depth - 1)
        return _Place(oid, home, link.path) if isinstance(inner, _Broken) else inner


def _is_storable(path: str) -> bool:
    try:
        return b"\0" not in to_name(path)
    except UnicodeEncodeError:
        return False


def _leads_to(place: _Place, parts: tuple[str, ...]) -> bool:
    try:
        return identity(place.home.fid, to_name("/" + "/".join(parts))) == identity(place.oid)
    except _HDF5_ERRORS:
        return False


def _keep(found: list[tuple[bytes, bool]], name: bytes, info: h5py.h5l.LinkInfo) -> None:
    found.append((name, info.type == h5py.h5l.TYPE_HARD))


def _order(gid: h5g.GroupID) -> int:
    tracked = gid.get_create_plist().get_link_creation_order() & h5p.CRT_ORDER_TRACKED
    return int(h5.INDEX_CRT_ORDER if tracked else h5.INDEX_NAME)
