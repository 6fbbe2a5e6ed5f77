"""Plain containers that we write, hdmf-zarr reads: its builders, and those of hdmf-common."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from ourtelling import plain
from peerprocess import Peer

from hdmf_io_core import Container, Data, DataChunkIterator, open_io
from hdmf_io_zarr import ZarrDataIO

KINDS: dict[str, Any] = {
    **{d: np.arange(6).astype(d) for d in ("i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8")},
    **{d: np.linspace(-1, 1, 5).astype(d) for d in ("f2", "f4", "f8")},
    "big_endian": np.arange(4, dtype=">i4"),
    "bool": np.array([True, False]),
    "three_d": np.arange(24.0).reshape(2, 3, 4),
    "empty": np.empty((0, 3), "i4"),
    "nan": np.array([np.nan, np.inf, -np.inf]),
    "text": ["a", "é", ""],
    "text_2d": [["a", "b"], ["c", "d"]],
    "bytes": [b"ab", b"c"],
    "list": [1, 2, 3],
    "records": np.array([(1, 0.5), (2, 1.5)], [("n", "i4"), ("x", "f8")]),
    "named": np.array([(1, "é"), (2, "")], [("n", "i4"), ("label", object)]),
    "int": 7,
    "float": 0.25,
    "one_text": "é",
    "one_bool": True,
}
OPTIONS: dict[str, Any] = {
    "chunked": {"chunks": (5, 2)},
    "filtered": {"chunks": (4, 3), "filters": [{"id": "shuffle", "elementsize": 8}]},
    "blosc": {"compressor": {"id": "blosc", "cname": "zstd", "clevel": 3, "shuffle": 2}},
    "bare": {"compressor": False},
    "growing": {"maxshape": (None, 3)},
    "filled": {"chunks": (4, 3), "fillvalue": 1.5},
}


def tree() -> Container:
    """Every kind of data, nested groups, references, links, options."""
    root = Container("experiment", attributes={"version": "é", "numbers": [1, 2], "ratio": 0.5})
    for name, value in KINDS.items():
        root.add_child(Data(name, value, attributes={"kind": name}))
    for name, options in OPTIONS.items():
        root.add_child(Data(name, ZarrDataIO(np.arange(36.0).reshape(12, 3), **options)))
    rows = (np.full(3, i) for i in range(10))
    root.add_child(Data("streamed", DataChunkIterator(data=rows, buffer_size=4)))
    deep = Container("deep")
    root.add_child(deep)
    inner = Container("inner")
    deep.add_child(inner)
    inner.add_child(Data("leaf", [1.0, 2.0]))
    root.attributes["leaf"] = inner["leaf"]
    root.add_child(Data("references", [inner, inner["leaf"], root["i4"]]))
    deep.add_link("alias", root["f8"])
    deep.add_link("group", inner)
    root.add_link("shortcut", inner)
    return root


@pytest.fixture
def path(tmp_path: Path, peer: Peer) -> Path:
    path = tmp_path / "ours.zarr"
    with open_io(path, "w", zarr_format=peer.zarr_format) as io:
        io.write(tree())
    return path


def stored(value: Any) -> Any:
    """What the peer is to say of a value."""
    if isinstance(value, bytes):
        return value.decode()
    if isinstance(value, (list, np.ndarray)) and np.asarray(value).dtype.kind == "S":
        return [stored(item) for item in value]
    return plain(value)


def test_the_builder_reader_finds_every_kind(path: Path, peer: Peer) -> None:
    nodes = peer.builders(path, nwb=False)
    for name, value in KINDS.items():
        node = nodes[f"/{name}"]
        assert node["values"] == stored(value), name
        assert node["shape"] == list(np.shape(value)), name
        assert node["attributes"]["kind"] == name
        if isinstance(value, np.ndarray) and value.dtype.kind in "iufb":
            assert node["dtype"] == value.dtype.newbyteorder("=").name, name


def test_the_builder_reader_finds_the_same_whatever_the_options(path: Path, peer: Peer) -> None:
    nodes = peer.builders(path, nwb=False)
    for name in OPTIONS:
        assert nodes[f"/{name}"]["values"] == np.arange(36.0).reshape(12, 3).tolist(), name
    assert nodes["/streamed"]["values"] == [[float(i)] * 3 for i in range(10)]


def test_the_builder_reader_resolves_references_and_links(path: Path, peer: Peer) -> None:
    nodes = peer.builders(path, nwb=False)
    assert nodes["/"]["attributes"]["leaf"] == {"reference": "/deep/inner/leaf"}
    targets = ["/deep/inner", "/deep/inner/leaf", "/i4"]
    assert nodes["/references"]["values"] == [{"reference": target} for target in targets]
    assert nodes["/"]["links"] == {"shortcut": ["/deep/inner", None]}
    assert nodes["/deep"]["links"] == {"alias": ["/f8", None], "group": ["/deep/inner", None]}


def test_attributes_are_plain(path: Path, peer: Peer) -> None:
    found = peer.builders(path, nwb=False)["/"]["attributes"]
    assert found["version"] == "é"
    assert found["numbers"] == [1, 2]
    assert found["ratio"] == 0.5
    assert found["data_type"] == "SimpleMultiContainer"


def test_its_containers_have_our_content_and_identities(path: Path, peer: Peer) -> None:
    found = peer.containers(path, nwb=False)
    with open_io(path) as io:
        root = io.read()
        assert found["/"]["id"] == root.object_id
        for name, value in KINDS.items():
            node = found[f"/{name}"]
            assert (node["type"], node["id"]) == ("Data", root[name].object_id)
            data = node["fields"]["data"]
            # hdmf takes arrays of one number or text for scalars.
            assert data in (stored(value), [stored(value)]), name
        leaf = found["/deep/inner/leaf"]
        assert (leaf["id"], leaf["fields"]["data"]) == (root.attributes["leaf"].object_id, [1, 2])


def test_a_link_leads_to_another_store_of_ours(tmp_path: Path, peer: Peer) -> None:
    first, second = tmp_path / "first.zarr", tmp_path / "second.zarr"
    with open_io(first, "w", zarr_format=peer.zarr_format) as io:
        root = Container("first")
        root.add_child(Container("group"))
        root["group"].add_child(Data("x", [1, 2, 3]))
        io.write(root)
    with open_io(first) as src, open_io(second, "w", zarr_format=peer.zarr_format) as io:
        root = Container("second")
        root.add_child(Container("holder"))
        root["holder"].add_link("whole", src.read()["group"])
        root["holder"].add_child(Data("part", ZarrDataIO(f"{first}::/group/x", link_data=True)))
        io.write(root)
    nodes = peer.builders(second, nwb=False)
    assert nodes["/holder"]["links"] == {
        "whole": ["/group", "first.zarr"],
        "part": ["/group/x", "first.zarr"],
    }


@pytest.mark.parametrize("name", ["a b", "é", "x.y"])
def test_names_may_be_any_text(name: str, tmp_path: Path, peer: Peer) -> None:
    path = tmp_path / "names.zarr"
    root = Container("root")
    root.add_child(Container(name))
    root[name].add_child(Data(name, [1]))
    with open_io(path, "w", zarr_format=peer.zarr_format) as io:
        io.write(root)
    assert f"/{name}/{name}" in peer.builders(path, nwb=False)
