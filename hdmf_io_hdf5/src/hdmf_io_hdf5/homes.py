"""The files that one reader reaches: its own, and those behind external links."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, TypeAlias

from h5py import h5d, h5f, h5fd, h5g, h5i

from hdmf_io_hdf5.links import absolute
from hdmf_io_hdf5.positional import Changes, Descriptor, PastHDF5, changes_of
from hdmf_io_hdf5.sessions import undo_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from hdmf_io_core.storage.external import Reach

__all__ = ["Home", "Homes", "Identity", "continue_as", "identity", "keeps_times", "object_kind"]

_KEPT, _KEPT_BYTES = 256, 64 * 2**20
_INTENTS = (h5f.ACC_RDONLY, h5f.ACC_RDWR)

Identity: TypeAlias = tuple[int, int]
"""HDF5's number of an open file, and the address of an object's header in it."""


@dataclass(frozen=True, slots=True)
class Home:
    """One file.

    Attributes
    ----------
    fid
        Its h5py ``FileID``.
    number
        HDF5's number of the open file; every name of a file has the same.
    source
        Its canonical name, for errors and nodes.
    reach
        Which other files it may lead to; None for any.
    changes
        Counts the changes of its data.
    user_block_bytes
        Bytes before the HDF5 file proper.
    is_read_only
        Whether no open of this process may write to it.
    """

    fid: h5f.FileID
    number: int
    source: str
    reach: Reach | None = None
    changes: Changes = field(init=False, repr=False, compare=False)
    user_block_bytes: int = field(init=False, repr=False, compare=False)
    is_read_only: bool = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "changes", changes_of(self.number))
        # Asked for at every read, and the same for as long as the file is open.
        user_block = int(self.fid.get_create_plist().get_userblock())
        object.__setattr__(self, "user_block_bytes", user_block)
        object.__setattr__(self, "is_read_only", self.fid.get_intent() == h5f.ACC_RDONLY)


class Homes:
    """The open files of a reader; holds those behind external links open until :meth:`close`.

    Parameters
    ----------
    fid : h5py.h5f.FileID
        The reader's own file; whoever opened it closes it.
    source : str
        Its canonical name.
    reach : Reach or None
        Which files the links and the data of all of them may lead to; None for any.
    """

    def __init__(self, fid: h5f.FileID, source: str, reach: Reach | None = None) -> None:
        self.own = Home(fid, identity(fid)[0], source, reach)
        self.reach = reach
        self._others: dict[int, Home] = {}
        self._opened: dict[int, h5f.FileID] = {}
        self._descriptors: dict[int, PastHDF5 | None] = {}
        self._kept: list[h5d.DatasetID] = []
        self._kept_bytes = 0

    def keep(self, dsid: h5d.DatasetID, n_bytes: int) -> None:
        """Leave a dataset that may be written to open until what HDF5 buffers of it is flushed.

        HDF5 writes a dataset's buffers when it closes, and h5py drops the error of a close that
        nobody called: on a full disk values would be lost without a word. A flush raises.
        """
        if len(self._kept) >= _KEPT or self._kept_bytes >= _KEPT_BYTES:
            h5f.flush(self.own.fid, h5f.SCOPE_GLOBAL)
            self._kept, self._kept_bytes = [], 0
        self._kept.append(dsid)
        self._kept_bytes += n_bytes

    def of(self, oid: h5i.ObjectID, number: int | None = None) -> Home:
        """Return the file of an open object; ``number`` is its file number, if it is known."""
        if number is None:
            number = identity(oid)[0]
        if number == self.own.number:
            return self.own
        # HDF5 opens the file anew each time that it follows a link, and each is closed by itself.
        fid = h5i.get_file_id(oid)
        self._opened.setdefault(fid.id, fid)
        home = self._others.get(number)
        if home is None:
            name = absolute(os.fsdecode(h5f.get_name(fid)))
            home = self._others.setdefault(number, Home(fid, number, name, self.reach))
        return home

    def by_number(self, number: int) -> Home | None:
        """Return the file of that number, if it was met."""
        return self.own if number == self.own.number else self._others.get(number)

    def descriptor(self, home: Home) -> PastHDF5 | None:
        """Return what reads a local file past HDF5; None for a file behind a foreign driver."""
        if home.number not in self._descriptors:
            # Who reads with SWMR on shares the file with a writer that counts no changes here.
            plain = home.fid.get_access_plist().get_driver() == h5fd.SEC2
            plain = plain and hasattr(os, "preadv") and home.fid.get_intent() in _INTENTS
            handle = home.fid.get_vfd_handle() if plain else None
            made = undo_of(home.fid) if handle is None else Descriptor(handle)
            # Two threads may both make one; the first stays.
            self._descriptors.setdefault(home.number, made)
        return self._descriptors[home.number]

    def refresh(self) -> None:
        """Let arrays of all files ask HDF5 anew what they are."""
        for home in (self.own, *self._others.values()):
            home.changes.n_refreshes += 1

    def forget(self) -> None:
        """Let go of the other files that nothing else holds open."""
        self._others.clear()
        self._opened.clear()

    def release(self) -> Callable[[], None]:
        """Leave the files behind external links open, and return what closes them."""
        opened = tuple(self._opened.values())
        self._opened.clear()
        self._others.clear()
        return partial(_close_files, opened)

    def close(self) -> None:
        """Close the files behind external links, and everything open in them."""
        self.release()()
        # Whoever reads through one just now keeps it open until that is done.
        self._descriptors.clear()
        self._kept = []


def _close_files(opened: tuple[h5f.FileID, ...]) -> None:
    for fid in opened:
        if fid.valid:
            for oid in h5f.get_obj_ids(fid, h5f.OBJ_ALL | h5f.OBJ_LOCAL):
                while oid.valid:
                    h5i.dec_ref(oid)


def identity(oid: h5i.ObjectID, name: bytes = b".") -> Identity:
    """Return the identity of an object.

    The old call for it costs some microseconds; ``h5o.get_info`` also adds up the size of the
    object's chunk index, 7 ms for 100,000 chunks.
    """
    return _identity(h5g.get_objinfo(oid, name))


def object_kind(oid: h5i.ObjectID, name: bytes = b".") -> tuple[Identity, int, int]:
    """Return an object's identity, its ``h5g`` type number, and how many hard links it has."""
    info = h5g.get_objinfo(oid, name)
    return _identity(info), int(info.type), int(info.nlink)


def keeps_times(oid: h5i.ObjectID) -> bool:
    """Whether an object keeps times of change.

    The creation list says so of every object in the default file format; the time is the truth.
    """
    return bool(h5g.get_objinfo(oid).mtime)


def _identity(info: h5g.GroupStat) -> Identity:
    # Both come in two words where `unsigned long` has 32 bits.
    (file_low, file_high), (low, high) = info.fileno, info.objno
    number = file_low | file_high << 32
    return _CONTINUED.get(number, number), low | high << 32


_CONTINUED: dict[int, int] = {}


def continue_as(fid: h5f.FileID, number: int) -> None:
    """Let a file that was opened once more keep the number of its earlier opening.

    The same bytes have the same addresses: so what is known by its identity is known again. HDF5
    gives no number twice.
    """
    found = identity(fid)[0]
    if found != number:
        _CONTINUED[found] = number
