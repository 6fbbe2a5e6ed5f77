"""Which specifications go into a file with what they specify."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hdmf_io_core.model.builders import find_type
from hdmf_io_core.model.schemas import HDMF_COMMON, minimal_hdmf_common

if TYPE_CHECKING:
    from hdmf_io_core.model.builders import Builder, StoredTree
    from hdmf_io_core.storage.layout import SpecDocument, SpecDocuments

__all__ = ["SpecsToCache"]


class SpecsToCache:
    """Collects, node by node, where specifications come from and which namespaces are used."""

    def __init__(self) -> None:
        self._namespaces: set[str | None] = set()
        self._trees: dict[StoredTree, None] = {}

    def note(self, builder: Builder) -> None:
        """Take note of a node that is to be written."""
        self._namespaces.add(find_type(builder.attributes)[1])
        if builder.home is not None:
            self._trees[builder.home.tree] = None

    def missing(self, stored: SpecDocuments) -> SpecDocuments:
        """Return what is not stored: what came with the nodes, and what plain ones need."""
        found: dict[tuple[str, str], SpecDocument] = {}
        for tree in self._trees:
            found.update(tree.specs())
        known = {name for name, _ in (*found, *stored)}
        if HDMF_COMMON in self._namespaces and HDMF_COMMON not in known:
            found.update(minimal_hdmf_common())
        return {key: document for key, document in found.items() if key not in stored}
