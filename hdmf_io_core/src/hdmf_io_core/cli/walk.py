"""Every entry below a node of a storage, in order, each node entered once.

Streams: of a group only the entry after the current one is looked at ahead.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hdmf_io_core.errors import HdmfIOError, NodeNotFoundError, UnsupportedFeatureError
from hdmf_io_core.io.base import StorageIO
from hdmf_io_core.model.builders import find_type

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from hdmf_io_core.io.protocol import HDMFIO
    from hdmf_io_core.storage.layout import ArrayLayout, Attribute, NodeInfo, NodeKey
    from hdmf_io_core.storage.protocols import StorageReader

__all__ = ["Facts", "Visit", "facts_of", "storage_of", "walk"]


@dataclass(frozen=True, slots=True)
class Visit:
    """One entry.

    Attributes
    ----------
    node
        The entry.
    trail
        For each level below the start, whether the entry there is the last of its group; empty for
        the start itself.
    same_as
        Path at which the node was met before, for a further hard link to it; else None.
    """

    node: NodeInfo
    trail: tuple[bool, ...] = ()
    same_as: str | None = None


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


def walk(storage: StorageReader, start: str = "/", *, depth: int | None = None) -> Iterator[Visit]:
    """Yield a node and all entries below it, depth first.

    Parameters
    ----------
    storage : StorageReader
        Open; belongs to the caller.
    start : str
        Absolute path; a link is followed here, and nowhere below.
    depth : int or None
        Levels below the start; None for all.

    Raises
    ------
    NodeNotFoundError
        There is no such node.
    """
    root = storage.node(start)
    if root is None:
        msg = "there is no such node"
        raise NodeNotFoundError(
            msg,
            source=storage.source,
            path=start,
            hint="`hdmf-io tree` without a path shows what there is.",
        )
    seen: dict[tuple[str, NodeKey | None], str] = {(root.source, root.key): root.path}
    yield Visit(root)
    # A stack of its own: files can be nested deeper than Python's.
    levels = [_marked(storage.children(root.path))] if _enters(root, 0, depth) else []
    trail: list[bool] = []
    while levels:
        item = next(levels[-1], None)
        if item is None:
            levels.pop()
            continue
        node, is_last = item
        trail[len(levels) - 1 :] = [is_last]
        same_as = None
        if node.link is None:
            first = seen.setdefault((node.source, node.key), node.path)
            same_as = first if first != node.path else None
        yield Visit(node, tuple(trail), same_as)
        if node.link is None and same_as is None and _enters(node, len(levels), depth):
            levels.append(_marked(storage.children(node.path)))


def _enters(node: NodeInfo, level: int, depth: int | None) -> bool:
    return node.kind == "group" and (depth is None or level < depth)


def _marked(nodes: Iterator[NodeInfo]) -> Iterator[tuple[NodeInfo, bool]]:
    """Add to each node whether it is the last."""
    held = next(nodes, None)
    while held is not None:
        following = next(nodes, None)
        yield held, following is None
        held = following


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
