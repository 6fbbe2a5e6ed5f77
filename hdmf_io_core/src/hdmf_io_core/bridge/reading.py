"""Stored builders as hdmf's builders: one for one, with parents, links and references in place."""

from __future__ import annotations

import warnings
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from hdmf.backends.warnings import BrokenLinkWarning
from hdmf.build import LinkBuilder as HdmfLink

from hdmf_io_core.bridge.arrays import StoredData
from hdmf_io_core.bridge.molds import dataset_builder, group_builder
from hdmf_io_core.errors import DataLossWarning, UnsupportedDtypeError
from hdmf_io_core.model.builders import (
    Builder,
    DatasetBuilder,
    DatatypeBuilder,
    GroupBuilder,
    LinkBuilder,
)
from hdmf_io_core.model.names import join_path
from hdmf_io_core.storage.dtypes import has_references, memory_dtype
from hdmf_io_core.storage.layout import Attribute, Empty, ObjectRef, RegionRef
from hdmf_io_core.storage.references import resolve_value

if TYPE_CHECKING:
    from hdmf_io_core.bridge.datasets import Resolvers
    from hdmf_io_core.model.builders import Home
    from hdmf_io_core.plan.readtree import TreeReader

__all__ = ["HdmfTree", "Read"]

_IDENTITY = frozenset({"data_type", "neurodata_type", "namespace", "object_id"})


@dataclass(slots=True, eq=False)
class Read:
    """One builder of hdmf, and what it was made from.

    Attributes
    ----------
    builder
        hdmf's; kept alive, since hdmf tells builders apart by their place in memory.
    stored
        Ours.
    attributes
        As they were handed out; what is still the same object was not changed.
    data
        As it was handed out.
    """

    builder: Any
    stored: Builder | LinkBuilder
    attributes: dict[str, object] = field(default_factory=dict)
    data: object = None


