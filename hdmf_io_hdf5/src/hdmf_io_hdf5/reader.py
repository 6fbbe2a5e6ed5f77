"""Reading an open HDF5 file: ``StorageReader`` over h5py's low-level calls."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import h5py
import numpy as np
from h5py import h5d, h5g, h5t

from hdmf_io_core.errors import (
    ClosedIOError,
    DataLossWarning,
    NodeNotFoundError,
    UnsupportedDtypeError,
)
from hdmf_io_core.storage.abilities import StoredArray
from hdmf_io_core.storage.external import Reach
from hdmf_io_core.storage.layout import (
    Attribute,
    Capabilities,
    NodeInfo,
    ObjectRef,
    RegionRef,
    SpecDocuments,
)
from hdmf_io_core.storage.selection import Selection
from hdmf_io_hdf5.attributes import attribute_names, read_attribute
from hdmf_io_hdf5.damaged import tells_damage
from hdmf_io_hdf5.dtypes import element_type
from hdmf_io_hdf5.external import link_access
from hdmf_io_hdf5.homes import Homes
from hdmf_io_hdf5.links import absolute, to_text
from hdmf_io_hdf5.nodes import Nodes
from hdmf_io_hdf5.openarrays import open_array
from hdmf_io_hdf5.pathindex import Index, index_of
from hdmf_io_hdf5.speccache import SPECLOC, find_spec_group

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from hdmf_io_core.storage.dtypes import ElementType
    from hdmf_io_hdf5.arrays import HDF5Array

__all__ = ["HDF5Reader"]

_UNKNOWN = object()


@tells_damage("node", "children", "attributes", "array", "datatype", "resolve", "specs")
class HDF5Reader:
    """One open HDF5 file.

    Parameters
    ----------
    file : h5py.File
        The open file.
    source : str or None
        Its canonical name; None takes the file's own, made absolute.
    close_file : bool
        Whether :meth:`close` closes ``file`` too; otherwise that stays with whoever opened it.
    allow_external : {"anywhere", "folder"} or None
        Which files links and external storage may lead to; None for the default of the source.

    Notes
    -----
    Several threads may read; h5py lets one at a time into HDF5. Nothing foreign runs inside a
    callback of HDF5.
    """

    def __init__(
        self,
        file: h5py.File,
        *,
        source: str | None = None,
        close_file: bool = True,
        allow_external: str | None = None,
    ) -> None:
        self._close_file = close_file
        self._is_closed = False
        self._name = source or _source_of(file)
        self._link_access = link_access(file, source)
        self._reach = Reach.of(self._name, allow_external)
        self._attach(file)

    def _attach(self, file: h5py.File) -> None:
        """Read this file."""
        self._file = file
        self._homes = Homes(file.id, self._name, self._reach if self._reach.is_limited else None)
        self._nodes = Nodes(self._homes, self._link_access)
        self._indices: dict[int, Index] = {}
        self._spec_path: object = _UNKNOWN

    @property
    def source(self) -> str:
        """Canonical name, absolute for local files."""
        return self._homes.own.source

    @property
    def file(self) -> h5py.File:
        """The open file."""
        return self._file

    @property
    def capabilities(self) -> Capabilities:
        """HDF5 holds all that core knows of."""
        return Capabilities(hard_links=True, region_references=True, committed_datatypes=True)

    def node(self, path: str) -> NodeInfo | None:
        """Look one entry up; see ``StorageReader.node``."""
        self._check_open()
        return self._nodes.node(path)

    def children(self, path: str) -> Iterator[NodeInfo]:
        """Yield the entries of a group, by name, or in order of creation where it keeps that."""
        self._check_open()
        hidden = self._spec_group()
        for child in self._nodes.children(path):
            if child.path != hidden:
                yield child
            self._check_open()

    def attributes(self, path: str) -> Mapping[str, Attribute]:
        """Return all attributes of a node.

        Raises
        ------
        NodeNotFoundError
            There is no node at the path.

        Warns
        -----
        DataLossWarning
            An attribute of a type without counterpart is left out.
        """
        self._check_open()
        oid = self._nodes.open(path)
        home = self._homes.of(oid)
        is_root = home is self._homes.own and path.strip("/.") == ""
        found = {}
        for name in attribute_names(oid):
            text = to_text(name)
            if is_root and text == SPECLOC:
                continue
            try:
                found[text] = read_attribute(oid, name, home, path)
            except UnsupportedDtypeError as error:
                warnings.warn(f"left out: {error}", DataLossWarning, stacklevel=3)
        return found

    def array(self, path: str) -> HDF5Array:
        """Open an array; it claims raw chunks where their bytes mean the same in another file.

        Raises
        ------
        NodeNotFoundError
            There is no array at the path.
        UnsupportedDtypeError
            Its type has no counterpart.
        """
        self._check_open()
        dsid = self._nodes.open(path)
        if not isinstance(dsid, h5d.DatasetID):
            msg = "the node is no array"
            raise NodeNotFoundError(msg, source=self.source, path=path)
        return open_array(dsid, self._homes, path, self._closed)

    def datatype(self, path: str) -> ElementType:
        """Return the element type that a committed datatype stores.

        Raises
        ------
        NodeNotFoundError
            There is no datatype at the path.
        UnsupportedDtypeError
            It has no counterpart.
        """
        self._check_open()
        tid = self._nodes.open(path)
        if not isinstance(tid, h5t.TypeID):
            msg = "the node is no datatype"
            raise NodeNotFoundError(msg, source=self.source, path=path)
        return element_type(tid)

    def resolve(self, ref: ObjectRef | RegionRef) -> NodeInfo | None:
        """Find the node behind a reference; None if it dangles.

        A node of another file has a path of this reader: one through an external link that was
        followed, or, where none leads to the node, one that only this reader understands.
        """
        self._check_open()
        target = ref.target if isinstance(ref, RegionRef) else ref
        if target.key is None:
            return None if target.path is None else self.node(target.path)
        if not isinstance(target.key, tuple):
            return None
        number, address = target.key
        path = self._index(number).get((number, address))
        return None if path is None else self._nodes.at((number, address), path)

    def specs(self) -> SpecDocuments:
        """Return the cached specifications, all versions."""
        self._check_open()
        group = self._spec_group()
        if group is None:
            return {}
        return {
            (namespace.name, version.name): {
                source.name: self._text_of(source.path)
                for source in self._nodes.children(version.path)
                if source.kind == "array"
            }
            for namespace in self._nodes.children(group)
            if namespace.kind == "group"
            for version in self._nodes.children(namespace.path)
            if version.kind == "group"
        }

    def native(self, path: str) -> h5py.Group | h5py.Dataset | h5py.Datatype:
        """Return h5py's object at a path; it lives as long as the reader."""
        self._check_open()
        oid = self._nodes.open(path)
        home = self._homes.of(oid)  # so that what is behind a link is closed with the reader
        if isinstance(oid, h5g.GroupID):
            return h5py.Group(oid)
        if isinstance(oid, h5d.DatasetID):
            return h5py.Dataset(oid, readonly=home.is_read_only)
        return h5py.Datatype(oid)

    def adopt(self, value: object) -> StoredArray | None:
        """Return the array behind an ``h5py.Dataset``, of whichever file; None for anything else.

        The dataset's own file must stay open as long as the array is used.
        """
        if not isinstance(value, h5py.Dataset):
            return None
        file, path = value.file, value.name or ""
        if file.id == self._file.id:
            return StoredArray(
                open_array(value.id, self._homes, path, self._closed), self.source, path
            )
        source = _source_of(file)
        array = open_array(value.id, Homes(file.id, source), path, lambda: not value.id.valid)
        return StoredArray(array, source, path)

    def refresh(self) -> None:
        """Forget paths found before, and what arrays are; open ones show their new rows."""
        self._check_open()
        self._homes.refresh()
        self._indices = {}
        self._spec_path = _UNKNOWN

    def close(self) -> None:
        """Close the files behind external links, and the file itself if it is the reader's."""
        if self._is_closed:
            return
        self._is_closed = True
        self._nodes.forget()
        self._homes.close()
        if self._close_file:
            self._file.close()

    def release_links(self) -> Callable[[], None]:
        """Leave the files behind external links open at :meth:`close`; return what closes them."""
        return self._homes.release()

    def _closed(self) -> bool:
        return self._is_closed

    def _check_open(self) -> None:
        if self._is_closed or not self._file.id.valid:
            msg = "the file is closed"
            raise ClosedIOError(msg, source=self.source, hint="Open it again.")

    def _index(self, number: int) -> Index:
        # Two threads may both build it; they build the same, and the last one stays.
        index = self._indices.get(number)
        if index is None:
            home = self._homes.by_number(number)
            index = {} if home is None else index_of(home)
            self._indices[number] = index
        return index

    def _spec_group(self) -> str | None:
        if self._spec_path is _UNKNOWN:
            self._spec_path = find_spec_group(self._homes.own)
        return self._spec_path if isinstance(self._spec_path, str) else None

    def _text_of(self, path: str) -> str:
        array = self.array(path)
        shape = array.layout.shape or ()
        out = np.empty(shape, array.layout.memory_dtype)
        array.read_into(Selection(tuple(slice(0, n, 1) for n in shape)), out)
        return str(out.ravel()[0])


def _source_of(file: h5py.File) -> str:
    name = file.filename
    return absolute(name) if file.driver != "fileobj" else str(name)
