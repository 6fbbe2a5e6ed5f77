"""What of a stored node is read when it is touched: its attributes, its children, its data."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING

from hdmf_io_core.chunks.lazy import LazyDataset
from hdmf_io_core.model.builders import DatasetBuilder, Entry, Home
from hdmf_io_core.model.names import join_path
from hdmf_io_core.plan.steps import ROOT_NAME
from hdmf_io_core.storage.layout import Attribute

if TYPE_CHECKING:
    from hdmf_io_core.plan.readtree import TreeReader
    from hdmf_io_core.storage.dtypes import ElementType

__all__ = ["LazyAttributes", "LazyChildren", "StoredDataset"]


class LazyAttributes(Mapping[str, Attribute]):
    """Attributes of one node, all read on first use."""

    __slots__ = ("_path", "_read", "_tree")

    def __init__(self, tree: TreeReader, path: str) -> None:
        self._tree = tree
        self._path = path
        self._read: Mapping[str, Attribute] | None = None

    def moved(self, path: str) -> None:
        """Read from another path from here on."""
        self._path = path

    def forget(self) -> None:
        """Read them again when they are asked for."""
        self._read = None

    def _all(self) -> Mapping[str, Attribute]:
        if self._read is None:
            read = self._tree.reader.attributes(self._path)
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


class LazyChildren(Mapping[str, Entry]):
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


class StoredDataset(DatasetBuilder):
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
        """Lazy data, or what was set."""
        self._load()
        return self._data

    @data.setter
    def data(self, value: object) -> None:
        self._load()
        self._data = value

    @property
    def dtype(self) -> ElementType | None:
        """Type of the elements."""
        self._load()
        return self._dtype

    @dtype.setter
    def dtype(self, value: ElementType | None) -> None:
        self._load()
        self._dtype = value

    @property
    def opened(self) -> LazyDataset | None:
        """The lazy data, if it was ever asked for."""
        data = self._data if self._open is None else None
        return data if isinstance(data, LazyDataset) else None

    def _load(self) -> None:
        if self._open is not None:
            self._dtype, self._data = self._open(self)
            self._open = None
