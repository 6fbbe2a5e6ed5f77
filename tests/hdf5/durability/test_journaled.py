"""A file open for changes is as h5py has it, and is shared, locked and kept as it should be."""

import errno
import gc
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from hdmf_io_core.durability import syscalls
from hdmf_io_core.durability.journal import journal_path
from hdmf_io_core.errors import JournalError, LockedFileError, OpenError, WriteError
from hdmf_io_hdf5.fileobj import FileOptions, open_file
from hdmf_io_hdf5.io import HDF5IO

VALUES = np.arange(3000).reshape(1000, 3)


KINDS: list[dict[str, Any]] = [
    {},
    {"libver": "latest"},
    {"userblock_size": 1024},
    {"fs_strategy": "page", "fs_page_size": 4096},
    {"fs_strategy": "page", "fs_persist": True},
]


def made(folder: Path, **options: Any) -> Path:
    """Make a file of a kind, with links to another."""
    with h5py.File(folder / "other.h5", "w") as other:
        other["there"] = 5
        other["x"] = -1
    path = folder / "data.h5"
    with h5py.File(path, "w", **options) as file:
        file.create_dataset("x", data=VALUES, chunks=(64, 3), maxshape=(None, 3), compression=1)
        file["flat"] = np.zeros(4000)
        file["group/link"] = h5py.ExternalLink("other.h5", "/there")
        file["group/same name"] = h5py.ExternalLink("other.h5", "/x")
    return path


