"""What hdmf's builders are to be stored as: the request, and what came of it."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from hdmf_io_core.bridge.reading import Read
    from hdmf_io_core.storage.protocols import StorageReader

__all__ = ["EXPANDABLE", "Order", "canonical"]

EXPANDABLE = ("VectorData", "ElementIdentifiers")
"""Types whose datasets grow along the axes that their specification leaves open; as in hdmf."""


@dataclass(slots=True, eq=False)
class Order:
    """A tree of hdmf's builders that is to be stored.

    Attributes
    ----------
    root
        hdmf's root builder; with ``place`` any group, dataset or link of hdmf's.
    place
        Path of the stored group that ``root`` goes into; None where it is the root itself.
    expandable
        Names of types whose datasets are made to grow.
    export_source
        For an export: the file that the tree was read from; None for a write.
    link_data
        For an export: whether data of other files stays linked.
    reads
        Tells what a builder of another IO was read from; None if there is no other.
    storage
        That of another IO of ours, for an export: it knows the layout of its arrays.
    paths
        Filled when it is carried out: where each of hdmf's builders goes, with the builder itself,
        so that it lives as long as its number in memory is used.
    """

    root: Any
    expandable: tuple[str, ...] = EXPANDABLE
    export_source: str | None = None
    link_data: bool = True
    place: str | None = None
    reads: Callable[[object], Read | None] | None = None
    storage: StorageReader | None = None
    paths: dict[int, tuple[Any, str]] = field(default_factory=dict)


def canonical(source: str | None) -> str | None:
    """Return a file's name as it is compared: absolute, links of the file system left as they are.

    None, of a file without a name, stays None; a URL stays as it is.
    """
    if source is None or "://" in source:
        return source
    return os.path.abspath(source)  # noqa: PTH100 - pathlib has no way that normalises
