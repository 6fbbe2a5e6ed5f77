"""What is written beside its target takes its place whole, or leaves no trace."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING, Any

import pytest

from hdmf_io_core.durability import exchange
from hdmf_io_core.durability.exchange import ExchangeFolder
from hdmf_io_core.durability.publish import RenameFile, WrittenBeside
from hdmf_io_core.errors import SourceExistsError

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

    @staticmethod
    def put(path: Path, content: str) -> None:
        path.write_text(content)

    @staticmethod
    def get(path: Path) -> str:
        return path.read_text()


class Folder:
    publication = ExchangeFolder

    @staticmethod
    def put(path: Path, content: str) -> None:
        path.mkdir()
        (path / "zarr.json").write_text(content)

    @staticmethod
    def get(path: Path) -> str:
        return (path / "zarr.json").read_text()


KINDS = pytest.mark.parametrize("kind", [File, Folder])


def written(kind: Any, folder: Path, *, replace: bool = True) -> WrittenBeside:
    kind.put(folder / ".new.part", "new")
    publication: WrittenBeside = kind.publication(
        folder / ".new.part", folder / "target", reopen=Storage, replace=replace
    )
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
    monkeypatch.setattr(exchange, "_exchange", lambda one, other: False)
    Folder.put(tmp_path / "target", "old")
    written(Folder, tmp_path).publish(Storage())  # type: ignore[arg-type]
    assert Folder.get(tmp_path / "target") == "new"
    assert [path.name for path in tmp_path.iterdir()] == ["target"]
