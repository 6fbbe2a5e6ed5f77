"""The storage in memory: the reference implementation of the seam, and what the core is tested on.

Strict: it refuses whatever the protocols forbid, so that code which works on it has kept to them.
"""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from typing import TYPE_CHECKING

from hdmf_io_core.errors import (
    InvalidNameError,
    LinkTargetError,
    NodeExistsError,
    NodeNotFoundError,
    OptionError,
    ShapeError,
    UnsupportedDtypeError,
    UnsupportedFeatureError,
)
from hdmf_io_core.storage.layout import (
    Attribute,
    Empty,
    LinkTarget,
)
from hdmf_io_core.storage.memoryarray import (
    MemorySink,
    bind_references,
    open_sink,
)
from hdmf_io_core.storage.memorytree import (
    MemoryArray,
    MemoryDatatype,
    MemoryFile,
    MemoryFiles,
    MemoryGroup,
    MemoryNode,
    split,
    walk,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hdmf_io_core.storage.dtypes import ElementType
    from hdmf_io_core.storage.layout import ArrayLayout, SpecDocuments

from hdmf_io_core.storage.memoryreader import MemoryReader

__all__ = ["MemoryFile", "MemoryFiles", "MemoryReader", "MemoryStorage"]


class MemoryStorage(MemoryReader):
    """A :class:`MemoryFile` open for reading and writing. What is written shows at once."""

    _kept: tuple[MemoryGroup, dict[tuple[str, str], dict[str, str]]] | None = None

    def create_group(self, path: str) -> None:
        """Make a group."""
        parent, name = self._new_entry(path)
        parent.entries[name] = MemoryGroup(self._file.new_key())

    def create_array(self, path: str, layout: ArrayLayout) -> MemorySink:
        """Make an array without content."""
        self.check_layout(path, layout)
        parent, name = self._new_entry(path)
        node = MemoryArray(self._file.new_key(), layout=_as_stored(layout))
        parent.entries[name] = node
        sink = open_sink(self, self._file, node, path)
        sink.allocate()
        return sink

    def check_layout(self, path: str, layout: ArrayLayout) -> None:
        """Raise what ``create_array`` would raise; memory takes every layout that makes sense."""
        self.check_open()
        shape = layout.shape
        if layout.memory_dtype.itemsize == 0:
            msg = "elements of no size cannot be stored"
            raise UnsupportedDtypeError(msg, source=self.source, path=path)
        if layout.codecs and layout.chunks is None:
            msg = "codecs encode chunks, and the array has none"
            raise OptionError(msg, source=self.source, path=path)
        wrong = None
        if layout.chunks is not None and (not shape or 0 in layout.chunks):
            wrong = f"an array of shape {shape} cannot have chunks {layout.chunks}"
        elif layout.is_resizable and layout.chunks is None:
            wrong = f"an array that grows to {layout.maxshape} needs chunks"
        if wrong is not None:
            raise ShapeError(wrong, source=self.source, path=path)

    def open_sink(self, path: str) -> MemorySink:
        """Open an existing array for writing."""
        return open_sink(self, self._file, self._array(path), path)

    def set_attributes(self, path: str, attributes: Mapping[str, Attribute]) -> None:
        """Create or replace attributes."""
        node = self._existing(path)
        bound = {name: self._bind(attribute) for name, attribute in attributes.items()}
        node.attributes.update(bound)

    def delete_attributes(self, path: str, names: tuple[str, ...]) -> None:
        """Remove attributes."""
        node = self._existing(path)
        for name in names:
            node.attributes.pop(name, None)

    def create_datatype(self, path: str, dtype: ElementType) -> None:
        """Commit an element type."""
        parent, name = self._new_entry(path)
        parent.entries[name] = MemoryDatatype(self._file.new_key(), dtype=dtype)

    def create_link(self, path: str, target: LinkTarget) -> None:
        """Make a link; a hard one needs its target."""
        if target.kind != "hard":
            parent, name = self._new_entry(path)
            parent.entries[name] = target
            return
        self.check_open()
        try:
            place = walk(self._file, target.path)
        except NodeNotFoundError as error:
            msg = f"a hard link needs its target, and there is no {target.path!r}"
            raise LinkTargetError(msg, source=self.source, path=path) from error
        if place.node is None or place.file is not self._file:
            msg = f"a hard link cannot point to {target.path!r}: it is not in this file"
            raise LinkTargetError(msg, source=self.source, path=path)
        parent, name = self._new_entry(path)
        parent.entries[name] = place.node
        place.node.n_names += 1

    def delete(self, path: str) -> None:
        """Remove an entry."""
        self.check_open()
        parts = split(path)
        if not parts:
            msg = "the root cannot be deleted"
            raise InvalidNameError(msg, source=self.source, path=path)
        parent = self._group("/" + "/".join(parts[:-1]))
        if parts[-1] not in parent.entries:
            raise self._missing(path, "entry")
        entry = parent.entries.pop(parts[-1])
        if not isinstance(entry, LinkTarget):
            _forget_name(entry)
        self._paths = None

    def write_specs(self, specs: SpecDocuments) -> None:
        """Cache specifications; a version that is there already is left alone."""
        self.check_open()
        for key, document in specs.items():
            self._file.specs.setdefault(key, dict(document))

    def flush(self) -> None:
        """Do nothing: memory has no buffer."""
        self.check_open()

    def commit(self) -> None:
        """Do nothing: what is written shows at once."""
        self.check_open()

    def begin_transaction(self) -> None:
        """Copy the whole content, to go back to."""
        self.check_open()
        self._kept = deepcopy((self._file.root, self._file.specs))

    def end_transaction(self) -> None:
        """Forget the copy."""
        self.check_open()
        self._kept = None

    def roll_back(self) -> None:
        """Let the file hold what it held when the transaction began."""
        self.check_open()
        if self._kept is None:
            msg = "what is written in memory is there at once"
            raise UnsupportedFeatureError(msg, source=self.source)
        (self._file.root, self._file.specs), self._kept = self._kept, None
        self._paths = None

    def drop(self) -> None:
        """Close; a transaction that is open is taken back."""
        if self._kept is not None:
            self.roll_back()
        self.close()

    def _new_entry(self, path: str) -> tuple[MemoryGroup, str]:
        self.check_open()
        parts = path.split("/")
        name = parts[-1]
        if not path.startswith("/") or name in {"", ".", ".."} or "\0" in name:
            msg = f"{name!r} cannot be the name of a node"
            raise InvalidNameError(msg, source=self.source, path=path)
        parent = self._group("/".join(parts[:-1]) or "/")
        if name in parent.entries:
            msg = "there is a node of that name already"
            raise NodeExistsError(msg, source=self.source, path=path)
        return parent, name

    def _bind(self, attribute: Attribute) -> Attribute:
        if isinstance(attribute.value, Empty):
            return attribute
        value = bind_references(self._file, attribute.value, attribute.dtype)
        return Attribute(value, attribute.dtype)


def _as_stored(layout: ArrayLayout) -> ArrayLayout:
    if layout.chunks is not None:
        return replace(layout, storage_class="chunked")
    if layout.storage_class == "compact":
        return layout
    return replace(layout, storage_class="contiguous")


def _forget_name(node: MemoryNode) -> None:
    """Count one name less, and with the last name of a group those of what it holds."""
    node.n_names -= 1
    if node.n_names == 0 and isinstance(node, MemoryGroup):
        for entry in node.entries.values():
            if not isinstance(entry, LinkTarget):
                _forget_name(entry)
