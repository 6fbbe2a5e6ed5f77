"""Data that is named, not given: ``"file::/path"``, and which array a file alone means."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from hdmf_io_core.errors import LinkTargetError
from hdmf_io_core.storage.layout import LinkTarget

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = ["as_lengths", "named_array"]

_SEPARATOR = "::"


def named_array(
    given: str | os.PathLike[str],
    name: str,
    find: Callable[[str], Iterable[str]],
    *,
    what: str = "array",
) -> LinkTarget:
    """Return the array that a text names, for a node called ``name``.

    Parameters
    ----------
    given
        ``"file::/group/array"``, which is taken as it is; or a file alone, in which the array of
        the node's own name is meant, else the only one.
    name
        The node's.
    find : callable
        Lists the paths of all arrays of a file; called for a file alone.

    what
        As the backend calls an array, for messages.

    Raises
    ------
    LinkTargetError
        It is not clear which array is meant. What ``find`` raises is passed on.
    """
    file, separator, path = os.fspath(given).partition(_SEPARATOR)
    if separator:
        return LinkTarget("external", f"/{path.strip('/')}", file)
    found = list(find(file))
    named = [path for path in found if path.rsplit("/", 1)[-1] == name]
    for candidates in (named, found):
        if len(candidates) == 1:
            return LinkTarget("external", candidates[0], file)
    there = ", ".join(named or found) or "none"
    msg = f"it is not clear which {what} {name!r} links to: the file has {there}"
    source = file if "://" in file else str(Path(file).absolute())
    hint = f"Name it: data='{file}{_SEPARATOR}/group/{what}'."
    raise LinkTargetError(msg, source=source, hint=hint)


def as_lengths(value: Any) -> Any:
    """Return an option that is a shape as a tuple: of one length for a number, else of all."""
    if value is None or isinstance(value, (bool, tuple)):
        return value
    return (value,) if isinstance(value, (int, np.integer)) else tuple(value)
