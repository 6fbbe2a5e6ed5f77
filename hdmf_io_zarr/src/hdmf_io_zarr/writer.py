"""Writing an open Zarr store: ``StorageWriter`` over its documents."""

from __future__ import annotations

import datetime as dt
import os
import platform
import posixpath
from typing import TYPE_CHECKING, Any, Literal

from hdmf_io_core.errors import (
    HdmfIOError,
    InvalidNameError,
    LinkTargetError,
    NodeExistsError,
    NodeNotFoundError,
    UnsupportedFeatureError,
)
from hdmf_io_core.model.names import check_name, join_path
from hdmf_io_core.storage.dtypes import ElementType, TextType
from hdmf_io_core.storage.layout import ArrayLayout, Attribute, LinkTarget, SpecDocuments
from hdmf_io_core.storage.numpytypes import object_array
from hdmf_io_zarr.adapting import adapted_layout
from hdmf_io_zarr.arrays import ZarrArray, open_array
from hdmf_io_zarr.attributes import encode_attribute
from hdmf_io_zarr.conventions import (
    CONTROL_NAMES,
    CONVENTIONS,
    DEFAULT_SPEC_GROUP,
    HINTS,
    SPECLOC,
    ZarrFormat,
)
from hdmf_io_zarr.documents import Consolidated, Node
from hdmf_io_zarr.layouts import array_node, check_layout
from hdmf_io_zarr.reader import UNFINISHED, StoreOpener, ZarrReader, _Place
from hdmf_io_zarr.references import link_entry, normal_path
from hdmf_io_zarr.retargeting import retarget

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hdmf_io_core.storage.protocols import AdaptedLayout
    from hdmf_io_zarr.stores import ByteStore

__all__ = ["ZarrWriter"]


