"""Transactions of HDF5 files: what h5py changes is part of them, whatever ends them."""

import errno
import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import h5py
import numpy as np
import pytest

from hdmf_io_core import Container, Data
from hdmf_io_core.durability import syscalls
from hdmf_io_core.durability.journal import journal_path
from hdmf_io_core.errors import LockedFileError, UnsupportedFeatureError, WriteError
from hdmf_io_core.testing.forks import in_child
from hdmf_io_hdf5 import H5DataIO
from hdmf_io_hdf5.io import HDF5IO

ROWS = np.arange(300).reshape(100, 3)


class Stop(Exception):
    """Ends a transaction."""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A file with rows."""
    path = tmp_path / "a.h5"
    with HDF5IO(path, "w") as io:
        root = Container("root", attributes={"note": "old"})
        root.add_child(Data("rows", H5DataIO(ROWS, maxshape=(None, 3), chunks=(16, 3))))
        io.write(root)
    return path


def change(io: HDF5IO) -> None:
    file = io.file
    file.attrs["note"] = "new"
    file["rows"][:50] = -1
    file["by h5py"] = np.zeros(5000)
    file.flush()
    io.flush()
    io.read()["rows"].append(ROWS)


def failing_rows() -> Iterator[np.ndarray]:
    yield np.zeros(3)
    raise Stop


def failing(name: str, *, times: int = 1) -> Callable[..., None]:
    left = times

    def fail(called: str, *_: object) -> None:
        nonlocal left
        if called == name and left:
            left -= 1
            raise OSError(errno.EIO, os.strerror(errno.EIO))

    return fail


def test_changes_through_h5py_are_part_of_it(path: Path) -> None:
    before = path.read_bytes()
    with HDF5IO(path, "a") as io:
        old = io.file
        with suppress(Stop), io.transaction():
            change(io)
            raise Stop
        assert path.read_bytes() == before
        assert not old
        assert io.file.attrs["note"] == "old"
        with io.transaction():
            change(io)
        assert not journal_path(path).exists()
    with h5py.File(path) as file:
        assert file.attrs["note"] == "new"
        assert file["rows"].shape == (200, 3)
        assert (file["rows"][:50] == -1).all()


def test_who_dies_inside_leaves_the_beginning(path: Path) -> None:
    def die() -> None:
        io = HDF5IO(path, "a")
        with io.transaction():
            change(io)
            io.storage  # noqa: B018 - hands the rows to the file
            io.file.flush()
            os._exit(0)

    in_child(die)
    assert journal_path(path).exists()
    with HDF5IO(path, "a") as io:
        assert io.file.attrs["note"] == "old"
        assert np.array_equal(io.read()["rows"].data[:], ROWS)
        assert "by h5py" not in io.file


@pytest.mark.parametrize("call", ["fsync", "fsync_folder"])
def test_a_commit_that_fails_takes_all_of_it_back(path: Path, call: str) -> None:
    before = path.read_bytes()
    with HDF5IO(path, "a") as io:
        data = io.read()["rows"].data
        with (
            pytest.raises(WriteError),
            syscalls.observed(failing(call)),
            io.transaction(),
        ):
            change(io)
        assert path.read_bytes() == before
        assert np.array_equal(data[:], ROWS)
        data.append(ROWS)
    with h5py.File(path) as file:
        assert file["rows"].shape == (200, 3)


def test_the_lock_is_held_while_it_is_taken_back(path: Path) -> None:
    tried = []

    def intrude() -> None:
        try:
            HDF5IO(path, "r+")
        except LockedFileError:
            os._exit(0)
        os._exit(1)

    def observe(name: str, *_: object) -> None:
        if name in {"fsync", "fsync_folder", "unlink"}:
            in_child(intrude)
            tried.append(name)

    with HDF5IO(path, "a") as io:
        with suppress(Stop), io.transaction():
            change(io)
            with syscalls.observed(observe):
                pass
            raise Stop
        in_child(intrude)
        with syscalls.observed(observe), io.transaction():
            io.file.attrs["note"] = "newer"
    assert tried


def test_a_file_that_is_closed_inside_is_taken_back(path: Path) -> None:
    before = path.read_bytes()
    with HDF5IO(path, "a") as io:
        with suppress(Stop), io.transaction():
            change(io)
            io.file.close()
            raise Stop
        assert io.file.attrs["note"] == "old"
    assert path.read_bytes() == before


def test_after_a_failed_write_the_block_keeps_nothing_that_was_not_committed(path: Path) -> None:
    before = path.read_bytes()
    with suppress(WriteError), HDF5IO(path, "a") as io:
        io.file.attrs["note"] = "half"
        root = io.read()
        root.add_child(Data("more", failing_rows()))
        io.write(root)
    assert path.read_bytes() == before


@pytest.mark.parametrize("options", [{"driver": "core"}, {"atomic": False}])
def test_files_without_a_journal_have_none(path: Path, options: dict[str, object]) -> None:
    with (
        HDF5IO(path, "a", **options) as io,  # type: ignore[arg-type]
        pytest.raises(UnsupportedFeatureError),
        io.transaction(),
    ):
        pytest.fail("it began")
    with (
        h5py.File(path, "r+") as file,
        HDF5IO(file, "r+") as io,
        pytest.raises(UnsupportedFeatureError),
        io.transaction(),
    ):
        pytest.fail("it began")


def test_mode_a_publishes_a_new_file_at_its_first_commit(tmp_path: Path) -> None:
    path = tmp_path / "new.h5"
    with HDF5IO(path, "a") as io:
        root = io.read()
        root.add_child(Data("rows", ROWS))
        assert not path.exists()
        io.write(root)
        assert path.exists()
        root.add_child(Data("more", ROWS))
        root["rows"].data[0] = -1 if hasattr(root["rows"].data, "path") else root["rows"].data[0]
        io.write(root)
    with h5py.File(path) as file:
        assert set(file) >= {"rows", "more"}
    other = tmp_path / "flushed.h5"
    with HDF5IO(other, "a") as io:
        io.file.attrs["note"] = "kept"
        io.flush()
        assert other.exists()
    third = tmp_path / "none.h5"
    with suppress(Stop), HDF5IO(third, "a") as io:
        io.file.attrs["note"] = "dropped"
        raise Stop
    assert sorted(tmp_path.iterdir()) == [other, path]
