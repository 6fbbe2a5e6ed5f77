"""The hints on a node: one reserved attribute that keeps what its documents cannot say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hdmf_io_core.errors import CorruptFileError

if TYPE_CHECKING:
    from hdmf_io_core.stores.documents import Node

__all__ = ["FOREIGN_LINKS", "HINTS", "UNFINISHED", "check_finished", "hint_attribute", "set_hint"]

HINTS = "_hdmf_io"
"""Attribute of any node: what documents cannot say (types of attributes, layout as asked for)."""
UNFINISHED = "unfinished"
"""Key of the root's hints: a writer has begun and not committed."""
FOREIGN_LINKS = "links"
"""Key of a group's hints: links into files that are no stores."""


def set_hint(node: Node, key: str, value: Any) -> None:
    """Set a hint; None or an empty value removes it, and with the last one the attribute."""
    stored = node.attributes.pop(HINTS, None)
    hints = dict(stored) if isinstance(stored, dict) else {}
    hints.pop(key, None)
    if value:
        hints[key] = value
    if hints:
        node.attributes[HINTS] = hints


def hint_attribute(node: Node, name: str, hint: dict[str, Any] | None) -> None:
    """Set what JSON does not say of an attribute; None where it says all."""
    stored = (node.attributes.get(HINTS) or {}).get("attributes")
    typed = dict(stored) if isinstance(stored, dict) else {}
    typed.pop(name, None)
    if hint is not None:
        typed[name] = hint
    set_hint(node, "attributes", typed)


def check_finished(root: Node, source: str) -> None:
    """Refuse a store that a writer left unfinished, or is still writing.

    Raises
    ------
    CorruptFileError
        It is marked so; the error says who wrote it.
    """
    hints = root.attributes.get(HINTS)
    if isinstance(hints, dict) and hints.get(UNFINISHED):
        msg = f"the store is unfinished: {hints[UNFINISHED]}"
        raise CorruptFileError(
            msg,
            source=source,
            hint="If a process is writing it, wait. If one died, open it once with mode 'r+', "
            "which completes what was decided on. What is unfinished then was written in place: "
            "open it with allow_unfinished=True, check it, and export it to another store.",
        )
