"""Names for HDF5 files that are in memory alone."""

from __future__ import annotations

import itertools
import os

__all__ = ["scratch_name"]

_NUMBERS = itertools.count()


def scratch_name() -> str:
    """Return a name that no other file of this process has.

    HDF5 tells files in memory apart by name: two threads with one name would collide.
    """
    return f"hdmf-io scratch {os.getpid()} {next(_NUMBERS)}"
