"""What a node may be called, and how paths are put together."""

from __future__ import annotations

from hdmf_io_core.errors import InvalidNameError

__all__ = ["check_name", "join_path", "split_path"]


def check_name(name: object, *, what: str = "name") -> str:
    """Return ``name`` if a node can have it.

    Raises
    ------
    InvalidNameError
        If it is no text, empty, ``.`` or ``..``, holds a slash or a null character, or is not
        Unicode.
    """
    hint = "Choose another name; groups are nested with add_child, not with slashes."
    if not isinstance(name, str):
        msg = f"a {what} is text, not {type(name).__name__}"
        raise InvalidNameError(msg, hint=hint)
    if name in ("", ".", "..") or "/" in name or "\0" in name:
        msg = f"{name!r} cannot be the {what} of a node"
        raise InvalidNameError(msg, hint=hint)
    try:
        name.encode("utf-8")
    except UnicodeEncodeError as error:
        msg = f"{name!r} is not valid Unicode"
        raise InvalidNameError(msg, hint=hint) from error
    return name


def join_path(parent: str, name: str) -> str:
    """Return the path of a child."""
    return f"/{name}" if parent == "/" else f"{parent}/{name}"


def split_path(path: str) -> list[str]:
    """Return the parts of a path; slashes at both ends and doubled ones do not count."""
    return [part for part in path.split("/") if part]
