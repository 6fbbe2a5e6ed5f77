"""``hdmf-io repair``: what dead processes left goes, what is whole stays."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hdmf_io_core.cli.exitcodes import ExitCode
from hdmf_io_core.durability.journal import journal_path
from hdmf_io_core.durability.undofile import UndoFile

Run = Callable[..., Any]
OLD = bytes(10000)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A file that a process died over."""
    path = tmp_path / "data.h5"
    path.write_bytes(OLD)
    descriptor = os.open(path, os.O_RDWR)
    file = UndoFile(str(path), descriptor, waiting_bytes=1)
    file.write(b"x" * 5000, 0)
    file.write(b"x" * 5000, 9000)
    file.abandon()
    os.close(descriptor)
    return path


def test_a_journal_is_replayed(run: Run, path: Path) -> None:
    ran = run("repair", str(path))
    assert (ran.code, ran.out) == (
        ExitCode.OK,
        "the file is as before: 8,192 bytes put back, 10,000 in all\n",
    )
    assert path.read_bytes() == OLD
    assert run("repair", str(path)).out == "there is no journal: nothing was left half done\n"


def test_litter_is_removed(run: Run, path: Path) -> None:
    litter = path.with_name(".data.h5.0123abcd.part")
    litter.touch()
    told = json.loads(run("repair", str(path), "--json").out)
    assert told == {
        "source": str(path),
        "journal": "replayed",
        "restored_bytes": 8192,
        "length": 10000,
        "removed": [litter.name],
    }
    assert not litter.exists()


def test_a_journal_of_another_file_needs_a_decision(run: Run, path: Path) -> None:
    other = path.with_name("other")
    other.write_bytes(b"other")
    other.replace(path)
    ran = run("repair", str(path))
    assert (ran.code, ran.out) == (ExitCode.FAILED, "")
    assert "does not fit the file, nothing was restored" in ran.err
    assert run("repair", str(path), "--discard-journal").code == ExitCode.OK
    assert not journal_path(path).exists()
    assert path.read_bytes() == b"other"


def test_a_missing_file_is_a_source_error(run: Run, tmp_path: Path) -> None:
    assert run("repair", str(tmp_path / "none.h5")).code == ExitCode.SOURCE


def test_a_file_in_use_is_a_source_error(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "data.h5"
    path.write_bytes(OLD)
    descriptor = os.open(path, os.O_RDWR)
    file = UndoFile(str(path), descriptor)
    file.write(b"x", 0)
    ran = run("repair", str(path))
    assert ran.code == ExitCode.SOURCE
    assert f"pid {os.getpid()}" in ran.err
    file.rollback()
    os.close(descriptor)
