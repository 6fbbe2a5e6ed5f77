"""Kills, full disks and failing disks: after each, a file holds the old or the new content.

Needs a system with ``fork``. On Linux every call of the process is met, whichever library makes
it; elsewhere those of :mod:`hdmf_io_core.durability.syscalls`, and kills at random times.
"""

from __future__ import annotations

import errno
import random
import shutil
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from hdmf_io_core.errors import HdmfIOError
from hdmf_io_core.testing.faultgate import Fault, Outcome, run_act

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

__all__ = ["Fault", "FaultReport", "FaultTrial", "Scenario", "every_fault"]


@dataclass(frozen=True, slots=True)
class Scenario:
    """A change that has to happen as a whole.

    Attributes
    ----------
    name
        For messages.
    prepare
        Makes the old content in an empty folder; called once.
    act
        Changes it; called in a child process, which may die of it.
    describe
        Returns the content as the next user finds it, as a value that can be compared and does not
        depend on the folder's name. May raise an ``HdmfIOError`` that asks to recover first.
    recover
        Opens for writing and closes again, as the next writer does; None for nothing.
    steps
        Beginnings of the act, where it publishes more than once; what each leaves is right, too.
    """

    name: str
    prepare: Callable[[Path], object]
    act: Callable[[Path], object]
    describe: Callable[[Path], object]
    recover: Callable[[Path], object] | None = None
    steps: tuple[Callable[[Path], object], ...] = ()


@dataclass(slots=True)
class FaultReport:
    """What was tried, and what came of it.

    Attributes
    ----------
    runs
        How many faults.
    found
        How often which content was found: ``old``, ``new``, ``step 1``, ...
    ended
        How often the act was ``done``, had ``raised`` or ``died``.
    refused
        How often the content had to be recovered before it could be read.
    failures
        One line for each broken promise.
    """

    runs: int = 0
    found: Counter[str] = field(default_factory=Counter)
    ended: Counter[str] = field(default_factory=Counter)
    refused: int = 0
    failures: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        found = ", ".join(f"{name} {n}" for name, n in sorted(self.found.items()))
        ended = ", ".join(f"{name} {n}" for name, n in sorted(self.ended.items()))
        lines = [f"{self.runs} faults; found: {found}; act: {ended}; refused {self.refused}"]
        return "\n".join([*lines, *self.failures])


class FaultTrial:
    """Tries a scenario.

    Parameters
    ----------
    scenario : Scenario
        What is tried.
    folder : Path
        An empty folder, in which each run has one of its own.
    seam : bool
        As for :func:`~hdmf_io_core.testing.faultgate.run_act`.

    Attributes
    ----------
    calls : list of str
        The names of the calls that the undisturbed act makes.
    seconds : float
        How long it takes.
    """

    def __init__(self, scenario: Scenario, folder: Path, *, seam: bool = False) -> None:
        self._scenario = scenario
        self._folder = folder
        self._seam = seam
        self._old = folder / "old"
        self._old.mkdir()
        scenario.prepare(self._old)
        self._contents: dict[str, object] = {}
        self._names: set[str] = set()
        self._note("old", None)
        for number, step in enumerate(scenario.steps):
            self._note(f"step {number + 1}", step)
        outcome = self._note("new", scenario.act)
        self.calls, self.seconds = outcome.calls, outcome.seconds

    def run(self, faults: Iterable[Fault]) -> FaultReport:
        """Run the act with each fault, and look at what it leaves."""
        report = FaultReport()
        for fault in faults:
            place = self._copy("run")
            outcome = run_act(lambda: self._scenario.act(place), place, fault, seam=self._seam)  # noqa: B023
            problem = self._look(place, outcome, report)
            report.runs += 1
            if problem:
                report.failures.append(f"{self._scenario.name}, {fault}: {problem}")
            shutil.rmtree(place)
        return report

    def _note(self, name: str, act: Callable[[Path], object] | None) -> Outcome:
        """Note what is right: a content, and which files there are."""
        place, outcome = self._copy("run"), Outcome()
        if act is not None:
            outcome = run_act(lambda: act(place), place, Fault(), seam=self._seam)
            if not outcome.is_done:
                msg = f"{self._scenario.name} fails without a fault: status {outcome.status}"
                raise AssertionError(msg)
        if self._scenario.recover is not None:
            self._scenario.recover(place)
        self._contents[name] = self._scenario.describe(place)
        self._names |= _names(place)
        shutil.rmtree(place)
        return outcome

    def _copy(self, name: str) -> Path:
        place = self._folder / name
        shutil.copytree(self._old, place, symlinks=True)
        return place

    def _look(self, place: Path, outcome: Outcome, report: FaultReport) -> str:
        """Return which promise is broken; empty for none."""
        report.ended["done" if outcome.is_done else "raised" if outcome.status > 0 else "died"] += 1
        try:
            first = self._name_of(self._scenario.describe(place))
        except HdmfIOError:
            report.refused += 1
            first = "refused"
        if self._scenario.recover is not None:
            self._scenario.recover(place)
        found = self._name_of(self._scenario.describe(place))
        report.found[found] += 1
        if "half" in {first, found}:
            return f"neither the old nor the new content: first {first}, then {found}"
        if outcome.is_done and found != "new":
            return f"the act returned, and the content is {found}"
        litter = _names(place) - self._names
        return f"left behind: {sorted(litter)}" if litter else ""

    def _name_of(self, content: object) -> str:
        # Where contents are the same, the last name is the best.
        names = [name for name, right in self._contents.items() if right == content]
        return names[-1] if names else "half"


def every_fault(trial: FaultTrial, *, most: int | None = None, seed: int = 0) -> list[Fault]:
    """Return faults at each call of a trial: kills, torn writes, errors, a disk that is full.

    Parameters
    ----------
    trial : FaultTrial
        Tells which calls there are.
    most : int or None
        How many are picked of them at random; None for all.
    seed : int
        Of that, and of the times of kills.
    """
    pick = random.Random(seed)
    faults: list[Fault] = []
    for nth, name in enumerate(trial.calls, start=1):
        faults += [Fault("kill", nth), Fault("full", nth)]
        faults += [Fault("fail", nth, error=number) for number in (errno.ENOSPC, errno.EIO)]
        if name == "write":
            faults.append(Fault("torn", nth))
    n_times = max(3, len(trial.calls) // 4)
    faults += [Fault("time", after_s=pick.uniform(0, trial.seconds)) for _ in range(n_times)]
    return faults if most is None or most >= len(faults) else pick.sample(faults, most)


def _names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}
