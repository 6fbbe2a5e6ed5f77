"""What the verbs tell of one node of a storage."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hdmf_io_core.errors import HdmfIOError, UnsupportedFeatureError
from hdmf_io_core.io.base import StorageIO
from hdmf_io_core.model.builders import find_type

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hdmf_io_core.io.protocol import HDMFIO
    from hdmf_io_core.storage.layout import ArrayLayout, Attribute, NodeInfo
    from hdmf_io_core.storage.protocols import StorageReader

__all__ = ["Facts", "facts_of", "storage_of"]


@dataclass(frozen=True, slots=True)
class Facts:
    """What is read of one node; what cannot be read is missing, and ``problem`` says why.

    Attributes
    ----------
    data_type, namespace
        Empty for an untyped node.
    layout
        Of an array; None for anything else.
    """

    data_type: str = ""
    namespace: str = ""
    layout: ArrayLayout | None = None
    attributes: Mapping[str, Attribute] | None = None
    problem: str = ""


def storage_of(opened: HDMFIO) -> StorageReader:
    """Return the storage of an IO.

    Raises
    ------
    UnsupportedFeatureError
        If the backend has none to look into.
    """
    if isinstance(opened, StorageIO):
        return opened.storage
    msg = f"{type(opened).__name__} has no storage to look into"
    raise UnsupportedFeatureError(msg, source=opened.source)


def facts_of(storage: StorageReader, node: NodeInfo) -> Facts:
    """Read what is told of a node; an error of this one node is a fact as well."""
    if node.kind in {"missing", "datatype"}:
        return Facts()
    try:
        layout = storage.array(node.path).layout if node.kind == "array" else None
        attributes = storage.attributes(node.path)
    except HdmfIOError as error:
        return Facts(problem=str(error))
    data_type, namespace = find_type(attributes)
    return Facts(data_type or "", namespace or "", layout, attributes)
