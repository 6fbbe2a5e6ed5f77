"""A copy of this process that does one thing and ends, however that goes."""

from __future__ import annotations

import os
import sys
import traceback
import warnings
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["DONE", "RAISED", "fork", "in_child"]

DONE, RAISED = 0, 3
"""Exit statuses: the act returned; it raised, and its traceback is on stderr."""


def fork(act: Callable[[], object]) -> int:
    """Start a child that carries an act out, and return its process id.

    The child runs no exit handlers and no finalisers, and flushes nothing, as if it were killed.
    """
    with warnings.catch_warnings():
        # Python 3.12 warns where there are threads. The child uses none of the parent's.
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if child:
        return child
    status = RAISED
    try:
        act()
        status = DONE
    except BaseException:  # the child must not return into the parent's code
        traceback.print_exc()
        sys.stderr.flush()
    finally:
        os._exit(status)


def in_child(act: Callable[[], object]) -> int:
    """Carry an act out in a child; return its exit status, negative for a signal."""
    return os.waitstatus_to_exitcode(os.waitpid(fork(act), 0)[1])
