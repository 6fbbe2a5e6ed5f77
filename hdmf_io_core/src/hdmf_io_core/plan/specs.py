"""Which specifications go into a file with what they specify."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hdmf_io_core.model.builders import find_type
from hdmf_io_core.model.schemas import HDMF_COMMON, MINIMAL_TYPES, minimal_hdmf_common

if TYPE_CHECKING:
    from hdmf_io_core.model.builders import Builder, SpecSource, StoredTree
    from hdmf_io_core.storage.layout import SpecDocument, SpecDocuments

__all__ = ["SpecsToCache"]


class SpecsToCache:
    """Collects, node by node, where specifications come from, and what types are used."""

    def __init__(self) -> None:
        self._common_types: set[str | None] = set()
        self._has_new_ones = False
        self._trees: dict[StoredTree, None] = {}
        self._models: dict[SpecSource, None] = {}

    def note(self, builder: Builder) -> None:
        """Take note of a node that is to be written."""
        data_type, namespace = find_type(builder.attributes)
        if namespace == HDMF_COMMON:
            self._common_types.add(data_type)
            self._has_new_ones |= builder.home is None
        if builder.specs is not None:
            self._models[builder.specs] = None
        elif builder.home is not None:
            self._trees[builder.home.tree] = None

    def missing(self, stored: SpecDocuments) -> SpecDocuments:
        """Return what is not stored: of models, of what came with nodes, of plain nodes."""
        found: dict[tuple[str, str], SpecDocument] = {}
        for specs in self._models:
            found.update(specs(stored))
        for tree in self._trees:
            found.update(tree.specs())
        known = {name for name, _ in (*found, *stored)}
        # Where more types of the namespace are used, a reader of ours would miss those.
        is_ours = self._has_new_ones and self._common_types <= MINIMAL_TYPES
        if is_ours and HDMF_COMMON not in known:
            found.update(minimal_hdmf_common())
        return {key: document for key, document in found.items() if key not in stored}
