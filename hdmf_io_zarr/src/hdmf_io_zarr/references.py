"""References and links: what a store says of another node, and where that is."""

# A source may be a URL.
# ruff: noqa: PTH110, PTH117, PTH118, PTH120

from __future__ import annotations

import os
import pathlib
import posixpath
import zipfile
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

from hdmf_io_core.errors import MetadataError, UnresolvedReferenceError
from hdmf_io_core.storage.layout import LinkTarget, ObjectRef
from hdmf_io_core.stores.hints import FOREIGN_LINKS, HINTS
from hdmf_io_zarr.conventions import CONVENTIONS

if TYPE_CHECKING:
    from hdmf_io_core.stores.documents import Node
    from hdmf_io_core.stores.tree import NodeTree
    from hdmf_io_zarr.conventions import ZarrFormat

__all__ = [
    "Links",
    "References",
    "candidates",
    "foreign_link",
    "leads_to_store",
    "link_entries",
    "link_entry",
    "link_source",
    "link_target",
    "link_targets",
    "normal_path",
]

Links: TypeAlias = dict[str, LinkTarget] | None
"""Of one group, by name; None where they are not known yet."""
_NO_STORES = (".h5", ".hdf", ".hdf5", ".nwb")
_OWN = {"", "."}
_RELATIVE = "relative"
"""Key of ours in a link's entry: the path as it was given, from the group that holds the link."""


class References:
    """Turns references of one store into JSON and back.

    Parameters
    ----------
    source
        The store in which they stand.
    zarr_format
        Its format.
    tree
        Its nodes.
    """

    def __init__(self, source: str, zarr_format: ZarrFormat, tree: NodeTree) -> None:
        self.source = source
        self.zarr_format = zarr_format
        self._tree = tree
        self._expected: set[str] = set()

    def expect(self, path: str) -> None:
        """Let references lead to a path where something is still to be written.

        Whoever calls it answers for that: nothing checks that it was written.
        """
        self._expected.add(normal_path(path))

    def at(self, path: str, stored_source: str = ".") -> ObjectRef | None:
        """Return the reference to a path, as stored; None for an empty one."""
        if not path:
            return None
        source = candidates(stored_source, self.source)[0]
        normal = normal_path(path)
        return ObjectRef(source, key=(source, normal), path=normal)

    def from_json(self, value: Any) -> ObjectRef | None:
        """Return the reference that a JSON object is; None for null.

        Raises
        ------
        MetadataError
            It is none.
        """
        if value is None:
            return None
        if isinstance(value, Mapping) and isinstance(value.get("path"), str):
            return self.at(value["path"], str(value.get("source") or "."))
        msg = f"{value!r} is no reference"
        raise MetadataError(msg, source=self.source)

    def path_of(self, ref: object) -> str:
        """Return the path that a reference is stored as; empty for None.

        Raises
        ------
        UnresolvedReferenceError
            It has no path, or its target is not in this store.
        """
        if ref is None:
            return ""
        if isinstance(ref, ObjectRef) and ref.path is not None and ref.source == self.source:
            path = normal_path(ref.path)
            if path in self._expected or self._tree.get(path) is not None:
                return path
        msg = f"the target of the reference {ref!r} is not in this store"
        raise UnresolvedReferenceError(msg, source=self.source)

    def to_json(self, ref: object) -> Any:
        """Return a reference as JSON, with the identities that format 2 adds; errors as path_of."""
        path = self.path_of(ref)
        if not path:
            return None
        if self.zarr_format == 3:
            return {"source": ".", "path": path}
        ids = {"object_id": self._id_of(path), "source_object_id": self._id_of("/")}
        return {"source": ".", "path": path, **ids}

    def marked(self, value: Any) -> Any:
        """Wrap the JSON of a reference as hdmf-zarr does in attributes."""
        if self.zarr_format == 2:
            return {"zarr_dtype": "object", "value": value}
        return {"_REFERENCE": value}

    def unmarked(self, value: Any) -> Any:
        """Return the reference inside a wrapped one; None for anything else."""
        if isinstance(value, dict):
            if set(value) == {"_REFERENCE"}:
                return value["_REFERENCE"]
            if value.get("zarr_dtype") == "object" and "value" in value:
                return value["value"]
        return None

    def _id_of(self, path: str) -> str | None:
        node = self._tree.get(path)
        found = node.attributes.get("object_id") if node is not None else None
        return found if isinstance(found, str) else None


def normal_path(path: str) -> str:
    """Return a path with a leading slash, without a closing one, without empty parts and dots."""
    return posixpath.normpath("/" + path.strip("/"))


