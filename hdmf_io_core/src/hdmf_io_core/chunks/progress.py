"""Progress of a long write on the screen: tqdm where it is installed, plain lines elsewhere."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Callable, Mapping
from typing import Any, Protocol, TypeAlias

__all__ = ["PlainProgress", "ProgressBar", "ProgressBarClass", "make_progress"]


class ProgressBar(Protocol):
    """What tqdm's bars do, as far as it is used here."""

    def update(self, n: int) -> object:
        """Say that ``n`` more are done."""
        ...

    def close(self) -> object:
        """Finish the display."""
        ...


ProgressBarClass: TypeAlias = Callable[..., ProgressBar]


class PlainProgress:
    """A line on standard error at every tenth of the way.

    Parameters
    ----------
    total : int
        How many steps there are.
    desc : str
        What is going on.
    """

    def __init__(self, *, total: int, desc: str = "Writing") -> None:
        self._total = total
        self._desc = desc
        self._done = 0
        self._shown = -1

    def update(self, n: int = 1) -> None:
        """Say that ``n`` more are done."""
        self._done += n
        tenth = 10 * self._done // max(1, self._total)
        if tenth > self._shown:
            self._shown = tenth
            sys.stderr.write(f"{self._desc}: {self._done} of {self._total}\n")

    def close(self) -> None:
        """Do nothing: the last line stands."""


def make_progress(
    total: int, cls: ProgressBarClass | None, options: Mapping[str, Any]
) -> ProgressBar:
    """Return a progress bar of a class, of tqdm if there is none, of plain text without tqdm."""
    if cls is not None:
        return cls(total=total, **options)
    if importlib.util.find_spec("tqdm") is None:
        return PlainProgress(total=total, desc=str(options.get("desc", "Writing")))
    bar: ProgressBar = importlib.import_module("tqdm").tqdm(total=total, **options)
    return bar
