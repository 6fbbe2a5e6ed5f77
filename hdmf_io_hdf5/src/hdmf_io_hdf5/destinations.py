"""Nodes of a file that are to be changed, and entries that are to be made in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from h5py import h5d, h5g, h5i, h5s

from hdmf_io_core.errors import (
    NodeExistsError,
    NodeNotFoundError,
    UnsupportedFeatureError,
    WriteError,
)
from hdmf_io_hdf5.dtypes import file_type
from hdmf_io_hdf5.layouts import check_layout, dataspace
from hdmf_io_hdf5.links import checked_name, link_creation, to_name
from hdmf_io_hdf5.transfer import memory_type

if TYPE_CHECKING:
    from hdmf_io_core.storage.layout import ArrayLayout
    from hdmf_io_core.types import AnyArray
    from hdmf_io_hdf5.homes import Homes
    from hdmf_io_hdf5.nodes import Nodes

__all__ = ["Destinations"]

_HDF5_ERRORS = (KeyError, OSError, RuntimeError, TypeError, ValueError)
_GROUPS_LIMIT = 64


class Destinations:
    """Opens what a writer is about to change; keeps open what it is likely to ask for next.

    Parameters
    ----------
    nodes : Nodes
        Finds them.
    homes : Homes
        The writer's files; only the first is changed.

    Notes
    -----
    What is kept open are the groups that nodes are made in, and the node that was made last. That
    is right until an entry is removed or renamed: whoever may have done so calls :meth:`forget`.
    """

    def __init__(self, nodes: Nodes, homes: Homes) -> None:
        self._nodes = nodes
        self._homes = homes
        self._groups: dict[str, h5g.GroupID] = {}
        self._last: tuple[str, h5i.ObjectID] | None = None
        self._closes_last = self._is_bare = False

    def node(self, path: str) -> h5i.ObjectID:
        """Open a node that is to be changed.

        Raises
        ------
        NodeNotFoundError, UnsupportedFeatureError
            There is none; it lies in another file, behind an external link.
        """
        known = self._groups.get(path)
        if known is not None:
            return known
        oid = self._nodes.open(path)
        home = self._homes.of(oid)
        if home is not self._homes.own:
            msg = f"the node lies in another file, {home.source!r}, behind an external link"
            hint = "Open that file to change it."
            raise UnsupportedFeatureError(msg, source=self._source, path=path, hint=hint)
        if isinstance(oid, h5g.GroupID):
            if len(self._groups) >= _GROUPS_LIMIT:
                self._groups.clear()
            self._groups[path] = oid
        return oid

    def parent(self, path: str) -> tuple[h5g.GroupID, bytes]:
        """Return the group that an entry is to be made in, and the name it is to have.

        Raises
        ------
        InvalidNameError, NodeNotFoundError, UnsupportedFeatureError
            The name cannot be used; there is no such group; it lies in another file.
        """
        above, last = checked_name(path, self._source)
        group = self.node(above)
        if not isinstance(group, h5g.GroupID):
            msg = "the parent is no group"
            raise NodeNotFoundError(msg, source=self._source, path=above)
        return group, to_name(last)

    def entry(self, path: str) -> tuple[h5g.GroupID, bytes]:
        """As :meth:`parent`, if the name is free.

        Raises
        ------
        InvalidNameError, NodeExistsError, NodeNotFoundError, UnsupportedFeatureError
            The name is taken; else as :meth:`parent`.
        """
        group, name = self.parent(path)
        self.check_free(group, name, path)
        return group, name

    def check_free(self, group: h5g.GroupID, name: bytes, path: str) -> None:
        """Raise ``NodeExistsError`` if a group has an entry of a name."""
        if group.links.exists(name):
            msg = "an entry of that name exists"
            hint = "Delete it first, or choose another name."
            raise NodeExistsError(msg, source=self._source, path=path, hint=hint)

    def dataset(self, path: str, layout: ArrayLayout) -> h5d.DatasetID:
        """Make a dataset without content.

        Raises
        ------
        InvalidNameError, NodeExistsError, NodeNotFoundError, UnsupportedFeatureError
            As :meth:`entry`.
        UnsupportedDtypeError, UnknownCodecError, OptionError, ShapeError
            As :func:`hdmf_io_hdf5.layouts.check_layout`.
        WriteError
            HDF5 refused.
        """
        dcpl = check_layout(layout, path, self._homes.own)
        group, name = self.parent(path)
        tid, lcpl = file_type(layout.dtype), link_creation(name)
        try:
            dsid = h5d.create(group, name, tid, dataspace(layout), dcpl, lcpl=lcpl)
        except _HDF5_ERRORS as error:
            self.check_free(group, name, path)
            msg = f"HDF5 refused to make the array {layout}"
            raise WriteError(msg, source=self._source, path=path) from error
        self.made(path, dsid)
        return dsid

    def filled(self, path: str, layout: ArrayLayout, raw: AnyArray) -> None:
        """Make a dataset with its content, a transfer buffer; errors as :meth:`dataset`."""
        dsid = self.dataset(path, layout)
        self._closes_last = True
        if layout.shape is None:
            return
        try:
            with self._homes.own.changes.changing():
                dsid.write(h5s.ALL, h5s.ALL, raw, memory_type(layout.dtype))
        except _HDF5_ERRORS as error:
            group, name = self.parent(path)
            group.unlink(name)
            raise self._unwritten(path) from error

    def made(self, path: str, oid: h5i.ObjectID) -> None:
        """Note a node that was made just now.

        Raises
        ------
        WriteError
            HDF5 could not write what it held back of the node made before.
        """
        self.settle()
        self._last, self._is_bare = (path, oid), True

    def without_attributes(self, path: str) -> h5i.ObjectID | None:
        """Return the node that was made last, once, if that is the path; None otherwise."""
        if self._last is None or self._last[0] != path or not self._is_bare:
            return None
        self._is_bare = False
        return self._last[1]

    def settle(self) -> None:
        """Close the node that was made last.

        HDF5 writes what it holds back of a dataset when that closes. h5py drops the error of a
        close that nobody called: on a full disk values would be lost without a word.

        Raises
        ------
        WriteError
            HDF5 could not write it.
        """
        last, self._last = self._last, None
        if last is None or not self._closes_last:
            return
        self._closes_last = False
        dsid = last[1]
        assert isinstance(dsid, h5d.DatasetID)
        try:
            dsid._close()
        except _HDF5_ERRORS as error:
            raise self._unwritten(last[0]) from error

    def discard(self) -> None:
        """Let go of all that is kept open, of a file whose changes do not count any more."""
        self._groups.clear()
        self._nodes.forget()
        self._last, self._closes_last = None, False

    def forget(self) -> None:
        """Let go of all that is kept open; errors as :meth:`settle`."""
        self._groups.clear()
        self._nodes.forget()
        self.settle()

    def _unwritten(self, path: str) -> WriteError:
        return WriteError("HDF5 could not write the data", source=self._source, path=path)

    @property
    def _source(self) -> str:
        return self._homes.own.source
