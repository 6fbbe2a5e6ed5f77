"""The storage in memory, open for reading."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hdmf_io_core.errors import (
    ClosedIOError,
    NodeNotFoundError,
)
from hdmf_io_core.storage.layout import (
    Attribute,
    Capabilities,
    NodeInfo,
    ObjectRef,
    RegionRef,
)
from hdmf_io_core.storage.memoryarray import (
    MemorySource,
    open_source,
)
from hdmf_io_core.storage.memorytree import (
    MemoryArray,
    MemoryDatatype,
    MemoryFile,
    MemoryGroup,
    MemoryNode,
    Place,
    join,
    paths_by_key,
    split,
    walk,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from hdmf_io_core.storage.dtypes import ElementType
    from hdmf_io_core.storage.layout import SpecDocuments

__all__ = ["MemoryReader"]


class MemoryReader:
    """A :class:`MemoryFile` open for reading.

    Parameters
    ----------
    file
        The content; others may hold it too, and a change shows at once.
    """

    def __init__(self, file: MemoryFile) -> None:
        self._file = file
        self._is_closed = False
        self._paths: dict[object, str] | None = None

    @property
    def source(self) -> str:
        """Name of the file."""
        return self._file.name

    @property
    def capabilities(self) -> Capabilities:
        """Everything there is."""
        return Capabilities(hard_links=True, region_references=True, committed_datatypes=True)

    def node(self, path: str) -> NodeInfo | None:
        """Look one entry up; None if there is none."""
        self.check_open()
        try:
            return self._info(path, walk(self._file, path))
        except NodeNotFoundError:
            return None

    def children(self, path: str) -> Iterator[NodeInfo]:
        """Yield the entries of a group, in the order in which they were made."""
        group = self._group(path)
        return iter([self._info_of(join(path, name)) for name in group.entries])

    def attributes(self, path: str) -> Mapping[str, Attribute]:
        """Return all attributes of a node."""
        return dict(self._existing(path).attributes)

    def array(self, path: str) -> MemorySource:
        """Open an array."""
        return open_source(self, self._file, self._array(path), path)

    def datatype(self, path: str) -> ElementType:
        """Return a committed element type."""
        node = self._existing(path)
        if not isinstance(node, MemoryDatatype):
            raise self._missing(path, "datatype")
        return node.dtype

    def resolve(self, ref: ObjectRef | RegionRef) -> NodeInfo | None:
        """Find the node behind a reference; None if it dangles."""
        self.check_open()
        target = ref.target if isinstance(ref, RegionRef) else ref
        if target.source != self.source:
            if target.source not in self._file.files:
                return None
            return MemoryReader(self._file.files.get(target.source)).resolve(target)
        if target.key is None:
            return None if target.path is None else self.node(target.path)
        if self._paths is None or target.key not in self._paths:
            self._paths = paths_by_key(self._file)
        path = self._paths.get(target.key)
        return None if path is None else self.node(path)

    def specs(self) -> SpecDocuments:
        """Return the cached specifications."""
        self.check_open()
        return {key: dict(document) for key, document in self._file.specs.items()}

    def refresh(self) -> None:
        """Forget the index of references."""
        self.check_open()
        self._paths = None

    def close(self) -> None:
        """Close this reader; the content stays."""
        self._is_closed = True

    def check_open(self) -> None:
        """Raise ``ClosedIOError`` after ``close``."""
        if self._is_closed:
            msg = "the file is closed"
            raise ClosedIOError(msg, source=self.source, hint="Open it again to go on.")

    def _existing(self, path: str) -> MemoryNode:
        self.check_open()
        node = walk(self._file, path).node
        if node is None:
            raise self._missing(path, "target of the link")
        return node

    def _group(self, path: str) -> MemoryGroup:
        node = self._existing(path)
        if not isinstance(node, MemoryGroup):
            raise self._missing(path, "group")
        return node

    def _array(self, path: str) -> MemoryArray:
        node = self._existing(path)
        if not isinstance(node, MemoryArray):
            raise self._missing(path, "array")
        return node

    def _missing(self, path: str, what: str) -> NodeNotFoundError:
        msg = f"there is no {what}"
        return NodeNotFoundError(msg, source=self.source, path=path)

    def _info_of(self, path: str) -> NodeInfo:
        return self._info(path, walk(self._file, path))

    def _info(self, path: str, place: Place) -> NodeInfo:
        # A path that only runs through links is not a link itself.
        last = walk(self._file, path, follow_last=False)
        node = place.node
        return NodeInfo(
            path="/" + "/".join(split(path)),
            kind="missing" if node is None else node.kind,
            key=None if node is None else node.key,
            source=place.file.name,
            home=place.home,
            link=last.link,
            n_names=1 if node is None else node.n_names,
            tried=place.tried if node is None else (),
        )
