"""How the chunks of one array are encoded: all that a worker has to know of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from hdmf_io_core.storage.layout import RawChunk

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np

    from hdmf_io_core.storage.layout import CodecSpec
    from hdmf_io_core.types import AnyArray, Shape

__all__ = ["NEVER_WRITTEN", "ChunkEncoding", "ObjectCoder", "Shards"]

NEVER_WRITTEN = RawChunk(b"")
"""What is fetched of a chunk that is not there; no chunk is encoded to nothing."""


class ObjectCoder(Protocol):
    """Makes one run of bytes of elements that have no fixed size. Several threads may use it."""

    def encode(self, values: AnyArray) -> Any:
        """Return the bytes of all elements, in C order."""
        ...

    def decode(self, data: Any) -> AnyArray:
        """Return the elements, of whatever shape.

        Raises
        ------
        CorruptChunkError
            The bytes hold none.
        """
        ...


@dataclass(frozen=True, slots=True, eq=False)
class ChunkEncoding:
    """From the elements of a chunk to its bytes.

    Attributes
    ----------
    chunk_shape
        Of what has a place of its own in the storage. Axes that each element adds come last.
    dtype
        Of the elements as they are stored; object where ``objects`` makes bytes of them.
    codecs
        In the order of encoding; of a chunk that is made of others, none.
    axes
        In which order the axes are stored; None for their own.
    objects
        The first step for elements that have no fixed size; None for others.
    shards
        What a chunk is made of; None if it is whole.
    blank
        Fills memory with elements that were never written; None if only the storage's library
        knows with what.
    is_layouts
        Whether the bytes are those that element type and codecs of the layout tell of, so that
        they mean the same in another storage.
    """

    chunk_shape: Shape
    dtype: np.dtype[Any]
    codecs: tuple[CodecSpec, ...] = ()
    axes: Shape | None = None
    objects: ObjectCoder | None = None
    shards: Shards | None = None
    blank: Callable[[AnyArray], None] | None = None
    is_layouts: bool = True

    @property
    def unit(self) -> ChunkEncoding:
        """How the parts are encoded that are decoded by themselves."""
        return self if self.shards is None else self.shards.inner


@dataclass(frozen=True, slots=True, eq=False)
class Shards:
    """A chunk that is made of smaller ones, and of an index that says where they are in it.

    Attributes
    ----------
    inner
        How the smaller ones are encoded; they are whole.
    index
        How the index is: offset and length of each in bytes, of shape ``(*counts, 2)``; all bits
        set for one that was never written.
    is_index_last
        Whether the index is at the end, not at the beginning.
    """

    inner: ChunkEncoding
    index: ChunkEncoding
    is_index_last: bool = True
