"""We append to stores of hdmf-zarr, it appends to them too, and each reads what the other wrote."""

from pathlib import Path
from typing import Any

import numpy as np
from peerprocess import Peer
from treediff import differences

from hdmf_io_core import Container, Data, open_io
from hdmf_io_core.storage.selection import select_all
from hdmf_io_zarr import ZarrDataIO


def builders(peer: Peer, path: Path) -> dict[str, Any]:
    found = peer.builders(path, nwb=True)
    for node in found.values():
        node["attributes"].pop("_hdmf_io", None)
    return found


def test_opening_to_append_and_writing_nothing_changes_nothing(copy_of_theirs: Any) -> None:
    path = copy_of_theirs("ecephys")
    before = {file: file.read_bytes() for file in path.rglob("*") if file.is_file()}
    with open_io(path, "a") as io:
        io.write(io.read())
    assert {file: file.read_bytes() for file in path.rglob("*") if file.is_file()} == before


def test_the_peer_reads_rows_that_we_appended(copy_of_theirs: Any, peer: Peer) -> None:
    path = copy_of_theirs("ecephys")
    before = builders(peer, path)
    with open_io(path, "a") as io:
        root = io.read()
        root["acquisition/raw/data"].append(np.full((100, 2), -7, "i2"))
        root["acquisition/streamed/data"].append(np.zeros((1, 2)))
        io.write(root)
    after = builders(peer, path)
    for name, rows in {"raw": [[-7, -7]] * 100, "streamed": [[0.0, 0.0]]}.items():
        node = before[f"/acquisition/{name}/data"]
        node["values"] += rows
        node["shape"][0] += len(rows)
    assert differences(before, after) == []


def test_the_peer_reads_objects_that_we_appended(copy_of_theirs: Any, peer: Peer) -> None:
    path = copy_of_theirs("ecephys")
    before = builders(peer, path)
    with open_io(path, "a") as io:
        root = io.read()
        series = Container("ours", data_type="TimeSeries", namespace="core")
        series.attributes["description"], series.attributes["comments"] = "d", "é"
        series.add_child(Data("data", ZarrDataIO(np.arange(9.0), chunks=(4,)), data_type=None))
        series["data"].attributes.update({
            "unit": "m", "conversion": 1.0, "offset": 0.0, "resolution": -1.0,
        })  # fmt: skip
        series.add_child(Data("starting_time", 0.5, data_type=None))
        series["starting_time"].attributes.update({"rate": 10.0, "unit": "seconds"})
        root["acquisition"].add_child(series)
        io.write(root)
    after = builders(peer, path)
    added = {place: node for place, node in after.items() if place not in before}
    assert set(added) == {f"/acquisition/ours{end}" for end in ("", "/data", "/starting_time")}
    assert differences(before, {place: after[place] for place in before}) == []
    containers = peer.containers(path, nwb=True)
    assert containers["/ours"]["fields"]["data"] == list(np.arange(9.0))
    assert containers["/ours"]["fields"]["rate"] == 10.0


def test_we_read_what_the_peer_added_without_consolidating(copy_of_theirs: Any, peer: Peer) -> None:
    path = copy_of_theirs("ecephys")
    peer.make("add_series", path)
    with open_io(path, use_consolidated=False) as io:
        assert io.read()["acquisition/added/data"].data[:].tolist() == list(range(5))
    with open_io(path, "r+") as io:
        assert "added" in io.read()["acquisition"]


def test_our_append_renews_metadata_that_the_peer_left_stale(
    copy_of_theirs: Any, peer: Peer
) -> None:
    path = copy_of_theirs("ecephys")
    peer.make("add_series", path)
    with open_io(path, "a") as io:
        root = io.read()
        root.attributes["note"] = "ours"
        io.write(root)
    found = peer.builders(path, nwb=True)
    assert found["/acquisition/added/data"]["values"] == list(range(5))
    assert found["/"]["attributes"]["note"] == "ours"
    with open_io(path) as io:
        assert "added" in io.read()["acquisition"]


def test_no_consolidated_metadata_is_left_where_none_is_wanted(
    copy_of_theirs: Any, peer: Peer
) -> None:
    path = copy_of_theirs("ecephys")
    with open_io(path, "a", consolidate=False) as io:
        root = io.read()
        root.attributes["note"] = "ours"
        io.write(root)
    found = peer.builders(path, nwb=True)
    assert found["/"]["attributes"]["note"] == "ours"
    assert not (path / ".zmetadata").exists()


def test_the_peer_appends_to_ours(stock_files: dict[str, Path], tmp_path: Path, peer: Peer) -> None:
    path = tmp_path / "ours.zarr"
    with (
        open_io(stock_files["ecephys"]) as src,
        open_io(path, "w", zarr_format=peer.zarr_format) as io,
    ):
        io.export(src)
    peer.make("add_series", path)
    with open_io(path, use_consolidated=False) as io:
        root = io.read()
        assert root["acquisition/added/data"].data[-1] == 4.0
        electrodes = root["general/extracellular_ephys/electrodes"]
        assert electrodes["group"].data[0] is root["general/extracellular_ephys/shank"]


def test_references_grow_also_where_they_are_pickled(copy_of_theirs: Any, peer: Peer) -> None:
    path = copy_of_theirs("zoo")
    before = peer.builders(path, nwb=False)
    with open_io(path, "a") as io:
        root = io.read()
        root["refs"].append([root["f4"]])
        io.write(root)
    targets = [{"reference": "/text"}, {"reference": "/sub"}, {"reference": "/f4"}]
    after = peer.builders(path, nwb=False)
    assert after["/refs"]["values"] == targets
    assert {**before["/refs"]["attributes"], "_hdmf_io": None} == {
        **after["/refs"]["attributes"],
        "_hdmf_io": None,
    }


def test_records_changed_by_us_are_read_where_they_were_pickled(
    copy_of_theirs: Any, peer: Peer
) -> None:
    path = copy_of_theirs("zoo")
    before = peer.builders(path, nwb=False)
    with open_io(path, "a") as io:
        for name in ("/records", "/pairs", "/labels"):
            sink = io.storage.open_sink(name)
            cells = np.empty(sink.layout.shape, sink.layout.memory_dtype)
            sink.read_into(select_all(cells.shape), cells)
            sink.write((slice(0, len(cells)),), cells)
        io.storage.commit()
    after = peer.builders(path, nwb=False)
    for name in ("/records", "/pairs", "/labels"):
        assert after[name]["values"] == before[name]["values"]
