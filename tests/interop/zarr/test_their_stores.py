"""Stores of hdmf-zarr are read whole, as its own builder reader has them."""

import json
from pathlib import Path
from typing import Any

import pytest
from makers import NWB, STORES
from ourtelling import our_nodes
from peerprocess import Peer
from treediff import differences

from hdmf_io_core import open_io
from hdmf_io_zarr import ZarrIO


@pytest.fixture(params=STORES)
def name(request: pytest.FixtureRequest) -> str:
    """The name of each store."""
    return str(request.param)


@pytest.fixture
def path(name: str, their_stores: dict[str, Path]) -> Path:
    return their_stores[name]


def test_every_node_is_what_the_peer_reads(name: str, path: Path, peer: Peer) -> None:
    assert differences(peer.builders(path, nwb=name in NWB), our_nodes(path)) == []


def test_consolidated_metadata_makes_no_difference(path: Path) -> None:
    assert our_nodes(path, use_consolidated=False) == our_nodes(path, use_consolidated=True)


def test_stores_without_consolidated_metadata_read_alike(
    name: str, copy_of_theirs: Any, peer: Peer
) -> None:
    path = copy_of_theirs(name)
    before = our_nodes(path)
    if peer.zarr_format == 2:
        (path / ".zmetadata").unlink()
    else:
        root = json.loads((path / "zarr.json").read_text("utf-8"))
        del root["consolidated_metadata"]
        (path / "zarr.json").write_text(json.dumps(root), "utf-8")
    assert our_nodes(path) == before


def test_reading_changes_nothing(name: str, copy_of_theirs: Any) -> None:
    path = copy_of_theirs(name)
    before = {file: file.read_bytes() for file in path.rglob("*") if file.is_file()}
    our_nodes(path)
    assert {file: file.read_bytes() for file in path.rglob("*") if file.is_file()} == before


def test_the_format_is_recognised(path: Path, peer: Peer) -> None:
    with open_io(path) as io:
        assert isinstance(io, ZarrIO)
        assert io.storage.zarr_format == peer.zarr_format


def test_cached_specifications_are_those_of_the_store(name: str, path: Path) -> None:
    with ZarrIO(path) as io:
        found = {namespace for namespace, _ in io.storage.specs()}
        for documents in io.storage.specs().values():
            (namespace,) = json.loads(documents["namespace"])["namespaces"]
            sources = {entry["source"] for entry in namespace["schema"] if "source" in entry}
            assert sources <= set(documents)
    expected = {"hdmf-common", "hdmf-experimental"} if name not in {"zoo", "other"} else set()
    assert found == (expected | {"core"} if name in NWB else expected)


def test_references_are_containers_in_the_light_model(their_stores: dict[str, Path]) -> None:
    with open_io(their_stores["ecephys"]) as io:
        root = io.read()
        electrodes = root["general/extracellular_ephys/electrodes"]
        shank = root["general/extracellular_ephys/shank"]
        assert [group is shank for group in electrodes["group"].data[:]] == [True] * 4
        series = root["acquisition/raw"]
        assert series["electrodes"].attributes["table"] is electrodes
        assert series["data"].data[3:5].tolist() == [[6, 7], [8, 9]]


def test_records_hold_text_and_references(their_stores: dict[str, Path]) -> None:
    with open_io(their_stores["zoo"]) as io:
        root = io.read()
        rows = root["records"].data[:]
        assert rows["a"].tolist() == [1, 2]
        assert list(rows["b"]) == ["eins", "zwéi"]
        assert list(rows["c"]) == [root["text"], root["sub"]]
        assert root["holder/to_array"] is root["f8"]
        assert root["holder"].attributes["to"] is root["i4"]


def test_links_lead_into_the_other_store(their_stores: dict[str, Path]) -> None:
    with open_io(their_stores["linked"]) as io:
        root = io.read()
        assert root["acquisition/second/timestamps"] is root["acquisition/first/timestamps"]
        assert root["acquisition/orig/data"].data[28:].tolist() == [28.0, 29.0]


def test_links_stay_good_when_the_folder_moves(copy_of_theirs: Any, tmp_path: Path) -> None:
    folder = copy_of_theirs("linked").parent
    moved = tmp_path / "deep" / "down"
    moved.mkdir(parents=True)
    for store in folder.glob("*.zarr"):
        store.rename(moved / store.name)
    with open_io(moved / "linked.zarr") as io:
        assert io.read()["acquisition/orig/data"].data[1] == 1.0


def test_file_is_the_root_group_of_zarr_python(path: Path) -> None:
    with ZarrIO(path) as io:
        assert "object_id" in io.file.attrs
