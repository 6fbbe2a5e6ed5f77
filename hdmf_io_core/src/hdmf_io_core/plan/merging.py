"""Whether new nodes may go where others stand: they may add to them, and not replace them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hdmf_io_core.errors import NodeExistsError
from hdmf_io_core.model.builders import DatasetBuilder, DatatypeBuilder, GroupBuilder, find_type
from hdmf_io_core.plan.attributes import differing, same_identity

if TYPE_CHECKING:
    from hdmf_io_core.model.builders import Builder
    from hdmf_io_core.plan.arrays import ArrayPlanner
    from hdmf_io_core.storage.layout import NodeInfo
    from hdmf_io_core.storage.protocols import StorageWriter

__all__ = ["check_merge", "taken"]


def check_merge(
    dest: StorageWriter, arrays: ArrayPlanner, entry: Builder, *, path: str, there: NodeInfo
) -> None:
    """Refuse to change a stored node by one that is not the same node.

    The same are two of one ``object_id``. Another group may add to a stored one of its type;
    what is stored stays.

    Raises
    ------
    NodeExistsError
        They are not the same.
    """
    kinds = {GroupBuilder: "group", DatasetBuilder: "array", DatatypeBuilder: "datatype"}
    kind = kinds[type(entry)]
    if there.link is not None or there.kind != kind:
        raise taken(dest, path, wanted=f"a {kind}", there=there)
    stored = dest.attributes(there.path)
    new_type, stored_type = find_type(entry.attributes)[0], find_type(stored)[0]
    if stored_type is not None and new_type is not None and new_type != stored_type:
        raise taken(dest, path, wanted=f"a {new_type}", there=there, stored=f"a {stored_type}")
    if same_identity(entry.attributes, stored):
        return
    if isinstance(entry, DatasetBuilder) and not arrays.is_stored(entry, there.path):
        raise taken(
            dest, path, wanted="another dataset", there=there, stored=f"{new_type or 'a dataset'}"
        )
    changed = differing(entry.attributes, stored)
    if changed:
        raise taken(
            dest, path, wanted=f"another value of {changed[0]!r}", there=there, stored="a value"
        )


def taken(
    dest: StorageWriter, path: str, *, wanted: str, there: NodeInfo, stored: str = ""
) -> NodeExistsError:
    """Return the error that something else stands at a path."""
    found = stored or ("a link" if there.link is not None else there.kind)
    return NodeExistsError(
        f"{wanted} is to be written where {found} stands",
        source=dest.source,
        path=path,
        hint="Read the container from this file and change that, or choose another name.",
    )
