"""Copies that stand where links lead out of a storage, for readers that do not follow those."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from hdmf_io_core.chunks.lazy import LazyDataset
from hdmf_io_core.model.builders import DatasetBuilder, GroupBuilder, LinkBuilder
from hdmf_io_core.model.names import join_path
from hdmf_io_core.storage.abilities import SupportsStandIns
from hdmf_io_core.storage.dtypes import has_references
from hdmf_io_core.storage.layout import NodeKey, ObjectRef, RegionRef
from hdmf_io_core.storage.references import resolve_value

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from hdmf_io_core.model.builders import Builder, Entry
    from hdmf_io_core.plan.places import Places
    from hdmf_io_core.storage.layout import LinkTarget
    from hdmf_io_core.storage.protocols import StorageWriter

__all__ = ["StandIn", "choose_stand_ins", "stood_in"]

_Identity = tuple[str, NodeKey]


class StandIn(NamedTuple):
    """A node that is to be copied to the path of a link that leads to it."""

    path: str
    builder: Builder
    target: LinkTarget


def choose_stand_ins(
    dest: StorageWriter, places: Places, links: Sequence[tuple[str, LinkBuilder, LinkTarget]]
) -> list[StandIn]:
    """Return the links that need a copy of what they lead to, and can have one; groups first.

    Parameters
    ----------
    dest
        Says which links its readers do not follow.
    places
        Where nodes have their place already.
    links
        Path, link, and what it is to say in ``dest``.

    Notes
    -----
    A link that leads nowhere has no copy. Nor has one to a node with references to what is neither
    below it nor in the destination: they would be null there, where readers rely on them. Reads the
    attributes of all nodes that are to be copied, and their arrays of references.
    """
    if not isinstance(dest, SupportsStandIns):
        return []
    found = []
    for path, link, target in links:
        if target.kind == "external" and dest.wants_stand_in(target):
            builder = link.builder
            if isinstance(builder, (GroupBuilder, DatasetBuilder)) and builder.home is not None:
                found.append(StandIn(path, builder, target))
    found.sort(key=lambda one: (one.target.path.rstrip("/").count("/"), one.path))
    return _self_contained(found, places)


def stood_in(
    path: str, node: Builder, copied: Builder, source: str
) -> Iterator[tuple[str, DatasetBuilder, DatasetBuilder]]:
    """Yield the datasets of a link's target, and those that stand for them in ``source``.

    What is not in the copy is passed over, and so is what holds references.
    """
    pending: list[tuple[str, Entry, Entry]] = [(path, node, copied)]
    seen: set[int] = set()
    while pending:
        where, one, other = pending.pop()
        if isinstance(one, LinkBuilder) or isinstance(other, LinkBuilder) or id(one) in seen:
            continue
        if other.home is None or other.home.source != source:
            continue
        seen.add(id(one))
        if isinstance(one, GroupBuilder) and isinstance(other, GroupBuilder):
            there = dict(other.children.items())
            named = ((name, child) for name, child in one.children.items() if name in there)
            pending.extend((join_path(where, name), child, there[name]) for name, child in named)
        elif (
            isinstance(one, DatasetBuilder)
            and isinstance(other, DatasetBuilder)
            and not (one.dtype is not None and has_references(one.dtype))
        ):
            yield where, one, other


def _self_contained(found: list[StandIn], places: Places) -> list[StandIn]:
    """Leave out, until nothing changes, what refers to nodes that would not be there."""
    seen = [(one, *_inside(one.builder)) for one in found]
    while True:
        there = {identity for _, own, _ in seen for identity in own}
        kept = [
            entry for entry in seen if all(ref in there or places.has(*ref) for ref in entry[2])
        ]
        if len(kept) == len(seen):
            return [one for one, _, _ in kept]
        seen = kept


def _inside(builder: Builder) -> tuple[set[_Identity], set[_Identity]]:
    """Return the identities of a node and all below it, and of those that they refer to."""
    own: set[_Identity] = set()
    referred: set[_Identity] = set()
    pending = [builder]
    while pending:
        node = pending.pop()
        if node.home is None or (node.home.source, node.home.key) in own:
            continue
        own.add((node.home.source, node.home.key))
        referred.update(_referred(node))
        if isinstance(node, GroupBuilder):
            for _, child in node.children.items():  # noqa: PERF102 - one listing, no look-ups
                pending.extend(() if isinstance(child, LinkBuilder) else (child,))
    return own, referred


def _referred(node: Builder) -> Iterator[_Identity]:
    found: list[_Identity] = []

    def note(ref: ObjectRef | RegionRef) -> object:
        target = ref.target if isinstance(ref, RegionRef) else ref
        # One that leads nowhere in its own file leads nowhere in a copy as well.
        tree = node.home.tree if node.home is not None else None
        if target.key is not None and tree is not None and tree.resolve(target) is not None:
            found.append((target.source, target.key))
        return ref

    for attribute in node.attributes.values():
        if has_references(attribute.dtype):
            resolve_value(attribute.value, attribute.dtype, note)
    data = node.data if isinstance(node, DatasetBuilder) else None
    if isinstance(data, LazyDataset) and has_references(data.element_type):
        resolve_value(data.read(), data.element_type, note)
    yield from found
