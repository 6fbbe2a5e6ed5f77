"""What a storage may be able to do beside reading and writing: optional protocols, asked once.

A reader, writer or array that has the methods has the ability; nothing is declared.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol, TypeAlias, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence

    from hdmf_io_core.storage.encoding import ChunkEncoding
    from hdmf_io_core.storage.layout import ArrayLayout, LinkTarget, RawChunk
    from hdmf_io_core.storage.protocols import ArraySource
    from hdmf_io_core.types import AnyArray, ChunkCoords

__all__ = [
    "AdaptedLayout",
    "FlatRead",
    "HidesFill",
    "PartFetch",
    "RawFetch",
    "StoredArray",
    "SupportsAdaptation",
    "SupportsAdopt",
    "SupportsDecoding",
    "SupportsEncoding",
    "SupportsFilledArrays",
    "SupportsFlatReads",
    "SupportsMove",
    "SupportsNameChecks",
    "SupportsNative",
    "SupportsNativeArray",
    "SupportsRawChunkWrites",
    "SupportsRawChunks",
    "SupportsReadCheck",
    "SupportsShards",
    "SupportsStamps",
    "SupportsStandIns",
    "SupportsStoredChunks",
]

RawFetch: TypeAlias = "Callable[[], RawChunk | None]"
"""Fetches the bytes of one chunk, in any thread; None if they changed since it was made.

``NEVER_WRITTEN`` where it turns out only then that there are none.
"""

PartFetch: TypeAlias = "Callable[[int, int], bytes | None]"
"""Fetches bytes of one chunk from an offset on (below 0: from the end), in any thread."""

FlatRead: TypeAlias = "Callable[[int, memoryview], None]"
"""Fills a buffer with the bytes from an offset on, in any thread."""


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
class SupportsStoredChunks(Protocol):
    """A source that can list the chunks it holds, however many its shape declares."""

    def stored_chunks(self) -> Iterator[ChunkCoords]:
        """Yield the coordinates of the chunks that were written, in C order."""
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
    ``needs`` says, in words, what a reader must have besides the format's own library.
    """

    layout: ArrayLayout
    losses: tuple[str, ...]
    keeps_bytes: bool = True
    needs: tuple[str, ...] = ()


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
    def encoding(self) -> ChunkEncoding | None:
        """What makes a raw chunk of its elements; None: only the storage's library knows."""
        ...

    def fetchers(self, coords: Sequence[ChunkCoords]) -> Iterator[RawFetch | None]:
        """Yield what fetches each chunk, None for one never written.

        Runs in the thread of the caller, and may use the storage's library there; what is yielded
        takes no lock of the library, so that workers cannot wait for who waits for them.
        """
        ...


@runtime_checkable
class SupportsStamps(SupportsDecoding, Protocol):
    """A source that can tell whether a chunk is still what it was, without fetching it."""

    @property
    def has_stamps(self) -> bool:
        """Whether it can just now; else chunks are decoded each time that they are read."""
        ...

    def stamp(self, coords: ChunkCoords) -> Hashable | None:
        """Return what no other chunk has, nor this one with other bytes; None if it is not known.

        To be asked before the chunk is fetched, by the thread that reads. It means the same for
        all sources of one IO.
        """
        ...


@runtime_checkable
class SupportsEncoding(SupportsRawChunkWrites, Protocol):
    """A sink whose chunks others encode, in threads of theirs."""

    @property
    def encoding(self) -> ChunkEncoding | None:
        """As :attr:`SupportsDecoding.encoding`."""
        ...


@runtime_checkable
class HidesFill(Protocol):
    """A sink whose fill value may be one that its layout cannot tell."""

    @property
    def hides_fill(self) -> bool:
        """Whether it is: the storage has to fill chunks up itself."""
        ...


@runtime_checkable
class SupportsShards(Protocol):
    """A source of which parts of a chunk can be fetched; needed where its chunks are shards."""

    def part_fetcher(self, coords: ChunkCoords) -> PartFetch:
        """Return what fetches parts of a chunk; as for ``fetchers``, it takes no lock."""
        ...


@runtime_checkable
class SupportsFlatReads(Protocol):
    """A source that may hold its elements as one run of bytes."""

    def flat_reader(self) -> FlatRead | None:
        """Return what reads the bytes of the elements in C order; None if they do not lie so."""
        ...


@runtime_checkable
class SupportsNameChecks(Protocol):
    """A writer that cannot take every name."""

    def check_names(self, path: str, attributes: Iterable[str] = ()) -> None:
        """Raise ``InvalidNameError`` if no node can have this path, or these attributes."""
        ...


@runtime_checkable
class SupportsNative(Protocol):
    """A reader that can hand out the library's own object behind a node."""

    def native(self, path: str) -> object:
        """Return the ``h5py.Dataset``, ``zarr.Array`` or group; it lives as long as the reader."""
        ...


@runtime_checkable
class SupportsNativeArray(Protocol):
    """A source that can hand out the library's own array for itself, which is open already."""

    def native_array(self) -> object:
        """Return the ``h5py.Dataset`` or ``zarr.Array``; it lives as long as the source."""
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


@runtime_checkable
class SupportsStandIns(Protocol):
    """A writer whose readers do not follow some links: a copy may stand where one leads to."""

    def wants_stand_in(self, target: LinkTarget) -> bool:
        """Whether other readers of the format would not see what a link leads to."""
        ...

    def remember_link(self, path: str, target: LinkTarget) -> None:
        """Note that the entry at a path is a copy, and stands for a link; it goes with it."""
        ...


@runtime_checkable
class SupportsFilledArrays(Protocol):
    """A writer that makes a small array with its content in one go, cheaper than in two."""

    def create_filled(self, path: str, layout: ArrayLayout, values: AnyArray) -> None:
        """Make an array without chunks; ``values`` are of its shape and ``memory_dtype``.

        Errors as ``create_array`` and ``ArraySink.write``; a bad value raises before anything is
        made.
        """
        ...
