"""Bytes of an open file read past HDF5, and what tells that they are still the right ones."""

from __future__ import annotations

import functools
import os
import threading
import weakref
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

import h5py
import numpy as np

from hdmf_io_core.storage.forking import renewed_after_fork
from hdmf_io_hdf5.scratch import scratch_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["Changes", "Descriptor", "PastHDF5", "addresses_count_user_block", "changes_of"]


class PastHDF5(Protocol):
    """What reads the bytes of an open file without HDF5, in any thread."""

    def read(self, n_bytes: int, offset: int) -> bytes:
        """Return bytes; fewer at the end of the file."""
        ...

    def read_into(self, view: memoryview, offset: int) -> int:
        """Fill a buffer; return how much of it could be filled."""
        ...


class Descriptor:
    """A descriptor of our own of a file that HDF5 has open; closed with the last use of it.

    Parameters
    ----------
    handle : int
        HDF5's descriptor. It is duplicated, so a file that was since replaced by name is still the
        right one.
    """

    __slots__ = ("__weakref__", "_fd")

    def __init__(self, handle: int) -> None:
        self._fd = os.dup(handle)
        weakref.finalize(self, os.close, self._fd)

    def read(self, n_bytes: int, offset: int) -> bytes:
        """Return bytes; fewer at the end of the file."""
        return os.pread(self._fd, n_bytes, offset)

    def read_into(self, view: memoryview, offset: int) -> int:
        """Fill a buffer; return how much of it could be filled."""
        done = 0
        while done < len(view):
            n_bytes = os.preadv(self._fd, [view[done:]], offset + done)
            if n_bytes == 0:
                break
            done += n_bytes
        return done


class Changes:
    """Counts what this process changed in the data of an open file.

    Chunks move when they are written, and their old place is used again: bytes read past HDF5 are
    those that were meant if no change began since the place was looked up, and none was under way.

    Attributes
    ----------
    n_refreshes : int
        How often a reader was told that others may have changed the file.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._started = 0
        self._finished = 0
        self.n_refreshes = 0
        self._tell: Callable[[int], None] | None = None
        renewed_after_fork(self)

    def renew(self) -> None:
        """Forget a change that a thread of the parent had under way: it is not this process'."""
        self._lock = threading.Lock()
        self._finished = self._started

    def tell(self, wrote: Callable[[int], None]) -> None:
        """Let somebody know from here on how many bytes of data each change wrote."""
        self._tell = wrote

    @contextmanager
    def changing(self, n_bytes: int = 0) -> Iterator[None]:
        """Count what happens inside, and writes so many bytes of data, as a change."""
        with self._lock:
            self._started += 1
        try:
            yield
        finally:
            with self._lock:
                self._finished += 1
        if self._tell is not None:
            self._tell(n_bytes)

    def mark(self) -> int | None:
        """Return a mark of this moment; None if a change is under way."""
        with self._lock:
            return self._started if self._started == self._finished else None

    def since(self, mark: int) -> bool:
        """Whether a change began after a mark."""
        return self._started != mark


_CHANGES: weakref.WeakValueDictionary[int, Changes] = weakref.WeakValueDictionary()
_CHANGES_LOCK = threading.Lock()


def changes_of(number: int) -> Changes:
    """Return the count that all readers and writers of an open file share.

    Parameters
    ----------
    number : int
        HDF5's number of the open file; equal for all opens of it in this process.
    """
    with _CHANGES_LOCK:
        return _CHANGES.setdefault(number, Changes())


@functools.cache
def addresses_count_user_block() -> tuple[bool, bool]:
    """Whether addresses of chunks are from the start of the file, user block included.

    Returns
    -------
    tuple of bool
        As passes over the chunk index have them, and as look-ups of single chunks do: releases of
        HDF5 differ.
    """
    block = 512
    mark = np.frombuffer(b"where is this chunk?", np.uint8)
    options = {"driver": "core", "backing_store": False, "userblock_size": block}
    with h5py.File(scratch_name(), "w", **options) as file:
        dsid = file.create_dataset("x", data=mark, chunks=mark.shape).id
        file.flush()
        image = file.id.get_file_image()
        relative = image.find(mark.tobytes()) - image.find(b"\x89HDF\r\n")
        passed: list[int] = []
        dsid.chunk_iter(lambda info: passed.append(info.byte_offset))
        looked_up = dsid.get_chunk_info_by_coord((0,)).byte_offset
    return passed[0] == relative + block, looked_up == relative + block
