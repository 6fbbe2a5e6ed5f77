"""One build: a container tree to builders, as lazily as it was read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, MutableMapping
from dataclasses import dataclass, replace

import numpy as np

from hdmf_io_core.chunks.dataio import DataIO
from hdmf_io_core.errors import BuildError, UnresolvedReferenceError, UntypedNodeError
from hdmf_io_core.model.builders import (
    DatasetBuilder,
    Entry,
    GroupBuilder,
    Home,
    LinkBuilder,
)
from hdmf_io_core.model.children import Link
from hdmf_io_core.model.container import Container
from hdmf_io_core.model.data import Data
from hdmf_io_core.model.names import join_path
from hdmf_io_core.model.node import Node, is_node
from hdmf_io_core.storage.dtypes import ElementType, RefType, has_references
from hdmf_io_core.storage.layout import Attribute, LinkTarget, ObjectRef
from hdmf_io_core.storage.located import located
from hdmf_io_core.storage.references import resolve_value
from hdmf_io_core.storage.values import infer

__all__ = ["Build", "Known"]


@dataclass(frozen=True, slots=True)
class Known:
    """What was stored of a node, and in which state it was then."""

    home: Home
    revision: int
    data_revision: int


class _BuiltChildren(Mapping[str, Entry]):
    """Children of a container as builders, made when asked for."""

    __slots__ = ("_build", "_container")

    def __init__(self, build: Build, container: Container) -> None:
        self._build = build
        self._container = container

    def __getitem__(self, name: str) -> Entry:
        entry = self._container._entries.get(name)
        if entry is None:
            raise KeyError(name)
        return self._build.entry(self._container, name, entry)

    def __iter__(self) -> Iterator[str]:
        return self._container._entries.names()

    def __len__(self) -> int:
        return sum(1 for _ in self)


class Build:
    """The state of one build: the root, the destination, what is known of earlier writes."""

    def __init__(
        self,
        known: MutableMapping[Node, Known],
        container: object,
        *,
        source: str,
        export: bool,
    ) -> None:
        if not isinstance(container, Container):
            msg = f"a Container is written, not {type(container).__name__}"
            hint = "Put the data into a Container and write that."
            raise BuildError(msg, source=source, hint=hint)
        self._known = known
        self._container = container
        self._source = source
        self._export = export
        self._type_key = (
            "neurodata_type" if "neurodata_type" in container.attributes else "data_type"
        )

    def root(self) -> GroupBuilder:
        """Return the builder of the whole tree."""
        return self._group(self._container)

    def entry(self, parent: Container, name: str, entry: Node | Link) -> Entry:
        """Return the builder of one entry."""
        if isinstance(entry, Link):
            with located(self._source, join_path(self._place(parent), name)):
                return self._link(name, entry)
        if entry._loader is None and not entry.data_type:
            with located(self._source, join_path(self._place(parent), name)):
                _check_untyped(parent, entry)
        if isinstance(entry, Container):
            return self._group(entry)
        if isinstance(entry, Data):
            return self._dataset(entry)
        assert entry._loader is not None  # a Datatype is only ever read
        return entry._loader.builder

    def _state(self, node: Node) -> tuple[Home | None, int, int]:
        """Where it is stored, and the revisions that are stored there."""
        known = self._known.get(node)
        if known is not None and not self._export:
            return known.home, known.revision, known.data_revision
        loader = node._loader
        return (loader.builder.home if loader is not None else None), 0, 0

    def _group(self, container: Container) -> GroupBuilder:
        home, revision, _ = self._state(container)
        loader, entries = container._loader, container._entries
        pristine = container._revision == revision and not entries.loaded
        if pristine and loader is not None and isinstance(loader.builder, GroupBuilder):
            return loader.builder
        return GroupBuilder(
            container.name,
            attributes=self._attributes(container),
            children=_BuiltChildren(self, container),
            home=home,
            touched=tuple(entries.loaded) if home is not None else None,
            removed=entries.removed,
            changed=container._revision != revision,
        )

    def _dataset(self, data: Data) -> DatasetBuilder:
        home, revision, data_revision = self._state(data)
        loader = data._loader
        if loader is not None and data._revision == revision:
            assert isinstance(loader.builder, DatasetBuilder)
            return loader.builder
        wrapper = data.data if isinstance(data.data, DataIO) else None
        with located(self._source, self._place(data)):
            content, dtype = self._content(wrapper.data if wrapper is not None else data.data)
        return DatasetBuilder(
            data.name,
            content,
            attributes=self._attributes(data),
            dtype=dtype,
            wrapper=wrapper,
            home=home,
            changed=data._revision != revision,
            data_changed=data._data_revision != data_revision,
        )

    def _content(self, data: object) -> tuple[object, ElementType | None]:
        """Return data with nodes as references, and its element type if that was looked at."""
        if isinstance(data, Node):
            return self._reference(data), RefType()
        may_hold_nodes = isinstance(data, (list, tuple)) or (
            isinstance(data, np.ndarray) and data.dtype.hasobject
        )
        if not may_hold_nodes:
            return data, None
        values, dtype = infer(data, is_node=is_node)
        return resolve_value(values, dtype, self._refer), dtype

    def _attributes(self, node: Node) -> Mapping[str, Attribute]:
        built = {}
        for name, attribute in node.attributes.stored.items():
            key = name
            if node._loader is None and name == "data_type":
                # Every typed node of a file names its type by the same key.
                key = self._type_key
            if has_references(attribute.dtype):
                with located(self._source, self._place(node)):
                    value = resolve_value(attribute.value, attribute.dtype, self._refer)
                attribute = replace(attribute, value=value)
            built[key] = attribute
        return built

    def _refer(self, value: object) -> object:
        """Return a reference for a node; anything else, a reference among it, as it is."""
        return self._reference(value) if isinstance(value, Node) else value

    def _reference(self, node: Node) -> ObjectRef:
        path = self._path_in_tree(node)
        if path is not None:
            return ObjectRef(self._source, path=path)
        home, _, _ = self._state(node)
        if home is None:
            msg = f"a reference points to {node.name!r}, which is in no file and not in the tree"
            raise UnresolvedReferenceError(msg, hint="Add it to the tree that is written.")
        return ObjectRef(home.source, home.key, home.path)

    def _place(self, node: Node) -> str:
        """Return where a node goes, for messages."""
        return self._path_in_tree(node) or node.path

    def _path_in_tree(self, node: Node) -> str | None:
        parts: list[str] = []
        place: Node | None = node
        while place is not None and place is not self._container:
            parts.append(place.name)
            place = place.parent
        return "/" + "/".join(reversed(parts)) if place is not None else None

    def _link(self, name: str, link: Link) -> LinkBuilder:
        if link.builder is not None:
            return link.builder
        if link.target is not None:
            return LinkBuilder(name, link.target)
        assert isinstance(link.node, Node)
        reference = self._reference(link.node)
        assert reference.path is not None
        if reference.source == self._source:
            return LinkBuilder(name, LinkTarget("soft", reference.path))
        return LinkBuilder(name, LinkTarget("external", reference.path, reference.source))


def _check_untyped(parent: Container, child: Node) -> None:
    if parent.data_type == "SimpleMultiContainer":
        msg = f"{child.name!r} has no type, and its container is a SimpleMultiContainer"
        hint = "Stock hdmf could not read such a file: give it a data_type."
        raise UntypedNodeError(msg, hint=hint)
