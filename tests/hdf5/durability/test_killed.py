"""Whatever call of an append is its last, the next open finds what was committed last."""

import errno
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

PROGRAM = Path(__file__).with_name("killing.py")


def run(folder: Path, how: str, first: int, step: int, count: int) -> Any:
    arguments = [str(folder), how, str(first), str(step), str(count)]
    command = [sys.executable, "-P", str(PROGRAM), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert not told["wrong"], (told, done.stderr)
    assert told["runs"] == count
    return told


def test_killed_at_any_call_the_file_holds_the_last_commit(tmp_path: Path) -> None:
    told = run(tmp_path, "kill", 1, 3, 24)
    assert told["states"] == sorted(told["states"])
    assert {0, 1, 2} <= set(told["states"])


@pytest.mark.parametrize("error", [errno.ENOSPC, errno.EIO])
def test_when_any_call_fails_the_file_holds_the_last_commit(tmp_path: Path, error: int) -> None:
    told = run(tmp_path, str(error), 1, 6, 9)
    assert told["ended"]
