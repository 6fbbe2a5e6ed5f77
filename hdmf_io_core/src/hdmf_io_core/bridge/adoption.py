"""Arrays of a storage's library in a tree of hdmf's builders: known again, or linked to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hdmf_io_core.chunks.lazy import LazyDataset
from hdmf_io_core.model.builders import LinkBuilder
from hdmf_io_core.storage.abilities import SupportsAdopt
from hdmf_io_core.storage.layout import LinkTarget

if TYPE_CHECKING:
    from hdmf_io_core.bridge.order import Order
    from hdmf_io_core.storage.abilities import StoredArray
    from hdmf_io_core.storage.protocols import StorageReader

__all__ = ["adopted", "exported_link", "with_layout"]


def adopted(storage: StorageReader | None, data: Any) -> StoredArray | None:
    """Return what is stored, for an array of a storage's library; None for other data."""
    if data is None or not isinstance(storage, SupportsAdopt):
        return None
    return storage.adopt(data)


def with_layout(order: Order, storage: StorageReader | None, data: Any) -> Any:
    """Return an array of another backend's library as ours, which keeps its layout."""
    if data is None or adopted(storage, data) is not None:
        return data
    stored = adopted(order.storage, data)
    if stored is None:
        return data
    return LazyDataset(stored.array, path=stored.path, storage_name=stored.source)


def exported_link(
    order: Order, stored: StoredArray | None, name: str, path: str
) -> LinkBuilder | None:
    """Return the link that stands for data of another place in an export."""
    if not order.export_source or not order.link_data or stored is None:
        return None
    if stored.source != order.export_source:
        return LinkBuilder(name, LinkTarget("external", stored.path, stored.source))
    if stored.path.rpartition("/")[0] == path.rpartition("/")[0]:
        return None
    return LinkBuilder(name, LinkTarget("soft", stored.path))
