"""What a forked child must make anew: locks that a thread of the parent held, shared file offsets.

A child has the objects of its parent, but not its threads, and shares the offset of every open
file with it.
"""

from __future__ import annotations

import os
import weakref
from typing import Protocol

__all__ = ["SupportsFork", "renewed_after_fork"]


class SupportsFork(Protocol):
    """Something that a forked child can go on using once it was renewed."""

    def renew(self) -> None:
        """Make locks and descriptors anew; runs in the child, which has one thread."""
        ...


_LIVE: weakref.WeakSet[SupportsFork] = weakref.WeakSet()


def renewed_after_fork(thing: SupportsFork) -> None:
    """Let a thing be renewed in every child that is forked while it is there."""
    _LIVE.add(thing)


def _renew_all() -> None:
    for thing in tuple(_LIVE):
        thing.renew()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew_all)
