"""Writing an open Zarr store: ``StorageWriter`` over its documents."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from hdmf_io_core.errors import (
    HdmfIOError,
    InvalidNameError,
    LinkTargetError,
    NodeNotFoundError,
    UnsupportedFeatureError,
)
from hdmf_io_core.model.names import join_path
from hdmf_io_core.storage.jsonattributes import encode_attribute
from hdmf_io_core.storage.speccache import write_documents
from hdmf_io_core.stores.documents import Node
from hdmf_io_core.stores.hints import FOREIGN_LINKS, hint_attribute, set_hint
from hdmf_io_core.stores.retargeting import retarget
from hdmf_io_zarr.adapting import adapted_layout
from hdmf_io_zarr.arrays import ZarrArray
from hdmf_io_zarr.changes import ChangingReader
from hdmf_io_zarr.conventions import CONVENTIONS, DEFAULT_SPEC_GROUP, SPECLOC
from hdmf_io_zarr.dtypes import disk_type
from hdmf_io_zarr.newarrays import array_node
from hdmf_io_zarr.references import leads_to_store, link_entries, link_entry, normal_path

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from hdmf_io_core.storage.abilities import AdaptedLayout
    from hdmf_io_core.storage.dtypes import ElementType
    from hdmf_io_core.storage.layout import ArrayLayout, Attribute, LinkTarget, SpecDocuments
    from hdmf_io_zarr.conventions import ZarrFormat
    from hdmf_io_zarr.nodes import Place

__all__ = ["ZarrWriter"]


class ZarrWriter(ChangingReader):
    """One Zarr store open for writing.

    Parameters
    ----------
    store : ByteStore
        Its bytes; closed with the writer.
    new_format : {2, 3} or None
        Format of a new, empty store; None for one that exists.
    consolidated : bool
        Whether consolidated metadata that is there is trusted.
    consolidate : bool
        Whether a commit writes consolidated metadata.
    marks : bool
        Whether the first change marks the store as unfinished, until it is committed.
    clears : bool
        Whether the first change removes all that the store holds.
    allow_unfinished, open_store
        As :class:`ZarrReader`.

    Notes
    -----
    Chunks are stored at once, documents once at each commit.
    """

    def create_group(self, path: str) -> None:
        """Make a group.

        Raises
        ------
        InvalidNameError, NodeExistsError, NodeNotFoundError
            The name cannot be used, is taken, or the parent is not there.
        """
        self._new_entry(path)
        self._tree.put(normal_path(path), Node("group"))

    def create_array(self, path: str, layout: ArrayLayout) -> ZarrArray:
        """Make an array without content, and return its sink.

        Raises
        ------
        InvalidNameError, NodeExistsError, NodeNotFoundError
            The name cannot be used, is taken, or the parent is not there.
        UnsupportedDtypeError, UnknownCodecError, OptionError, ShapeError
            As :meth:`check_layout`.
        """
        node = self._new_node(path, layout)
        self._new_entry(path)
        self._tree.put(normal_path(path), node)
        return ZarrArray(self, node)

    def check_layout(self, path: str, layout: ArrayLayout) -> None:
        """Raise what makes ``create_array`` impossible, without touching the store.

        Raises
        ------
        InvalidNameError
            The path cannot be used.
        UnsupportedDtypeError, UnknownCodecError, OptionError, ShapeError
            Zarr cannot hold such an array.
        """
        self._new_node(path, layout)

    def _new_node(self, path: str, layout: ArrayLayout) -> Node:
        self.check_open()
        self._check_name(path)
        try:
            return array_node(layout, self._format)
        except HdmfIOError as error:
            error.source, error.path = error.source or self.source, error.path or path
            raise

    def check_names(self, path: str, attributes: Iterable[str] = ()) -> None:
        """Raise what makes a node or attribute of such a name impossible.

        Raises
        ------
        InvalidNameError
            The path cannot be used, or an attribute's name is Zarr's own.
        """
        if path != "/":
            self._check_name(path)
        for name in attributes:
            if name in CONVENTIONS[self._format].hidden:
                msg = f"{name!r} is reserved in Zarr"
                hint = "Give the attribute another name."
                raise InvalidNameError(msg, source=self.source, path=path, hint=hint)

    def adapt_layout(self, layout: ArrayLayout) -> AdaptedLayout:
        """Return the nearest layout that can be made, and what is lost by it, in words."""
        return adapted_layout(layout, self._format)

    def open_sink(self, path: str) -> ZarrArray:
        """Open an existing array for writing.

        Raises
        ------
        NodeNotFoundError, UnsupportedDtypeError
            As :meth:`array`.
        UnsupportedFeatureError
            The array lies in another store, behind a link.
        """
        self._own(path)
        return self.array(path)

    def create_datatype(self, path: str, dtype: ElementType) -> None:
        """Raise: Zarr has no committed types."""
        msg = "Zarr cannot hold a committed datatype"
        raise UnsupportedFeatureError(msg, source=self.source, path=path)

    def delete(self, path: str) -> None:
        """Remove an entry, with all below it; of a link only the link.

        Raises
        ------
        NodeNotFoundError
            There is none.
        """
        own = normal_path(path)
        parent, name = self._parent(own)
        self.begin()
        inner = join_path(parent.path, name)
        is_node = self._tree.get(inner) is not None
        if is_node:
            self._tree.remove(inner)
        removed = [self._unlink(parent, name, kind) for kind in (self._format, None)]
        if not is_node and not any(removed):
            msg = "there is nothing to delete"
            raise NodeNotFoundError(msg, source=self.source, path=path)

    def _unlink(self, parent: Place, name: str, kind: ZarrFormat | None) -> list[dict[str, Any]]:
        """Take the entry of a link out of a group, and return it."""
        links = link_entries(parent.node, kind)
        gone = [entry for entry in links if entry.get("name") == name]
        if gone:
            self._set_links(parent, [entry for entry in links if entry not in gone], kind)
        return gone

    def move(self, path: str, new_path: str) -> None:
        """Give a node another path; open arrays of it stay good, references name the old one.

        Raises
        ------
        NodeNotFoundError, NodeExistsError
            There is no such node; the new name is taken.
        """
        place = self._own(path)
        (old, name), (new, new_name) = self._parent(place.path), self._new_entry(new_path)
        self._tree.move(place.path, normal_path(new_path))
        # What a copy stands for goes where it goes.
        said = [{**entry, "name": new_name} for entry in self._unlink(old, name, None)]
        if said:
            self._set_links(new, [*link_entries(new.node, None), *said], None)

    def retarget(self, moved: Mapping[str, str]) -> None:
        """Let links and references that name an old path, or one below it, name the new one.

        Reads all documents of the store, and the elements of all arrays that hold references.
        """
        self.begin()
        retarget(self._tree, moved, self.source, partial(ZarrArray, self))

    # attributes

    def set_attributes(self, path: str, attributes: Mapping[str, Attribute]) -> None:
        """Create or replace attributes; all are checked before the first is stored.

        Raises
        ------
        NodeNotFoundError, UnsupportedFeatureError
            There is no node at the path; it lies in another store.
        UnsupportedDtypeError, TextEncodingError, UnresolvedReferenceError
            A value cannot be stored as its type says.
        """
        place = self._own(path)
        self.check_names(path, attributes)
        encoded: dict[str, tuple[Any, dict[str, Any] | None]] = {}
        for name, attribute in attributes.items():
            try:
                disk_type(attribute.dtype, self._format)
                encoded[name] = encode_attribute(name, attribute, self._references)
            except HdmfIOError as error:
                error.source, error.path = self.source, error.path or path
                raise
        self.begin()
        for name, (value, hint) in encoded.items():
            place.node.attributes[name] = value
            hint_attribute(place.node, name, hint)
        self._tree.touch(place.path)

    def delete_attributes(self, path: str, names: tuple[str, ...]) -> None:
        """Remove attributes; one that is not there is passed over."""
        place = self._own(path)
        self.begin()
        for name in names:
            place.node.attributes.pop(name, None)
            hint_attribute(place.node, name, None)
        self._tree.touch(place.path)

    # links

    def create_link(self, path: str, target: LinkTarget) -> None:
        """Make a link.

        Raises
        ------
        InvalidNameError, NodeExistsError, NodeNotFoundError
            The name cannot be used, is taken, or the parent is not there.
        LinkTargetError
            It is a hard link, which Zarr does not have.
        """
        if target.kind == "hard":
            msg = "Zarr has no hard links"
            raise LinkTargetError(msg, source=self.source, path=path)
        parent, name = self._new_entry(path)
        entry = link_entry(name, target, parent.path)
        kind = None if self.wants_stand_in(target) else self._format
        self._set_links(parent, [*link_entries(parent.node, kind), entry], kind)

    def wants_stand_in(self, target: LinkTarget) -> bool:
        """Whether a link leads into a file that is no store, where Zarr's readers do not go."""
        return target.kind == "external" and not leads_to_store(target, self.source)

    def remember_link(self, path: str, target: LinkTarget) -> None:
        """Note that the entry at a path is a copy, and stands for a link."""
        self.begin()
        parent, name = self._parent(normal_path(path))
        entry = link_entry(name, target, parent.path)
        self._set_links(parent, [*link_entries(parent.node, None), entry], None)

    def _set_links(
        self, place: Place, entries: list[dict[str, Any]], kind: ZarrFormat | None
    ) -> None:
        if kind is None:
            set_hint(place.node, FOREIGN_LINKS, entries)
        else:
            key = CONVENTIONS[kind].links
            place.node.attributes.pop(key, None)
            if entries:
                place.node.attributes[key] = entries
        self._tree.touch(place.path)

    # specifications

    def write_specs(self, specs: SpecDocuments) -> None:
        """Cache specifications; a version that is there already is left alone.

        Raises
        ------
        NodeExistsError
            A node that is no group stands where they go.
        """
        self.check_open()
        if specs:
            group = self._spec_group() or DEFAULT_SPEC_GROUP
            write_documents(self, group, specs)
            self._root().attributes[SPECLOC] = group.strip("/")
            self._tree.touch("/")
            self._spec_path = False
