"""The command run in this process."""

from collections.abc import Callable
from typing import NamedTuple

import pytest

from hdmf_io_core.cli import main


class Ran(NamedTuple):
    """What a run came to."""

    code: int
    out: str
    err: str


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Callable[..., Ran]:
    """Return a function that runs the command with arguments."""

    def call(*argv: object) -> Ran:
        code = main([str(argument) for argument in argv])
        captured = capsys.readouterr()
        return Ran(code, captured.out, captured.err)

    return call
