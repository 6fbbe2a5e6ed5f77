"""The seam through which files are changed: counted, and made to fail."""

import errno
import os
from pathlib import Path

import pytest

from hdmf_io_core.durability import syscalls


def test_every_call_is_observed_before_it_is_made(tmp_path: Path) -> None:
    names: list[str] = []
    with syscalls.observed(lambda name, *_: names.append(name)):
        descriptor = syscalls.create(tmp_path / "a")
        assert syscalls.pwrite(descriptor, b"abc", 2) == 3
        syscalls.truncate(descriptor, 4)
        syscalls.start_writing(descriptor)
        syscalls.fsync(descriptor)
        os.close(descriptor)
        syscalls.mkdir(tmp_path / "folder")
        syscalls.rename(tmp_path / "a", tmp_path / "b")
        syscalls.link(tmp_path / "b", tmp_path / "c")
        syscalls.unlink(tmp_path / "b")
        syscalls.fsync_folder(tmp_path)
    assert names == [
        *("create", "pwrite", "truncate", "start_writing", "fsync", "mkdir", "rename"),
        *("link", "unlink", "fsync_folder"),
    ]
    assert (tmp_path / "c").read_bytes() == b"\0\0ab"


def test_a_call_that_the_observer_fails_is_not_made(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"kept")

    def fail(name: str, *_: object) -> None:
        raise OSError(errno.EIO, name)

    with syscalls.observed(fail), pytest.raises(OSError, match="unlink"):
        syscalls.unlink(tmp_path / "a")
    assert (tmp_path / "a").read_bytes() == b"kept"
    syscalls.unlink(tmp_path / "a")
