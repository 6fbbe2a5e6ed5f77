"""The seam a backend implements: a reader, a writer, and two array classes.

The smallest backend is those four and a ``BackendSpec``; ``StorageIO`` does the rest. Paths are
absolute, ``/`` is the root, parts are separated by ``/``. Optional abilities are the
``Supports...`` protocols, asked for once an array.

Whoever opens a storage closes it. A reader may be used from several threads at once; a writer from
one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from hdmf_io_core.storage.dtypes import ElementType
    from hdmf_io_core.storage.layout import (
        ArrayLayout,
        Attribute,
        Capabilities,
        LinkTarget,
        NodeInfo,
        ObjectRef,
        RegionRef,
        SpecDocuments,
    )
    from hdmf_io_core.storage.selection import Selection
    from hdmf_io_core.types import AnyArray, Region, Shape

__all__ = [
    "ArraySink",
    "ArraySource",
    "StorageReader",
    "StorageWriter",
]


class ArraySource(Protocol):
    """One stored array, open for reading."""

    @property
    def layout(self) -> ArrayLayout:
        """The layout as it is now (a resize through a sink shows)."""
        ...

    def read_into(self, selection: Selection, out: AnyArray) -> None:
        """Fill every cell of ``out`` with the selected elements.

        Parameters
        ----------
        selection
            One entry an axis: slices with a positive step, or strictly increasing index arrays.
        out : ndarray, shape ``selection.shape``, dtype ``layout.memory_dtype``
            Allocated by the caller; C-contiguous.

        Notes
        -----
        Several threads may call it at once with different ``out``. Text cells become ``str``
        (``bytes`` where they are not UTF-8), references ``ObjectRef``, ``RegionRef`` or None.
        """
        ...


class ArraySink(ArraySource, Protocol):
    """One stored array, open for reading and writing. One thread at a time."""

    def write(self, region: Region, values: AnyArray) -> None:
        """Store ``values``, of the region's shape and of ``layout.memory_dtype``.

        References in ``values`` have their ``path`` set, in this storage. Region inside
        ``layout.shape``.
        """
        ...

    def resize(self, shape: Shape) -> None:
        """Change the shape; ``ShapeError`` if it leaves ``maxshape`` or the array is fixed."""
        ...


class StorageReader(Protocol):
    """One open file or store.

    Every method raises ``ClosedIOError`` after ``close``.
    """

    @property
    def source(self) -> str:
        """Canonical name, absolute for local files; stands in every error."""
        ...

    @property
    def capabilities(self) -> Capabilities:
        """What the storage can hold."""
        ...

    def node(self, path: str) -> NodeInfo | None:
        """Look one entry up, without listing its siblings; None if there is none.

        A link whose target is missing gives ``kind="missing"``, not None. Cost: one look-up a path
        part.
        """
        ...

    def children(self, path: str) -> Iterator[NodeInfo]:
        """Yield the entries of a group in the storage's order; cached specifications are hidden."""
        ...

    def attributes(self, path: str) -> Mapping[str, Attribute]:
        """Return all attributes of a node, in order; the storage's own reserved ones are hidden."""
        ...

    def array(self, path: str) -> ArraySource:
        """Open an array; reads no data."""
        ...

    def datatype(self, path: str) -> ElementType:
        """Return the element type that a node of kind ``datatype`` stores."""
        ...

    def resolve(self, ref: ObjectRef | RegionRef) -> NodeInfo | None:
        """Find the node behind a reference; None if it dangles.

        By identity, through an index of the whole file that the first call builds.
        """
        ...

    def specs(self) -> SpecDocuments:
        """Return the cached specifications, all versions; empty if there are none."""
        ...

    def refresh(self) -> None:
        """Forget what was remembered of the file's content, so that others' changes show."""
        ...

    def close(self) -> None:
        """Release the file; a second call does nothing."""
        ...


class StorageWriter(StorageReader, Protocol):
    """One file or store open for writing. Parents are created before children by the caller."""

    def create_group(self, path: str) -> None:
        """Make a group; its parent exists and has no entry of that name."""
        ...

    def create_array(self, path: str, layout: ArrayLayout) -> ArraySink:
        """Make an array without content; an impossible layout raises before anything is made."""
        ...

    def check_layout(self, path: str, layout: ArrayLayout) -> None:
        """Raise what ``create_array`` would raise, without touching the storage.

        Raises
        ------
        UnsupportedDtypeError, UnknownCodecError, OptionError, ShapeError
        """
        ...

    def open_sink(self, path: str) -> ArraySink:
        """Open an existing array for writing."""
        ...

    def set_attributes(self, path: str, attributes: Mapping[str, Attribute]) -> None:
        """Create or replace these attributes, leave the others; references have their path set."""
        ...

    def delete_attributes(self, path: str, names: tuple[str, ...]) -> None:
        """Remove these attributes; one that is not there is passed over."""
        ...

    def create_datatype(self, path: str, dtype: ElementType) -> None:
        """Commit an element type as a node; only where ``capabilities.committed_datatypes``."""
        ...

    def create_link(self, path: str, target: LinkTarget) -> None:
        """Make a link; the target need not exist, except that of a hard link."""
        ...

    def delete(self, path: str) -> None:
        """Remove an entry (a link is removed, not its target)."""
        ...

    def write_specs(self, specs: SpecDocuments) -> None:
        """Cache specifications; a version that is there already is left alone."""
        ...

    def flush(self) -> None:
        """Hand all that is buffered to the operating system."""
        ...

    def commit(self) -> None:
        """Make all written so far visible to a fresh reader."""
        ...
