"""The content of a file in memory: a tree of plain nodes, and the walk along a path."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias

import numpy as np

from hdmf_io_core.errors import NodeNotFoundError, SourceNotFoundError
from hdmf_io_core.storage.dtypes import ElementType, NumberType, element_repr
from hdmf_io_core.storage.layout import ArrayLayout, Attribute, LinkTarget, NodeKind

if TYPE_CHECKING:
    from hdmf_io_core.types import AnyArray

__all__ = [
    "MAX_LINKS",
    "MemoryArray",
    "MemoryDatatype",
    "MemoryFile",
    "MemoryFiles",
    "MemoryGroup",
    "MemoryNode",
    "Place",
    "join",
    "split",
    "walk",
]

MAX_LINKS = 40
"""A path that runs through more links than this is taken for a circle."""


def split(path: str) -> tuple[str, ...]:
    """Return the parts of a path."""
    return tuple(part for part in path.split("/") if part)


def join(group: str, name: str) -> str:
    """Return the path of an entry of a group."""
    return f"{group.rstrip('/')}/{name}"


@dataclass(slots=True, eq=False)
class _Node:
    key: int
    attributes: dict[str, Attribute] = field(default_factory=dict)
    n_names: int = 1


@dataclass(slots=True, eq=False)
class MemoryGroup(_Node):
    """A group: its entries in the order in which they were made."""

    entries: dict[str, MemoryNode | LinkTarget] = field(default_factory=dict)
    kind: ClassVar[NodeKind] = "group"


@dataclass(slots=True, eq=False)
class MemoryArray(_Node):
    """An array and its elements; ``cells`` is None for a null dataspace."""

    layout: ArrayLayout = field(
        default_factory=lambda: ArrayLayout(None, NumberType(np.dtype("f8")))
    )
    cells: AnyArray | None = None
    written: set[tuple[int, ...]] = field(default_factory=set)
    """Chunks that were ever written; the others read as the fill value."""
    kind: ClassVar[NodeKind] = "array"


@dataclass(slots=True, eq=False)
class MemoryDatatype(_Node):
    """A committed element type."""

    dtype: ElementType = field(default_factory=lambda: NumberType(np.dtype("f8")))
    kind: ClassVar[NodeKind] = "datatype"

    def __repr__(self) -> str:
        return f"<datatype {element_repr(self.dtype)}>"


MemoryNode: TypeAlias = MemoryGroup | MemoryArray | MemoryDatatype


class MemoryFile:
    """A file in memory; storages opened on it share its content.

    Parameters
    ----------
    name : str
        Its name, by which external links find it in ``files``.
    files
        Where it stands; None for a place of its own, where external links lead to nothing else.
    """

    def __init__(self, name: str, files: MemoryFiles | None = None) -> None:
        self.name = name
        self.files = files if files is not None else MemoryFiles()
        self.specs: dict[tuple[str, str], dict[str, str]] = {}
        self._keys = itertools.count(1)
        self.root = MemoryGroup(self.new_key())
        self.files.add(self)

    def new_key(self) -> int:
        """Return a key that no node of this file has had."""
        return next(self._keys)


class MemoryFiles:
    """Files in memory by name, as a folder holds files."""

    def __init__(self) -> None:
        self._files: dict[str, MemoryFile] = {}

    def add(self, file: MemoryFile) -> None:
        """Put a file in, in place of one of the same name."""
        self._files[file.name] = file

    def get(self, name: str) -> MemoryFile:
        """Return a file.

        Raises
        ------
        SourceNotFoundError
            If there is none of that name.
        """
        if name not in self._files:
            msg = f"no file {name!r} in memory"
            raise SourceNotFoundError(msg, source=name)
        return self._files[name]

    def remove(self, name: str) -> None:
        """Take a file out; open storages keep it."""
        self._files.pop(name, None)

    def __contains__(self, name: object) -> bool:
        return name in self._files


@dataclass(frozen=True, slots=True)
class Place:
    """Where a walk ended: the node (None if a link leads nowhere) and how it got there."""

    node: MemoryNode | None
    file: MemoryFile
    home: str
    link: LinkTarget | None = None
    tried: tuple[str, ...] = ()


def walk(file: MemoryFile, path: str, *, follow_last: bool = True) -> Place:
    """Follow a path through groups and links.

    Raises
    ------
    NodeNotFoundError
        If there is no such entry. A link that leads nowhere is one, with ``node=None``.
    """
    return _walk(file, path, follow_last=follow_last, links_left=MAX_LINKS)


def _walk(file: MemoryFile, path: str, *, follow_last: bool, links_left: int) -> Place:
    parts = split(path)
    place = Place(file.root, file, "/")
    for index, name in enumerate(parts):
        node = place.node
        if not isinstance(node, MemoryGroup) or name not in node.entries:
            msg = f"no node {join('/', '/'.join(parts[: index + 1]))!r}"
            raise NodeNotFoundError(msg, source=file.name, path=path)
        entry = node.entries[name]
        if not isinstance(entry, LinkTarget):
            place = Place(entry, place.file, join(place.home, name))
        elif index == len(parts) - 1 and not follow_last:
            return Place(None, place.file, join(place.home, name), entry)
        else:
            place = _follow(entry, place, join(place.home, name), links_left - 1)
    return place


def _follow(link: LinkTarget, group: Place, home: str, links_left: int) -> Place:
    lost = Place(None, group.file, home, link)
    if links_left <= 0:
        return lost
    if link.kind == "external":
        name = link.file or ""
        if name not in group.file.files:
            return Place(None, group.file, home, link, (name,))
        lost = Place(None, group.file, home, link, (name,))
        file, path = group.file.files.get(name), link.path
    else:
        file = group.file
        path = link.path if link.path.startswith("/") else join(group.home, link.path)
    try:
        found = _walk(file, path, follow_last=True, links_left=links_left)
    except NodeNotFoundError:
        return lost
    return Place(found.node, found.file, found.home, link, found.tried)


def paths_by_key(file: MemoryFile) -> dict[Any, str]:
    """Return the first path of every node, hard links only; walks the whole file."""
    paths: dict[Any, str] = {}
    pending: list[tuple[str, MemoryNode]] = [("/", file.root)]
    while pending:
        path, node = pending.pop(0)
        if node.key in paths:
            continue
        paths[node.key] = path
        if isinstance(node, MemoryGroup):
            pending += [
                (join(path, name), entry)
                for name, entry in node.entries.items()
                if not isinstance(entry, LinkTarget)
            ]
    return paths
