"""A journal restores its own file alone, and only when it is whole."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from undonefiles import OLD, recovered

from hdmf_io_core.durability import syscalls
from hdmf_io_core.durability.journal import Header, Journal, journal_path, write_all
from hdmf_io_core.durability.locks import lock
from hdmf_io_core.durability.recover import check_settled, recover, repair
from hdmf_io_core.durability.undofile import UndoFile
from hdmf_io_core.errors import JournalError, LockedFileError

Open = Callable[..., UndoFile]


def left_half_done(opened: Open) -> None:
    """Overwrite some pages and add some bytes, and end before the commit."""
    file = opened(waiting_bytes=1)
    file.write(b"new" * 3000, 100)
    file.write(b"more" * 3000, len(OLD) - 2)
    file.abandon()


def test_what_was_half_done_is_taken_back(path: Path, opened: Open) -> None:
    left_half_done(opened)
    assert path.read_bytes() != OLD
    assert recovered(path) == OLD


def test_a_file_without_a_journal_is_left_alone(path: Path) -> None:
    check_settled(path)
    assert repair(path) is None
    assert recovered(path) == OLD


def test_a_reader_is_told_how_to_recover(path: Path, opened: Open) -> None:
    left_half_done(opened)
    with pytest.raises(JournalError, match=r"hdmf-io repair .*data.bin.* open_io") as caught:
        check_settled(path)
    assert caught.value.source == str(path)
    assert path.read_bytes() != OLD


def test_a_living_writer_is_named(path: Path, opened: Open) -> None:
    file = opened()
    file.write(b"x", len(OLD))
    for look in (check_settled, repair):
        with pytest.raises(LockedFileError, match=f"changed by pid {os.getpid()} on "):
            look(path)
    file.rollback()


def test_a_journal_without_a_header_is_removed(path: Path) -> None:
    for content in (b"", b"HDMFIO", bytes(1000)):
        journal_path(path).write_bytes(content)
        check_settled(path)
        assert recovered(path) == OLD


def test_a_symbolic_link_has_the_journal_of_its_target(
    path: Path, opened: Open, tmp_path: Path
) -> None:
    left_half_done(opened)
    link = tmp_path / "link"
    link.symlink_to(path)
    assert repair(link) is not None
    assert path.read_bytes() == OLD


def refused(path: Path, match: str) -> None:
    content, journal = path.read_bytes(), journal_path(path).read_bytes()
    with pytest.raises(JournalError, match=match):
        repair(path)
    assert (path.read_bytes(), journal_path(path).read_bytes()) == (content, journal)


def test_a_journal_of_another_file_restores_nothing(path: Path, opened: Open) -> None:
    left_half_done(opened)
    copy = path.with_name("copy.bin")
    copy.write_bytes(path.read_bytes())
    copy.replace(path)
    refused(path, "does not fit the file, nothing was restored: .*another file")


def test_a_file_that_was_cut_is_not_restored(path: Path, opened: Open) -> None:
    file = opened()
    file.write(b"x", len(OLD))
    file.abandon()
    os.truncate(path, len(OLD) - 1)
    refused(path, "was cut to")


def test_the_number_of_the_device_counts_within_one_start_of_the_machine(path: Path) -> None:
    descriptor = os.open(path, os.O_RDWR)
    header = Header.of(descriptor, len(OLD))
    for boot, fits in ((header.boot, False), ("another", True)):
        other = Header(
            **{
                **{name: getattr(header, name) for name in Header.__slots__},
                "boot": boot,
                "device": header.device + 1,
            }
        )
        assert other.fits(descriptor) is fits
    os.close(descriptor)


@pytest.mark.parametrize("place", [0, 30, 170, 220, 2000])
def test_a_damaged_journal_restores_nothing(path: Path, opened: Open, place: int) -> None:
    left_half_done(opened)
    content = bytearray(journal_path(path).read_bytes())
    content[place] ^= 1
    journal_path(path).write_bytes(content)
    refused(path, "journal is damaged")


def test_a_last_segment_that_is_not_whole_was_not_needed(path: Path, opened: Open) -> None:
    left_half_done(opened)
    place = journal_path(path)
    whole = place.read_bytes()
    with place.open("ab") as file:
        file.write(whole[-3000:])
    assert recovered(path) == OLD


def test_a_newer_journal_is_refused(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    descriptor = os.open(path, os.O_RDWR)
    monkeypatch.setattr("hdmf_io_core.durability.journal.VERSION", 2)
    Journal(journal_path(path), Header.of(descriptor, len(OLD))).close()
    monkeypatch.undo()
    refused(path, "version 2, this release reads 1")
    os.close(descriptor)


def test_two_who_recover_at_once_do_not_disturb_each_other(path: Path, opened: Open) -> None:
    left_half_done(opened)
    first = os.open(journal_path(path), os.O_RDONLY)
    assert lock(first)
    with pytest.raises(LockedFileError):
        repair(path)
    os.close(first)
    assert recovered(path) == OLD


def test_an_interrupted_write_goes_on(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    descriptor = os.open(path, os.O_RDWR)
    monkeypatch.setattr(os, "pwrite", lambda fd, data, at: len(data[:3]) if _w(fd, data, at) else 0)
    write_all(descriptor, b"0123456789", 5)
    os.close(descriptor)
    assert path.read_bytes()[5:15] == b"0123456789"


def _w(descriptor: int, data: memoryview, offset: int) -> bool:
    os.lseek(descriptor, offset, os.SEEK_SET)
    return os.write(descriptor, data[:3]) > 0


class Calls(list[str]):
    """The calls that were made."""

    def __call__(self, name: str, *_: object) -> None:
        self.append(name)

    @property
    def syncs(self) -> int:
        """How many of them wait for the disk."""
        return sum(name.startswith("fsync") for name in self)


def test_two_syncs_go_before_an_overwrite_and_two_a_commit(path: Path, opened: Open) -> None:
    file, calls = opened(), Calls()
    with syscalls.observed(calls):
        for offset in range(0, len(OLD) - 300, 700):
            file.write(b"x" * 300, offset)
        file.write(b"x" * 5000, len(OLD))
        # What waits costs nothing but the journal's header and what is behind the old end.
        assert calls == ["create", "pwrite", "pwrite"]
        file.commit()
        assert calls.syncs == 4
        calls.clear()
        file.write(b"added", file.length)
        file.commit()
        assert calls.syncs == 2
        calls.clear()
        file.commit()
    assert calls == []


def test_nothing_is_overwritten_before_its_old_bytes_are_on_the_disk(
    path: Path, opened: Open
) -> None:
    synced = b""

    def watch(name: str, *arguments: object) -> None:
        nonlocal synced
        if name == "fsync":
            synced = journal_path(path).read_bytes()
        elif name == "pwrite" and os.fstat(int(str(arguments[0]))).st_ino == path.stat().st_ino:
            start = int(str(arguments[2]))
            if start < len(OLD):
                assert OLD[start : start + 4096] in synced

    file = opened(waiting_bytes=3 * 4096)
    with syscalls.observed(watch):
        for offset in (0, 9000, 5000, 20, 30000, 39000, 100, 9001):
            file.write(b"x" * 3000, offset)
        file.commit()


def test_a_child_process_changes_nothing(path: Path) -> None:
    descriptor = os.open(path, os.O_RDWR)
    file = UndoFile(str(path), descriptor)
    file.write(b"mine", 0)
    file._pid -= 1
    file.write(b"the child's", 0)
    file.write(b"the child's", len(OLD) + 100)
    file.truncate(3)
    file.commit()
    file.rollback()
    assert path.read_bytes() == OLD
    file.abandon()
    recover(path, descriptor)
    os.close(descriptor)


def test_a_folder_that_takes_no_journal_fails_the_commit_and_nothing_else(
    path: Path, opened: Open
) -> None:
    file = opened()
    journal_path(path).mkdir()
    with pytest.raises(FileExistsError):
        file.write(b"x", 0)
    assert path.read_bytes() == OLD
    journal_path(path).rmdir()
