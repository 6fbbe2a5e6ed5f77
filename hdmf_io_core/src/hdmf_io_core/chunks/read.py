"""Selections read chunk by chunk: fetched and decoded by workers, straight into the caller's array.

The thread that reads asks the storage where the chunks are; workers do without its library.
"""

from __future__ import annotations

import math
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias, cast

import numpy as np

from hdmf_io_core.chunks.coding import ChunkCoder, ShardReader, is_known
from hdmf_io_core.chunks.decoded import Decoded, has_stamps
from hdmf_io_core.chunks.pieces import SelectionPieces, taken
from hdmf_io_core.chunks.shuffle import byte_cells, join_planes, wide_dtype
from hdmf_io_core.errors import CorruptChunkError
from hdmf_io_core.storage.abilities import SupportsDecoding, SupportsShards
from hdmf_io_core.storage.dtypes import EnumType, NumberType, is_plain_bytes
from hdmf_io_core.storage.encoding import NEVER_WRITTEN
from hdmf_io_core.storage.protocols import ArraySource
from hdmf_io_core.storage.selection import Selection

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator, Sequence

    from hdmf_io_core.chunks.decoded import DecodedChunks, StampedSource
    from hdmf_io_core.chunks.pieces import Piece
    from hdmf_io_core.chunks.pool import WorkerPool
    from hdmf_io_core.storage.abilities import RawFetch
    from hdmf_io_core.storage.encoding import ChunkEncoding
    from hdmf_io_core.storage.layout import RawChunk
    from hdmf_io_core.types import AnyArray, ChunkCoords

__all__ = ["Blank", "Convert", "DecodableSource", "read_chunks", "reads_chunks"]

Convert: TypeAlias = "Callable[[AnyArray, AnyArray], None]"
"""Puts elements, as they are stored, into their part of the output."""
Blank: TypeAlias = "Callable[[AnyArray], None]"

LEAST_BYTES = 64 << 10
"""Less is as fast through the storage's own library."""
_SLOW_BYTES = 256 << 10
"""Of a chunk of this size little is read faster, too, if the chunk is kept."""
CACHED_BYTES = 32 << 20
"""What the library keeps decoded: chunks read again and again for a little of each stay there."""
_LEAST_SHARE = 8
_JOB_BYTES = 512 << 10
"""Chunks smaller than this are decoded several a job."""


class DecodableSource(SupportsDecoding, ArraySource, Protocol):
    """An array source that supports decoding."""


def reads_chunks(
    source: ArraySource, selection: Selection, decoded: DecodedChunks | None = None
) -> bool:
    """Whether a selection is read faster by :func:`read_chunks` than by the storage's library.

    Where chunks are not kept decoded: several, of which a good part is wanted, or more of them
    than a library would keep.
    """
    layout = source.layout
    element_bytes = layout.memory_dtype.itemsize
    wanted = math.prod(selection.shape) * element_bytes
    is_small = wanted < LEAST_BYTES
    chunk_bytes = math.prod(layout.chunks or ()) * element_bytes
    if (is_small and chunk_bytes < _SLOW_BYTES) or not is_plain_bytes(layout.dtype):
        return False
    if not isinstance(source, SupportsDecoding):
        return False
    encoding = source.encoding
    if encoding is None or not is_known(encoding):
        return False
    if decoded is not None and decoded.n_bytes and has_stamps(source):
        return True
    if is_small:
        return False
    chunk_shape = encoding.unit.chunk_shape[: layout.ndim]
    n_chunks = len(SelectionPieces(selection, chunk_shape))
    touched = n_chunks * math.prod(chunk_shape) * element_bytes
    return n_chunks > 1 and (wanted * _LEAST_SHARE >= touched or touched > CACHED_BYTES)


