"""A container in a line, and in a few: what ``repr`` and ``print`` show."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hdmf_io_core.errors import ClosedIOError
from hdmf_io_core.model.children import Children, Link
from hdmf_io_core.model.data import Data

if TYPE_CHECKING:
    from hdmf_io_core.model.node import Node

__all__ = ["describe", "headline"]

_MAX_LINES = 20


def headline(node: Node) -> str:
    """Return the node's path and type; of a closed file it says so."""
    name = type(node).__name__
    try:
        return f"<{name} {node.path!r} ({node.data_type or 'untyped'})>"
    except ClosedIOError:
        return f"<{name} {node.name!r} of a closed file>"


def describe(node: Node, entries: Children) -> str:
    """Return the node's path and type, and a line for each of its first entries.

    Reads the names of all entries and the types of those shown; of a closed file it says so.
    """
    lines = [headline(node)]
    try:
        for count, entry in enumerate(entries.names()):
            if count == _MAX_LINES:
                lines.append("  ...")
                break
            lines.append(f"  {_line(entry, entries.get(entry))}")
    except ClosedIOError:
        return f"<{type(node).__name__} {node.name!r} of a closed file>"
    return "\n".join(lines)


def _line(name: str, entry: Node | Link | None) -> str:
    if isinstance(entry, Link):
        return f"{name} -> {entry.target or entry.node_path}"
    if isinstance(entry, Data):
        return f"{name}: {entry.summary()}"
    kind = entry.data_type if entry is not None else None
    return f"{name}/ ({kind})" if kind else f"{name}/"
