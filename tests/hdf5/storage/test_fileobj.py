"""Opening: every mode and option of h5py, and an error for each thing that can be wrong."""

import io
import os
import subprocess
import sys
from dataclasses import fields
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from hdmf_io_core.errors import (
    ClosedIOError,
    CorruptFileError,
    LockedFileError,
    ModeError,
    NotThisFormatError,
    OpenError,
    OptionError,
    SourceExistsError,
    SourceNotFoundError,
)
from hdmf_io_hdf5._plugin import BACKEND
from hdmf_io_hdf5.fileobj import FileOptions, check_target, open_file

MODES = ["r", "r+", "a", "w", "w-", "x"]


@pytest.fixture
def path(tmp_path: Path) -> Any:
    made = tmp_path / "file.h5"
    with h5py.File(made, "w") as file:
        file["x"] = np.arange(3)
    return made


@pytest.mark.parametrize("convert", [str, lambda p: p], ids=["str", "Path"])
@pytest.mark.parametrize(("mode", "kept"), [("r", True), ("r+", True), ("a", True), ("w", False)])
def test_a_file_opens_in_every_mode(path: Path, mode: str, kept: Any, convert: Any) -> None:
    with open_file(convert(path), mode) as file:
        assert ("x" in file) == kept
        assert file.mode == ("r" if mode == "r" else "r+")


@pytest.mark.parametrize("mode", ["a", "w", "w-", "x"])
def test_a_new_file_is_made(tmp_path: Path, mode: str) -> None:
    with open_file(tmp_path / "new.h5", mode) as file:
        assert file.mode == "r+"


def test_the_chunk_cache_is_that_of_stock_hdmf_unless_told(path: Path) -> None:
    with open_file(path) as file:
        assert file.id.get_access_plist().get_cache()[2] == 32 * 2**20
    with open_file(path, "r", FileOptions(rdcc_nbytes=2**20, rdcc_nslots=11)) as file:
        assert file.id.get_access_plist().get_cache()[1:3] == (11, 2**20)


def test_a_read_only_file_reads(path: Path) -> None:
    path.chmod(0o400)
    with open_file(path, "r") as file:
        assert file["x"].shape == (3,)


def test_file_objects_and_open_files_are_taken(path: Path) -> None:
    with open_file(io.BytesIO(path.read_bytes())) as file:
        assert file["x"].shape == (3,)
    with h5py.File(path) as file:
        assert open_file(file) is file


@pytest.mark.parametrize(
    "options",
    [
        FileOptions(libver="latest"),
        FileOptions(libver=("earliest", "v110")),
        FileOptions(fs_strategy="page", fs_page_size=4096, fs_persist=True, fs_threshold=1),
        FileOptions(userblock_size=512),
        FileOptions(alignment_threshold=1024, alignment_interval=512, meta_block_size=4096),
        FileOptions(driver="core", driver_options={"backing_store": False}),
        FileOptions(driver="stdio", rdcc_w0=0.5),
        FileOptions(locking=False),
        FileOptions(locking="best-effort"),
    ],
    ids=lambda options: str(sorted(set(options.keywords()) - {"rdcc_nbytes", "swmr"})),
)
def test_every_option_reaches_h5py(tmp_path: Path, options: Any) -> None:
    with open_file(tmp_path / "new.h5", "w", options) as file:
        assert file.userblock_size == (options.userblock_size or 0)
        assert file.driver == (options.driver or "sec2")
        if options.fs_strategy:
            assert file.id.get_create_plist().get_file_space_page_size() == 4096


def test_paged_files_have_a_page_buffer(tmp_path: Path) -> None:
    paged = FileOptions(fs_strategy="page", fs_page_size=4096)
    open_file(tmp_path / "new.h5", "w", paged).close()
    with open_file(tmp_path / "new.h5", "r", FileOptions(page_buf_size=8192)) as file:
        assert file.id.get_access_plist().get_page_buffer_size()[0] == 8192


def test_the_plugin_names_every_option() -> None:
    names = {field.name for field in fields(FileOptions)}
    names |= {"atomic", "workers", "in_flight_bytes"}
    assert set(BACKEND.options) == names


@pytest.mark.parametrize("mode", ["rw", "", "r++", "wb"])
def test_unknown_modes_are_refused(path: Path, mode: str) -> None:
    with pytest.raises(ModeError, match="w-"):
        open_file(path, mode)


@pytest.mark.parametrize("mode", ["r", "r+"])
def test_a_missing_file(tmp_path: Path, mode: str) -> None:
    with pytest.raises(SourceNotFoundError) as caught:
        open_file(tmp_path / "no.h5", mode)
    assert caught.value.source == str(tmp_path / "no.h5")


@pytest.mark.parametrize("mode", ["w-", "x"])
def test_a_file_that_exists_is_not_replaced(path: Path, mode: str) -> None:
    with pytest.raises(SourceExistsError):
        open_file(path, mode)
    with h5py.File(path) as file:
        assert "x" in file


@pytest.mark.parametrize("mode", ["a", "w", "x"])
def test_a_missing_folder(tmp_path: Path, mode: str) -> None:
    with pytest.raises(SourceNotFoundError, match="folder"):
        open_file(tmp_path / "no" / "x.h5", mode)


@pytest.mark.parametrize("mode", MODES)
def test_a_folder_is_no_file(tmp_path: Path, mode: str) -> None:
    with pytest.raises(OpenError, match="folder"):
        open_file(tmp_path, mode)


