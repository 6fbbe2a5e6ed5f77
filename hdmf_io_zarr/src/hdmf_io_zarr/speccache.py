"""Where a store caches its specifications, and how they are written (docs/formats/zarr.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hdmf_io_core.model.names import join_path
from hdmf_io_zarr.conventions import DEFAULT_SPEC_GROUP, SPECLOC
from hdmf_io_zarr.references import normal_path

if TYPE_CHECKING:
    from hdmf_io_core.stores.documents import Node
    from hdmf_io_core.stores.tree import NodeTree

__all__ = ["find_spec_group"]


def find_spec_group(root: Node, tree: NodeTree) -> str | None:
    """Return where ``.specloc`` points, else the default group if it has the form of a cache."""
    named: Any = root.attributes.get(SPECLOC)
    if isinstance(named, dict):
        named = named.get("_REFERENCE") or named.get("value") or named
        named = named.get("path") if isinstance(named, dict) else None
    if isinstance(named, str) and named.strip("/"):
        return normal_path(named)
    for namespace in tree.names(DEFAULT_SPEC_GROUP)[:1]:
        above = join_path(DEFAULT_SPEC_GROUP, namespace)
        for version in tree.names(above)[:1]:
            if "namespace" in tree.names(join_path(above, version)):
                return DEFAULT_SPEC_GROUP
    return None
