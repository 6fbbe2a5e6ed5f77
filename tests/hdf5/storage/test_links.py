"""Nodes are found directly; links of every kind and their dead ends are told apart."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import h5py
import numpy as np
import pytest
from h5py import h5g

from hdmf_io_core.errors import NodeNotFoundError
from hdmf_io_core.storage.layout import LinkTarget
from hdmf_io_hdf5.links import external_candidates, split
from hdmf_io_hdf5.reader import HDF5Reader


@pytest.fixture
def tree(h5: h5py.File) -> Any:
    h5["g/sub/x"] = np.arange(3)
    h5["g/hard"] = h5["g/sub/x"]
    h5["abs"] = h5py.SoftLink("/g/sub/x")
    h5["g/rel"] = h5py.SoftLink("sub/x")
    h5["group link"] = h5py.SoftLink("/g")
    h5["chain"] = h5py.SoftLink("/group link/rel")
    h5["broken"] = h5py.SoftLink("/nothing")
    h5["round"] = h5py.SoftLink("/about")
    h5["about"] = h5py.SoftLink("/round")
    h5["outside"] = h5py.ExternalLink("missing.h5", "/y")
    h5["to outside"] = h5py.SoftLink("/outside/z")
    return h5


@pytest.mark.parametrize("path", ["/abs", "/g/rel", "/chain", "/g/hard", "/group link/sub/x"])
def test_every_way_to_a_node_has_its_key(tree: h5py.File, reader: HDF5Reader, path: Any) -> None:
    info = reader.node(path)
    assert info.kind == "array"
    assert info.key == reader.node("/g/sub/x").key
    assert (info.path, info.source) == (path, reader.source)
    assert tree[info.home] == tree["g/sub/x"]
    assert isinstance(tree.get(info.home, getlink=True), h5py.HardLink)


def test_hard_links_are_counted(tree: h5py.File, reader: HDF5Reader) -> None:
    assert reader.node("/g/sub/x").n_names == 2
    assert reader.node("/g").n_names == 1
    assert reader.node("/g/hard").link is None


def test_links_keep_what_they_store(tree: h5py.File, reader: HDF5Reader) -> None:
    assert reader.node("/g/rel").link == LinkTarget("soft", "sub/x")
    assert reader.node("/outside").link == LinkTarget("external", "/y", "missing.h5")


@pytest.mark.parametrize("path", ["/broken", "/round", "/outside", "/to outside"])
def test_links_that_lead_nowhere_are_missing(
    tree: h5py.File, reader: HDF5Reader, path: Any
) -> None:
    info = reader.node(path)
    assert (info.kind, info.key) == ("missing", None)
    assert info in list(reader.children("/"))


def test_missing_files_are_named_as_they_were_tried(
    tree: h5py.File, reader: HDF5Reader, tmp_path: Path
) -> None:
    expected = (str(tmp_path / "missing.h5"), str(Path("missing.h5").absolute()))
    assert reader.node("/outside").tried == expected
    assert reader.node("/to outside").tried == expected
    assert reader.node("/broken").tried == ()


@pytest.mark.parametrize(
    "path", ["/no", "/g/no", "/no/x", "/g/sub/x/y", "/broken/x", "/outside/x", "/\0", "/\ud800"]
)
def test_there_is_no_node_of_other_paths(tree: h5py.File, reader: HDF5Reader, path: Any) -> None:
    assert reader.node(path) is None
    with pytest.raises(NodeNotFoundError):
        reader.attributes(path)


@pytest.mark.parametrize("path", ["/", "", "/.", "//"])
def test_the_root_has_many_spellings(tree: h5py.File, reader: HDF5Reader, path: Any) -> None:
    assert (reader.node(path).kind, reader.node(path).home) == ("group", "/")


@pytest.mark.parametrize("name", ["a.b", "...", ".x", " ", "ü/名", "x\n"])
def test_any_name_works(h5: h5py.File, reader: HDF5Reader, name: str) -> None:
    h5[name] = 5
    assert reader.node(f"/{name}").kind == "array"
    assert reader.node(f"/{name}").path == "/" + "/".join(split(name))


def test_names_that_are_not_utf8_come_back(h5: h5py.File, reader: HDF5Reader) -> None:
    h5g.create(h5.id, b"\xff\xfe")
    (child,) = reader.children("/")
    assert os.fsencode(child.name) == b"\xff\xfe"
    assert reader.node(child.path) == child


def test_children_of_arrays_and_of_nothing_raise(tree: h5py.File, reader: HDF5Reader) -> None:
    for path in ("/g/sub/x", "/no"):
        with pytest.raises(NodeNotFoundError):
            list(reader.children(path))


def test_order_of_creation_is_kept_where_it_is_tracked(h5: h5py.File, reader: HDF5Reader) -> None:
    made = h5.create_group("t", track_order=True)
    for name in "zax":
        made.create_group(name)
        h5.create_group(f"u/{name}")
    assert [child.name for child in reader.children("/t")] == ["z", "a", "x"]
    assert [child.name for child in reader.children("/u")] == ["a", "x", "z"]


def test_external_nodes_have_their_own_source(
    h5: h5py.File, reader: HDF5Reader, tmp_path: Path
) -> None:
    with h5py.File(tmp_path / "other.h5", "w") as other:
        other["deep/y"] = np.arange(4)
        other["deep/ref"] = other["deep/y"].ref
        other["deep/soft"] = h5py.SoftLink("/deep/y")
        other["alone"] = 1
        other["ref"] = other["alone"].ref
    h5["ext"] = h5py.ExternalLink("other.h5", "/deep")
    h5["ext soft"] = h5py.ExternalLink("other.h5", "/deep/soft")
    info = reader.node("/ext/y")
    assert (info.source, info.home, info.link) == (str(tmp_path / "other.h5"), "/deep/y", None)
    assert reader.node("/ext").home == "/deep"
    assert reader.node("/ext soft").home == "/deep/y"
    assert reader.node("/ext soft").key == info.key


def test_references_in_other_files_resolve_there(
    h5: h5py.File, reader: HDF5Reader, tmp_path: Path, oracle: SimpleNamespace
) -> None:
    with h5py.File(tmp_path / "other.h5", "w") as other:
        other["deep/y"] = np.arange(4)
        other["alone/inner"] = 1
        other["alone"].attrs["is"] = "elsewhere"
        other["deep/refs"] = np.array([other["deep/y"].ref, other["alone"].ref], h5py.ref_dtype)
    h5["ext"] = h5py.ExternalLink("other.h5", "/deep")
    reader.node("/ext")
    inside, outside = oracle.read_all(reader.array("/ext/refs"))
    assert inside.source == str(tmp_path / "other.h5")
    found = reader.resolve(inside)
    assert (found.path, found.home) == ("/ext/y", "/deep/y")
    found = reader.resolve(outside)
    assert (found.home, found.source) == ("/alone", str(tmp_path / "other.h5"))
    assert reader.node(found.path) == found
    assert reader.attributes(found.path)["is"].value == "elsewhere"
    (child,) = reader.children(found.path)
    assert (child.name, child.home) == ("inner", "/alone/inner")
    assert oracle.read_all(reader.array(child.path)) == 1


def test_a_path_of_the_same_name_here_is_not_taken_for_one_there(
    h5: h5py.File, reader: HDF5Reader, tmp_path: Path, oracle: SimpleNamespace
) -> None:
    h5["alone"] = "here"
    with h5py.File(tmp_path / "other.h5", "w") as other:
        other["deep/x"] = 0
        other["alone"] = "there"
        other["deep"].attrs["ref"] = other["alone"].ref
    h5["ext"] = h5py.ExternalLink("other.h5", "/deep")
    reader.node("/ext")
    found = reader.resolve(reader.attributes("/ext")["ref"].value)
    assert oracle.read_all(reader.array(found.path)) == "there"


def test_close_lets_go_of_other_files(copy_of: Callable[[str], Path]) -> None:
    target = copy_of("nwb/links_src.nwb")
    source = copy_of("nwb/links_dst.nwb")
    for name in (target, source):
        reader = HDF5Reader(h5py.File(name, "r"))
        for child in reader.children("/acquisition"):
            reader.attributes(child.path)
        reader.close()
    for name in (target, source):
        with h5py.File(name, "r+"):
            pass


def test_moved_pairs_of_files_still_find_each_other(tmp_path: Path, data_dir: Path) -> None:
    folder = tmp_path / "moved"
    folder.mkdir()
    for name in ("links_src.nwb", "links_dst.nwb"):
        shutil.copy(data_dir / "nwb" / name, folder)
    for name in ("links_src.nwb", "links_dst.nwb"):
        reader = HDF5Reader(h5py.File(folder / name, "r"))
        external = [
            child
            for child in reader.children("/acquisition")
            if child.link is not None and child.link.kind == "external"
        ]
        assert all(Path(child.source).parent == folder for child in external)
        reader.close()


@pytest.mark.parametrize(
    ("file", "environ", "expected"),
    [
        ("a.h5", {}, ["/data/a.h5", "a.h5"]),
        ("../a.h5", {}, ["/a.h5", "../a.h5"]),
        ("/x/a.h5", {}, ["/x/a.h5", "/data/a.h5", "a.h5"]),
        ("a.h5", {"HDF5_EXT_PREFIX": "/p:/q"}, ["/p/a.h5", "/q/a.h5", "/data/a.h5", "a.h5"]),
        ("a.h5", {"HDF5_EXT_PREFIX": "${ORIGIN}/s"}, ["/data/s/a.h5", "/data/a.h5", "a.h5"]),
    ],
)
def test_external_files_are_looked_for_where_hdf5_looks(
    file: Any, environ: Any, expected: Any
) -> None:
    found = external_candidates(file, "/data", environ)
    assert found == tuple(os.path.normpath(Path(path).absolute()) for path in expected)


def test_committed_types_are_nodes(h5: h5py.File, reader: HDF5Reader) -> None:
    h5["t"] = np.dtype("<f4")
    assert reader.node("/t").kind == "datatype"
    assert reader.datatype("/t").dtype == np.dtype("<f4")
    with pytest.raises(NodeNotFoundError):
        reader.array("/t")
