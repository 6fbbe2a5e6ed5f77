"""Writing an open HDF5 file: ``StorageWriter`` over h5py's low-level calls."""

from __future__ import annotations

from typing import TYPE_CHECKING

from h5py import h5a, h5g, h5o

from hdmf_io_core.errors import (
    LinkTargetError,
    NodeNotFoundError,
)
from hdmf_io_core.storage.dtypes import ElementType, RefType
from hdmf_io_core.storage.layout import (
    ArrayLayout,
    Attribute,
    LinkTarget,
    ObjectRef,
    SpecDocuments,
)
from hdmf_io_core.storage.speccache import write_documents
from hdmf_io_hdf5.adapting import adapted_layout
from hdmf_io_hdf5.attributes import encode_attribute
from hdmf_io_hdf5.changing import ChangingReader
from hdmf_io_hdf5.dtypes import file_type
from hdmf_io_hdf5.layouts import check_layout
from hdmf_io_hdf5.links import checked_name, group_creation, link_creation, to_name
from hdmf_io_hdf5.openarrays import open_array
from hdmf_io_hdf5.references import References
from hdmf_io_hdf5.speccache import DEFAULT_GROUP, SPECLOC
from hdmf_io_hdf5.values import encode

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hdmf_io_core.storage.abilities import AdaptedLayout
    from hdmf_io_core.types import AnyArray
    from hdmf_io_hdf5.arrays import HDF5Array

__all__ = ["HDF5Writer"]


