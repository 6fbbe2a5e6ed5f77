"""Mode ``a``: objects added, removed and moved; nothing else changes."""

from pathlib import Path
from typing import Any

import h5py
import numpy as np

from hdmf_io_core import Container, Data
from hdmf_io_hdf5 import HDF5IO, H5DataIO


def test_new_objects_appear(appending: Any, growing: Path) -> None:
    def change(container: Any) -> None:
        child = Container("new", data_type=None, attributes={"a": 1})
        child.add_child(
            Data("x", H5DataIO(np.arange(8), chunks=(4,), compression="gzip"), data_type=None)
        )
        child.add_link("to_fixed", container["fixed"])
        child.attributes["target"] = container["group/rows"]
        container["group"].add_child(child)

    assert appending(change) == {"/group/new"}
    with h5py.File(growing) as file:
        new = file["group/new"]
        assert new["x"][()].tolist() == list(range(8))
        assert (new["x"].chunks, new["x"].compression) == ((4,), "gzip")
        assert new.get("to_fixed", getlink=True).path == "/fixed"
        assert file[new.attrs["target"]] == file["group/rows"]


def test_objects_added_one_write_after_the_other(growing: Path) -> None:
    with HDF5IO(growing, "a") as io:
        container = io.read()
        for name in "xyz":
            container.add_child(Data(name, np.arange(3), data_type=None))
            report = io.write(container)
            assert report.arrays_made == [f"/{name}"]
    with h5py.File(growing) as file:
        assert {"x", "y", "z"} <= set(file)


def test_child_written_and_then_changed(growing: Path) -> None:
    with HDF5IO(growing, "a") as io:
        container = io.read()
        child = Data("x", [1, 2, 3], data_type=None)
        container.add_child(child)
        io.write(container)
        child.data = [4, 5, 6]
        child.attributes["unit"] = "s"
        io.write(container)
        assert not io.plan(container)
    with h5py.File(growing) as file:
        assert file["x"][()].tolist() == [4, 5, 6]
        assert file["x"].attrs["unit"] == "s"


def test_child_removed(appending: Any, growing: Path) -> None:
    def change(container: Any) -> None:
        container["group"].remove_child("texts")

    assert appending(change) == {"/group/texts"}
    with h5py.File(growing) as file:
        assert sorted(file["group"]) == ["rows"]


def test_child_removed_and_another_of_its_name_added(appending: Any, growing: Path) -> None:
    def change(container: Any) -> None:
        container.remove_child("fixed")
        container.add_child(Container("fixed", data_type=None))

    assert appending(change) == {"/fixed"}
    with h5py.File(growing) as file:
        assert isinstance(file["fixed"], h5py.Group)


def test_child_moved(appending: Any, growing: Path) -> None:
    def change(container: Any) -> None:
        fixed = container["fixed"]
        container.remove_child(fixed)
        container["group"].add_child(fixed)

    assert appending(change) == {"/fixed", "/group/fixed"}
    with h5py.File(growing) as file:
        assert file["group/fixed"][()].tolist() == [0, 1, 2]


def test_moved_target_is_still_referred_to(appending: Any, growing: Path) -> None:
    def change(container: Any) -> None:
        group = container["group"]
        container.remove_child(group)
        outer = Container("outer", data_type=None)
        container.add_child(outer)
        outer.add_child(group)

    appending(change)
    with h5py.File(growing) as file:
        assert file[file["references"][0]] == file["outer/group"]
        assert sorted(file["outer/group"]) == ["rows", "texts"]
