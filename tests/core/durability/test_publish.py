"""What is written beside its target takes its place whole, or leaves no trace."""

from __future__ import annotations

import errno
import gc
import os
from typing import TYPE_CHECKING, Any

import pytest

from hdmf_io_core.durability import syscalls
from hdmf_io_core.durability.beside import new_file, new_folder, sweep
from hdmf_io_core.durability.exchange import ExchangeFolder
from hdmf_io_core.durability.publish import RenameFile, WrittenBeside
from hdmf_io_core.errors import SourceExistsError, WriteError

if TYPE_CHECKING:
    from pathlib import Path


class Storage:
    """Stands for an open storage; notes whether it was closed."""

    def __init__(self) -> None:
        self.is_closed = False

    def close(self) -> None:
        self.is_closed = True


class File:
    publication = RenameFile
    new = staticmethod(new_file)

    @staticmethod
    def put(path: Path, content: str) -> None:
        path.write_text(content)

    @staticmethod
    def get(path: Path) -> str:
        return path.read_text()


class Folder:
    publication = ExchangeFolder
    new = staticmethod(new_folder)

    @staticmethod
    def put(path: Path, content: str) -> None:
        path.mkdir(exist_ok=True)
        (path / "zarr.json").write_text(content)

    @staticmethod
    def get(path: Path) -> str:
        return (path / "zarr.json").read_text()


KINDS = pytest.mark.parametrize("kind", [File, Folder])


def written(kind: Any, folder: Path, *, replace: bool = True) -> WrittenBeside:
    beside = kind.new(folder / "target")
    kind.put(beside.path, "new")
    publication: WrittenBeside = kind.publication(beside, reopen=Storage, replace=replace)
    return publication


@KINDS
@pytest.mark.parametrize("had_one", [True, False])
def test_publishing_gives_the_name_and_leaves_nothing_else(
    kind: Any, tmp_path: Path, had_one: bool
) -> None:
    if had_one:
        kind.put(tmp_path / "target", "old")
    publication = written(kind, tmp_path)
    storage = Storage()
    assert isinstance(publication.publish(storage), Storage)  # type: ignore[arg-type]
    assert storage.is_closed
    assert not publication.is_pending
    assert kind.get(tmp_path / "target") == "new"
    assert [path.name for path in tmp_path.iterdir()] == ["target"]


@KINDS
def test_publishing_again_does_nothing(kind: Any, tmp_path: Path) -> None:
    publication = written(kind, tmp_path)
    publication.publish(Storage())  # type: ignore[arg-type]
    later = Storage()
    assert publication.publish(later) is None  # type: ignore[arg-type]
    assert not later.is_closed


@KINDS
def test_discarding_keeps_the_old_and_leaves_nothing_else(kind: Any, tmp_path: Path) -> None:
    kind.put(tmp_path / "target", "old")
    written(kind, tmp_path).discard(Storage())  # type: ignore[arg-type]
    assert kind.get(tmp_path / "target") == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["target"]


@KINDS
def test_a_target_that_appeared_meanwhile_is_kept(kind: Any, tmp_path: Path) -> None:
    publication = written(kind, tmp_path, replace=False)
    kind.put(tmp_path / "target", "another's")
    with pytest.raises(SourceExistsError, match="appeared"):
        publication.publish(Storage())  # type: ignore[arg-type]
    assert kind.get(tmp_path / "target") == "another's"
    assert publication.is_pending


@KINDS
def test_what_nobody_publishes_or_discards_goes_with_its_io(kind: Any, tmp_path: Path) -> None:
    publication = written(kind, tmp_path)
    del publication
    gc.collect()
    assert list(tmp_path.iterdir()) == []


def test_without_an_exchange_in_one_step_folders_change_places_in_two(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(syscalls, "exchange", lambda one, other: False)
    Folder.put(tmp_path / "target", "old")
    written(Folder, tmp_path).publish(Storage())  # type: ignore[arg-type]
    assert Folder.get(tmp_path / "target") == "new"
    assert [path.name for path in tmp_path.iterdir()] == ["target"]


@KINDS
def test_content_is_synced_before_it_has_its_name_and_the_name_after(
    kind: Any, tmp_path: Path
) -> None:
    publication = written(kind, tmp_path)
    calls: list[str] = []
    with syscalls.observed(lambda name, *arguments: calls.append(name)):
        publication.publish(Storage())  # type: ignore[arg-type]
    named = calls.index("rename")
    assert max(i for i, call in enumerate(calls) if call == "fsync") < named < len(calls) - 1
    assert calls[-1] == "fsync_folder"


@KINDS
@pytest.mark.parametrize("call", ["fsync", "rename", "fsync_folder"])
def test_a_failing_call_leaves_the_old_or_the_new(kind: Any, call: str, tmp_path: Path) -> None:
    kind.put(tmp_path / "target", "old")
    publication = written(kind, tmp_path)

    def fail(name: str, *arguments: object) -> None:
        if name == call or (call == "rename" and name == "exchange"):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    storage = Storage()
    with pytest.raises(WriteError, match="No space"), syscalls.observed(fail):
        publication.publish(storage)  # type: ignore[arg-type]
    publication.discard(storage)  # type: ignore[arg-type]
    assert kind.get(tmp_path / "target") in {"old", "new"}
    sweep(tmp_path / "target")
    assert [path.name for path in tmp_path.iterdir()] == ["target"]
