"""One act in a child, with a fault at its nth call that changes files."""

from __future__ import annotations

import os
import signal
import socket
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

from hdmf_io_core.durability import syscalls
from hdmf_io_core.testing import faultkernel
from hdmf_io_core.testing.forks import DONE, fork

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

__all__ = ["Decision", "Fault", "Outcome", "run_act"]

Decision: TypeAlias = int | Literal["kill", "torn"] | None
"""What becomes of a call: an error number, the end of the process, or nothing."""

_SPACE = frozenset({"write", "open", "mkdir", "link", "truncate"})
_SEAM = {
    "create": "open",
    "pwrite": "write",
    "fsync": "sync",
    "fsync_folder": "sync",
    "sync_file_system": "sync",
    "exchange": "rename",
}


@dataclass(frozen=True, slots=True)
class Fault:
    """What goes wrong.

    Attributes
    ----------
    kind
        ``kill``: the process dies before its nth call. ``torn``: the same, but the first half of
        what it was to write is written. ``fail``: the nth call fails. ``full``: all calls from the
        nth on that need space fail with ``ENOSPC``. ``time``: the process dies after a time.
    nth
        Which call, from 1; 0 for none.
    error
        Error number of ``fail``.
    after_s
        Seconds of ``time``.
    """

    kind: Literal["kill", "torn", "fail", "full", "time"] = "kill"
    nth: int = 0
    error: int = 0
    after_s: float = 0.0

    def at(self, number: int, name: str) -> Decision:
        """Return what becomes of a call."""
        if not self.nth or number < self.nth:
            return None
        if self.kind == "full":
            return 28 if name in _SPACE else None  # ENOSPC
        if number > self.nth:
            return None
        return self.error if self.kind == "fail" else self.kind  # type: ignore[return-value]


@dataclass(slots=True)
class Outcome:
    """How an act ended.

    Attributes
    ----------
    status
        0 when it returned, 3 when it raised, negative for the signal that ended it.
    calls
        The names of its calls that change files, as far as it came.
    seconds
        How long it took.
    """

    status: int = 0
    calls: list[str] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def is_done(self) -> bool:
        """Whether the act returned."""
        return self.status == DONE


def run_act(
    act: Callable[[], object],
    folder: Path,
    fault: Fault,
    *,
    seam: bool = False,
    timeout_s: float = 60.0,
) -> Outcome:
    """Carry an act out in a child, with a fault.

    Parameters
    ----------
    act : callable
        Changes files.
    folder : Path
        Calls count that change something in here.
    fault : Fault
        What goes wrong.
    seam : bool
        Whether to meet only the calls of :mod:`hdmf_io_core.durability.syscalls`, in the child, as
        is done anyway where the kernel cannot be asked.
    timeout_s : float
        Seconds after which the child is killed.
    """
    outcome, start = Outcome(), time.monotonic()

    def decide(name: str) -> Decision:
        outcome.calls.append(name)
        return fault.at(len(outcome.calls), name)

    if fault.kind == "time":
        child = fork(act)
        time.sleep(fault.after_s)
        os.kill(child, signal.SIGKILL)
    elif seam or not faultkernel.is_usable():
        child = _by_seam(act, decide, outcome)
    else:
        child = _by_kernel(act, folder, decide, timeout_s)
    outcome.status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    outcome.seconds = time.monotonic() - start
    return outcome


def _by_kernel(
    act: Callable[[], object], folder: Path, decide: Callable[[str], Decision], timeout_s: float
) -> int:
    here, there = socket.socketpair()

    def watched() -> None:
        here.close()
        faultkernel.watch(there)
        there.close()
        act()

    child = fork(watched)
    there.close()
    with here:
        faultkernel.meet(child, here, folder, decide, timeout_s=timeout_s)
    return child


def _by_seam(act: Callable[[], object], decide: Callable[[str], Decision], outcome: Outcome) -> int:
    read, write = os.pipe()

    def observe(name: str, *arguments: object) -> None:
        name = _SEAM.get(name, name)
        os.write(write, f"{name}\n".encode())
        decision = decide(name)
        if isinstance(decision, int):
            raise OSError(decision, os.strerror(decision))
        if decision:
            os.kill(os.getpid(), signal.SIGKILL)

    def watched() -> None:
        with syscalls.observed(observe):
            act()

    child = fork(watched)
    os.close(write)
    with open(read, encoding="ascii") as told:  # noqa: PTH123 - a descriptor
        outcome.calls.extend(told.read().split())
    return child
