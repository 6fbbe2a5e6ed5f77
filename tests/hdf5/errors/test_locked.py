"""A file that another process holds: said so, with the way on, and its content untouched."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hdmf_io_core import Container, open_io
from hdmf_io_core.errors import LockedFileError
from hdmf_io_hdf5 import HDF5IO

HOLD = """
import sys, h5py
with h5py.File(sys.argv[1], sys.argv[2], locking=True):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def held(old: Path, request: pytest.FixtureRequest) -> Iterator[Path]:
    """`old`, held by a child process in the mode of the parameter."""
    child = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(old), request.param],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"held\n"
        yield old
        child.communicate()


def names(path: Path) -> list[str]:
    return sorted(entry.name for entry in path.parent.iterdir())


@pytest.mark.parametrize("opener", [HDF5IO, open_io])
@pytest.mark.parametrize("mode", ["r", "r+", "a", "w"])
@pytest.mark.parametrize("held", ["r+"], indirect=True)
def test_file_held_for_writing_is_locked(opener: Any, mode: str, held: Path) -> None:
    before, listing = held.read_bytes(), names(held)
    with pytest.raises(LockedFileError) as caught:
        opener(held, mode, locking=True)
    assert caught.value.source == str(held)
    assert "locking=False" in str(caught.value)
    assert (held.read_bytes(), names(held)) == (before, listing)


@pytest.mark.parametrize(("mode", "atomic"), [("r+", True), ("a", True), ("w", False)])
@pytest.mark.parametrize("held", ["r"], indirect=True)
def test_file_held_for_reading_is_not_changed(mode: str, atomic: bool, held: Path) -> None:
    before, listing = held.read_bytes(), names(held)
    with pytest.raises(LockedFileError) as caught:
        HDF5IO(held, mode, locking=True, atomic=atomic)
    assert caught.value.source == str(held)
    assert (held.read_bytes(), names(held)) == (before, listing)


@pytest.mark.parametrize("held", ["r"], indirect=True)
def test_file_held_for_reading_is_replaced_by_rename(held: Path) -> None:
    with held.open("rb") as reader:
        with HDF5IO(held, "w", locking=True) as io:
            io.write(Container("fresh"))
        assert reader.read(4) == b"\x89HDF"
        assert os.fstat(reader.fileno()).st_nlink == 0
    with HDF5IO(held) as io:
        assert io.read().name == "fresh"


@pytest.mark.parametrize("held", ["r"], indirect=True)
def test_file_held_for_reading_is_read(held: Path) -> None:
    with HDF5IO(held, locking=True) as io:
        assert io.read().x[:].tolist() == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("held", ["r+"], indirect=True)
def test_lock_can_be_ignored_when_asked(held: Path) -> None:
    with HDF5IO(held, locking=False) as io:
        assert io.read().attributes["note"] == "keep me"


def test_locked_file_opens_once_it_is_free(old: Path) -> None:
    with HDF5IO(old, "r+"), pytest.raises(LockedFileError):
        HDF5IO(old, "w")
    with HDF5IO(old, "r+") as io:
        assert io.read().name == "session"
