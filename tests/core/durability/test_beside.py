"""What lies beside a target: kept while its writer lives, swept when it is dead."""

from __future__ import annotations

import errno
import os
import stat
import time
from typing import TYPE_CHECKING

import pytest

from hdmf_io_core.durability import beside as besides
from hdmf_io_core.durability import syscalls
from hdmf_io_core.durability.beside import heal, new_file, new_folder, old_name, sweep
from hdmf_io_core.durability.publish import replace_file
from hdmf_io_core.errors import OpenError
from hdmf_io_core.testing.forks import fork, in_child

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(os.name != "posix", reason="links and locks are those of POSIX")


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("make", [new_file, new_folder])
def test_a_living_writer_keeps_what_it_writes(make: object, tmp_path: Path) -> None:
    mine = make(tmp_path / "x")  # type: ignore[operator]
    sweep(tmp_path / "x")
    assert mine.path.exists()
    mine.release()
    sweep(tmp_path / "x")
    assert names(tmp_path) == []


@pytest.mark.parametrize("make", [new_file, new_folder])
def test_the_next_writer_removes_what_a_dead_one_left(make: object, tmp_path: Path) -> None:
    in_child(lambda: make(tmp_path / "x"))  # type: ignore[operator]
    (left,) = names(tmp_path)
    mine = make(tmp_path / "x")  # type: ignore[operator]
    assert names(tmp_path) == [mine.path.name] != [left]
    mine.release()


def test_names_of_other_targets_are_left_alone(tmp_path: Path) -> None:
    kept = [".x.00000000.part.h5", ".xy.00000000.part", "x.00000000.part", ".x.0000.part"]
    for name in kept:
        (tmp_path / name).touch()
    (tmp_path / ".x.00000000.part").touch()
    sweep(tmp_path / "x")
    assert names(tmp_path) == sorted(kept)


def test_the_only_writer_sweeps_without_asking_for_locks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".x.00000000.part").touch()
    monkeypatch.setattr(besides, "lock", lambda path: None)
    sweep(tmp_path / "x")
    assert names(tmp_path) == [".x.00000000.part"]
    sweep(tmp_path / "x", is_sole=True)
    assert names(tmp_path) == []


def test_mode_and_attributes_are_those_of_what_is_replaced(tmp_path: Path) -> None:
    target = tmp_path / "x"
    target.write_bytes(b"old")
    target.chmod(0o640)
    has_attributes = True
    try:
        os.setxattr(target, "user.note", b"mine")
    except (AttributeError, OSError):
        has_attributes = False
    replace_file(target, b"new")
    assert stat.S_IMODE(target.stat().st_mode) == 0o640
    assert not has_attributes or os.getxattr(target, "user.note") == b"mine"


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="chown needs root")
def test_the_owner_is_that_of_what_is_replaced(tmp_path: Path) -> None:
    target = tmp_path / "x"
    target.write_bytes(b"old")
    os.chown(target, 1234, 2345)
    replace_file(target, b"new")
    assert (target.stat().st_uid, target.stat().st_gid) == (1234, 2345)


def test_a_file_of_several_names_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"old")
    (tmp_path / "y").hardlink_to(tmp_path / "x")
    with pytest.raises(OpenError, match="atomic=False"):
        new_file(tmp_path / "x")
    assert names(tmp_path) == ["x", "y"]


def test_what_is_no_file_is_not_replaced(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "x")
    with pytest.raises(OpenError, match="atomic=False"):
        new_file(tmp_path / "x")


def test_a_folder_that_refuses_is_named(tmp_path: Path) -> None:
    # A name that is too long with what is added to it fails for root, too.
    target = tmp_path / ("x" * 250)
    with pytest.raises(OpenError, match="atomic=False") as caught:
        new_file(target)
    assert str(tmp_path) in str(caught.value)


def test_a_folder_that_was_moved_away_comes_back(tmp_path: Path) -> None:
    target = tmp_path / "x"
    (tmp_path / ".x.00000000.old").mkdir()
    (tmp_path / ".x.00000000.old" / "content").touch()
    heal(target)
    assert (target / "content").exists()
    assert names(tmp_path) == ["x"]


def test_healing_waits_for_a_living_writer(tmp_path: Path) -> None:
    target = tmp_path / "x"
    old = old_name(target)
    old.mkdir()
    read, write = os.pipe()

    def exchange() -> None:
        besides.lock(old)
        os.write(write, b"1")
        # Long enough that the parent finds it under way; how long does not matter.
        time.sleep(0.05)
        target.mkdir()
        (target / "new").touch()

    child = fork(exchange)
    os.read(read, 1)
    heal(target)
    os.waitpid(child, 0)
    assert (target / "new").exists()
    assert old.exists()
    os.close(read)
    os.close(write)


def test_the_disk_is_told_to_begin_each_time_that_much_was_written(tmp_path: Path) -> None:
    mine = new_file(tmp_path / "x")
    calls: list[str] = []
    with syscalls.observed(lambda name, *_: calls.append(name)):
        for _ in range(9):
            mine.wrote(besides._START_BYTES // 4)
        mine.release()
        mine.wrote(besides._START_BYTES)
    assert calls == ["start_writing"] * 2, "and never once its descriptor is closed"
    mine.discard()


def test_a_disk_that_will_not_begin_early_is_left_to_the_sync(tmp_path: Path) -> None:
    def fail(name: str, *_: object) -> None:
        raise OSError(errno.EIO, name)

    mine = new_file(tmp_path / "x")
    with syscalls.observed(fail):
        mine.wrote(besides._START_BYTES)
    mine.discard()