class HDF5Writer(ChangingReader):
    """One HDF5 file open for writing; parameters as :class:`HDF5Reader`.

    Raises
    ------
    ModeError
        ``file`` is open for reading only.
    """

    def create_group(self, path: str) -> None:
        """Make a group.

        Raises
        ------
        InvalidNameError, NodeExistsError, NodeNotFoundError
            The name cannot be used, is taken, or the parent is not there.
        """
        self._check_open()
        parent, name = self._destinations.entry(path)
        made = h5g.create(parent, name, lcpl=link_creation(name), gcpl=group_creation())
        self._destinations.made(path, made)
        self._changed()

    def create_array(self, path: str, layout: ArrayLayout) -> HDF5Array:
        """Make an array without content, and return its sink.

        A filter whose plugin is missing does not prevent it: its chunks may be written raw, but
        ``write`` raises ``UnknownCodecError``.

        Raises
        ------
        InvalidNameError, NodeExistsError, NodeNotFoundError
            The name cannot be used, is taken, or the parent is not there.
        UnsupportedDtypeError, UnknownCodecError, OptionError, ShapeError
            As :meth:`check_layout`.
        WriteError
            HDF5 refused.
        """
        self._check_open()
        dsid = self._destinations.dataset(path, layout)
        self._changed()
        return open_array(dsid, self._homes, path, self._closed)

    def create_filled(self, path: str, layout: ArrayLayout, values: AnyArray) -> None:
        """Make an array without chunks, with its content, which is checked before that.

        Raises
        ------
        TextEncodingError, UnsupportedDtypeError, UnresolvedReferenceError
            A value cannot be stored.
        HdmfIOError
            Whatever :meth:`create_array` raises.
        """
        self._check_open()
        home = self._homes.own
        raw = encode(values, layout.dtype, References(home), path)
        self._destinations.filled(path, layout, raw)
        self._changed()

    def check_layout(self, path: str, layout: ArrayLayout) -> None:
        """Raise what makes ``create_array`` impossible, without touching the file.

        Raises
        ------
        InvalidNameError
            The path cannot be used.
        UnsupportedDtypeError, UnknownCodecError, OptionError, ShapeError
            See :func:`hdmf_io_hdf5.layouts.check_layout`. A known filter without its plugin passes.
        """
        self._check_open()
        checked_name(path, self.source)
        check_layout(layout, path, self._homes.own)

    def adapt_layout(self, layout: ArrayLayout) -> AdaptedLayout:
        """Return the nearest layout that can be made, and what is lost by it, in words."""
        return adapted_layout(layout)

    def open_sink(self, path: str) -> HDF5Array:
        """Open an existing array for writing.

        Raises
        ------
        NodeNotFoundError, UnsupportedDtypeError
            As :meth:`array`.
        UnsupportedFeatureError
            The array lies in another file, behind an external link.
        """
        self._check_open()
        self._destinations.node(path)
        return self.array(path)

    def set_attributes(self, path: str, attributes: Mapping[str, Attribute]) -> None:
        """Create or replace attributes; all are checked before the first is stored.

        Raises
        ------
        NodeNotFoundError, UnsupportedFeatureError
            There is no node at the path; it lies in another file.
        UnsupportedDtypeError, TextEncodingError, UnresolvedReferenceError
            A value cannot be stored as its type says.
        WriteError
            HDF5 refused, as it does above 64 KiB in the default file format.
        """
        self._check_open()
        home = self._homes.own
        new = self._destinations.without_attributes(path)
        oid = self._destinations.node(path) if new is None else new
        references = References(home)
        checked = [
            encode_attribute(name, attribute, references, path)
            for name, attribute in attributes.items()
        ]
        for attribute in checked:
            attribute.store(oid, home, path, is_new=new is not None)

    def delete_attributes(self, path: str, names: tuple[str, ...]) -> None:
        """Remove attributes; one that is not there is passed over."""
        self._check_open()
        oid = self._destinations.node(path)
        for name in names:
            if h5a.exists(oid, to_name(name)):
                h5a.delete(oid, to_name(name))

    def create_datatype(self, path: str, dtype: ElementType) -> None:
        """Commit an element type as a node; errors as :meth:`create_group`."""
        self._check_open()
        parent, name = self._destinations.entry(path)
        # Predefined types cannot be committed themselves.
        file_type(dtype).copy().commit(parent, name, lcpl=link_creation(name))
        self._changed()

    def create_link(self, path: str, target: LinkTarget) -> None:
        """Make a link.

        Raises
        ------
        InvalidNameError, NodeExistsError, NodeNotFoundError
            The name cannot be used, is taken, or the parent is not there.
        LinkTargetError
            The target of a hard link is not in this file.
        """
        self._check_open()
        parent, name = self._destinations.entry(path)
        lcpl = link_creation(name)
        if target.kind == "soft":
            parent.links.create_soft(name, to_name(target.path), lcpl=lcpl)
        elif target.kind == "external":
            parent.links.create_external(
                name, to_name(target.file or "."), to_name(target.path), lcpl=lcpl
            )
        else:
            self._link_hard(parent, name, target, path)
        self._changed()

    def delete(self, path: str) -> None:
        """Remove an entry; what has no other name is gone, and its space is the file's to reuse."""
        self._check_open()
        parent, name = self._destinations.parent(path)
        self._destinations.forget()
        if not parent.links.exists(name):
            msg = "there is nothing to delete"
            raise NodeNotFoundError(msg, source=self.source, path=path)
        with self._homes.own.changes.changing():
            parent.unlink(name)
        self._changed()

    def write_specs(self, specs: SpecDocuments) -> None:
        """Cache specifications; a version that is there already is left alone.

        Raises
        ------
        NodeExistsError
            A node that is no group stands where they go.
        """
        self._check_open()
        if not specs:
            return
        group = self._spec_group() or DEFAULT_GROUP
        write_documents(self, group, specs)
        if not h5a.exists(self._nodes.open("/"), SPECLOC.encode()):
            locator = ObjectRef(self.source, path=group)
            self.set_attributes("/", {SPECLOC: Attribute(locator, RefType("object"))})
        self.refresh()

    def _link_hard(self, parent: h5g.GroupID, name: bytes, target: LinkTarget, path: str) -> None:
        try:
            oid = self._nodes.open(target.path)
            if self._homes.of(oid) is not self._homes.own:
                msg = f"{target.path!r} lies in another file, a hard link stays in its own"
                raise LinkTargetError(
                    msg,
                    source=self.source,
                    path=path,
                    hint="Make an external link.",
                )
            h5o.link(oid, parent, name, lcpl=link_creation(name))
        except NodeNotFoundError as error:
            msg = f"the target of a hard link, {target.path!r}, is not in the file"
            raise LinkTargetError(
                msg,
                source=self.source,
                path=path,
                hint="Write the target first, or make a soft link.",
            ) from error

    def _changed(self) -> None:
        # An address may now belong to another object, and a new object has no path yet.
        self._indices = {}
