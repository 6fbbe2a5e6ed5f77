"""How cached specifications are laid out below their group; the same for every backend."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hdmf_io_core.errors import NodeExistsError
from hdmf_io_core.storage.dtypes import TextType
from hdmf_io_core.storage.layout import ArrayLayout, SpecDocuments
from hdmf_io_core.storage.numpytypes import object_array

if TYPE_CHECKING:
    from hdmf_io_core.storage.protocols import StorageWriter

__all__ = ["write_documents"]


def write_documents(writer: StorageWriter, group: str, specs: SpecDocuments) -> None:
    """Write the documents of all versions that are not there yet.

    Raises
    ------
    NodeExistsError
        A node that is no group stands where they go.
    """
    _require_group(writer, group)
    for (namespace, version), documents in specs.items():
        above = f"{group}/{namespace}"
        place = f"{above}/{version}"
        if writer.node(place) is not None:
            continue
        _require_group(writer, above)
        _require_group(writer, place)
        for source, text in documents.items():
            sink = writer.create_array(f"{place}/{source}", ArrayLayout((), TextType()))
            sink.write((), object_array([text], ()))


def _require_group(writer: StorageWriter, path: str) -> None:
    node = writer.node(path)
    if node is None:
        writer.create_group(path)
    elif node.kind != "group":
        msg = "specifications cannot be cached: a node that is no group is in their place"
        raise NodeExistsError(msg, source=writer.source, path=path)
