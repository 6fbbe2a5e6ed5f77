"""Whole chunks encoded by workers, and stored in order by the thread that writes."""

from __future__ import annotations

import math
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol, TypeGuard

import numpy as np

from hdmf_io_core.chunks.buffers import Buffers
from hdmf_io_core.chunks.coding import coder_of, is_known
from hdmf_io_core.errors import HdmfIOError
from hdmf_io_core.storage.abilities import HidesFill, SupportsEncoding
from hdmf_io_core.storage.dtypes import ArrayType, is_plain_bytes
from hdmf_io_core.storage.fitting import fit
from hdmf_io_core.storage.protocols import ArraySink

if TYPE_CHECKING:
    from types import TracebackType

    from hdmf_io_core.chunks.buffers import Loan, Take
    from hdmf_io_core.chunks.pool import WorkerPool
    from hdmf_io_core.chunks.trial import Recipe
    from hdmf_io_core.storage.layout import RawChunk
    from hdmf_io_core.types import AnyArray, ChunkCoords

__all__ = ["ChunkEncoder", "EncodableSink", "is_encodable"]


class EncodableSink(SupportsEncoding, ArraySink, Protocol):
    """An array sink that takes chunks encoded elsewhere."""


def is_encodable(sink: ArraySink) -> TypeGuard[EncodableSink]:
    """Whether a :class:`ChunkEncoder` can make the chunks of an array."""
    layout = sink.layout
    if not layout.shape or not is_plain_bytes(layout.dtype):
        return False
    if isinstance(layout.dtype, ArrayType):
        # In memory they are further axes, which the grid of chunks does not have.
        return False
    if not isinstance(sink, SupportsEncoding) or (isinstance(sink, HidesFill) and sink.hides_fill):
        return False
    encoding = sink.encoding
    return encoding is not None and is_known(encoding)


class ChunkEncoder:
    """Encodes chunks of one array. Use it in a ``with`` statement, from one thread.

    Parameters
    ----------
    sink
        For which :func:`is_encodable` holds. Nothing else writes to it between ``put`` and
        ``drain``.
    pool
        Whose workers encode.
    """

    def __init__(self, sink: EncodableSink, pool: WorkerPool) -> None:
        layout, encoding = sink.layout, sink.encoding
        assert encoding is not None
        self._sink = sink
        self._element = layout.dtype
        self._dtype: np.dtype[Any] = layout.memory_dtype
        self._stored_dtype = encoding.dtype
        self.chunk_shape = encoding.chunk_shape
        self.chunk_bytes = math.prod(self.chunk_shape) * self._dtype.itemsize
        # What lies past the edge of the array is seen if the array grows.
        self._padding: Any = layout.fill_value
        # What does not compress comes out a little longer, headers of blocks and checksums.
        self._buffers = Buffers(self.chunk_bytes + (self.chunk_bytes >> 12) + 64)
        self._coder = coder_of(encoding)
        self._window = pool.window(self._take)
        self._in_flight: set[ChunkCoords] = set()

    def put(self, coords: ChunkCoords, values: AnyArray) -> None:
        """Encode a chunk and store it, now or later.

        Parameters
        ----------
        coords
            Of the chunk; the array reaches as far as its elements.
        values : ndarray
            The chunk's elements, of any dtype that fits them; fewer than the chunk's shape at
            the edge. Must stay as they are until ``drain``.

        Raises
        ------
        UnsupportedDtypeError
            If the values of this, or of an earlier chunk, do not fit the elements.
        WriteError
            If the storage refused an earlier chunk.
        """
        if coords in self._in_flight:
            self.drain()  # Workers may store out of order: the last one counts.
        self._in_flight.add(coords)
        sample = None
        if self._coder.needs_sample:
            # Without what it is padded with, which is not what data is like.
            sample = fit(values, self._element).view(self._stored_dtype)
        recipe = self._coder.next_recipe(sample)
        job = partial(self._encode, coords, values, recipe)
        self._window.submit(job, 2 * self.chunk_bytes)

    def drain(self) -> None:
        """Wait until all chunks are stored."""
        self._window.drain()

    def cancel(self) -> None:
        """Drop the chunks that are not stored yet."""
        self._window.cancel()

    def _encode(
        self, coords: ChunkCoords, values: AnyArray, recipe: Recipe | None
    ) -> tuple[ChunkCoords, RawChunk | None, Loan]:
        """Encode a chunk; store it too where the storage takes several at once."""
        loan = self._buffers.loan()
        chunk = self._coder.encode(self._whole(values, loan.take), recipe, loan.take)
        loan.give_back(but=np.frombuffer(chunk.data, np.uint8))
        if not self._sink.concurrent:
            return coords, chunk, loan
        self._store(coords, chunk)
        return coords, None, loan

    def _take(self, encoded: tuple[ChunkCoords, RawChunk | None, Loan]) -> None:
        coords, chunk, loan = encoded
        self._in_flight.discard(coords)
        if chunk is not None:
            self._store(coords, chunk)
        loan.give_back()

    def _store(self, coords: ChunkCoords, chunk: RawChunk) -> None:
        try:
            self._sink.write_raw(coords, chunk)
        except HdmfIOError as error:
            error.add_note(f"while storing chunk {coords}")
            raise

    def _whole(self, values: AnyArray, take: Take) -> AnyArray:
        """Return a chunk of the array's elements, padded to its whole shape."""
        fitted = fit(values, self._element)
        if fitted.shape == self.chunk_shape and fitted.flags.c_contiguous:
            return fitted.view(self._stored_dtype)
        data = take(self.chunk_bytes)
        whole: Any = data.view(self._dtype).reshape(self.chunk_shape)
        if fitted.shape != self.chunk_shape:
            if self._padding is None:
                data.fill(0)
            else:
                whole[...] = self._padding
        whole[tuple(slice(0, length) for length in fitted.shape)] = fitted
        return whole.view(self._stored_dtype)  # type: ignore[no-any-return]

    def __enter__(self) -> ChunkEncoder:
        self._window.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._window.__exit__(kind, error, trace)
