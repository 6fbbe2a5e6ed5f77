"""Object and region references of HDF5, and those of core, both ways."""

from __future__ import annotations

from typing import Any

import numpy as np
from h5py import h5d, h5r, h5s

from hdmf_io_core.errors import UnresolvedReferenceError, UnsupportedDtypeError
from hdmf_io_core.storage.layout import ObjectRef, RegionRef
from hdmf_io_hdf5.homes import Home, identity

__all__ = ["References"]

_HDF5_ERRORS = (KeyError, OSError, RuntimeError, ValueError)


class References:
    """Turns references of one file into values and back.

    Parameters
    ----------
    home : Home
        The file in which the references stand; HDF5 references never leave their file.
    """

    def __init__(self, home: Home) -> None:
        self._home = home
        self._addresses: dict[str, int] = {}

    @property
    def source(self) -> str:
        """The file's name, for errors."""
        return self._home.source

    def at_address(self, address: int) -> ObjectRef | None:
        """Return the reference that is this address on disk; 0 is the null reference."""
        if not address:
            return None
        return ObjectRef(self._home.source, key=(self._home.number, address))

    def from_object(self, reference: h5r.Reference | None) -> ObjectRef | None:
        """Return the value of an object reference of h5py; one that dangles has no key."""
        if not reference:
            return None
        try:
            target = h5r.dereference(reference, self._home.fid)
        except _HDF5_ERRORS:
            return ObjectRef(self._home.source)
        return ObjectRef(self._home.source, key=identity(target))

    def from_region(self, reference: h5r.RegionReference | None) -> RegionRef | None:
        """Return the value of a region reference of h5py; one that dangles selects nothing."""
        if not reference:
            return None
        try:
            space = h5r.get_region(reference, self._home.fid)
            target = h5r.dereference(reference, self._home.fid)
        except _HDF5_ERRORS:
            return RegionRef(ObjectRef(self._home.source), "none")
        ref = ObjectRef(self._home.source, key=identity(target))
        kind = space.get_select_type()
        if kind == h5s.SEL_POINTS:
            points = space.get_select_elem_pointlist().tolist()
            return RegionRef(ref, "points", tuple(tuple(point) for point in points))
        if kind == h5s.SEL_HYPERSLABS:
            blocks = space.get_select_hyper_blocklist().tolist()
            return RegionRef(ref, "blocks", tuple((tuple(a), tuple(b)) for a, b in blocks))
        return RegionRef(ref, "all" if kind == h5s.SEL_ALL else "none")

    def address_of(self, ref: object) -> int:
        """Return the address of a reference's target in this file; 0 for None.

        Raises
        ------
        UnsupportedDtypeError
            The value is no reference.
        UnresolvedReferenceError
            The target is not in this file.
        """
        if ref is None:
            return 0
        if not isinstance(ref, ObjectRef):
            msg = f"a reference was expected, not {type(ref).__name__}"
            raise UnsupportedDtypeError(msg, source=self.source)
        if ref.path is None:
            msg = "the reference has no path, so its target is unknown here"
            raise UnresolvedReferenceError(
                msg,
                source=self.source,
                hint="Resolve it through the storage it was read from.",
            )
        known = self._addresses.get(ref.path)
        if known is None:
            known = self._addresses[ref.path] = self._find(ref.path)
        return known

    def to_object(self, ref: object) -> h5r.Reference:
        """Return the h5py reference to a reference's target."""
        if self.address_of(ref) == 0 or not isinstance(ref, ObjectRef):
            return h5r.Reference()
        return h5r.create(self._home.fid, _encoded(ref.path or "/"), h5r.OBJECT)

    def to_region(self, ref: object) -> h5r.RegionReference:
        """Return the h5py reference to part of an array."""
        if ref is None:
            return h5r.RegionReference()
        if not isinstance(ref, RegionRef):
            msg = f"a region reference was expected, not {type(ref).__name__}"
            raise UnsupportedDtypeError(msg, source=self.source)
        self.address_of(ref.target)
        path = _encoded(ref.target.path or "/")
        return h5r.create(self._home.fid, path, h5r.DATASET_REGION, self._selected(path, ref))

    def _find(self, path: str) -> int:
        try:
            number, address = identity(self._home.fid, _encoded(path))
        except _HDF5_ERRORS as error:
            raise self._unresolved(path, "is not in the file") from error
        if number != self._home.number:
            raise self._unresolved(path, "lies in another file, behind an external link")
        return address

    def _unresolved(self, path: str, why: str) -> UnresolvedReferenceError:
        return UnresolvedReferenceError(
            f"the target of a reference, {path!r}, {why}",
            source=self.source,
            path=path,
            hint="An HDF5 reference reaches only what is in its own file: write the target there.",
        )

    def _selected(self, path: bytes, ref: RegionRef) -> h5s.SpaceID:
        space: h5s.SpaceID = h5d.open(self._home.fid, path).get_space()
        if ref.kind == "all":
            space.select_all()
            return space
        space.select_none()
        corners: Any = np.array(ref.corners, dtype=np.uint64)
        if ref.kind == "points":
            space.select_elements(corners)
            return space
        for first, last in corners if ref.kind == "blocks" else ():
            block = tuple(int(n) for n in last - first + 1)
            start = tuple(int(n) for n in first)
            space.select_hyperslab(start, (1,) * len(block), block=block, op=h5s.SELECT_OR)
        return space


def _encoded(path: str) -> bytes:
    return path.encode("utf-8", "surrogateescape")
