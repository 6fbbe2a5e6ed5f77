"""hdmf-zarr 0.13 pickles; we never do, and what a pickle does when it is loaded does not happen."""

import base64
import json
import os
import pickle
import pickletools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numcodecs
import numpy as np
import pytest
from peerprocess import Peer

from hdmf_io_core import Container, Data, open_io
from hdmf_io_core.errors import MetadataError


def holds_pickle(data: bytes) -> bool:
    """Whether bytes are a pickle that makes an object: such can only have been pickled."""
    try:
        names = {operation.name for operation, _, _ in pickletools.genops(data)}
    except Exception:  # whatever is no pickle raises something
        return False
    return bool(names & {"PROTO", "GLOBAL", "STACK_GLOBAL", "REDUCE", "INST", "OBJ"})


def pickles(store: Path) -> Iterator[str]:
    """Yield each place of a store of format 2 where something is pickled."""
    for file in store.rglob(".zarray"):
        meta = json.loads(file.read_text("utf-8"))
        if any(entry["id"] == "pickle" for entry in meta["filters"] or ()):
            yield f"{file}: filter"
        fill = meta["fill_value"]
        if isinstance(fill, str) and holds_pickle(base64.b64decode(fill + "===")):
            yield f"{file}: fill value"
        compressor = meta["compressor"] and numcodecs.get_codec(meta["compressor"])
        for chunk in file.parent.iterdir():
            if not chunk.name.startswith("."):
                data = chunk.read_bytes()
                content = bytes(compressor.decode(data)) if compressor else data
                if holds_pickle(data) or holds_pickle(content):
                    yield f"{chunk}: content"


def pickled_everywhere(store: Path) -> Iterator[str]:
    """Yield the files of any store that are, or hold in the clear, a pickle."""
    for file in store.rglob("*"):
        if file.is_file() and holds_pickle(file.read_bytes()):
            yield str(file)


def test_the_search_finds_what_the_peer_pickled(their_stores: dict[str, Path], peer: Peer) -> None:
    found = list(pickles(their_stores["zoo"]))
    assert bool(found) == (peer.zarr_format == 2)


@pytest.mark.parametrize("zarr_format", [2, 3])
def test_a_copy_of_their_store_holds_no_pickle(
    zarr_format: int, their_stores: dict[str, Path], tmp_path: Path
) -> None:
    for name, source in their_stores.items():
        path = tmp_path / source.name
        with open_io(source) as src, open_io(path, "w", zarr_format=zarr_format) as io:
            io.export(src)
        assert [*pickles(path), *pickled_everywhere(path)] == [], name


@pytest.mark.parametrize("zarr_format", [2, 3])
def test_what_we_write_holds_no_pickle(
    zarr_format: int, stock_files: dict[str, Path], tmp_path: Path
) -> None:
    path = tmp_path / "made.zarr"
    root = Container("root")
    root.add_child(Data("text", ["a", "é"]))
    root.add_child(Data("records", np.array([(1, "a")], [("n", "i4"), ("s", object)])))
    root.add_child(Data("refs", [root["text"], root]))
    with open_io(path, "w", zarr_format=zarr_format) as io:
        io.write(root)
    assert [*pickles(path), *pickled_everywhere(path)] == []
    for name in ("common", "ecephys", "ophys"):
        path = tmp_path / f"{name}.zarr"
        with open_io(stock_files[name]) as src, open_io(path, "w", zarr_format=zarr_format) as io:
            io.export(src)
        assert [*pickles(path), *pickled_everywhere(path)] == [], name


class Attack:
    """When unpickled, makes a folder."""

    def __init__(self, target: Path) -> None:
        self._target = target

    def __reduce__(self) -> Any:
        return os.mkdir, (str(self._target),)


def attack(store: Path, target: Path, *, place: str) -> None:
    """Put a pickle that does something into an array of format 2."""
    array = store / "refs"
    array.mkdir()
    payload = pickle.dumps(np.array([Attack(target)], object))
    meta: dict[str, Any] = {
        "zarr_format": 2, "shape": [1], "chunks": [1], "dtype": "|O", "order": "C",
        "compressor": None, "filters": [{"id": "pickle", "protocol": 5}], "fill_value": 0,
    }  # fmt: skip
    if place == "fill value":
        meta["fill_value"] = base64.b64encode(payload).decode()
        meta["dtype"] = [["n", "<i4"], ["ref", "|O"]]
    else:
        (array / "0").write_bytes(payload)
    (array / ".zarray").write_text(json.dumps(meta), "utf-8")
    (array / ".zattrs").write_text(json.dumps({"zarr_dtype": "object"}), "utf-8")


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """A small store of ours, without consolidated metadata."""
    path = tmp_path / "store.zarr"
    root = Container("root")
    root.add_child(Data("good", [1, 2, 3]))
    with open_io(path, "w", zarr_format=2, consolidate=False) as io:
        io.write(root)
    return path


def test_a_pickle_that_calls_something_raises_and_is_not_run(store: Path, tmp_path: Path) -> None:
    target = tmp_path / "made by the pickle"
    attack(store, target, place="chunk")
    with open_io(store) as io:
        root = io.read()
        with pytest.raises(MetadataError, match=r"mkdir.* is refused") as caught:
            root["refs"].data[:]
        assert caught.value.source == str(store)
        assert caught.value.path == "/refs"
        assert root["good"].data[:].tolist() == [1, 2, 3]
    assert not target.exists()


def test_the_switch_of_numcodecs_makes_no_difference(
    store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NUMCODECS_ALLOW_UNSAFE_PICKLE_DECODE", "1")
    test_a_pickle_that_calls_something_raises_and_is_not_run(store, tmp_path)


def test_a_pickled_fill_value_is_never_looked_at(store: Path, tmp_path: Path) -> None:
    target = tmp_path / "made by the pickle"
    attack(store, target, place="fill value")
    with open_io(store) as io:
        layout = io.storage.array("/refs").layout
        assert layout.shape == (1,)
        io.read()["refs"].data[:]
    assert not target.exists()


def test_an_export_stops_at_it_and_leaves_nothing(store: Path, tmp_path: Path) -> None:
    target, copy = tmp_path / "made by the pickle", tmp_path / "copy.zarr"
    attack(store, target, place="chunk")
    with open_io(store) as src:
        io = open_io(copy, "w", zarr_format=2)
        with pytest.raises(MetadataError, match="is refused"), io:
            io.export(src)
    assert not target.exists()
    assert not copy.exists()