def read_chunks(
    source: DecodableSource,
    selection: Selection,
    out: AnyArray,
    pool: WorkerPool,
    *,
    convert: Convert | None = None,
    blank: Blank | None = None,
    decoded: DecodedChunks | None = None,
) -> None:
    """Fill ``out`` with a selection, chunk by chunk.

    Parameters
    ----------
    source
        Open.
    selection
        Of the array; with ``convert`` it has the axes that the elements add, too.
    out : ndarray, shape ``selection.shape``, dtype ``layout.memory_dtype``
        C-contiguous.
    pool
        Whose workers decode.
    convert
        Makes of stored elements those of the output; None where they are the same bytes.
    blank
        Fills in what was never written; None does it as the source's encoding says.
    decoded
        Where chunks are kept of which a part is read; None for nowhere. Not with ``convert``.

    Raises
    ------
    CorruptChunkError
        If a chunk does not decode; it names the chunk.
    """
    reading = _Reading(source, selection, out, convert, blank=blank)
    pieces = list(SelectionPieces(selection, reading.chunk_shape))
    if decoded is not None and has_stamps(source):
        pieces = reading.place_kept(pieces, source, decoded)
    fetchers = reading.fetchers([piece.coords for piece in pieces])
    each = max(1, _JOB_BYTES // reading.chunk_bytes)
    if len(pieces) <= each:
        # No worker is as fast as none.
        reading.settle(reading.decode([(piece, next(fetchers)) for piece in pieces]))
        return
    with pool.window(reading.settle) as window:
        for start in range(0, len(pieces), each):
            batch = pieces[start : start + each]
            job = [(piece, next(fetchers)) for piece in batch]
            window.submit(partial(reading.decode, job), 2 * len(batch) * reading.chunk_bytes)


class _Reading:
    """One selection being read. Jobs fill parts of the output that do not overlap."""

    def __init__(
        self,
        source: DecodableSource,
        selection: Selection,
        out: AnyArray,
        convert: Convert | None,
        *,
        blank: Blank | None = None,
    ) -> None:
        self._source = source
        self._layout = source.layout
        self._out = out
        self._convert = convert
        self._encoding = cast("ChunkEncoding", source.encoding)
        unit = self._encoding.unit
        n_axes = len(selection.axes)
        self.chunk_shape = unit.chunk_shape[:n_axes]
        self._coder = ChunkCoder(unit)
        self._stored_shape = self._coder.stored_shape[:n_axes]
        self._blank = self._encoding.blank if blank is None else blank
        self._element_bytes = unit.dtype.itemsize
        if convert is None:
            self._cells = byte_cells(out, n_axes)
            self._element_bytes = self._cells.shape[-1]
        self.chunk_bytes = max(1, math.prod(self.chunk_shape) * self._element_bytes)
        self._kept: DecodedChunks | None = None
        self._stamps: dict[ChunkCoords, Hashable] = {}

    def place_kept(
        self, pieces: Sequence[Piece], source: StampedSource, kept: DecodedChunks
    ) -> list[Piece]:
        """Put what is kept in its place; return the pieces that are to be fetched.

        Of these, chunks that are wanted in part will be kept: if there is room for all, since
        else the first would be gone when it is asked for again.
        """
        left: list[Piece] = []
        for piece in pieces:
            stamp = source.stamp(piece.coords)
            found = None if stamp is None else kept.get(stamp)
            if found is not None:
                self._place(piece, found)
                continue
            left.append(piece)
            if stamp is not None and self._is_part(piece):
                self._stamps[piece.coords] = stamp
        if len(self._stamps) * self.chunk_bytes <= kept.n_bytes:
            self._kept = kept
        return left

    def fetchers(self, coords: Sequence[ChunkCoords]) -> Iterator[RawFetch | None]:
        """Yield what fetches each chunk, or part of one."""
        shards = self._encoding.shards
        if shards is None:
            yield from self._source.fetchers(coords)
            return
        readers: dict[ChunkCoords, ShardReader] = {}
        counts = shards.index.chunk_shape[: len(self.chunk_shape)]
        extra = (0,) * (len(shards.index.chunk_shape) - 1 - len(counts))
        for place in coords:
            shard = tuple(c // n for c, n in zip(place, counts, strict=True))
            if shard not in readers:
                fetch = cast("SupportsShards", self._source).part_fetcher(shard)
                readers[shard] = ShardReader(shards, fetch)
            inner = tuple(c % n for c, n in zip(place, counts, strict=True))
            yield partial(readers[shard].part, (*inner, *extra))

    def decode(self, job: Sequence[tuple[Piece, RawFetch | None]]) -> list[Piece]:
        """Decode some chunks; return those whose bytes have to be asked for again."""
        again: list[Piece] = []
        for piece, fetch in job:
            is_done = self._fill(piece) if fetch is None else self._took(piece, fetch)
            if not is_done:
                again.append(piece)
        return again

    def settle(self, pieces: Sequence[Piece]) -> None:
        """Read what a worker could not, in the thread that reads, with the storage's library."""
        for piece in pieces:
            wanted = piece.chosen(self.chunk_shape)
            shape = wanted.shape + self._out.shape[len(wanted.axes) :]
            values = np.empty(shape, self._out.dtype)
            self._source.read_into(wanted, values)
            self._out[piece.outside] = values

    def _took(self, piece: Piece, fetch: RawFetch) -> bool:
        """Fetch a chunk and put it in its place; False if its bytes have to be asked for again."""
        try:
            chunk = fetch()
            if chunk is None:
                return False
            if chunk is NEVER_WRITTEN:
                return self._fill(piece)
            self._decode_into(piece, chunk)
        except CorruptChunkError as error:
            if error.path is not None:
                raise
            msg = f"chunk {piece.coords}: {error.what}"
            hint = "Copy the file again from its origin; other chunks may still read."
            raise CorruptChunkError(msg, source=error.source, hint=hint) from error
        return True

    def _decode_into(self, piece: Piece, chunk: RawChunk) -> None:
        coder = self._coder
        if self._convert is not None:
            elements = coder.decode(chunk)
            self._convert(taken(elements, piece.inside), self._part(piece))
            return
        size = self._element_bytes
        if size > 1 and coder.chain.shuffle_bytes == size and not chunk.skipped & 1:
            planes = coder.chain.decode(chunk, first=1).reshape(size, *self._stored_shape)
            decoded = Decoded(coder.in_order(planes, 1), are_planes=True)
        else:
            cells: Any = coder.chain.decode(chunk).view(wide_dtype(size))
            decoded = Decoded(coder.in_order(cells.reshape(self._stored_shape)), are_planes=False)
        self._place(piece, decoded)
        stamp = self._stamps.get(piece.coords)
        if stamp is not None and self._kept is not None:
            self._kept.put(stamp, decoded)

    def _place(self, piece: Piece, decoded: Decoded) -> None:
        """Put what is wanted of a decoded chunk where it goes."""
        target = self._cells[piece.outside]
        if decoded.are_planes:
            # Only the bytes that are wanted are put together.
            join_planes(taken(decoded.values, piece.inside, 1), target)
            return
        elements = target.view(wide_dtype(self._element_bytes))[..., 0]
        elements[...] = taken(decoded.values, piece.inside)

    def _is_part(self, piece: Piece) -> bool:
        """Whether the chunk has more than is wanted; what lies past the edge does not count."""
        wanted = math.prod(Selection(piece.inside).shape)
        there = [
            min(n, length - place * n)
            for n, length, place in zip(
                self.chunk_shape, self._layout.shape or (), piece.coords, strict=False
            )
        ]
        return wanted < math.prod(there)

    def _fill(self, piece: Piece) -> bool:
        """Fill what was never written; False if only the storage's library knows with what."""
        target: Any = self._part(piece)
        if self._blank is not None:
            self._blank(target)
            return True
        value = self._layout.fill_value
        if value is None:
            if not isinstance(self._layout.dtype, (NumberType, EnumType)):
                return False
            value = np.zeros((), self._out.dtype)
        target[...] = value
        return True

    def _part(self, piece: Piece) -> AnyArray:
        """Return where a piece goes: a view, of a scalar too."""
        key: Any = (*piece.outside, ...)
        part: AnyArray = self._out[key]
        return part
