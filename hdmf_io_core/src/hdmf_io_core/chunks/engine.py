"""The chunk engine of one IO: which way an array is read, and the workers that do it."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, cast

from hdmf_io_core.chunks.decoded import DecodedChunks
from hdmf_io_core.chunks.flat import read_flat
from hdmf_io_core.chunks.pool import WorkerPool
from hdmf_io_core.chunks.read import DecodableSource, read_chunks, reads_chunks
from hdmf_io_core.chunks.tails import Tails
from hdmf_io_core.storage.abilities import SupportsFlatReads
from hdmf_io_core.storage.dtypes import is_plain_bytes

if TYPE_CHECKING:
    from hdmf_io_core.storage.layout import ArrayLayout
    from hdmf_io_core.storage.protocols import ArraySource
    from hdmf_io_core.storage.selection import Selection
    from hdmf_io_core.types import AnyArray

__all__ = ["Engine"]


class Engine:
    """Reads arrays of any storage with a pool of workers.

    Parameters
    ----------
    workers : int or None
        Threads that decode and encode; 1 for none but the caller's. None for the cores that this
        process may use.
    in_flight_bytes : int or None
        Bytes of chunks that are held at once; None for 64 MiB.
    kept_bytes : int or None
        Bytes of decoded chunks that are kept for the next read; 0 for none, None for 32 MiB.

    Raises
    ------
    OptionError
        If a number makes no sense.

    Notes
    -----
    Several threads may read at once. Threads of its own start at the first read that needs them.
    """

    def __init__(
        self,
        workers: int | None = None,
        in_flight_bytes: int | None = None,
        kept_bytes: int | None = None,
    ) -> None:
        self.pool = WorkerPool(workers, in_flight_bytes)
        self.decoded = DecodedChunks(kept_bytes)
        self.tails = Tails(self.pool)

    def read(self, source: ArraySource, selection: Selection, out: AnyArray) -> None:
        """Fill ``out`` with a selection: by chunks, past the library, or by it.

        Parameters
        ----------
        source
            Open.
        selection
            Of the array.
        out : ndarray, shape ``selection.shape``, dtype ``source.layout.memory_dtype``
            C-contiguous.

        Raises
        ------
        CorruptChunkError, CorruptFileError, UnknownCodecError
            If what is stored cannot be read.
        """
        layout = source.layout
        if layout.chunks is not None and reads_chunks(source, selection, self.decoded):
            decodable = cast("DecodableSource", source)
            read_chunks(decodable, selection, out, self.pool, decoded=self.decoded)
        elif not self._read_flat(source, layout, selection, out):
            source.read_into(selection, out)

    def settle(self) -> None:
        """Store the rows that were appended and fill no chunk yet."""
        self.tails.settle()

    def refresh(self) -> None:
        """Forget what was read: others may have changed it."""
        self.decoded.clear()

    def close(self) -> None:
        """Forget what is kept, and stop the workers; a second call does nothing."""
        self.tails.clear()
        self.decoded.clear()
        self.pool.close()

    def _read_flat(
        self, source: ArraySource, layout: ArrayLayout, selection: Selection, out: AnyArray
    ) -> bool:
        if not layout.shape or layout.storage_class != "contiguous":
            return False
        if not _has_flat_reads(type(source)) or not is_plain_bytes(layout.dtype):
            return False
        read = cast("SupportsFlatReads", source).flat_reader()
        return read is not None and read_flat(read, layout.shape, selection, out, pool=self.pool)


@cache
def _has_flat_reads(kind: type) -> bool:
    # Asking a protocol costs as much as reading a few elements.
    return issubclass(kind, SupportsFlatReads)
