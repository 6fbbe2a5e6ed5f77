"""The tables of the page on conversion."""

import re
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "formats" / "conversion.md"


def table(title: str) -> dict[str, list[str]]:
    """Return the rows of the one table under a title: by their first cell, the others."""
    text = PAGE.read_text("utf-8")
    section = text.split(f"\n## {title}\n", 1)[1].split("\n## ", 1)[0]
    lines = [line for line in section.splitlines() if line.startswith("|")][2:]
    rows = [[cell.strip().replace("\\|", "|") for cell in _cells(line)] for line in lines]
    return {first: others for first, *others in rows}


def _cells(line: str) -> list[str]:
    return re.split(r"(?<!\\)\|", line.strip())[1:-1]
