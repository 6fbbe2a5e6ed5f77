"""A storage as lazy builders: nothing is read of a node before it is touched.

One builder stands for one stored node, whatever the names and links that lead to it.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from hdmf_io_core.chunks.gone import GoneArray
from hdmf_io_core.chunks.lazy import LazyDataset
from hdmf_io_core.errors import NodeNotFoundError
from hdmf_io_core.model.builders import (
    Builder,
    DatasetBuilder,
    DatatypeBuilder,
    Entry,
    GroupBuilder,
    Home,
    LinkBuilder,
)
from hdmf_io_core.plan.lazynodes import LazyAttributes, LazyChildren, StoredDataset
from hdmf_io_core.plan.steps import ROOT_NAME
from hdmf_io_core.storage.layout import (
    Empty,
    NodeInfo,
    NodeKey,
    ObjectRef,
    RegionRef,
    SpecDocuments,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from hdmf_io_core.chunks.engine import Engine
    from hdmf_io_core.storage.dtypes import ElementType
    from hdmf_io_core.storage.protocols import ArraySink, StorageReader

__all__ = ["TreeReader"]


class TreeReader:
    """The builders of one open storage.

    Parameters
    ----------
    reader : StorageReader
        Open; the caller closes it.
    open_sink : callable or None
        Opens an array for writing, so that lazy data can be changed and grown; None for read-only.
    engine : Engine or None
        Reads large selections of lazy data; None for the storage alone. Not owned.
    origin : callable or None
        Given a path, and whether references are resolved, returns what opens lazy data again in
        another process; None if that cannot be.
    """

    def __init__(
        self,
        reader: StorageReader,
        open_sink: Callable[[str], ArraySink] | None = None,
        *,
        engine: Engine | None = None,
        origin: Callable[[str, bool], Callable[[], LazyDataset]] | None = None,
    ) -> None:
        self.reader = reader
        self._open_sink = open_sink
        self._engine = engine
        self._origin = origin
        self._builders: dict[NodeKey, Builder] = {}

    def root(self) -> GroupBuilder:
        """Return the root's builder; reads the root's attributes."""
        builder = self.at("/")
        assert isinstance(builder, GroupBuilder)
        return builder

    def at(self, path: str) -> Builder | None:
        """Return the builder at a path, links followed; None if there is none."""
        info = self.reader.node(path)
        return self.builder(info) if info is not None and info.kind != "missing" else None

    def resolve(self, ref: ObjectRef | RegionRef) -> Builder | None:
        """Return the builder behind a reference; None if it dangles."""
        info = self.reader.resolve(ref)
        return self.builder(info) if info is not None and info.kind != "missing" else None

    def specs(self) -> SpecDocuments:
        """Return the cached specifications."""
        return self.reader.specs()

    def home_of(self, path: str) -> Home | None:
        """Return the home of what is stored at a path; None if nothing is."""
        info = self.reader.node(path)
        if info is None or info.key is None:
            return None
        return Home(info.source, info.home, info.key, self, info.path)

    def moved(self, old: str, new: str) -> None:
        """Take note that a node, with all below it, has another path in the storage now."""
        for builder in self._builders.values():
            home = builder.home
            if home is None or home.source != self.reader.source:
                continue
            if home.access != old and not home.access.startswith(f"{old}/"):
                continue
            path = new + home.access[len(old) :]
            builder.home = replace(home, path=path, access=path)
            self._move(builder, path)

    def homes(self) -> dict[Builder, Home | None]:
        """Return where each builder is stored that was made so far."""
        return {builder: builder.home for builder in self._builders.values()}

    def rebind(
        self,
        reader: StorageReader,
        open_sink: Callable[[str], ArraySink] | None,
        homes: dict[Builder, Home | None],
    ) -> None:
        """Read another storage, or another opening of it; nodes are found again by their paths.

        Parameters
        ----------
        reader, open_sink
            As for the class.
        homes
            Where builders are in it; others are looked for where they were last.
        """
        self.reader, self._open_sink = reader, open_sink
        known, self._builders = self._builders, {}
        for builder in known.values():
            home = homes.get(builder) or builder.home
            info = reader.node(home.access) if home is not None else None
            is_there = info is not None and info.key is not None
            if is_there and home is not None and info is not None and info.key is not None:
                builder.home = replace(home, key=info.key)
                self._builders[info.key] = builder
                self._move(builder, home.access)
            if isinstance(builder.attributes, LazyAttributes):
                builder.attributes.forget()
            data = builder.opened if isinstance(builder, StoredDataset) else None
            if data is not None and home is not None:
                data.access.rebind(reader.array(home.access) if is_there else GoneArray())

    def _move(self, builder: Builder, path: str) -> None:
        for lazy in (builder.attributes, getattr(builder, "children", None)):
            if isinstance(lazy, (LazyAttributes, LazyChildren)):
                lazy.moved(path)

    def entry(self, info: NodeInfo) -> Entry:
        """Return the builder of an entry: a link's own for links, the node's otherwise."""
        if info.link is not None:
            return LinkBuilder(info.name, info.link, info=info, tree=self)
        return self.builder(info)

    def builder(self, info: NodeInfo) -> Builder:
        """Return the one builder of a node that exists."""
        if info.key is None:
            msg = "the link has no target"
            raise NodeNotFoundError(msg, source=info.source, path=info.path)
        builder = self._builders.get(info.key)
        if builder is None:
            home = Home(info.source, info.home, info.key, self, info.path)
            builder = self._make(info, home)
            self._builders[info.key] = builder
        return builder

    def _make(self, info: NodeInfo, home: Home) -> Builder:
        attributes = LazyAttributes(self, info.path)
        name = info.home.rsplit("/", 1)[-1]
        if info.kind == "group":
            return GroupBuilder(
                name if info.path != "/" else self._root_name(),
                attributes=attributes,
                children=LazyChildren(self, info.path),
                home=home,
                touched=(),
                changed=False,
            )
        if info.kind == "datatype":
            return DatatypeBuilder(name, self.reader.datatype(info.path), attributes, home)
        return self._dataset(name, info, home)

    def _dataset(self, name: str, info: NodeInfo, home: Home) -> DatasetBuilder:
        attributes = LazyAttributes(self, info.path)
        return StoredDataset(name, attributes, home, partial(self._data, info))

    def _data(self, info: NodeInfo, builder: DatasetBuilder) -> tuple[ElementType, object]:
        """Open the array of a builder; return its element type, and its lazy data."""
        assert builder.home is not None
        source = self.reader.array(builder.home.access)
        layout = source.layout
        if layout.shape is None:
            return layout.dtype, Empty(layout.dtype)
        return layout.dtype, LazyDataset(
            source,
            path=info.home,
            storage_name=info.source,
            open_sink=self._sink_opener(builder),
            engine=self._engine,
            origin=partial(self._origin, info.path) if self._origin is not None else None,
        )

    def sink_opener(self, path: str) -> Callable[[], ArraySink] | None:
        """Return what opens an array for writing; None where the file is open for reading."""
        return None if self._open_sink is None else partial(self._open_sink, path)

    def _sink_opener(self, builder: DatasetBuilder) -> Callable[[], ArraySink] | None:
        open_sink = self._open_sink

        def opened() -> ArraySink:
            # Looked up when it is needed: the node may have moved since it was read.
            assert open_sink is not None
            assert builder.home is not None
            return open_sink(builder.home.access)

        return None if open_sink is None else opened

    def _root_name(self) -> str:
        attribute = self.reader.attributes("/").get(ROOT_NAME)
        value = attribute.value if attribute is not None else None
        return value if isinstance(value, str) else "root"