@pytest.mark.parametrize("mode", ["r", "r+", "a"])
@pytest.mark.parametrize("content", [b"", b"hello", b"\0" * 5000, b"PK\3\4" * 300])
def test_what_is_no_hdf5(tmp_path: Path, mode: str, content: Any) -> None:
    path = tmp_path / "x.h5"
    path.write_bytes(content)
    with pytest.raises(NotThisFormatError):
        open_file(path, mode)
    assert path.read_bytes() == content


@pytest.mark.parametrize("libver", ["earliest", "latest"])
@pytest.mark.parametrize("size", [0, 512])
def test_a_truncated_file_says_how_much_is_missing(tmp_path: Path, libver: Any, size: Any) -> None:
    path = tmp_path / "x.h5"
    with h5py.File(path, "w", libver=libver, userblock_size=size) as file:
        file["x"] = np.arange(1000)
    whole = path.stat().st_size
    os.truncate(path, whole - 1000)
    with pytest.raises(
        CorruptFileError, match=f"truncated: {whole - 1000} bytes of {whole}"
    ) as caught:
        open_file(path)
    assert isinstance(caught.value.__cause__, OSError)


def test_a_damaged_superblock(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[8] = 77
    path.write_bytes(content)
    with pytest.raises((CorruptFileError, NotThisFormatError)):
        open_file(path)


@pytest.mark.parametrize("mode", ["r", "r+", "a"])
def test_no_permission(path: Path, mode: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # The superuser may do anything; what the system says is replaced.
    allowed = os.R_OK if mode != "r" else 0
    monkeypatch.setattr(os, "access", lambda _, needed: needed | allowed == allowed)
    with pytest.raises(OpenError, match="permission"):
        open_file(path, mode)


HOLDER = """
import sys, h5py
file = h5py.File(sys.argv[1], sys.argv[2])
print("open", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def held(path: Path) -> Any:
    """A function that has another process open the file."""
    processes = []

    def hold(mode: str) -> None:
        process = subprocess.Popen(
            [sys.executable, "-c", HOLDER, str(path), mode],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        processes.append(process)
        assert process.stdout.readline() == b"open\n"

    yield hold
    for process in processes:
        process.communicate()


@pytest.mark.parametrize(("theirs", "ours"), [("r+", "r"), ("r+", "r+"), ("r", "r+"), ("r", "a")])
def test_a_file_that_another_process_holds(path: Path, held: Any, theirs: Any, ours: Any) -> None:
    held(theirs)
    with pytest.raises(LockedFileError, match="locking=False") as caught:
        open_file(path, ours)
    assert caught.value.source == str(path)


@pytest.mark.parametrize("theirs", ["r", "r+"])
def test_replacing_a_held_file_leaves_it_whole(path: Path, held: Any, theirs: Any) -> None:
    held(theirs)
    before = path.read_bytes()
    with pytest.raises(LockedFileError):
        open_file(path, "w")
    assert path.read_bytes() == before


def test_a_rename_spares_readers_and_not_writers(path: Path, held: Any) -> None:
    held("r")
    check_target(path, "w", FileOptions())


def test_a_rename_under_a_writer_is_refused(path: Path, held: Any) -> None:
    held("r+")
    with pytest.raises(LockedFileError):
        check_target(path, "w", FileOptions())


def test_locks_can_be_passed_over(path: Path, held: Any) -> None:
    held("r+")
    with open_file(path, "r", FileOptions(locking=False)) as file:
        assert "x" in file


def test_two_readers_share(path: Path, held: Any) -> None:
    held("r")
    with open_file(path, "r") as file:
        assert "x" in file


def test_a_file_held_by_this_process_is_locked_too(path: Path) -> None:
    with h5py.File(path, "r"), pytest.raises(LockedFileError):
        open_file(path, "r+")


def test_a_file_left_marked_by_a_dead_writer_says_so(tmp_path: Path) -> None:
    marked = tmp_path / "marked.h5"
    with h5py.File(marked, "w", libver="latest") as file:
        file["x"] = 1
    # A killed writer leaves the mark; SWMR writes it to disk at once.
    with h5py.File(marked, "r+", libver="latest") as file:
        file.swmr_mode = True
        content = marked.read_bytes()
    marked.write_bytes(content)
    with pytest.raises(LockedFileError, match="h5clear"):
        open_file(marked, "r+")


@pytest.mark.parametrize(
    "options",
    [
        FileOptions(driver="nonsense"),
        FileOptions(libver="v99"),
        FileOptions(fs_strategy="nonsense"),
        FileOptions(userblock_size=100),
        FileOptions(driver="core", driver_options={"nonsense": 1}),
        FileOptions(rdcc_nbytes="many"),
    ],
    ids=str,
)
def test_options_that_hdf5_does_not_take(tmp_path: Path, options: Any) -> None:
    with pytest.raises(OptionError) as caught:
        open_file(tmp_path / "x.h5", "w", options)
    assert caught.value.__cause__ is not None
    assert not (tmp_path / "x.h5").exists()


def test_an_open_file_must_be_open_for_as_much(path: Path) -> None:
    with h5py.File(path, "r") as file, pytest.raises(ModeError):
        open_file(file, "r+")
    with pytest.raises(ClosedIOError):
        open_file(file, "r")


def test_a_target_is_checked_without_being_touched(path: Path, tmp_path: Path) -> None:
    before = path.read_bytes()
    check_target(path, "w", FileOptions())
    with pytest.raises(SourceExistsError):
        check_target(path, "x", FileOptions())
    with pytest.raises(SourceNotFoundError):
        check_target(tmp_path / "no" / "x.h5", "w", FileOptions())
    assert path.read_bytes() == before
