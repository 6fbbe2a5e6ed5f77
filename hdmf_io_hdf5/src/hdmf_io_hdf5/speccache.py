"""Where an HDF5 file caches its specifications, and what is in there (docs/formats/hdf5.md)."""

from __future__ import annotations

from h5py import h5a, h5g, h5o

from hdmf_io_core.storage.layout import ObjectRef
from hdmf_io_hdf5.attributes import read_attribute
from hdmf_io_hdf5.homes import Home, identity
from hdmf_io_hdf5.links import opened, to_name, to_text

__all__ = ["DEFAULT_GROUP", "SPECLOC", "find_spec_group", "group_names"]

SPECLOC = ".specloc"
DEFAULT_GROUP = "/specifications"
_NAMESPACE = b"namespace"


def find_spec_group(home: Home) -> str | None:
    """Return the path of the group of cached specifications; None if there is none.

    ``.specloc`` of the root names it, by a reference or as text. Without one, the default group
    counts if it has the form of a cache; a user's group of that name has not.
    """
    root = h5o.open(home.fid, b"/")
    named = _named(root, home) if h5a.exists(root, SPECLOC.encode()) else None
    if named is not None:
        return named
    group = opened(root, DEFAULT_GROUP.encode())
    return DEFAULT_GROUP if isinstance(group, h5g.GroupID) and _is_cache(group) else None


def group_names(gid: h5g.GroupID) -> list[bytes]:
    """Return the names of a group's entries, by name."""
    names: list[bytes] = []
    gid.links.iterate(names.append)
    return names


def _named(root: h5g.GroupID, home: Home) -> str | None:
    value = read_attribute(root, SPECLOC.encode(), home, "/").value
    if hasattr(value, "shape") and getattr(value, "size", 0) == 1:
        value = value.ravel()[0]  # type: ignore[union-attr]
    if isinstance(value, str):
        path = "/" + value.strip("/")
        return path if isinstance(opened(root, to_name(path)), h5g.GroupID) else None
    if isinstance(value, ObjectRef):
        return _path_of(root, value)
    return None


def _path_of(root: h5g.GroupID, ref: ObjectRef) -> str | None:
    """Find the group by looking, which is cheaper than asking HDF5 for a path."""
    for name in (DEFAULT_GROUP.strip("/").encode(), *group_names(root)):
        group = opened(root, name)
        if isinstance(group, h5g.GroupID) and identity(group) == ref.key:
            return "/" + to_text(name)
    return None


def _is_cache(group: h5g.GroupID) -> bool:
    """Whether the first namespace's first version holds the dataset ``namespace``."""
    for namespace in group_names(group)[:1]:
        versions = opened(group, namespace)
        if not isinstance(versions, h5g.GroupID):
            return False
        for version in group_names(versions)[:1]:
            sources = opened(versions, version)
            return isinstance(sources, h5g.GroupID) and sources.links.exists(_NAMESPACE)
    return False
