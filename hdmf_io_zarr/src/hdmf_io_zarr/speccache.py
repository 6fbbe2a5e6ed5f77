"""Where a store caches its specifications, and how they are written (docs/formats/zarr.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hdmf_io_core.errors import NodeExistsError
from hdmf_io_core.model.names import join_path
from hdmf_io_core.storage.dtypes import TextType
from hdmf_io_core.storage.layout import ArrayLayout, SpecDocuments
from hdmf_io_core.storage.numpytypes import object_array
from hdmf_io_zarr.conventions import DEFAULT_SPEC_GROUP, SPECLOC
from hdmf_io_zarr.references import normal_path

if TYPE_CHECKING:
    from hdmf_io_core.storage.protocols import StorageWriter
    from hdmf_io_zarr.documents import Node
    from hdmf_io_zarr.tree import NodeTree

__all__ = ["find_spec_group", "write_documents"]


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


def write_documents(writer: StorageWriter, group: str, specs: SpecDocuments) -> None:
    """Write the documents of all versions that are not there yet.

    Raises
    ------
    NodeExistsError
        A node that is no group stands where they go.
    """
    _require_group(writer, group)
    for (namespace, version), documents in specs.items():
        above = join_path(group, namespace)
        place = join_path(above, version)
        if writer.node(place) is not None:
            continue
        _require_group(writer, above)
        _require_group(writer, place)
        for source, text in documents.items():
            sink = writer.create_array(join_path(place, source), ArrayLayout((), TextType()))
            sink.write((), object_array([text], ()))


def _require_group(writer: StorageWriter, path: str) -> None:
    node = writer.node(path)
    if node is None:
        writer.create_group(path)
    elif node.kind != "group":
        msg = "specifications cannot be cached: a node that is no group is in their place"
        raise NodeExistsError(msg, source=writer.source, path=path)
