"""The seam a backend implements: a reader, a writer, and two array classes.

The smallest backend is those four and a ``BackendSpec``; ``StorageIO`` does the rest. Paths are
absolute, ``/`` is the root, parts are separated by ``/``. Optional abilities are the
``Supports...`` protocols, asked for once an array.

Whoever opens a storage closes it. A reader may be used from several threads at once; a writer from
one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol, TypeAlias, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from hdmf_io_core.storage.dtypes import ElementType
    from hdmf_io_core.storage.layout import (
        ArrayLayout,
        Attribute,
        Capabilities,
        CodecSpec,
        LinkTarget,
        NodeInfo,
        ObjectRef,
        RawChunk,
        RegionRef,
        SpecDocuments,
    )
    from hdmf_io_core.storage.selection import Selection
    from hdmf_io_core.types import AnyArray, ChunkCoords, Region, Shape

__all__ = [
    "AdaptedLayout",
    "ArraySink",
    "ArraySource",
    "FlatRead",
    "RawFetch",
    "StorageReader",
    "StorageWriter",
    "StoredArray",
    "SupportsAdaptation",
    "SupportsAdopt",
    "SupportsMove",
    "SupportsNative",
    "SupportsRawChunkWrites",
    "SupportsRawChunks",
    "SupportsReadCheck",
]


RawFetch: TypeAlias = "Callable[[], RawChunk | None]"
"""Fetches the bytes of one chunk, in any thread; None if they changed since it was made."""
FlatRead: TypeAlias = "Callable[[int, memoryview], None]"
"""Fills a buffer with the bytes from an offset on, in any thread."""


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


@runtime_checkable
class SupportsRawChunks(Protocol):
    """A source whose encoded chunks can be fetched without decoding."""

    def read_raw(self, coords: ChunkCoords) -> RawChunk | None:
        """Return a chunk's encoded bytes, None if it was never written (all fill value)."""
        ...


@runtime_checkable
class SupportsRawChunkWrites(Protocol):
    """A sink that takes encoded chunks."""

    concurrent: bool
    """Whether ``write_raw`` may run in several threads at once."""

    def write_raw(self, coords: ChunkCoords, chunk: RawChunk) -> None:
        """Store the encoded bytes of a whole chunk (edge chunks are whole too)."""
        ...


@runtime_checkable
class SupportsReadCheck(Protocol):
    """A source that can tell, without reading, that its elements cannot be decoded here."""

    def check_readable(self) -> None:
        """Raise ``UnknownCodecError`` if a codec is missing; reads no data."""
        ...


class AdaptedLayout(NamedTuple):
    """A layout that a storage can hold, and what of the wanted one is lost by it, in words.

    ``keeps_bytes`` is False where chunks are encoded otherwise than the layout's codecs say.
    """

    layout: ArrayLayout
    losses: tuple[str, ...]
    keeps_bytes: bool = True


@runtime_checkable
class SupportsAdaptation(Protocol):
    """A writer that can say how near it comes to the layout of an array of another backend."""

    def adapt_layout(self, layout: ArrayLayout) -> AdaptedLayout:
        """Return the nearest layout that can be made; an impossible element type stays as it is."""
        ...


@runtime_checkable
class SupportsDecoding(SupportsRawChunks, Protocol):
    """A source whose chunks others decode, in threads of theirs."""

    @property
    def encoding(self) -> tuple[CodecSpec, ...] | None:
        """What makes a raw chunk of the bytes of its elements, in C order; None: something else."""
        ...

    def fetchers(self, coords: Sequence[ChunkCoords]) -> Iterator[RawFetch | None]:
        """Yield what fetches each chunk, None for one never written.

        Runs in the thread of the caller, and may use the storage's library there; what is yielded
        takes no lock of the library, so that workers cannot wait for who waits for them.
        """
        ...


@runtime_checkable
class SupportsEncoding(SupportsRawChunkWrites, Protocol):
    """A sink whose chunks others encode, in threads of theirs."""

    @property
    def encoding(self) -> tuple[CodecSpec, ...] | None:
        """As :attr:`SupportsDecoding.encoding`."""
        ...


@runtime_checkable
class SupportsFlatReads(Protocol):
    """A source that may hold its elements as one run of bytes."""

    def flat_reader(self) -> FlatRead | None:
        """Return what reads the bytes of the elements in C order; None if they do not lie so."""
        ...


@runtime_checkable
class SupportsNative(Protocol):
    """A reader that can hand out the library's own object behind a node."""

    def native(self, path: str) -> object:
        """Return the ``h5py.Dataset``, ``zarr.Array`` or group; it lives as long as the reader."""
        ...


class StoredArray(NamedTuple):
    """An open array, and the file and path that hold it."""

    array: ArraySource
    source: str
    path: str


@runtime_checkable
class SupportsAdopt(Protocol):
    """A storage that recognises arrays of its own library among what a user wants to store."""

    def adopt(self, value: object) -> StoredArray | None:
        """Return the array behind ``value`` and where it is stored; None for anything else."""
        ...


@runtime_checkable
class SupportsMove(Protocol):
    """A writer that renames nodes itself, where there are no hard links to do it with."""

    def move(self, path: str, new_path: str) -> None:
        """Give a node another path; open arrays of it stay good.

        Links and references go on naming the old path.
        """
        ...

    def retarget(self, moved: Mapping[str, str]) -> None:
        """Let links and references that name an old path, or one below it, name the new one.

        All at once, so that two nodes can change places.
        """
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