class ZarrWriter(ZarrReader):
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

    def __init__(
        self,
        store: ByteStore,
        *,
        new_format: ZarrFormat | None = None,
        consolidated: bool = False,
        consolidate: bool = True,
        marks: bool = True,
        clears: bool = False,
        allow_unfinished: bool = False,
        open_store: StoreOpener | None = None,
    ) -> None:
        self._new_format = new_format
        self._consolidate = consolidate
        self._marks = marks
        self._clears = clears
        self._has_begun = False
        self.n_commits = 0
        super().__init__(
            store,
            consolidated=consolidated,
            allow_unfinished=allow_unfinished,
            open_store=open_store,
        )
        if new_format is not None:
            self._attach(new_format, None, is_new=True)
            self._tree.put("/", Node("group"))

    _native_mode: Literal["r", "r+"] = "r+"

    def _opened(self) -> tuple[ZarrFormat, Consolidated | None]:
        return super()._opened() if self._new_format is None else (self._new_format, None)

    # state

    def begin(self) -> None:
        """Note that a change comes: the store says so until it is committed."""
        self.check_open()
        if self._has_begun:
            return
        self._has_begun = True
        if self._clears:
            self._store.delete_tree("")
            self._clears = False
        if not self._marks:
            return
        now = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
        who = f"process {os.getpid()} on {platform.node()} began to write at {now}"
        self._hint("/", UNFINISHED, who)
        self._tree.unconsolidate()
        self._tree.flush()

    def touch(self, path: str) -> None:
        """Note that an array's documents changed."""
        self._tree.touch(path)

    def flush(self) -> None:
        """Store all documents that changed."""
        self.check_open()
        self._tree.flush()

    def commit(self) -> None:
        """Make all written so far visible to a fresh reader, and the store whole."""
        self.check_open()
        if not self._has_begun and self._new_format is None:
            return
        self.begin()
        # The root is written last: with it the mark goes.
        self._unhint("/", UNFINISHED)
        if self._consolidate:
            self._tree.consolidate()
        else:
            self._tree.unconsolidate()
            self._tree.touch("/")
            self._tree.flush()
        self._has_begun, self._new_format = False, None
        self.n_commits += 1

    # nodes

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
        self.check_layout(path, layout)
        self._new_entry(path)
        node, own = array_node(layout, self._format), normal_path(path)
        self._tree.put(own, node)
        return open_array(self, node)

    def check_layout(self, path: str, layout: ArrayLayout) -> None:
        """Raise what makes ``create_array`` impossible, without touching the store.

        Raises
        ------
        InvalidNameError
            The path cannot be used.
        UnsupportedDtypeError, UnknownCodecError, OptionError, ShapeError
            Zarr cannot hold such an array.
        """
        self.check_open()
        self._check_name(path)
        try:
            check_layout(layout, self._format)
        except HdmfIOError as error:
            error.source, error.path = error.source or self.source, error.path or path
            raise

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
        if self._tree.get(inner) is not None:
            self._tree.remove(inner)
            return
        links = self._link_entries(parent)
        kept = [entry for entry in links if entry.get("name") != name]
        if len(kept) == len(links):
            msg = "there is nothing to delete"
            raise NodeNotFoundError(msg, source=self.source, path=path)
        self._set_links(parent, kept)

    def move(self, path: str, new_path: str) -> None:
        """Give a node another path; open arrays of it stay good, references name the old one.

        Raises
        ------
        NodeNotFoundError, NodeExistsError
            There is no such node; the new name is taken.
        """
        place = self._own(path)
        self._new_entry(new_path)
        self._tree.move(place.path, normal_path(new_path))

    def retarget(self, moved: Mapping[str, str]) -> None:
        """Let links and references that name an old path, or one below it, name the new one.

        Reads all documents of the store, and the elements of all arrays that hold references.
        """
        self.begin()
        retarget(self, self._tree, moved)

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
        encoded: dict[str, tuple[Any, dict[str, Any] | None]] = {}
        for name, attribute in attributes.items():
            if name in CONVENTIONS[self._format].hidden:
                msg = f"{name!r} is reserved in Zarr"
                raise InvalidNameError(msg, source=self.source, path=path)
            try:
                encoded[name] = encode_attribute(name, attribute, self._references)
            except HdmfIOError as error:
                error.source, error.path = self.source, error.path or path
                raise
        self.begin()
        for name, (value, hint) in encoded.items():
            place.node.attributes[name] = value
            self._hint_attribute(place, name, hint)
        self._tree.touch(place.path)

    def delete_attributes(self, path: str, names: tuple[str, ...]) -> None:
        """Remove attributes; one that is not there is passed over."""
        place = self._own(path)
        self.begin()
        for name in names:
            place.node.attributes.pop(name, None)
            self._hint_attribute(place, name, None)
        self._tree.touch(place.path)

    def _hint_attribute(self, place: _Place, name: str, hint: dict[str, Any] | None) -> None:
        hints = dict(place.node.attributes.get(HINTS) or {})
        typed = dict(hints.get("attributes") or {})
        typed.pop(name, None)
        if hint is not None:
            typed[name] = hint
        hints.pop("attributes", None)
        if typed:
            hints["attributes"] = typed
        place.node.attributes.pop(HINTS, None)
        if hints:
            place.node.attributes[HINTS] = hints

    def _hint(self, path: str, key: str, value: str) -> None:
        node = self._tree.get(path)
        assert node is not None
        node.attributes[HINTS] = {**(node.attributes.get(HINTS) or {}), key: value}
        self._tree.touch(path)

    def _unhint(self, path: str, key: str) -> None:
        node = self._tree.get(path)
        assert node is not None
        hints = {k: v for k, v in (node.attributes.pop(HINTS, None) or {}).items() if k != key}
        if hints:
            node.attributes[HINTS] = hints
        self._tree.touch(path)

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
        self._set_links(parent, [*self._link_entries(parent), entry])

    def _link_entries(self, place: _Place) -> list[dict[str, Any]]:
        return list(place.node.attributes.get(CONVENTIONS[self._format].links) or ())

    def _set_links(self, place: _Place, entries: list[dict[str, Any]]) -> None:
        key = CONVENTIONS[self._format].links
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
        if not specs:
            return
        group = self._spec_group() or DEFAULT_SPEC_GROUP
        self._require_group(group)
        for (namespace, version), documents in specs.items():
            above = join_path(group, namespace)
            place = join_path(above, version)
            if self._tree.get(place) is not None:
                continue
            self._require_group(above)
            self._require_group(place)
            for source, text in documents.items():
                sink = self.create_array(join_path(place, source), ArrayLayout((), TextType()))
                sink.write((), object_array([text], ()))
        self._root().attributes[SPECLOC] = group.strip("/")
        self._tree.touch("/")
        self._spec_path = False

    def _require_group(self, path: str) -> None:
        node = self._tree.get(path)
        if node is None:
            self.create_group(path)
        elif node.kind != "group":
            msg = "specifications cannot be cached: a node that is no group is in their place"
            raise NodeExistsError(
                msg,
                source=self.source,
                path=path,
            )

    # checks

    def _own(self, path: str) -> _Place:
        """Return a node that is to be changed; what lies in another store is not."""
        self.check_open()
        place = self._at(path)
        if place.reader is not self:
            msg = f"the node lies in another store, {place.reader.source!r}, behind a link"
            raise UnsupportedFeatureError(
                msg,
                source=self.source,
                path=path,
                hint="Open that store to change it.",
            )
        return place

    def _parent(self, path: str) -> tuple[_Place, str]:
        if path == "/":
            msg = "the root cannot be changed so"
            raise InvalidNameError(msg, source=self.source, path=path)
        return self._own(posixpath.dirname(path)), posixpath.basename(path)

    def _new_entry(self, path: str) -> tuple[_Place, str]:
        self.check_open()
        self._check_name(path)
        parent, name = self._parent(normal_path(path))
        if parent.node.kind != "group":
            msg = "the parent is no group"
            raise NodeNotFoundError(msg, source=self.source, path=path)
        taken = self._tree.get(join_path(parent.path, name)) is not None
        if taken or any(entry.get("name") == name for entry in self._link_entries(parent)):
            msg = "an entry of that name exists"
            raise NodeExistsError(
                msg,
                source=self.source,
                path=path,
                hint="Delete it first, or choose another name.",
            )
        self.begin()
        return parent, name

    def _check_name(self, path: str) -> None:
        """Refuse names that a key cannot have, or that zarr-python would take for others."""
        name = path.rsplit("/", 1)[-1]
        try:
            check_name(name)
        except InvalidNameError as error:
            error.source, error.path = self.source, path
            raise
        if name in CONTROL_NAMES or "\\" in name or set(name) == {"."}:
            msg = f"{name!r} cannot be the name of a node in Zarr"
            raise InvalidNameError(
                msg,
                source=self.source,
                path=path,
                hint="Choose another name.",
            )
