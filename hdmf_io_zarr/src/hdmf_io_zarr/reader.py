"""Reading an open Zarr store: ``StorageReader`` over its documents."""

from __future__ import annotations

import functools
import math
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from hdmf_io_core.errors import (
    HdmfIOError,
    NodeNotFoundError,
    SpecError,
    UnsupportedFeatureError,
)
from hdmf_io_core.model.names import join_path
from hdmf_io_core.storage.abilities import StoredArray
from hdmf_io_core.storage.jsonattributes import read_attributes
from hdmf_io_core.storage.layout import (
    Attribute,
    Capabilities,
    NodeInfo,
    ObjectRef,
    RegionRef,
    SpecDocuments,
)
from hdmf_io_core.storage.selection import select_all
from hdmf_io_core.stores.hints import HINTS
from hdmf_io_zarr.arrays import ZarrArray
from hdmf_io_zarr.conventions import CONVENTIONS
from hdmf_io_zarr.nodes import LINKS_LIMIT, Broken, Place, StoreNodes
from hdmf_io_zarr.references import normal_path

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hdmf_io_core.storage.dtypes import ElementType

__all__ = ["ZarrReader"]

_ABROAD = "\0"
"""What a path starts with that leads into another store: no name holds it. The number of the store
among those that links led into follows."""