class HdmfTree:
    """The builders of hdmf for one open storage.

    Parameters
    ----------
    tree : TreeReader
        The storage.
    resolvers : Resolvers
        How datasets of references are followed.

    Notes
    -----
    hdmf wants its builders whole: everything below a builder that is asked for is described at
    once. No element of an array is read for it, but for scalars.
    """

    def __init__(self, tree: TreeReader, resolvers: Resolvers) -> None:
        self.tree = tree
        self._resolvers = resolvers
        self._data = StoredData(tree.reader, resolvers, self._target)
        self._reader = tree.reader
        self._reads: dict[Builder, Read] = {}
        self._by_id: dict[int, Read] = {}
        self._groups: deque[Read] = deque()
        self._bare: deque[Read] = deque()

    def of(self, stored: Builder) -> Any:
        """Return hdmf's builder for a stored one, the same each time."""
        found = self._make(stored)
        self._complete()
        return found

    def known(self, builder: object) -> Read | None:
        """Return what a builder of hdmf was made from; None for one that was not made here."""
        return self._by_id.get(id(builder))

    def resolve(self, ref: ObjectRef | RegionRef) -> Any:
        """Return hdmf's builder behind a reference; None if it dangles."""
        stored = self.tree.resolve(ref)
        return None if stored is None else self.of(stored)

    # one builder

    def _make(self, stored: Builder) -> Any:
        read = self._reads.get(stored)
        if read is None:
            builder = self._group(stored) if isinstance(stored, GroupBuilder) else None
            read = Read(builder, stored)
            # Known before its data is looked at: a reference may lead back to it.
            self._reads[stored] = read
            if isinstance(stored, GroupBuilder):
                self._groups.append(read)
            else:
                read.builder = self._dataset(stored, read)
            self._by_id[id(read.builder)] = read
            self._bare.append(read)
        return read.builder

    def _group(self, stored: GroupBuilder) -> Any:
        home = _home(stored)
        builder = group_builder(_name(home) or "root", home.source)
        builder.location = _folder(home.path)
        return builder

    def _dataset(self, stored: Builder, read: Read) -> Any:
        assert isinstance(stored, DatasetBuilder)
        home = _home(stored)
        if self._reader is not self.tree.reader:
            # What was new is published: the tree goes on with another storage.
            self._reader = self.tree.reader
            self._data = StoredData(self._reader, self._resolvers, self._target)
        data, dtype = self._data.of(stored)
        layout = getattr(stored.data, "layout", None)
        builder = dataset_builder(
            _name(home),
            home.source,
            data=data,
            dtype=dtype,
            maxshape=None if layout is None else (layout.maxshape or layout.shape),
        )
        builder.location = _folder(home.path)
        read.data = data
        return builder

    # the rest of it

    def _complete(self) -> None:
        """Give groups their children, then builders their attributes, until all have theirs."""
        # In this order: a target of a reference has to know its parent first.
        while self._groups or self._bare:
            if self._groups:
                self._fill_group(self._groups.popleft())
            else:
                self._fill_attributes(self._bare.popleft())

    def _fill_group(self, read: Read) -> None:
        stored, builder = read.stored, read.builder
        assert isinstance(stored, GroupBuilder)
        # One listing, not a look-up for each: what cannot be read must not end it.
        for info in self.tree.reader.children(_home(stored).access):
            try:
                entry = self.tree.entry(info)
            except UnsupportedDtypeError as error:
                warnings.warn(f"left out: {error}", DataLossWarning, stacklevel=2)
                continue
            if isinstance(entry, LinkBuilder):
                self._add_link(builder, entry, stored)
            elif not isinstance(entry, DatatypeBuilder):
                self._add_child(builder, info.name, entry, stored)

    def _add_child(self, parent: Any, name: str, entry: Builder, above: GroupBuilder) -> None:
        child = self._make(entry)
        if child.parent is not None or child.name != name or _is_above(child, parent):
            # A second name of a node: to hdmf, which has a tree, that is a link.
            self._link(parent, name, child, above)
        else:
            # As hdmf's own methods do, without their check of each argument.
            kind = "groups" if isinstance(entry, GroupBuilder) else "datasets"
            getattr(parent, kind)[name] = child
            parent.obj_type[name] = kind
            child.parent = parent

    def _add_link(self, parent: Any, entry: LinkBuilder, above: GroupBuilder) -> None:
        target = entry.builder
        if target is None or isinstance(target, DatatypeBuilder):
            _warn_broken(entry, above)
            return
        link = self._link(parent, entry.name, self._make(target), above)
        self._by_id[id(link)] = Read(link, entry)

    def _link(self, parent: Any, name: str, target: Any, above: GroupBuilder) -> Any:
        home = _home(above)
        link = HdmfLink(builder=target, name=name, source=home.source)
        link.location = home.path
        parent.set_link(link)
        return link

    def _fill_attributes(self, read: Read) -> None:
        stored = read.stored
        assert not isinstance(stored, LinkBuilder)
        attributes = read.builder.attributes
        for name, attribute in stored.attributes.items():
            read.attributes[name] = attributes[name] = self._value(name, attribute)
        if isinstance(stored, GroupBuilder):
            kinds = read.builder.obj_type
            for name in attributes:
                kinds.setdefault(name, "attributes")

    def _value(self, name: str, attribute: Attribute) -> object:
        value = attribute.value
        if has_references(attribute.dtype):
            found = resolve_value(value, attribute.dtype, self._target)
            return list(found) if isinstance(found, np.ndarray) and found.ndim == 1 else found
        if isinstance(value, Empty):
            return np.empty(0, memory_dtype(attribute.dtype))
        if name in _IDENTITY and isinstance(value, np.ndarray) and value.size == 1:
            return value.reshape(-1)[0]
        return value

    def _target(self, ref: ObjectRef | RegionRef) -> object:
        if isinstance(ref, RegionRef):
            return ref
        stored = self.tree.resolve(ref)
        return None if stored is None else self._make(stored)


def _home(stored: Builder) -> Home:
    assert stored.home is not None  # what was read has one
    return stored.home


def _name(home: Home) -> str:
    return home.path.rsplit("/", 1)[-1]


def _folder(path: str) -> str:
    return path.rpartition("/")[0] or "/"


def _is_above(builder: Any, place: Any) -> bool:
    """Whether a builder is ``place`` itself, or a parent of it."""
    while place is not None:
        if place is builder:
            return True
        place = place.parent
    return False


def _warn_broken(link: LinkBuilder, above: GroupBuilder) -> None:
    path = join_path(_home(above).path, link.name)
    tried = ", ".join(link.info.tried) if link.info is not None and link.info.tried else ""
    looked = f" (looked for {tried})" if tried else ""
    # The text is hdmf's, which its users filter by; what more is known goes with it.
    warning = BrokenLinkWarning(f"Path to Group altered/broken at {path}")
    warning.add_note(f"Nothing is at {link.target}{looked}.")
    warnings.warn(warning, stacklevel=2)
