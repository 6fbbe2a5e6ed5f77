"""The attributes of one node: what has to be set, and removed, so that they are as wanted. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hdmf_io_core.plan.compare import same_attribute
from hdmf_io_core.plan.steps import ROOT_NAME, DeleteAttributes, SetAttributes, Step
from hdmf_io_core.storage.dtypes import has_references

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from hdmf_io_core.storage.layout import Attribute

__all__ = ["attribute_steps"]


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