class ZarrReader(StoreNodes):
    """One open Zarr store.

    Parameters
    ----------
    store : ByteStore
        Its bytes; closed with the reader.
    consolidated : bool
        Whether consolidated metadata, where there is some, is taken for all there is. Otherwise
        each node's own document is read, when the node is touched.
    allow_unfinished : bool
        Whether a store is opened that a writer left unfinished, or is still writing.
    open_store : callable or None
        Opens what links lead to; None follows none.

    Raises
    ------
    NotThisFormatError
        There is no Zarr root.
    CorruptFileError
        The store is unfinished.

    Notes
    -----
    With consolidated metadata one document is read, whatever the number of nodes.
    """

    @property
    def capabilities(self) -> Capabilities:
        """Zarr has no hard links, region references or committed types."""
        return Capabilities()

    def attributes(self, path: str) -> Mapping[str, Attribute]:
        """Return all attributes of a node.

        Raises
        ------
        NodeNotFoundError
            There is no node at the path.
        """
        self.check_open()
        place = self._at(path)
        stored, home = place.node.attributes, place.home
        hints = stored.get(HINTS)
        typed = hints.get("attributes") if isinstance(hints, dict) else None
        hidden = CONVENTIONS[home.zarr_format].hidden
        return read_attributes(stored, typed, home.references, hidden=hidden)

    def array(self, path: str) -> ZarrArray:
        """Open an array; reads no chunk.

        Raises
        ------
        NodeNotFoundError
            There is no array at the path.
        UnsupportedDtypeError, UnknownCodecError, MetadataError
            Its type or its codecs have no counterpart, or its documents are damaged.
        """
        self.check_open()
        place = self._at(path, "array")
        try:
            return ZarrArray(place.home, place.node)
        except HdmfIOError as error:
            error.source, error.path = error.source or self.source, error.path or path
            raise

    def at(self, path: str) -> StoredArray:
        """Return the array at a path, and where it really is; errors as :meth:`array`."""
        array = self.array(path)
        place = self._at(path)
        return StoredArray(array, place.home.source, place.path)

    def array_paths(self) -> list[str]:
        """Return the paths of all arrays of the store, cached specifications left out."""
        self.check_open()
        hidden = self._spec_group()
        return [
            path
            for path, node in self._tree.walk()
            if node.kind == "array" and not (hidden and path.startswith(f"{hidden}/"))
        ]

    def datatype(self, path: str) -> ElementType:
        """Raise: Zarr has no committed types."""
        msg = "the node is no datatype"
        raise NodeNotFoundError(msg, source=self.source, path=path)

    def resolve(self, ref: ObjectRef | RegionRef) -> NodeInfo | None:
        """Find the node behind a reference; None if it dangles.

        A node of another store that a link led into is found where a link leads to it, else under
        a path that only this reader understands.
        """
        self.check_open()
        target = ref.target if isinstance(ref, RegionRef) else ref
        path = target.path
        if path is None and isinstance(target.key, tuple):
            path = str(target.key[1])
        if path is None:
            return None
        if target.source == self.source:
            place = self._locate(path)
            return None if isinstance(place, Broken) else self.node(self._shown(place))
        for inner, shown in self._mounts.get(target.source, {}).items():
            if path == inner or path.startswith(f"{inner.rstrip('/')}/"):
                return self.node(shown + path[len(inner.rstrip("/")) :])
        if not isinstance(self._others.get(target.source), StoreNodes):
            return None
        return self.node(f"/{_ABROAD}{list(self._others).index(target.source)}{path}")

    def _locate(self, path: str, depth: int = LINKS_LIMIT) -> Place | Broken:
        number, _, inner = path.removeprefix(f"/{_ABROAD}").partition("/")
        if not path.startswith(f"/{_ABROAD}") or not number.isdecimal():
            return super()._locate(path, depth)
        others = list(self._others.values())
        other = others[int(number)] if int(number) < len(others) else None
        return other._locate(f"/{inner}", depth) if isinstance(other, StoreNodes) else Broken()

    def _shown(self, place: Place) -> str:
        """Return the path of a node here: its own, or that of the link which leads to its store."""
        if place.home is self:
            return place.path
        for inner, shown in self._mounts.get(place.home.source, {}).items():
            if place.path == inner or place.path.startswith(f"{inner.rstrip('/')}/"):
                return shown + place.path[len(inner.rstrip("/")) :]
        return place.path

    # specifications

    def specs(self) -> SpecDocuments:
        """Return the cached specifications, all versions."""
        self.check_open()
        group = self._spec_group()
        if group is None:
            return {}
        tree, found = self._tree, {}
        for namespace in tree.names(group):
            for version in tree.names(join_path(group, namespace)):
                above = join_path(join_path(group, namespace), version)
                found[namespace, version] = {
                    source: self._text_of(join_path(above, source)) for source in tree.names(above)
                }
        return found

    def _text_of(self, path: str) -> str:
        array = self.array(path)
        shape = array.layout.shape or ()
        if math.prod(shape) != 1:
            msg = f"a cached specification is an array of shape {shape}"
            raise SpecError(msg, source=self.source, path=path)
        out = np.empty(shape, array.layout.memory_dtype)
        array.read_into(select_all(shape), out)
        return str(out.ravel()[0])

    # the library's own objects

    @property
    def file(self) -> Any:
        """The store as zarr-python's root group."""
        return self.native("/")

    def native(self, path: str) -> Any:
        """Return zarr-python's group at a path, or its array as a :class:`SizedArray`.

        Raises
        ------
        NodeNotFoundError
            There is none.
        UnsupportedFeatureError
            zarr-python cannot open it, as arrays of objects in format 2.
        """
        import zarr

        from hdmf_io_zarr.objectstore import native_store

        self.check_open()
        place = self._at(path)
        open_node = functools.partial(
            zarr.open,
            native_store(place.home.store),
            path=place.path.strip("/"),
            mode=self._native_mode,
            zarr_format=place.home.zarr_format,
            # What is being changed is not in consolidated metadata yet.
            use_consolidated=None if self._native_mode == "r" else False,
        )
        try:
            try:
                found: Any = open_node()
            except (TypeError, ValueError):
                if place.node.kind != "group":
                    raise
                # For one array that it does not know it refuses all consolidated metadata.
                return open_node(use_consolidated=False)
        except (KeyError, NotImplementedError, TypeError, ValueError) as error:
            msg = f"zarr-python cannot open the node: {error}"
            raise UnsupportedFeatureError(msg, source=self.source, path=path) from error
        if not isinstance(found, zarr.Array):
            return found
        from hdmf_io_zarr.sized import SizedArray

        return SizedArray(found.async_array)

    _native_mode: Literal["r", "r+"] = "r"

    def adopt(self, value: object) -> StoredArray | None:
        """Return the array behind a ``zarr.Array``, of whichever store; None for anything else."""
        if not any(base.__module__.startswith("zarr.") for base in type(value).__mro__):
            return None
        array: Any = value
        if not hasattr(array, "store") or not hasattr(array, "chunks"):
            return None
        from hdmf_io_zarr.opening import store_of_native

        store = store_of_native(array.store)
        reader: ZarrReader = self
        if store.source != self.source:
            reader = ZarrReader(store, consolidated=False, open_store=self._open_store)
        path = normal_path(array.path)
        return StoredArray(reader.array(path), reader.source, path)
