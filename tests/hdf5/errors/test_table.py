"""The table of errors in the documentation has every error that is tested here."""

import ast
import builtins
import re
from pathlib import Path

import pytest

from hdmf_io_core import errors

PAGE = Path(__file__).parents[3] / "docs" / "user" / "errors.md"
ROWS = [
    line.split("|")[1:-1]
    for line in PAGE.read_text(encoding="utf-8").splitlines()
    if line.startswith("| ") and not line.startswith("| what you did")
]
NAMED = [re.findall(r"`(\w+)`", error)[0] for _, error, _ in ROWS]


@pytest.mark.parametrize("name", sorted(set(NAMED)))
def test_named_error_exists(name: str) -> None:
    assert name in errors.__all__ or hasattr(builtins, name)


def test_every_row_says_what_to_do() -> None:
    assert len(ROWS) > 50
    assert all(part.strip() for row in ROWS for part in row)


def test_every_error_tested_here_has_a_row() -> None:
    tested = {
        alias.name
        for module in Path(__file__).parent.glob("test_*.py")
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and node.module == "hdmf_io_core.errors"
        for alias in node.names
    }
    assert tested <= {*NAMED, "HdmfIOError"}
