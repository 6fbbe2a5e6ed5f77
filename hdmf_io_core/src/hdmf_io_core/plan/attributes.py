"""The attributes of one node: what has to be set, and removed, so that they are as wanted. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hdmf_io_core.model.builders import TYPE_NAMES
from hdmf_io_core.plan.compare import same_attribute
from hdmf_io_core.plan.steps import ROOT_NAME, DeleteAttributes, SetAttributes, Step
from hdmf_io_core.storage.dtypes import has_references

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from hdmf_io_core.storage.layout import Attribute

__all__ = ["attribute_steps", "differing", "same_identity"]


def same_identity(one: Mapping[str, Attribute], other: Mapping[str, Attribute]) -> bool:
    """Whether two nodes have the same ``object_id``; no where one has none."""
    if "object_id" not in one or "object_id" not in other:
        return False
    return same_attribute(one["object_id"], other["object_id"])


def differing(wanted: Mapping[str, Attribute], stored: Mapping[str, Attribute]) -> list[str]:
    """Return the names that are stored with another value than wanted; identity does not count."""
    return [
        name
        for name, attribute in wanted.items()
        if name in stored and name not in TYPE_NAMES and not same_attribute(stored[name], attribute)
    ]


def attribute_steps(
    wanted: Mapping[str, Attribute],
    stored: Mapping[str, Attribute],
    path: str,
    *,
    replace_all: bool,
) -> Iterator[Step]:
    """Yield the steps from the stored attributes to the wanted ones; nothing where they are equal.

    Parameters
    ----------
    wanted, stored
        By name; ``stored`` is empty for a new node.
    path : str
        Of the node, in the destination.
    replace_all : bool
        Whether stored ones that are not wanted go. Without it another container is merged into a
        stored node, which then keeps its identity.
    """
    if not replace_all and "object_id" in stored:
        wanted = {name: value for name, value in wanted.items() if name != "object_id"}
    new = {
        name: attribute
        for name, attribute in wanted.items()
        if name not in stored or not same_attribute(stored[name], attribute)
    }
    early = {name: value for name, value in new.items() if not has_references(value.dtype)}
    late = {name: value for name, value in new.items() if name not in early}
    gone = tuple(name for name in stored if name not in wanted and name != ROOT_NAME)
    if gone and replace_all:
        yield DeleteAttributes(path, gone)
    if early:
        yield SetAttributes(path, early)
    if late:
        yield SetAttributes(path, late, late=True)
