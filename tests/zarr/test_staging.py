"""Changes of a local store are all in it, or none; until then it is the old store to everybody."""

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import zarr

from hdmf_io_core import Container, Data
from hdmf_io_core.durability import syscalls
from hdmf_io_core.errors import CorruptFileError, WriteError
from hdmf_io_core.stores.folders import FolderStore
from hdmf_io_core.stores.staging import StagedStore, journal_of, recover
from hdmf_io_core.testing.forks import in_child
from hdmf_io_zarr import ZarrDataIO, ZarrIO

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="writers die in a forked child")


def stored(path: Path, zarr_format: Any, *, n_others: int = 1) -> Path:
    container = Container(name="experiment")
    data = ZarrDataIO(np.arange(6, dtype="i4"), chunks=(4,), maxshape=(None,))
    container.add_child(Data(name="x", data=data))
    for number in range(n_others):
        container.add_child(Data(name=f"other{number}", data=[number]))
    with ZarrIO(path, "w", zarr_format=zarr_format) as io:
        io.write(container)
    return path


def append_and_die(path: Path, *, at: str | None = None, nth: int = 1) -> None:
    """Append rows in a child that dies before it commits, or at a call while it does."""
    seen: Counter[str] = Counter()

    def die(name: str, *arguments: object) -> None:
        seen[name] += 1
        if name == at and seen[name] == nth:
            os._exit(1)

    def append() -> None:
        io = ZarrIO(path, "a")
        io.read()["x"].append([6, 7, 8])
        io.storage  # noqa: B018 - hands the rows to the store
        if at is not None:
            with syscalls.observed(die):
                io.close()
        os._exit(0)

    in_child(append)


def values(path: Path, **options: Any) -> list[int]:
    with ZarrIO(path, **options) as io:
        return list(io.read()["x"].data[:])


OLD, NEW = list(range(6)), list(range(9))


def test_a_writer_that_dies_leaves_the_old_store(tmp_path: Path, zarr_format: Any) -> None:
    path = stored(tmp_path / "a.zarr", zarr_format)
    append_and_die(path)
    assert values(path) == OLD
    assert list(zarr.open_group(path, mode="r")["x"][:]) == OLD
    assert values(path, mode="a") == OLD
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.zarr"]


@pytest.mark.parametrize("nth", [1, 2, 3, 4])
def test_a_commit_that_dies_is_refused_by_readers_and_completed_by_the_next_writer(
    tmp_path: Path, zarr_format: Any, nth: int
) -> None:
    path = stored(tmp_path / "a.zarr", zarr_format)
    # The first rename decides; the second is the mark's end, and then values move in.
    append_and_die(path, at="rename", nth=nth)
    if nth == 1:
        assert values(path) == OLD
        assert values(path, mode="r+") == OLD
    else:
        if nth > 2:
            with pytest.raises(CorruptFileError, match="r\\+"):
                ZarrIO(path)
        assert values(path, mode="r+") == NEW
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.zarr"]
    assert values(path) == (OLD if nth == 1 else NEW)


def test_readers_see_the_old_store_until_the_commit(tmp_path: Path, zarr_format: Any) -> None:
    path = stored(tmp_path / "a.zarr", zarr_format)
    with ZarrIO(path, "a") as io:
        io.read()["x"].append([6, 7, 8])
        assert list(io.read()["x"].data[:]) == NEW
        assert values(path) == OLD
        io.flush()
        assert values(path) == NEW


def test_a_disk_that_is_full_leaves_the_old_store(tmp_path: Path, zarr_format: Any) -> None:
    path = stored(tmp_path / "a.zarr", zarr_format)

    def fail(name: str, *arguments: object) -> None:
        if name == "fsync":
            raise OSError(28, "No space left on device")

    io = ZarrIO(path, "a")
    io.read()["x"].append([6, 7, 8])
    with syscalls.observed(fail), pytest.raises(WriteError, match="No space"):
        io.flush()
    assert values(path) == OLD
    io.close()
    assert values(path) == NEW


def test_an_append_does_not_grow_with_the_store(tmp_path: Path, zarr_format: Any) -> None:
    counts = []
    for n_others in (2, 40):
        path = stored(tmp_path / f"{n_others}.zarr", zarr_format, n_others=n_others)
        calls: Counter[str] = Counter()
        with ZarrIO(path, "a") as io, syscalls.observed(lambda name, *_: calls.update([name])):  # noqa: B023
            io.read()["x"].append([6])
            io.flush()
        counts.append(calls)
    assert counts[0] == counts[1]
    assert counts[0]["fsync"] + counts[0]["fsync_folder"] < 20


@pytest.fixture
def staged(tmp_path: Path) -> StagedStore:
    folder = FolderStore(tmp_path / "a.zarr")
    for key in ("zarr.json", "g/zarr.json", "g/c/0", "g/c/1", "h/zarr.json"):
        folder.set(key, key.encode())
    return StagedStore(tmp_path / "a.zarr")


def content(store: Any, path: str = "") -> dict[str, bytes]:
    found = {}
    for name in store.names(path):
        key = f"{path}/{name}" if path else name
        data = store.get(key)
        found.update({key: data} if data is not None else content(store, key))
    return found


def test_changes_show_before_and_after_the_commit(staged: StagedStore) -> None:
    old = content(FolderStore(staged.folder))
    staged.set("g/c/1", b"new")
    staged.delete("g/c/0")
    staged.delete_tree("h")
    staged.set("h/c/0", b"again")
    staged.move_tree("g", "k/m")
    expected = {
        "zarr.json": b"zarr.json",
        "k/m/zarr.json": b"g/zarr.json",
        "k/m/c/1": b"new",
        "h/c/0": b"again",
    }
    assert content(staged) == expected
    assert content(FolderStore(staged.folder)) == old
    staged.commit({"zarr.json": "unfinished"})
    # The mark stands where no document replaces it; the root's is always among the staged.
    expected["zarr.json"] = b"unfinished"
    assert content(FolderStore(staged.folder)) == content(staged) == expected
    assert not journal_of(staged.folder).exists()


def test_closing_drops_what_was_not_committed(staged: StagedStore) -> None:
    old = content(staged)
    staged.set("g/c/9", b"new")
    staged.close()
    assert content(FolderStore(staged.folder)) == old
    assert not journal_of(staged.folder).exists()


def test_what_was_decided_can_be_done_twice(staged: StagedStore) -> None:
    staged.delete_tree("g")
    staged.set("g/zarr.json", b"new")
    calls = 0

    class Died(BaseException):
        pass

    def die(name: str, *arguments: object) -> None:
        nonlocal calls
        calls += name == "rename"
        if calls == 3:
            raise Died

    with syscalls.observed(die), pytest.raises(Died):
        staged.commit({})
    assert json.loads((journal_of(staged.folder) / "commit").read_text())["gone"] == []
    recover(staged.folder)
    assert content(FolderStore(staged.folder)) == {
        "zarr.json": b"zarr.json",
        "g/zarr.json": b"new",
        "h/zarr.json": b"h/zarr.json",
    }


def test_repair_completes_a_store_whose_writer_died(tmp_path: Path) -> None:
    path = stored(tmp_path / "a.zarr", 3)
    append_and_die(path, at="rename", nth=3)
    assert journal_of(path).exists()
    repaired = subprocess.run(
        [sys.executable, "-P", "-m", "hdmf_io_core.cli", "repair", str(path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert repaired.returncode == 0, repaired.stderr
    assert "the store is whole" in repaired.stdout
    assert not journal_of(path).exists()
    assert values(path)
