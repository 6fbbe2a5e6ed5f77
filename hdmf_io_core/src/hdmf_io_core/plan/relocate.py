"""Steps whose values hold references, with the references pointing into the destination."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from hdmf_io_core.plan.steps import CreateArray, OverwriteArray, SetAttributes, Step, Values

if TYPE_CHECKING:
    from hdmf_io_core.plan.places import Places

__all__ = ["relocated"]


def relocated(step: Step, places: Places) -> Step:
    """Return a step with every reference in it moved; a step without any is returned as it is.

    Raises
    ------
    UnresolvedReferenceError
        If a reference would point to nothing.
    """
    if isinstance(step, SetAttributes) and step.late:
        moved = {
            name: replace(
                attribute,
                value=places.relocate(attribute.value, attribute.dtype, path=step.path),
            )
            for name, attribute in step.attributes.items()
        }
        return replace(step, attributes=moved)
    if isinstance(step, (CreateArray, OverwriteArray)) and step.late:
        assert isinstance(step.content, Values)
        array = places.relocate(step.content.array, step.layout.dtype, path=step.path)
        return replace(step, content=Values(array))
    return step
