"""The phases in which the steps of a plan are carried out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hdmf_io_core.plan.steps import (
    CreateArray,
    CreateDatatype,
    CreateGroup,
    CreateLink,
    Delete,
    DeleteAttributes,
    Move,
    OverwriteArray,
    RememberLink,
    SetAttributes,
    Step,
    WritePlan,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["LateContent", "content", "late", "structure"]


def structure(plan: WritePlan) -> Iterator[Step]:
    """Yield what gives nodes their places: in the order of the walk, a parent before children."""
    kinds = (CreateGroup, CreateDatatype, Move, Delete, DeleteAttributes)
    return (step for step in plan.steps if isinstance(step, kinds))


def content(plan: WritePlan) -> Iterator[Step]:
    """Yield arrays with their content, and attributes that hold no references."""
    return (
        step
        for step in plan.steps
        if isinstance(step, (CreateArray, OverwriteArray))
        or (isinstance(step, SetAttributes) and not step.late)
    )


def late(plan: WritePlan) -> Iterator[Step | LateContent]:
    """Yield links, and what holds references, for when every target exists."""
    yield from (step for step in plan.steps if isinstance(step, (CreateLink, RememberLink)))
    for step in plan.steps:
        if isinstance(step, CreateArray) and step.late:
            yield LateContent(step)
    yield from (step for step in plan.steps if isinstance(step, SetAttributes) and step.late)


@dataclass(frozen=True, slots=True, eq=False)
class LateContent:
    """The second half of an array whose content holds references."""

    array: CreateArray
