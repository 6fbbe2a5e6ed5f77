"""An export of a container that was changed in memory differs from its source just there."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from files import bring
from h5diff import changed_paths, differences
from h5facts import walk

from hdmf_io_core import Container, Data
from hdmf_io_core.errors import UnresolvedReferenceError
from hdmf_io_hdf5 import HDF5IO


def exported_with(change: Callable[[Any], Any], source: Path) -> Path:
    target = source.with_name("changed.h5")
    with HDF5IO(source) as src, HDF5IO(target, "w") as io:
        container = src.read()
        change(container)
        io.export(src, container)
    return target


@pytest.fixture
def nwb(tmp_path: Path) -> Path:
    return bring("nwb/ecephys_full.nwb", tmp_path)


def untyped(path: Path) -> Path:
    with h5py.File(path, "w") as file:
        a = file.create_group("a")
        a.attrs["kept"] = "yes"
        x = a.create_dataset("x", data=np.arange(6), chunks=(3,), compression="gzip", shuffle=True)
        x.attrs["unit"] = "V"
        file.create_group("b")["y"] = [1.0, 2.0]
        file["b/to_x"] = h5py.SoftLink("/a/x")
        file["b/same_x"] = x
        file["references"] = np.array([x.ref, a.ref], h5py.ref_dtype)
        file["b"].attrs["target"] = x.ref
    return path


@pytest.fixture
def plain(tmp_path: Path) -> Path:
    return untyped(tmp_path / "plain.h5")


def test_an_unchanged_container_is_exported_as_it_was(plain: Path) -> None:
    assert differences(plain, exported_with(lambda _: None, plain)) == []


def test_attribute_changed(nwb: Path) -> None:
    def change(container: Any) -> None:
        container["general/devices"].children[0].attributes["description"] = "another"

    target = exported_with(change, nwb)
    with h5py.File(nwb) as file:
        device = f"/general/devices/{next(iter(file['general/devices']))}"
    assert changed_paths(nwb, target) == {device}


def test_attribute_added_and_removed(plain: Path) -> None:
    def change(container: Any) -> None:
        del container["a"].attributes["kept"]
        container["b"].attributes["new"] = [1, 2]

    target = exported_with(change, plain)
    assert differences(plain, target) == [
        "/a: attribute kept: only on the left",
        "/b: attribute new: only on the right",
    ]


def test_data_replaced_keeps_layout_attributes_and_references(plain: Path) -> None:
    def change(container: Any) -> None:
        container["a/x"].data = np.arange(6) * 10

    target = exported_with(change, plain)
    assert changed_paths(plain, target) <= {"/a/x"}
    with h5py.File(target) as file:
        assert file["a/x"][()].tolist() == [0, 10, 20, 30, 40, 50]
        assert file["a/x"].attrs["unit"] == "V"
        assert file[file["references"][0]] == file["a/x"]
        assert file["b/same_x"] == file["a/x"]


def test_data_replaced_by_another_type_and_shape(plain: Path) -> None:
    def change(container: Any) -> None:
        container["a/x"].data = ["text", "of", "any", "length"]

    target = exported_with(change, plain)
    assert changed_paths(plain, target) == {"/a/x"}
    with h5py.File(target) as file:
        assert file["a/x"].asstr()[()].tolist() == ["text", "of", "any", "length"]


def test_child_removed(nwb: Path) -> None:
    def change(container: Any) -> None:
        container.remove_child("timestamps_reference_time")

    target = exported_with(change, nwb)
    assert differences(nwb, target) == ["/timestamps_reference_time: entry: only on the left"]


def test_child_removed_with_its_links_kept_broken_nowhere(plain: Path) -> None:
    def change(container: Any) -> None:
        container["b"].remove_child("to_x")

    target = exported_with(change, plain)
    assert differences(plain, target) == ["/b/to_x: entry: only on the left"]


def test_removing_what_a_reference_needs_raises_before_writing(plain: Path) -> None:
    def change(container: Any) -> None:
        container["a"].remove_child("x")
        container["b"].remove_child("same_x")
        container["b"].remove_child("to_x")

    with pytest.raises(UnresolvedReferenceError):
        exported_with(change, plain)
    assert not plain.with_name("changed.h5").exists()
    assert sorted(path.name for path in plain.parent.iterdir()) == ["plain.h5"]


def test_child_added(nwb: Path) -> None:
    def change(container: Any) -> None:
        container["scratch"].add_child(Data("note", "text", data_type="ScratchData"))

    with h5py.File(nwb, "r+") as file:
        file.require_group("scratch")
    target = exported_with(change, nwb)
    assert differences(nwb, target) == ["/scratch/note: entry: only on the right"]
    with h5py.File(target) as file:
        assert file["scratch/note"].asstr()[()] == "text"
        assert file["scratch/note"].attrs["neurodata_type"] == "ScratchData"
        assert "data_type" not in file["scratch/note"].attrs


def test_child_moved_is_where_links_and_references_lead(plain: Path) -> None:
    def change(container: Any) -> None:
        x = container["a/x"]
        container["b"].remove_child("same_x")
        container["a"].remove_child(x)
        container["b"].add_child(x)

    target = exported_with(change, plain)
    with h5py.File(target) as file:
        assert sorted(file["a"]) == []
        assert sorted(file["b"]) == ["to_x", "x", "y"]
        assert file["b/x"].chunks == (3,)
        assert file["b/x"].attrs["unit"] == "V"
        assert file.get("b/to_x", getlink=True).path == "/b/x"
        assert file[file["references"][0]] == file["b/x"]
        assert file[file["b"].attrs["target"]] == file["b/x"]


def test_group_moved_takes_all_of_it_along(plain: Path) -> None:
    def change(container: Any) -> None:
        a = container["a"]
        container.remove_child(a)
        container["b"].add_child(a)

    target = exported_with(change, plain)
    with h5py.File(target) as file:
        assert sorted(file) == ["b", "references"]
        assert file["b/a/x"][()].tolist() == list(range(6))
        assert file["b/a"].attrs["kept"] == "yes"
        assert file["b/to_x"] == file["b/same_x"] == file["b/a/x"]
        assert file[file["references"][1]] == file["b/a"]


def test_reference_set_to_another_node(plain: Path) -> None:
    def change(container: Any) -> None:
        container["b"].attributes["target"] = container["b/y"]

    target = exported_with(change, plain)
    assert changed_paths(plain, target) == {"/b"}
    with h5py.File(target) as file:
        assert file[file["b"].attrs["target"]] == file["b/y"]


def test_subtree_is_exported_as_a_file_of_its_own(plain: Path) -> None:
    target = plain.with_name("part.h5")
    with HDF5IO(plain) as src, HDF5IO(target, "w") as io:
        io.export(src, src.read()["a"])
    with h5py.File(plain) as there, h5py.File(target) as here:
        assert here.attrs["kept"] == "yes"
        assert list(here) == ["x"]
        assert here["x"][()].tolist() == there["a/x"][()].tolist()
        assert here["x"].chunks == (3,)


def test_identity_of_every_node_is_kept_by_export(nwb: Path) -> None:
    def change(container: Any) -> None:
        container["session_description"].data = "changed"

    target = exported_with(change, nwb)
    with h5py.File(nwb) as there, h5py.File(target) as here:
        for path, node in walk(there):
            assert here[path].attrs.get("object_id") == node.attrs.get("object_id"), path
    assert changed_paths(nwb, target) == {"/session_description"}


def test_exporting_leaves_container_and_source_as_they_were(plain: Path) -> None:
    before = plain.read_bytes()
    with HDF5IO(plain) as src:
        container = src.read()
        container["b"].add_child(Container("new", data_type=None))
        for name in ("one.h5", "two.h5"):
            with HDF5IO(plain.with_name(name), "w") as io:
                io.export(src, container)
    assert differences(plain.with_name("one.h5"), plain.with_name("two.h5")) == []
    assert plain.read_bytes() == before
