"""The command on real files, compared with plain h5py."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import pytest

Run = Callable[..., Any]
DATA = Path(__file__).parents[2] / "data"
FILES = sorted([*DATA.glob("*/*.h5"), *DATA.glob("*/*.nwb")])


def entries(path: Path) -> dict[str, object]:
    """Every name in a file, as h5py finds it, and its link; nothing behind links or met before."""
    found: dict[str, object] = {}
    seen = set()

    def enter(group: h5py.Group) -> None:
        for name in group:
            at = f"{group.name.rstrip('/')}/{name}"
            link = group.get(name, getlink=True)
            found[at] = link
            if isinstance(link, h5py.HardLink):
                node = group[name]
                address = h5py.h5o.get_info(node.id).addr
                if address not in seen:
                    seen.add(address)
                    if isinstance(node, h5py.Group) and at != "/specifications":
                        enter(node)

    with h5py.File(path) as file:
        seen.add(h5py.h5o.get_info(file.id).addr)
        enter(file["/"])
        if ".specloc" in file.attrs:
            found.pop("/specifications", None)
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_the_tree_has_every_name_once(run: Run, path: Path) -> None:
    ran = run("tree", path, "--json")
    assert (ran.code, ran.err) == (0, "")
    nodes = {node["path"]: node for node in json.loads(ran.out)["nodes"]}
    expected = entries(path)
    assert set(nodes) - {"/"} == set(expected)
    soft = {name: link.path for name, link in expected.items() if isinstance(link, h5py.SoftLink)}
    assert {
        name: node["link"]["target"]
        for name, node in nodes.items()
        if node.get("link", {}).get("kind") == "soft"
    } == soft


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_shapes_and_chunks_are_those_of_h5py(run: Run, path: Path) -> None:
    nodes = json.loads(run("tree", path, "--json").out)["nodes"]
    with h5py.File(path) as file:
        for node in nodes:
            if node["kind"] == "array":
                dataset = file[node["path"]]
                shape = None if dataset.shape is None else list(dataset.shape)
                chunks = None if dataset.chunks is None else list(dataset.chunks)
                assert (node["shape"], node["chunks"]) == (shape, chunks), node["path"]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_attributes_of_every_real_file_can_be_shown(run: Run, path: Path) -> None:
    assert run("tree", path, "--attributes").code == 0
    assert run("tree", path, "--attributes", "--json").code == 0


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_info_tells_the_type_and_size(run: Run, path: Path) -> None:
    facts = json.loads(run("info", path, "--json").out)
    with h5py.File(path) as file:
        declared = file.attrs.get("neurodata_type", file.attrs.get("data_type"))
        assert facts["nwb_version"] == file.attrs.get("nwb_version")
    assert facts["type"] == declared
    assert facts["bytes"] == path.stat().st_size
    assert facts["problems"] == []


def test_which_tells_the_signature(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "file.dat"
    with h5py.File(path, "w", userblock_size=1024):
        pass
    assert run("which", path).out == "hdf5  (content: signature at byte 1024)\n"
    told = run("which", tmp_path / "new.NWB").out
    assert told == "hdf5  (suffix .nwb; there is no such source yet)\n"


def test_a_truncated_file_is_a_failure_of_the_source(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "cut.h5"
    with h5py.File(path, "w") as file:
        file["x"] = list(range(10000))
    path.write_bytes(path.read_bytes()[:3000])
    ran = run("tree", path)
    assert ran.code in {3, 5}
    assert ran.err.startswith("error: ")
    assert "Traceback" not in ran.err
