"""Chunks kept decoded, so that who reads on in a chunk need not decode it again."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import TYPE_CHECKING, NamedTuple, Protocol, TypeGuard, cast

from hdmf_io_core.errors import OptionError
from hdmf_io_core.storage.abilities import SupportsStamps
from hdmf_io_core.storage.forking import renewed_after_fork
from hdmf_io_core.storage.protocols import ArraySource

if TYPE_CHECKING:
    from collections.abc import Hashable

    from hdmf_io_core.types import AnyArray

__all__ = ["KEPT_BYTES", "Decoded", "DecodedChunks", "StampedSource", "has_stamps"]

KEPT_BYTES = 32 << 20
"""As much as stock hdmf lets HDF5 keep of a dataset."""


class StampedSource(SupportsStamps, ArraySource, Protocol):
    """An array source whose chunks are known by stamps."""


class Decoded(NamedTuple):
    """A chunk, or its bytes as shuffle put them apart.

    Attributes
    ----------
    values : ndarray
        Not to be written to. Planes have the bytes of equal place in their elements together, one
        axis more.
    are_planes : bool
        Whether it is the bytes.
    """

    values: AnyArray
    are_planes: bool


class DecodedChunks:
    """The chunks of one IO that were read in part last, up to a number of bytes.

    Parameters
    ----------
    n_bytes : int or None
        How much is kept; 0 for nothing, None for 32 MiB.

    Raises
    ------
    OptionError
        If it is less than 0.

    Notes
    -----
    A chunk is known by its stamp, which a storage gives it and which is another one once the
    chunk may have changed. Several threads may ask at once.
    """

    def __init__(self, n_bytes: int | None = None) -> None:
        self.n_bytes = KEPT_BYTES if n_bytes is None else n_bytes
        if self.n_bytes < 0:
            msg = f"{n_bytes} bytes of decoded chunks cannot be kept"
            raise OptionError(msg, hint="Give 0 to keep none.")
        self._lock = threading.Lock()
        self._chunks: OrderedDict[Hashable, Decoded] = OrderedDict()
        self._held_bytes = 0
        renewed_after_fork(self)

    def renew(self) -> None:
        """Begin anew: a thread of the parent may have been changing what there is."""
        self._lock = threading.Lock()
        self._chunks = OrderedDict()
        self._held_bytes = 0

    @property
    def held_bytes(self) -> int:
        """How much is kept now."""
        return self._held_bytes

    def get(self, stamp: Hashable) -> Decoded | None:
        """Return the chunk of that stamp; None if it is not here."""
        with self._lock:
            found = self._chunks.get(stamp)
            if found is not None:
                self._chunks.move_to_end(stamp)
            return found

    def put(self, stamp: Hashable, chunk: Decoded) -> None:
        """Keep a chunk, and let go of those that were not asked for the longest."""
        n_bytes = chunk.values.nbytes
        if n_bytes > self.n_bytes:
            return
        with self._lock:
            if stamp in self._chunks:
                return
            self._chunks[stamp] = chunk
            self._held_bytes += n_bytes
            while self._held_bytes > self.n_bytes:
                _, oldest = self._chunks.popitem(last=False)
                self._held_bytes -= oldest.values.nbytes

    def clear(self) -> None:
        """Let go of all."""
        with self._lock:
            self._chunks.clear()
            self._held_bytes = 0


def has_stamps(source: ArraySource) -> TypeGuard[StampedSource]:
    """Whether the chunks of an array can be kept."""
    # Asking a protocol costs as much as reading a few elements.
    return hasattr(source, "stamp") and cast("StampedSource", source).has_stamps