@pytest.fixture(params=KINDS, ids=lambda options: "-".join(map(str, options.values())) or "plain")
def path(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A file of each kind."""
    return made(tmp_path, **request.param)


@pytest.fixture
def one(tmp_path: Path) -> Path:
    """A file of the ordinary kind."""
    return made(tmp_path)


def stored(path: Path) -> Any:
    with h5py.File(path) as file:
        return file["x"][()]


def test_it_tells_what_h5py_would_tell(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir("/")
    with h5py.File(path, "r+") as plain:
        wanted = (plain.filename, plain.driver, plain.mode, plain.userblock_size, list(plain))
        links = (plain["group/link"][()], plain["group"]["same name"][()])
    with HDF5IO(path, "a") as io:
        file = io.file
        assert isinstance(file, h5py.File)
        assert (
            *(file.filename, file.driver, file.mode, file.userblock_size, list(file)),
            (file["group/link"][()], file["group"]["same name"][()]),
        ) == (*wanted, links)
        assert [value[()] for value in file["group"].values()] == list(links)
        assert file.get("group/link", getclass=True) is h5py.Dataset
        assert "group/link" in file


def test_a_link_is_never_taken_for_this_files_own_content(one: Path) -> None:
    with HDF5IO(one, "a") as io:
        # What h5py makes itself knows nothing of us; older releases give such links a driver.
        try:
            found = io.file["x"].parent["group/same name"][()]
        except KeyError:
            found = -1
        assert np.shape(found) == ()


def test_changes_are_kept_by_flush_and_close(path: Path) -> None:
    with open_file(path, "r+") as file:
        file["x"].resize((1001, 3))
        file["x"][1000] = 7
        assert (file["x"][1000] == 7).all()
        assert journal_path(path).exists()
        file.flush()
        assert not journal_path(path).exists()
        with h5py.File(path, locking=False) as plain:
            assert (plain["x"][1000] == 7).all()
        file["flat"][:] = 1
    assert not journal_path(path).exists()
    with h5py.File(path) as plain:
        assert plain["flat"][()].sum() == 4000


def test_a_file_that_nobody_closes_is_kept(path: Path) -> None:
    file = open_file(path, "r+")
    file["x"][0] = -5
    del file
    gc.collect()
    assert (stored(path)[0] == -5).all()
    assert not journal_path(path).exists()


def test_a_process_that_closes_nothing_keeps_its_changes(one: Path) -> None:
    program = (
        "import builtins, os, sys\n"
        "from hdmf_io_hdf5.fileobj import open_file\n"
        "builtins.kept = [open_file(sys.argv[1], 'r+')]\n"
        "builtins.kept += [open_file(sys.argv[1], 'r+'), builtins.kept[0]['x']]\n"
        "builtins.kept[2][0] = -5\n"
        "if os.fork() == 0:\n"
        "    builtins.kept[2][0] = -6\n"
        "    builtins.kept[0].flush()\n"
        "    sys.exit()\n"
        "os.wait()\n"
    )
    done = subprocess.run(
        [sys.executable, "-P", "-W", "ignore", "-c", program, str(one)], check=False
    )
    assert done.returncode == 0
    assert (stored(one)[0] == -5).all()
    assert not journal_path(one).exists()


def test_one_process_shares_the_file(path: Path) -> None:
    with HDF5IO(path, "a") as io:
        io.file["x"][0] = -5
        with HDF5IO(path, "r") as reader, HDF5IO(path, "r+") as second:
            assert (reader.file["x"][0] == -5).all()
            assert (reader.read()["x"].data[0] == -5).all()
            second.file["x"][1] = -6
        assert (io.file["x"][1] == -6).all()
    assert (stored(path)[:2] == [[-5] * 3, [-6] * 3]).all()


def test_another_process_is_told_who_holds_the_file(one: Path) -> None:
    program = (
        "import sys\n"
        "from hdmf_io_core.errors import LockedFileError\n"
        "from hdmf_io_hdf5.fileobj import open_file\n"
        "for mode in ('r', 'r+', 'a', 'w'):\n"
        "    try:\n"
        "        open_file(sys.argv[1], mode)\n"
        "    except LockedFileError as error:\n"
        "        print(mode, error.what)\n"
    )
    with HDF5IO(one, "a"):
        command = [sys.executable, "-P", "-c", program, str(one)]
        told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    lines = told.splitlines()
    assert [line.split()[0] for line in lines] == ["r", "r+", "a", "w"]
    if Path("/proc/locks").exists():
        assert all(f"pid {os.getpid()} (" in line for line in lines), told


def test_a_plain_reader_in_the_way_is_an_error(one: Path) -> None:
    with h5py.File(one), pytest.raises(LockedFileError, match="is locked by"):
        open_file(one, "r+")
    with h5py.File(one), open_file(one, "r+", FileOptions(locking=False)) as file:
        assert file.mode == "r+"


def test_opening_for_reading_asks_for_recovery(one: Path) -> None:
    old = one.read_bytes()
    die(one)
    assert one.read_bytes() != old
    with pytest.raises(JournalError, match=r"hdmf-io repair .* open_io"):
        open_file(one, "r")
    with open_file(one, "r+"):
        assert one.read_bytes() == old
    with open_file(one, "r") as file:
        assert (file["x"][()] == VALUES).all()


def test_replacing_a_file_forgets_its_journal(one: Path) -> None:
    die(one)
    with HDF5IO(one, "r+") as io:
        root = io.read()
    die(one)
    with HDF5IO(one, "w") as io:
        io.write(type(root)("new"))
    assert not journal_path(one).exists()
    with HDF5IO(one, "r") as io:
        assert io.read().name == "new"


def die(path: Path) -> None:
    """Let a process be killed in the middle of a commit."""
    program = (
        "import os, signal, sys\n"
        "from hdmf_io_core.durability import syscalls\n"
        "from hdmf_io_hdf5.fileobj import open_file\n"
        "def end(name, *_):\n"
        "    if name == 'unlink':\n"
        "        os.kill(os.getpid(), signal.SIGKILL)\n"
        "file = open_file(sys.argv[1], 'r+')\n"
        "file['x'][:500] = -9\n"
        "file['new'] = list(range(9000))\n"
        "with syscalls.observed(end):\n"
        "    file.flush()\n"
    )
    done = subprocess.run([sys.executable, "-P", "-c", program, str(path)], check=False)
    assert done.returncode < 0
    assert journal_path(path).exists()


class Failing:
    """Lets every call of one name fail."""

    def __init__(self, name: str, error: int) -> None:
        self.name = name
        self.error = error

    def __call__(self, name: str, *_: object) -> None:
        if name == self.name:
            raise OSError(self.error, os.strerror(self.error))


@pytest.mark.parametrize("call", ["create", "pwrite", "fsync", "unlink"])
def test_a_disk_that_fails_is_an_error_of_ours_and_nothing_changed(path: Path, call: str) -> None:
    old = path.read_bytes()
    io = HDF5IO(path, "a")
    with syscalls.observed(Failing(call, errno.ENOSPC)):
        io.file["x"].resize((3000, 3))
        io.file["x"][1000:] = 7
        io.file["x"][0] = 7
        io.file["new"] = np.zeros(100000)
        with pytest.raises((WriteError, JournalError)) as caught:
            io.flush()
    assert "No space left" in str(caught.value)
    io.close()
    with open_file(path, "r+"):
        assert path.read_bytes() == old


def test_a_folder_where_no_journal_can_be_made_is_named(
    one: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda where, mode: str(where) != str(one.parent))
    with pytest.raises(OpenError, match="atomic=False"):
        HDF5IO(one, "a")
    with HDF5IO(one, "a", atomic=False) as io:
        io.file["x"][0] = 1
        assert not journal_path(one).exists()


def test_what_follows_the_first_published_write_is_journalled(tmp_path: Path) -> None:
    from hdmf_io_core import Container, Data

    path = tmp_path / "new.h5"
    with HDF5IO(path, "w") as io:
        root = Container("root")
        root.add_child(Data("x", VALUES))
        io.write(root)
        published = path.read_bytes()
        io.file["x"][:] = 0
        assert path.read_bytes() == published
        io.flush()
    assert not stored(path).any()


def test_chunks_are_read_past_hdf5_also_while_changes_wait(one: Path) -> None:
    with HDF5IO(one, "a", workers=2) as io:
        lazy = io.read()["x"].data
        lazy[:500] = -1
        assert (lazy[:] == np.vstack([np.full((500, 3), -1), VALUES[500:]])).all()
        flat = io.read()["flat"].data
        flat[100:200] = 3
        assert flat[:].sum() == 300
        source = lazy.source
        assert next(source.fetchers([(0, 0)]))() == source.read_raw((0, 0))  # type: ignore[attr-defined]


def test_an_append_costs_two_syncs_to_overwrite_and_two_to_commit(path: Path) -> None:
    calls: list[str] = []
    with (
        syscalls.observed(lambda name, *_: calls.append(name)),
        HDF5IO(path, "a") as io,
    ):
        io.read()["x"].data.append(VALUES)
        assert not [name for name in calls if name.startswith("fsync")]
        io.flush()
        assert sum(name.startswith("fsync") for name in calls) == 4
        calls.clear()
        keeps_free_space = io.file.id.get_create_plist().get_file_space_strategy()[1]
        io.flush()
        assert not calls
    # HDF5 stores a list of free space, where it does that, when a file is closed.
    assert keeps_free_space or not calls
