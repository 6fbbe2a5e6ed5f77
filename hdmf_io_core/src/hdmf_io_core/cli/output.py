"""What a verb prints: text that is safe on any terminal, or JSON that any program can read."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hdmf_io_core.types import JSON

__all__ = ["Output", "human_bytes", "plural", "printable", "shortened"]

_UNITS = ("B", "KiB", "MiB", "GiB", "TiB", "PiB")


@dataclass(frozen=True, slots=True)
class Output:
    """Where a verb prints to.

    Attributes
    ----------
    stream
        Belongs to the caller.
    as_json
        Whether the user asked for JSON; a verb then calls ``json`` once, and ``line`` never.
    """

    stream: TextIO
    as_json: bool = False

    @property
    def has_boxes(self) -> bool:
        """Whether the stream's encoding has box-drawing characters."""
        return self._fitting("├└│─") == "├└│─"

    def line(self, text: str = "") -> None:
        """Print one line; what the stream's encoding has not is escaped."""
        self.stream.write(self._fitting(text) + "\n")

    def pairs(self, rows: Sequence[tuple[str, str]]) -> None:
        """Print names and values in two columns."""
        width = max((len(name) for name, _ in rows), default=0)
        for name, value in rows:
            self.line(f"  {name:<{width}}  {value}".rstrip())

    def table(self, rows: Sequence[Sequence[str]]) -> None:
        """Print rows of equal length in aligned columns."""
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        for row in rows:
            cells = (f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True))
            self.line("  ".join(cells).rstrip())

    def json(self, value: Mapping[str, JSON] | Sequence[JSON]) -> None:
        """Print a value as strict JSON."""
        json.dump(value, self.stream, indent=2, allow_nan=False)
        self.stream.write("\n")

    def _fitting(self, text: str) -> str:
        encoding = getattr(self.stream, "encoding", None) or "utf-8"
        return text.encode(encoding, "backslashreplace").decode(encoding)


def printable(text: str) -> str:
    """Escape what would move the cursor, colour the terminal, or end the line."""
    if text.isprintable():
        return text
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape", "surrogatepass").decode()
        for char in text
    )


def shortened(text: str, limit: int) -> str:
    """Cut a text to ``limit`` characters, with an ellipsis where something is missing."""
    return text if len(text) <= limit else f"{text[: limit - 3]}..."


def human_bytes(n_bytes: int) -> str:
    """Write a number of bytes with three digits and a unit."""
    value = float(n_bytes)
    for unit in _UNITS[:-1]:
        if value < 1024:
            return f"{n_bytes} B" if unit == "B" else f"{value:.3g} {unit}"
        value /= 1024
    return f"{value:.3g} {_UNITS[-1]}"


def plural(number: int, noun: str) -> str:
    """Write a number and what it counts."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
