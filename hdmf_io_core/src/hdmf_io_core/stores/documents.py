"""The documents of nodes in a store: a group or an array, described by JSON objects under keys.

A :class:`Node` is the same whatever the format; what else there is to a node stays in ``meta`` and
is written back as it was.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Protocol

from hdmf_io_core.errors import MetadataError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from hdmf_io_core.stores.folders import ByteStore

__all__ = ["Consolidated", "Documents", "Node", "read_document", "write_document"]


@dataclass(slots=True)
class Node:
    """One node's documents.

    Attributes
    ----------
    kind
        What it is.
    meta
        What the documents say beside the attributes.
    attributes
        All of them, the reserved ones too.
    path
        Where it is in its tree, set and changed by that; empty before.
    """

    kind: Literal["group", "array"]
    meta: dict[str, Any] = field(default_factory=dict)
    attributes: dict[str, Any] = field(default_factory=dict)
    path: str = ""


class Consolidated(Protocol):
    """All nodes of a store, made from their documents when asked for."""

    def paths(self) -> Iterable[str]:
        """Return the paths of all nodes, without leading slash."""

    def node(self, path: str) -> Node | None:
        """Return a node; None if there is none."""


class Documents(Protocol):
    """How one format keeps documents."""

    @property
    def names(self) -> Collection[str]:
        """Names of documents, which stand among a group's children in the store."""

    def load(self, store: ByteStore, path: str) -> Node | None:
        """Read a node; None if there is none."""

    def save(self, store: ByteStore, path: str, node: Node) -> None:
        """Write a node."""

    def load_all(self, store: ByteStore) -> Consolidated | None:
        """Read the consolidated metadata; None if there is none."""

    def save_all(self, store: ByteStore, nodes: Mapping[str, Node]) -> None:
        """Write the consolidated metadata, and the root with it."""

    def drop_all(self, store: ByteStore) -> None:
        """Remove consolidated metadata that would no longer be true."""


def read_document(store: ByteStore, key: str) -> dict[str, Any] | None:
    """Read a JSON object; None if there is none.

    Raises
    ------
    MetadataError
        There is something else.
    """
    data = store.get(key)
    return None if data is None else _parsed_document(data, store, key)


def _parsed_document(data: bytes, store: ByteStore, key: str) -> dict[str, Any]:
    try:
        document = json.loads(data)
    except (ValueError, RecursionError) as error:
        msg = f"the document {key!r} is no JSON: {error}"
        raise MetadataError(
            msg,
            source=store.source,
            hint="The store is damaged: copy it again from its origin.",
        ) from error
    if not isinstance(document, dict):
        msg = f"the document {key!r} is no JSON object"
        raise MetadataError(msg, source=store.source)
    return document


def write_document(store: ByteStore, key: str, document: Mapping[str, Any]) -> None:
    """Store a JSON object, in ASCII."""
    # NaN and infinities as bare words, as the peers write them.
    store.set(key, json.dumps(document, separators=(",", ":")).encode("ascii"))
