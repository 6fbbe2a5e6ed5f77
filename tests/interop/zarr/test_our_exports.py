"""HDF5 files of stock pynwb that we export to Zarr: hdmf-zarr reads what stock reads in them."""

import itertools
import shutil
from pathlib import Path
from typing import Any

import h5py
import pytest
from makers import NWB
from peerprocess import Peer
from treediff import differences

from hdmf_io_core import open_io

FILES = ("common", "sparse", "ecephys", "ophys", "behavior", "images")


@pytest.fixture(scope="module", params=FILES)
def source(request: pytest.FixtureRequest, stock_files: dict[str, Path]) -> Path:
    """Each HDF5 file, but for the one whose links lead to another HDF5 file."""
    return stock_files[request.param]


@pytest.fixture(scope="module")
def exported(source: Path, peer: Peer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file as a Zarr store, of the format that the peer reads."""
    path = tmp_path_factory.mktemp("ours") / f"{source.name}.zarr"
    return export(source, path, peer)


def export(source: Path, path: Path, peer: Peer) -> Path:
    with open_io(source) as src, open_io(path, "w", zarr_format=peer.zarr_format) as io:
        io.export(src)
    return path


def is_nwb(path: Path) -> bool:
    return ".nwb" in path.suffixes


def without_hints(nodes: dict[str, Any]) -> dict[str, Any]:
    """Leave out the attribute that only we read."""
    for node in nodes.values():
        node["attributes"].pop("_hdmf_io", None)
    return nodes


def test_the_builders_are_equal(source: Path, exported: Path, peer: Peer) -> None:
    found = without_hints(peer.builders(exported, nwb=is_nwb(source)))
    expected = peer.builders(source, nwb=is_nwb(source))
    if peer.zarr_format == 2:
        as_table_of_one(expected, "/general/extracellular_ephys/shank/position")
    assert differences(expected, found) == []


def as_table_of_one(nodes: dict[str, Any], path: str) -> None:
    """Turn a scalar compound into what format 2 has in its place: an array of one."""
    if path in nodes:
        nodes[path]["shape"], nodes[path]["values"] = [1], [nodes[path]["values"]]


def test_the_containers_are_equal(source: Path, exported: Path, peer: Peer) -> None:
    found = peer.containers(exported, nwb=is_nwb(source))
    expected = peer.containers(source, nwb=is_nwb(source))
    shank = expected.get("/shank")
    if peer.zarr_format == 2 and shank is not None:
        shank["fields"]["position"] = [shank["fields"]["position"]]
    assert differences(expected, found) == []


def test_each_format_that_it_reads_gives_the_same_containers(
    stock_files: dict[str, Path], tmp_path: Path, peer: Peer
) -> None:
    for zarr_format, name in itertools.product(peer.formats_read, ("common", "ophys", "behavior")):
        source = stock_files[name]
        path = tmp_path / f"{zarr_format}.{source.name}.zarr"
        with open_io(source) as src, open_io(path, "w", zarr_format=zarr_format) as io:
            io.export(src)
        nwb = is_nwb(source)
        found = peer.containers(path, nwb=nwb)
        assert differences(peer.containers(source, nwb=nwb), found) == []


def test_a_store_without_consolidated_metadata_is_read_as_well(
    stock_files: dict[str, Path], tmp_path: Path, peer: Peer
) -> None:
    source, path = stock_files["ecephys"], tmp_path / "plain.zarr"
    options = {"zarr_format": peer.zarr_format, "consolidate": False}
    with open_io(source) as src, open_io(path, "w", **options) as io:
        io.export(src)
    assert not (path / ".zmetadata").exists()
    whole = export(source, tmp_path / "whole.zarr", peer)
    assert peer.builders(path, nwb=True) == peer.builders(whole, nwb=True)


def test_their_stores_survive_our_export(
    their_stores: dict[str, Path], tmp_path: Path, peer: Peer
) -> None:
    for name, source in their_stores.items():
        path = export(source, tmp_path / source.name, peer)
        nwb = name in NWB
        expected = peer.builders(source, nwb=nwb)
        assert differences(expected, without_hints(peer.builders(path, nwb=nwb))) == [], name


def test_a_store_comes_back_from_hdf5(
    their_stores: dict[str, Path], tmp_path: Path, peer: Peer
) -> None:
    middle = tmp_path / "ecephys.nwb"
    with open_io(their_stores["ecephys"]) as src, open_io(middle, "w") as io:
        io.export(src)
    path = export(middle, tmp_path / "ecephys.zarr", peer)
    expected = peer.builders(their_stores["ecephys"], nwb=True)
    assert differences(expected, without_hints(peer.builders(path, nwb=True))) == []
    found = peer.containers(path, nwb=True)
    assert differences(peer.containers(their_stores["ecephys"], nwb=True), found) == []


def test_links_into_hdf5_files_are_read_by_the_peer_and_come_back(
    data_dir: Path, tmp_path: Path, peer: Peer
) -> None:
    for name in ("links_src.nwb", "links_dst.nwb"):
        shutil.copy(data_dir / "nwb" / name, tmp_path)
    store, back = tmp_path / "d.nwb.zarr", tmp_path / "back.nwb"
    export(tmp_path / "links_dst.nwb", store, peer)
    nodes = peer.builders(store, nwb=True)
    assert "/acquisition/local/data" in nodes
    assert "/acquisition/orig/data" in nodes
    found = peer.containers(store, nwb=True)
    assert {"/ext_data", "/orig"} <= set(found)
    with open_io(store) as src, open_io(back, "w") as dst:
        dst.export(src)
    with h5py.File(back) as file:
        link = file.get("acquisition/ext_data/data", getlink=True)
        assert (link.filename, link.path) == ("links_src.nwb", "/acquisition/orig/data")
