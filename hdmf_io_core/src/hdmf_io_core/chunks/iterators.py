"""Arrays that arrive in pieces: the public names, from the modules that hold them."""

from __future__ import annotations

from hdmf_io_core.chunks.blockiterator import ArrayChunkIterator, GenericDataChunkIterator
from hdmf_io_core.chunks.datachunk import AbstractDataChunkIterator, DataChunk
from hdmf_io_core.chunks.rowiterator import DataChunkIterator
from hdmf_io_core.chunks.streams import ChunkStream, adapt_stream

__all__ = [
    "AbstractDataChunkIterator",
    "ArrayChunkIterator",
    "ChunkStream",
    "DataChunk",
    "DataChunkIterator",
    "GenericDataChunkIterator",
    "adapt_stream",
]
