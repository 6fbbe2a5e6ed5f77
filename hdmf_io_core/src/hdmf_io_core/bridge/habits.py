"""What the stock class of one backend lets its users do, and those of others do not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from hdmf_io_core.storage.layout import ObjectRef

__all__ = ["Habits"]


@dataclass(slots=True, eq=False)
class Habits:
    """What a drop-in class does as the class that it stands for.

    Attributes
    ----------
    refer_ahead : callable or None
        From a container or builder that is not stored yet to a reference to it; None refuses. With
        it, references can always be appended to those that are stored.
    overwrites : bool
        Whether a new dataset takes the place of the content of a stored one of its shape.
    utf8_only : bool
        Whether bytes that are not UTF-8 are refused where text is stored.
    """

    refer_ahead: Callable[[Any], ObjectRef] | None = None
    overwrites: bool = False
    utf8_only: bool = False
