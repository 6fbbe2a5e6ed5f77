"""Values in a folder: whole or not at all, and written at once where nobody else looks."""

import os
from pathlib import Path

import pytest

from hdmf_io_core.errors import WriteError
from hdmf_io_core.stores import folders
from hdmf_io_core.stores.folders import FolderStore


def calls_of(monkeypatch: pytest.MonkeyPatch, *names: str) -> list[str]:
    """Note the system calls of these names from here on."""
    made: list[str] = []
    for name in names:
        real = getattr(os, name)

        def noting(*args: object, _name: str = name, _real: object = real, **kw: object) -> object:
            made.append(_name)
            return _real(*args, **kw)  # type: ignore[operator]

        monkeypatch.setattr(folders.os, name, noting)
    return made


@pytest.mark.parametrize("is_hidden", [False, True])
def test_what_is_set_is_read_back_and_replaced(tmp_path: Path, *, is_hidden: bool) -> None:
    store = FolderStore(tmp_path / "new", is_hidden=is_hidden)
    for value in (b"one", bytearray(b"longer than one"), memoryview(b"2")):
        store.set("a/b/c", value)
        assert store.get("a/b/c") == bytes(value)
    assert store.names("a/b") == ["c"]


def test_a_new_value_in_a_hidden_folder_is_not_renamed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = FolderStore(tmp_path, is_hidden=True)
    store.set("a/first", b"")
    made = calls_of(monkeypatch, "open", "write", "close", "replace", "makedirs")
    store.set("a/value", b"x")
    assert made == ["open", "write", "close"]
    made.clear()
    store.set("a/value", b"y")
    assert made == ["open", "open", "write", "close", "replace"]


@pytest.mark.parametrize("is_hidden", [False, True])
def test_a_value_that_cannot_be_written_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, is_hidden: bool
) -> None:
    store = FolderStore(tmp_path, is_hidden=is_hidden)

    def full(descriptor: int, data: object) -> int:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(folders.os, "write", full)
        with pytest.raises(WriteError, match="'a' cannot be written: No space left"):
            store.set("a", b"x")
    assert store.names("") == []


def test_a_write_that_the_system_cuts_short_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.write
    with monkeypatch.context() as patch:
        patch.setattr(folders.os, "write", lambda descriptor, data: real(descriptor, data[:3]))
        FolderStore(tmp_path).set("a", b"0123456789")
    assert (tmp_path / "a").read_bytes() == b"0123456789"
