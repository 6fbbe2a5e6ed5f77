"""What hdmf's builders are to be stored as: the request, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from hdmf_io_core.bridge.reading import Read

__all__ = ["EXPANDABLE", "Order"]

EXPANDABLE = ("VectorData", "ElementIdentifiers")
"""Types whose datasets grow along the axes that their specification leaves open; as in hdmf."""


@dataclass(slots=True, eq=False)
class Order:
    """A tree of hdmf's builders that is to be stored.

    Attributes
    ----------
    root
        hdmf's root builder.
    expandable
        Names of types whose datasets are made to grow.
    export_source
        For an export: the file that the tree was read from; None for a write.
    link_data
        For an export: whether data of other files stays linked.
    reads
        Tells what a builder of another IO was read from; None if there is no other.
    paths
        Filled when it is carried out: where each of hdmf's builders goes, with the builder itself,
        so that it lives as long as its number in memory is used.
    """

    root: Any
    expandable: tuple[str, ...] = EXPANDABLE
    export_source: str | None = None
    link_data: bool = True
    reads: Callable[[object], Read | None] | None = None
    paths: dict[int, tuple[Any, str]] = field(default_factory=dict)