def candidates(stored: str, own: str) -> tuple[str, ...]:
    """Return where a stored source may be: below the store's own folder, then beside it.

    Older hdmf-zarr wrote sources relative to the parent folder.
    """
    if stored in _OWN:
        return (own,)
    if "://" in stored or os.path.isabs(stored):
        return (stored,)
    scheme, separator, rest = own.rpartition("://")
    first = posixpath.normpath(posixpath.join(rest, stored))
    second = posixpath.normpath(posixpath.join(posixpath.dirname(rest), stored))
    return tuple(dict.fromkeys(f"{scheme}{separator}{path}" for path in (first, second)))


def link_targets(group: Node, zarr_format: ZarrFormat, own: str) -> dict[str, LinkTarget]:
    """Return the links of a group, by name; ``own`` is the store that it is in.

    Where one stands in for a link into a file that is no store, it is the one that is there.
    """
    entries = [*link_entries(group, None), *link_entries(group, zarr_format)]
    return _targets(entries, group, own)


def foreign_link(group: Node, name: str, own: str) -> LinkTarget | None:
    """Return the link into a file that is no store that an entry of a group is, or stands for."""
    entries = link_entries(group, None)
    return _targets(entries, group, own).get(name) if entries else None


def _targets(entries: list[Any], group: Node, own: str) -> dict[str, LinkTarget]:
    return {
        str(entry["name"]): link_target(entry, own, group.path, is_there=_is_there)
        for entry in entries
        if isinstance(entry, dict) and is_name(entry.get("name"))
    }


def is_name(name: object) -> bool:
    """Whether a link may have a name; those that a file system takes for a way out are none."""
    return isinstance(name, str) and name not in {"", ".", ".."} and not {"/", "\0"} & {*name}


def link_entries(group: Node, zarr_format: ZarrFormat | None) -> list[Any]:
    """Return the links of a group as stored; with None those into files that are no stores."""
    if zarr_format is not None:
        stored = group.attributes.get(CONVENTIONS[zarr_format].links)
        return list(stored) if isinstance(stored, list) else []
    hints: Any = group.attributes.get(HINTS)
    entries = hints.get(FOREIGN_LINKS) if isinstance(hints, dict) else None
    return list(entries) if isinstance(entries, list) else []


def leads_to_store(target: LinkTarget, own: str) -> bool:
    """Whether an external link leads to a Zarr store, as far as one can see from outside."""
    source = link_source(target, own)
    if "://" in source or pathlib.Path(source).is_dir():
        return True
    if pathlib.Path(source).is_file():
        return zipfile.is_zipfile(source)
    return not source.lower().endswith(_NO_STORES)


def _is_there(source: str) -> bool:
    return "://" in source or os.path.exists(source)


def link_target(entry: Mapping[str, Any], own: str, group: str, *, is_there: Any) -> LinkTarget:
    """Return what an entry of ``zarr_link`` or ``_LINKS`` points to.

    Parameters
    ----------
    entry
        As stored.
    own, group
        The store that it stands in, and the path of the group.
    is_there : callable
        Whether a source exists; settles what a relative one is relative to.
    """
    stored, path = str(entry.get("source") or "."), normal_path(str(entry.get("path") or "/"))
    places = candidates(stored, own)
    found = next((place for place in places if place == own or is_there(place)), places[0])
    if found == own:
        relative = entry.get(_RELATIVE)
        is_true = isinstance(relative, str) and normal_path(f"{group}/{relative}") == path
        return LinkTarget("soft", str(relative) if is_true else path)
    if "://" in found or os.path.isabs(stored):
        return LinkTarget("external", path, found)
    return LinkTarget("external", path, os.path.relpath(found, os.path.dirname(own)))


def link_source(link: LinkTarget, own: str) -> str:
    """Return the store that an external link in the store ``own`` means."""
    file = link.file or "."
    if "://" in file or os.path.isabs(file):
        return file
    return os.path.normpath(os.path.join(os.path.dirname(own), file))


def link_entry(name: str, target: LinkTarget, group: str) -> dict[str, str]:
    """Return the entry of ``zarr_link`` or ``_LINKS`` that a link in a group is stored as.

    ``source`` is relative to the store's own folder: folders moved together keep their links.
    """
    if target.kind == "external":
        source = target.file or "."
        if "://" not in source and not os.path.isabs(source):
            source = posixpath.join("..", source)
        return {"name": name, "source": source, "path": normal_path(target.path)}
    if target.path.startswith("/"):
        return {"name": name, "source": ".", "path": normal_path(target.path)}
    path = normal_path(f"{group}/{target.path}")
    return {"name": name, "source": ".", "path": path, _RELATIVE: target.path}
