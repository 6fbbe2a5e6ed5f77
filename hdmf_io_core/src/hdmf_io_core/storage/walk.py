"""Every entry below a node of a storage, in order, each node entered once.

Streams: of a group only the entry after the current one is looked at ahead.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hdmf_io_core.errors import HdmfIOError, NodeNotFoundError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from hdmf_io_core.storage.layout import NodeInfo, NodeKey
    from hdmf_io_core.storage.protocols import StorageReader

__all__ = ["Visit", "walk"]


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


def walk(
    storage: StorageReader,
    start: str = "/",
    *,
    depth: int | None = None,
    on_error: Callable[[NodeInfo, HdmfIOError], None] | None = None,
) -> Iterator[Visit]:
    """Yield a node and all entries below it, depth first.

    Parameters
    ----------
    storage : StorageReader
        Open; belongs to the caller.
    start : str
        Absolute path; a link is followed here, and nowhere below.
    depth : int or None
        Levels below the start; None for all.
    on_error : callable or None
        Called with a group whose entries cannot be listed, and the error; the walk goes on beside
        it. None raises the error.

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
    levels = [_entries(storage, root, on_error)] if _enters(root, 0, depth) else []
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
            levels.append(_entries(storage, node, on_error))


def _enters(node: NodeInfo, level: int, depth: int | None) -> bool:
    return node.kind == "group" and (depth is None or level < depth)


def _entries(
    storage: StorageReader,
    group: NodeInfo,
    on_error: Callable[[NodeInfo, HdmfIOError], None] | None,
) -> Iterator[tuple[NodeInfo, bool]]:
    """Yield the entries of a group, each with whether it is the last."""
    try:
        nodes = storage.children(group.path)
        held = next(nodes, None)
        while held is not None:
            following = next(nodes, None)
            yield held, following is None
            held = following
    except HdmfIOError as error:
        if on_error is None:
            raise
        on_error(group, error)
