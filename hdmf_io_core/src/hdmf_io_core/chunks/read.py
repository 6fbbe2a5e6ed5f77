"""Selections read chunk by chunk: fetched and decoded by workers, straight into the caller's array.

The thread that reads asks the storage where the chunks are; workers do without its library.
"""

from __future__ import annotations

import math
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from hdmf_io_core.chunks.codecs import CodecChain, are_known
from hdmf_io_core.chunks.pieces import SelectionPieces, taken
from hdmf_io_core.chunks.shuffle import byte_cells, join_planes, wide_dtype
from hdmf_io_core.errors import CorruptChunkError
from hdmf_io_core.storage.abilities import SupportsDecoding
from hdmf_io_core.storage.dtypes import EnumType, NumberType, is_plain_bytes
from hdmf_io_core.storage.protocols import ArraySource

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hdmf_io_core.chunks.pieces import Piece
    from hdmf_io_core.chunks.pool import WorkerPool
    from hdmf_io_core.storage.abilities import RawFetch
    from hdmf_io_core.storage.layout import RawChunk
    from hdmf_io_core.storage.selection import Selection
    from hdmf_io_core.types import AnyArray

__all__ = ["DecodableSource", "read_chunks", "reads_chunks"]

LEAST_BYTES = 64 << 10
"""Less is as fast through the storage's own library."""
CACHED_BYTES = 32 << 20
"""What the library keeps decoded: chunks read again and again for a little of each stay there."""
_LEAST_SHARE = 8
_JOB_BYTES = 512 << 10
"""Chunks smaller than this are decoded several a job."""


class DecodableSource(SupportsDecoding, ArraySource, Protocol):
    """An array source that supports decoding."""


def reads_chunks(source: ArraySource, selection: Selection) -> bool:
    """Whether a selection is read faster by :func:`read_chunks` than by the storage's library.

    Several chunks, of which a good part is wanted, or more of them than a library would keep.
    """
    layout = source.layout
    element_bytes = layout.memory_dtype.itemsize
    wanted = math.prod(selection.shape) * element_bytes
    if layout.chunks is None or wanted < LEAST_BYTES or not is_plain_bytes(layout.dtype):
        return False
    if not isinstance(source, SupportsDecoding):
        return False
    encoding = source.encoding
    if encoding is None or not are_known(encoding):
        return False
    n_chunks = len(SelectionPieces(selection, layout.chunks))
    touched = n_chunks * math.prod(layout.chunks) * element_bytes
    return n_chunks > 1 and (wanted * _LEAST_SHARE >= touched or touched > CACHED_BYTES)


def read_chunks(
    source: DecodableSource, selection: Selection, out: AnyArray, pool: WorkerPool
) -> None:
    """Fill ``out`` with a selection for which :func:`reads_chunks` holds.

    Parameters
    ----------
    source
        Open.
    selection
        Of the array.
    out : ndarray, shape ``selection.shape``, dtype ``layout.memory_dtype``
        C-contiguous.
    pool
        Whose workers decode.

    Raises
    ------
    CorruptChunkError
        If a chunk does not decode; it names the chunk.
    """
    reading = _Reading(source, selection, out)
    pieces = list(SelectionPieces(selection, reading.chunk_shape))
    fetchers = source.fetchers([piece.coords for piece in pieces])
    each = max(1, _JOB_BYTES // reading.chunk_bytes)
    with pool.window(reading.settle) as window:
        for start in range(0, len(pieces), each):
            batch = pieces[start : start + each]
            job = [(piece, next(fetchers)) for piece in batch]
            window.submit(partial(reading.decode, job), 2 * len(batch) * reading.chunk_bytes)


class _Reading:
    """One selection being read. Jobs fill parts of the output that do not overlap."""

    def __init__(self, source: DecodableSource, selection: Selection, out: AnyArray) -> None:
        layout = source.layout
        self._source = source
        self._layout = layout
        self._out = out
        self._cells = byte_cells(out, len(selection.axes))
        self._element_bytes = self._cells.shape[-1]
        self.chunk_shape = layout.chunks or ()
        self.chunk_bytes = math.prod(self.chunk_shape) * self._element_bytes
        self._chain = CodecChain(source.encoding or (), self._element_bytes, self.chunk_bytes)

    def decode(self, job: Sequence[tuple[Piece, RawFetch | None]]) -> list[Piece]:
        """Decode some chunks; return those whose bytes have to be asked for again."""
        again: list[Piece] = []
        for piece, fetch in job:
            if fetch is None:
                if not self._fill(piece):
                    again.append(piece)
                continue
            chunk = fetch()
            if chunk is None:
                again.append(piece)
            else:
                self._place(piece, chunk)
        return again

    def settle(self, pieces: Sequence[Piece]) -> None:
        """Read what a worker could not, in the thread that reads, with the storage's library."""
        for piece in pieces:
            wanted = piece.chosen(self.chunk_shape)
            extra = self._out.shape[len(wanted.axes) :]
            values = np.empty(wanted.shape + extra, self._out.dtype)
            self._source.read_into(wanted, values)
            self._out[piece.outside] = values

    def _place(self, piece: Piece, chunk: RawChunk) -> None:
        try:
            self._decode_into(piece, chunk)
        except CorruptChunkError as error:
            msg = f"chunk {piece.coords}: {error.what}"
            hint = "Copy the file again from its origin; other chunks may still read."
            raise CorruptChunkError(msg, source=error.source, path=error.path, hint=hint) from error

    def _decode_into(self, piece: Piece, chunk: RawChunk) -> None:
        size = self._element_bytes
        target = self._cells[piece.outside]
        if size > 1 and self._chain.shuffle_bytes == size and not chunk.skipped & 1:
            planes = self._chain.decode(chunk, first=1).reshape(size, *self.chunk_shape)
            join_planes(taken(planes, piece.inside, 1), target)
            return
        wide = wide_dtype(size)
        elements: Any = self._chain.decode(chunk).view(wide).reshape(self.chunk_shape)
        target.view(wide)[..., 0] = taken(elements, piece.inside)

    def _fill(self, piece: Piece) -> bool:
        """Fill what was never written; False if only the storage's library knows with what."""
        value = self._layout.fill_value
        if value is None:
            if not isinstance(self._layout.dtype, (NumberType, EnumType)):
                return False
            value = np.zeros((), self._out.dtype)
        target: Any = self._out
        target[piece.outside] = value
        return True
