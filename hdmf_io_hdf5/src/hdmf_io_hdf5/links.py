"""Names, paths and links as HDF5 stores them, and where HDF5 looks for external files."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from h5py import h5g, h5i, h5l, h5o, h5p, h5t

from hdmf_io_core.errors import InvalidNameError
from hdmf_io_core.storage.layout import LinkTarget

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "absolute",
    "checked_name",
    "external_candidates",
    "group_creation",
    "join",
    "link_creation",
    "link_target",
    "opened",
    "split",
    "to_name",
    "to_text",
]

_HDF5_ERRORS = (KeyError, OSError, RuntimeError, ValueError)


def to_text(name: bytes) -> str:
    """Return a name of HDF5 as text; bytes that are not UTF-8 become surrogates and come back."""
    return name.decode("utf-8", "surrogateescape")


def to_name(text: str) -> bytes:
    """Return the bytes of a name or path."""
    return text.encode("utf-8", "surrogateescape")


def link_creation(name: bytes) -> h5p.PropLCID:
    """Return how an entry of this name is made: what is not ASCII is marked as UTF-8."""
    return _link_creation(name.isascii())


@cache
def _link_creation(is_ascii: bool) -> h5p.PropLCID:  # noqa: FBT001 - a cache has no keywords
    lcpl = h5p.create(h5p.LINK_CREATE)
    lcpl.set_char_encoding(h5t.CSET_ASCII if is_ascii else h5t.CSET_UTF8)
    return lcpl


@cache
def group_creation() -> h5p.PropGCID:
    """Return how a group is made: without times."""
    gcpl = h5p.create(h5p.GROUP_CREATE)
    gcpl.set_obj_track_times(False)
    return gcpl


def split(path: str) -> tuple[str, ...]:
    """Return the parts of a path; as in HDF5, empty parts and ``.`` mean nothing."""
    return tuple(part for part in path.split("/") if part not in {"", "."})


def join(parent: str, name: str) -> str:
    """Return the path of an entry of a group."""
    return f"{parent.rstrip('/')}/{name}"


def absolute(name: str) -> str:
    """Return a file's name made absolute, links of the file system left as they are."""
    return os.path.normpath(Path(name).absolute())


def checked_name(path: str, source: str) -> tuple[str, str]:
    """Return the parent path and the last part of a path that is to be created.

    Raises
    ------
    InvalidNameError
        The root, a part ``.`` or ``..``, a null character, or what UTF-8 cannot hold.
    """
    parts = path.strip("/").split("/")
    why = ""
    if any(part in {"", ".", ".."} for part in parts):
        why = "has an empty part, '.' or '..'"
    elif "\0" in path:
        why = "holds a null character"
    else:
        try:
            to_name(path)
        except UnicodeEncodeError:
            why = "holds a lone surrogate"
    if why:
        msg = f"the path {path!r} {why}"
        raise InvalidNameError(msg, source=source, path=path, hint="Choose another name.")
    return "/" + "/".join(parts[:-1]), parts[-1]


def link_target(gid: h5g.GroupID, name: bytes) -> LinkTarget | None:
    """Return the target of a soft or external link; None for a hard link and for foreign kinds."""
    kind = gid.links.get_info(name).type
    if kind == h5l.TYPE_SOFT:
        return LinkTarget("soft", to_text(gid.links.get_val(name)))
    if kind == h5l.TYPE_EXTERNAL:
        file, path = gid.links.get_val(name)
        return LinkTarget("external", to_text(path), os.fsdecode(file))
    return None


def opened(gid: h5g.GroupID, name: bytes, lapl: h5p.PropLAID | None = None) -> h5i.ObjectID | None:
    """Open an entry through whatever links; None if they lead nowhere."""
    try:
        return h5o.open(gid, name, lapl)
    except _HDF5_ERRORS:
        return None


def external_candidates(file: str, folder: str, environ: Mapping[str, str]) -> tuple[str, ...]:
    """Return the absolute paths that HDF5 tries for an external link, in its order.

    Parameters
    ----------
    file
        The file name that the link stores.
    folder
        Of the linking file.
    environ
        Environment variables.

    References
    ----------
    HDF5 Reference Manual, ``H5Lcreate_external``.
    """
    is_absolute = Path(file).is_absolute()
    name = Path(file).name if is_absolute else file
    prefixes = [prefix for prefix in environ.get("HDF5_EXT_PREFIX", "").split(os.pathsep) if prefix]
    folders = [*(prefix.replace("${ORIGIN}", folder) for prefix in prefixes), folder, "."]
    tried = [file] if is_absolute else []
    tried += [str(Path(place) / name) for place in folders]
    return tuple(dict.fromkeys(absolute(path) for path in tried))
