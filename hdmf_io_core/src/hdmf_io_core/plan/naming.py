"""Names that a destination cannot take, found before the first write."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hdmf_io_core.plan.steps import (
    CreateArray,
    CreateDatatype,
    CreateGroup,
    CreateLink,
    Move,
    SetAttributes,
)
from hdmf_io_core.storage.abilities import SupportsNameChecks

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hdmf_io_core.plan.steps import Step
    from hdmf_io_core.storage.protocols import StorageWriter

__all__ = ["check_names"]


def check_names(dest: StorageWriter, steps: Iterable[Step]) -> None:
    """Raise ``InvalidNameError`` if a step would make what cannot be called so in ``dest``."""
    if not isinstance(dest, SupportsNameChecks):
        return
    for step in steps:
        match step:
            case CreateGroup() | CreateArray() | CreateLink() | CreateDatatype():
                dest.check_names(step.path)
            case Move(new_path=path):
                dest.check_names(path)
            case SetAttributes(path=path, attributes=attributes):
                dest.check_names(path, attributes)
            case _:
                pass
