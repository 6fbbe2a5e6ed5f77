"""A journal that came with a store of a stranger changes nothing outside of the store."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import zarr

from hdmf_io_core import open_io
from hdmf_io_core.errors import JournalError


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """Return a store, with a file of the user beside it and an empty journal."""
    path = tmp_path / "stranger.zarr"
    zarr.open_group(path, mode="w", zarr_format=2).create_array("x", data=np.arange(3))
    (tmp_path / "precious").mkdir()
    (tmp_path / "precious" / "file").write_text("mine")
    (tmp_path / ".stranger.zarr.journal" / "new").mkdir(parents=True)
    return path


def decide(store: Path, decision: Any) -> None:
    (store.parent / ".stranger.zarr.journal" / "commit").write_text(json.dumps(decision))


def refused(store: Path) -> None:
    with pytest.raises(JournalError), open_io(store, "a"):
        pass
    assert (store.parent / "precious" / "file").read_text() == "mine"
    assert sorted(p.name for p in (store.parent / "precious").iterdir()) == ["file"]


@pytest.mark.parametrize("key", ["../precious", "/", "a/../../precious", ".", "a//b", "x\0"])
def test_nothing_outside_is_removed_or_written(store: Path, key: str) -> None:
    absolute = str(store.parent / "precious")
    for name in (key, absolute):
        decide(store, {"gone": [name], "mark": {}})
        refused(store)
        decide(store, {"gone": [], "mark": {f"{name}/file": "theirs"}})
        refused(store)


def test_no_link_of_the_file_system_is_followed(store: Path) -> None:
    (store / "out").symlink_to(store.parent / "precious")
    for decision in ({"gone": ["out/file"], "mark": {}}, {"gone": [], "mark": {"out/new": ""}}):
        decide(store, decision)
        refused(store)


def test_what_moves_in_does_not_leave_by_a_link(store: Path) -> None:
    (store / "out").symlink_to(store.parent / "precious")
    new = store.parent / ".stranger.zarr.journal" / "new"
    (new / "out").mkdir()
    (new / "out" / "new").write_text("theirs")
    decide(store, {"gone": [], "mark": {}})
    refused(store)


def test_links_do_not_move_in(store: Path) -> None:
    new = store.parent / ".stranger.zarr.journal" / "new"
    (new / "0").symlink_to(store.parent / "precious" / "file")
    decide(store, {"gone": [], "mark": {}})
    refused(store)


def test_a_removed_link_leaves_what_it_leads_to(store: Path) -> None:
    (store / "out").symlink_to(store.parent / "precious")
    decide(store, {"gone": ["out"], "mark": {}})
    with open_io(store, "a"):
        pass
    assert not (store / "out").is_symlink()
    assert (store.parent / "precious" / "file").read_text() == "mine"


@pytest.mark.parametrize(
    "text", ["", "[", "[]", "1", '{"gone": 1, "mark": {}}', '{"gone": [1], "mark": {}}',
             '{"gone": [], "mark": {"a": 1}}', "[" * 100_000, "\ud800"],
    ids=range(9),
)  # fmt: skip
def test_a_damaged_decision_raises_one_error(store: Path, text: str) -> None:
    path = store.parent / ".stranger.zarr.journal" / "commit"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    refused(store)
