"""What a dead process left beside a file does no harm to what takes the file's place."""

import os
from contextlib import suppress
from pathlib import Path

import h5py
import numpy as np
import pytest

from hdmf_io_core import Container
from hdmf_io_core.durability import syscalls
from hdmf_io_core.durability.journal import journal_path
from hdmf_io_core.durability.undofile import UndoFile
from hdmf_io_core.errors import JournalError, LockedFileError
from hdmf_io_hdf5.io import HDF5IO


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A file with an attribute, half changed by a process that died."""
    path = tmp_path / "data.h5"
    with h5py.File(path, "w") as file:
        file.attrs["note"] = "old"
        file["flat"] = np.zeros(9000, "u1")
    descriptor = os.open(path, os.O_RDWR)
    half = UndoFile(str(path), descriptor, waiting_bytes=1)
    half.write(b"x" * 5000, 4000)
    half.abandon()
    os.close(descriptor)
    return path


def note(path: Path) -> object:
    with h5py.File(path) as file:
        return file.attrs["note"]


def test_a_journal_is_never_replayed_over_a_new_file(path: Path) -> None:
    with HDF5IO(path, "w") as io:
        io.write(Container("root", attributes={"note": "new"}))
    assert not journal_path(path).exists()
    assert note(path) == "new"
    with HDF5IO(path, "r") as io:
        assert io.read().attributes["note"] == "new"


def test_a_new_file_that_is_not_published_leaves_the_last_commit(path: Path) -> None:
    with suppress(LookupError), HDF5IO(path, "w") as io:
        # Whoever dies at the rename leaves no journal beside the new file.
        assert not journal_path(path).exists()
        io.file.attrs["note"] = "new"
        raise LookupError
    assert note(path) == "old"
    with h5py.File(path) as file:
        assert not file["flat"][()].any()


def test_a_journal_without_its_file_is_dropped(path: Path) -> None:
    for mode in ("x", "a"):
        journal = journal_path(path)
        path.unlink()
        journal.write_bytes(b"left")
        with HDF5IO(path, mode) as io:
            io.write(Container("root", attributes={"note": mode}))
        assert not journal.exists()
        assert note(path) == mode


def test_a_damaged_journal_is_no_licence_to_replace_the_file(path: Path) -> None:
    content = bytearray(journal_path(path).read_bytes())
    content[200:260] = bytes(60)
    journal_path(path).write_bytes(content)
    before = path.read_bytes()
    with pytest.raises(JournalError):
        HDF5IO(path, "w")
    assert path.read_bytes() == before


def test_between_publication_and_the_next_change_the_file_is_locked(tmp_path: Path) -> None:
    path, tried = tmp_path / "data.h5", []

    def intrude(name: str, *arguments: object) -> None:
        if name == "fsync_folder" and path.exists():
            child = os.fork()
            if not child:
                try:
                    HDF5IO(path, "r+")
                except LockedFileError:
                    os._exit(1)
                os._exit(0)
            tried.append(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))

    with HDF5IO(path, "w") as io:
        with syscalls.observed(intrude):
            io.write(Container("root"))
        assert tried
        assert set(tried) == {1}
        io.file.attrs["note"] = "still ours"
    assert note(path) == "still ours"
