"""Changes of a file are kept all together, or not at all, whatever call fails or is the last."""

import errno
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hdmf_io_core.durability import syscalls
from hdmf_io_core.durability.journal import journal_path
from hdmf_io_core.durability.recover import recover
from hdmf_io_core.durability.undofile import PAGE_BYTES, UndoFile
from hdmf_io_core.errors import JournalError, WriteError

PLACES = st.integers(0, 3 * PAGE_BYTES)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("write"), PLACES, st.binary(min_size=1, max_size=3 * PAGE_BYTES)),
        st.tuples(st.just("write"), PLACES, st.binary(min_size=1, max_size=9)),
        st.tuples(st.just("truncate"), PLACES, st.none()),
        st.tuples(st.sampled_from(["commit", "rollback"]), st.none(), st.none()),
    ),
    max_size=12,
)
LENGTHS = st.sampled_from([0, 1, 100, PAGE_BYTES, PAGE_BYTES + 1, 2 * PAGE_BYTES + 77])


class Model:
    """What a file holds, and what it held at the last commit."""

    def __init__(self, content: bytes) -> None:
        self.now = bytearray(content)
        self.kept = content

    def do(self, kind: str, place: int, data: bytes) -> None:
        if kind == "write":
            self.now.extend(bytes(max(0, place - len(self.now))))
            self.now[place : place + len(data)] = data
        elif kind == "truncate":
            self.now.extend(bytes(max(0, place - len(self.now))))
            del self.now[place:]
        elif kind == "commit":
            self.kept = bytes(self.now)
        else:
            self.now = bytearray(self.kept)


def do(file: UndoFile, kind: str, place: int, data: bytes) -> None:
    if kind == "write":
        file.write(data, place)
    elif kind == "truncate":
        file.truncate(place)
    elif kind == "commit":
        file.commit()
    else:
        file.rollback()


def content(file: UndoFile) -> bytes:
    out = bytearray(b"\xee" * (file.length + 5))
    assert file.read_into(memoryview(out), 0) == file.length
    assert out[file.length :] == bytes(5)
    return bytes(out[: file.length])


def fresh(folder: Path, old: bytes) -> tuple[Path, int]:
    for left in folder.iterdir():
        left.unlink()
    path = folder / "data.bin"
    path.write_bytes(old)
    return path, os.open(path, os.O_RDWR)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("undo")


@settings(max_examples=150)
@given(length=LENGTHS, steps=STEPS, waiting=st.sampled_from([1, 3 * PAGE_BYTES, 1 << 20]))
def test_it_reads_as_a_plain_file_and_keeps_what_is_committed(
    folder: Path, length: int, steps: list[tuple[str, int, bytes]], waiting: int
) -> None:
    old = bytes(range(1, 252)) * (length // 251 + 1)
    path, descriptor = fresh(folder, old[:length])
    file, model = UndoFile(str(path), descriptor, waiting_bytes=waiting), Model(old[:length])
    try:
        for step in steps:
            do(file, *step)
            model.do(*step)
            assert content(file) == model.now
            if step[0] in {"commit", "rollback"}:
                assert path.read_bytes() == model.now
                assert not journal_path(path).exists()
        file.abandon()
        recover(path, descriptor)
        assert path.read_bytes() == model.kept
    finally:
        os.close(descriptor)


class Killed(BaseException):
    """The process ended."""


class Ending:
    """Ends the process, or lets a call fail, when so many calls were made."""

    def __init__(self, after: int, error: type[BaseException] | int) -> None:
        self.left = after
        self.error = error

    def __call__(self, name: str, *arguments: object) -> None:
        self.left -= 1
        if self.left == 0:
            if isinstance(self.error, int):
                raise OSError(self.error, os.strerror(self.error))
            if name == "pwrite":
                # Half of it reached the file.
                descriptor, data, offset = arguments
                half = memoryview(data)[: len(data) // 2]  # type: ignore[arg-type]
                os.pwrite(descriptor, half, offset)  # type: ignore[arg-type]
            raise self.error


def carry_out(file: UndoFile, model: Model, steps: list[tuple[str, int, bytes]]) -> list[bytes]:
    """Do steps until one fails or kills; return what the file may hold then."""
    for step in steps:
        before = model.kept
        model.do(*step)
        may_be = [before, model.kept]
        try:
            do(file, *step)
        except Killed:
            return may_be
        except (WriteError, JournalError):
            return may_be
        except OSError:
            # It is told again, as a WriteError, by the commit.
            with pytest.raises(WriteError):
                file.commit()
            return [before]
    return [model.kept]


@settings(max_examples=200)
@given(
    length=LENGTHS,
    steps=STEPS,
    waiting=st.sampled_from([1, 3 * PAGE_BYTES, 1 << 20]),
    after=st.integers(1, 30),
    how=st.sampled_from([Killed, errno.ENOSPC, errno.EIO]),
)
def test_whichever_call_is_the_last_the_file_holds_the_old_or_the_new(
    folder: Path,
    length: int,
    steps: list[tuple[str, int, bytes]],
    waiting: int,
    after: int,
    how: type[BaseException] | int,
) -> None:
    old = bytes(range(1, 252)) * (length // 251 + 1)
    path, descriptor = fresh(folder, old[:length])
    file, model = UndoFile(str(path), descriptor, waiting_bytes=waiting), Model(old[:length])
    try:
        with syscalls.observed(Ending(after, how)):
            may_be = carry_out(file, model, steps)
        file.abandon()
        recover(path, descriptor)
        assert path.read_bytes() in may_be
        assert not journal_path(path).exists()
    finally:
        os.close(descriptor)


@settings(max_examples=100)
@given(steps=STEPS, first=st.integers(1, 12), then=st.integers(1, 12))
def test_a_recovery_that_is_interrupted_can_be_done_again(
    folder: Path, steps: list[tuple[str, int, bytes]], first: int, then: int
) -> None:
    old = bytes(range(1, 252)) * 40
    path, descriptor = fresh(folder, old)
    file, model = UndoFile(str(path), descriptor, waiting_bytes=1), Model(old)
    try:
        with syscalls.observed(Ending(first, Killed)):
            may_be = carry_out(file, model, steps)
        file.abandon()
        try:
            with syscalls.observed(Ending(then, Killed)):
                recover(path, descriptor)
        except Killed:
            pass
        recover(path, descriptor)
        assert path.read_bytes() in may_be
    finally:
        os.close(descriptor)
