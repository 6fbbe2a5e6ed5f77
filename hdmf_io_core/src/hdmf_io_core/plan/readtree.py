"""A storage as lazy builders: nothing is read of a node before it is touched.

One builder stands for one stored node, whatever the names and links that lead to it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

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
from hdmf_io_core.model.names import join_path
from hdmf_io_core.plan.steps import ROOT_NAME
from hdmf_io_core.storage.layout import (
    Attribute,
    Empty,
    NodeInfo,
    NodeKey,
    ObjectRef,
    RegionRef,
    SpecDocuments,
)

if TYPE_CHECKING:
    from hdmf_io_core.chunks.engine import Engine
    from hdmf_io_core.storage.dtypes import ElementType
    from hdmf_io_core.storage.protocols import ArraySink, StorageReader

__all__ = ["TreeReader"]


class _LazyAttributes(Mapping[str, Attribute]):
    """Attributes of one node, all read on first use."""

    __slots__ = ("_path", "_read", "_reader")

    def __init__(self, reader: StorageReader, path: str) -> None:
        self._reader = reader
        self._path = path
        self._read: Mapping[str, Attribute] | None = None

    def moved(self, path: str) -> None:
        """Read from another path from here on."""
        self._path = path

    def _all(self) -> Mapping[str, Attribute]:
        if self._read is None:
            read = self._reader.attributes(self._path)
            if self._path == "/" and ROOT_NAME in read:
                read = {name: value for name, value in read.items() if name != ROOT_NAME}
            self._read = read
        return self._read

    def __getitem__(self, name: str) -> Attribute:
        return self._all()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._all())

    def __len__(self) -> int:
        return len(self._all())


class _LazyChildren(Mapping[str, Entry]):
    """Children of one group; each look-up asks the storage for that one entry."""

    __slots__ = ("_path", "_tree")

    def __init__(self, tree: TreeReader, path: str) -> None:
        self._tree = tree
        self._path = path

    def moved(self, path: str) -> None:
        """Look below another path from here on."""
        self._path = path

    def __getitem__(self, name: str) -> Entry:
        info = self._tree.reader.node(join_path(self._path, name))
        if info is None:
            raise KeyError(name)
        return self._tree.entry(info)

    def __contains__(self, name: object) -> bool:
        return (
            isinstance(name, str)
            and self._tree.reader.node(join_path(self._path, name)) is not None
        )

    def __iter__(self) -> Iterator[str]:
        return (info.name for info in self._tree.reader.children(self._path))

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def items(self) -> Iterator[tuple[str, Entry]]:  # type: ignore[override]  # one listing, no look-ups
        """Iterate over names and entries in one listing."""
        children = self._tree.reader.children(self._path)
        return ((info.name, self._tree.entry(info)) for info in children)


class _StoredDataset(DatasetBuilder):
    """A dataset whose array is opened when its data, or its element type, is asked for."""

    __slots__ = ("_data", "_dtype", "_open")

    def __init__(
        self,
        name: str,
        attributes: Mapping[str, Attribute],
        home: Home,
        open_array: Callable[[DatasetBuilder], tuple[ElementType, object]],
    ) -> None:
        self._open: Callable[[DatasetBuilder], tuple[ElementType, object]] | None = None
        super().__init__(
            name, None, attributes=attributes, home=home, changed=False, data_changed=False
        )
        self._open = open_array

    @property
    def data(self) -> object:
        self._load()
        return self._data

    @data.setter
    def data(self, value: object) -> None:
        self._load()
        self._data = value

    @property
    def dtype(self) -> ElementType | None:
        self._load()
        return self._dtype

    @dtype.setter
    def dtype(self, value: ElementType | None) -> None:
        self._load()
        self._dtype = value

    def _load(self) -> None:
        if self._open is not None:
            self._dtype, self._data = self._open(self)
            self._open = None


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
            for lazy in (builder.attributes, getattr(builder, "children", None)):
                if isinstance(lazy, (_LazyAttributes, _LazyChildren)):
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
        attributes = _LazyAttributes(self.reader, info.path)
        name = info.home.rsplit("/", 1)[-1]
        if info.kind == "group":
            return GroupBuilder(
                name if info.path != "/" else self._root_name(),
                attributes=attributes,
                children=_LazyChildren(self, info.path),
                home=home,
                touched=(),
                changed=False,
            )
        if info.kind == "datatype":
            return DatatypeBuilder(name, self.reader.datatype(info.path), attributes, home)
        return self._dataset(name, info, home)

    def _dataset(self, name: str, info: NodeInfo, home: Home) -> DatasetBuilder:
        attributes = _LazyAttributes(self.reader, info.path)
        return _StoredDataset(name, attributes, home, partial(self._data, info))

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
