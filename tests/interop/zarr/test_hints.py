"""To hdmf-zarr ``_hdmf_io`` is an attribute like others: it may be there, change, or be lost."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from ourtelling import our_nodes
from peerprocess import Peer
from treediff import differences

from hdmf_io_core import Container, Data, open_io

HINTS = "_hdmf_io"


@pytest.fixture
def path(tmp_path: Path, peer: Peer) -> Path:
    """A store in which every kind of hint is needed."""
    path = tmp_path / "hinted.zarr"
    root = Container("root")
    root.attributes["small"] = np.int8(3)
    root.attributes["single"] = np.array([0.5, 1.5], "f4")
    root.add_child(Container("group"))
    root["group"].attributes["unsigned"] = np.uint16(9)
    root.add_child(Data("fixed", np.arange(4, dtype="u1")))
    root.add_child(Data("dates", [b"2021-03-04", b"2021-03-05"]))
    root.add_child(Data("bytes", np.array([b"ab", b"c"])))
    with open_io(path, "w", zarr_format=peer.zarr_format) as io:
        io.write(root)
    return path


def documents(path: Path) -> dict[Path, Any]:
    """Every document that holds attributes, and those."""
    found: dict[Path, Any] = {}
    for file in path.rglob("*"):
        if file.name in {".zattrs", "zarr.json"}:
            document = json.loads(file.read_text("utf-8"))
            attributes = document if file.name == ".zattrs" else document["attributes"]
            found[file] = (document, attributes)
    return found


def strip(path: Path) -> int:
    """Remove the hints from a store, and its consolidated metadata."""
    n_removed = 0
    for file, (document, attributes) in documents(path).items():
        n_removed += attributes.pop(HINTS, None) is not None
        document.pop("consolidated_metadata", None)
        file.write_text(json.dumps(document), "utf-8")
    (path / ".zmetadata").unlink(missing_ok=True)
    return n_removed


def test_it_is_an_attribute_of_nodes_that_need_it(path: Path) -> None:
    with_hints = {
        file.parent.name for file, (_, found) in documents(path).items() if HINTS in found
    }
    assert {path.name, "group", "fixed", "bytes"} <= with_hints
    assert "specifications" not in with_hints


def test_the_peer_reads_the_same_without_it(path: Path, peer: Peer) -> None:
    containers, builders = peer.containers(path, nwb=False), peer.builders(path, nwb=False)
    assert strip(path) >= 4
    assert peer.containers(path, nwb=False) == containers
    for node in builders.values():
        node["attributes"].pop(HINTS, None)
    assert differences(builders, peer.builders(path, nwb=False)) == []


def test_we_read_the_same_values_without_it(path: Path) -> None:
    before = our_nodes(path)
    strip(path)
    assert differences(before, our_nodes(path)) == []


def test_types_of_attributes_come_back_with_it(path: Path) -> None:
    with open_io(path) as io:
        root = io.read()
        assert type(root.attributes["small"]) is np.int8
        assert root.attributes["single"].dtype == np.float32
        assert type(root["group"].attributes["unsigned"]) is np.uint16


def test_it_is_hidden_from_users(path: Path) -> None:
    with open_io(path) as io:
        root = io.read()
        assert all(HINTS not in node.attributes for node in (root, *root.children))


def test_a_hint_that_the_peer_made_false_is_passed_over(path: Path) -> None:
    for file, (document, attributes) in documents(path).items():
        if "small" in attributes:
            attributes["small"] = "now a text"
        document.pop("consolidated_metadata", None)
        file.write_text(json.dumps(document), "utf-8")
    (path / ".zmetadata").unlink(missing_ok=True)
    with open_io(path) as io:
        assert io.read().attributes["small"] == "now a text"
