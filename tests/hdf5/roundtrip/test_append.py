"""Mode ``a``: what did not change is not written; what did change, and nothing else, is."""

import hashlib
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from files import DATA, FILES, bring
from h5diff import changed_paths, differences
from h5model import explore

from hdmf_io_core import Container
from hdmf_io_core.errors import NodeExistsError, ShapeError
from hdmf_io_hdf5 import HDF5IO


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize("mode", ["a", "r+"])
@pytest.mark.parametrize("name", FILES)
def test_unchanged_container_has_an_empty_plan(name: str, mode: str, tmp_path: Path) -> None:
    with HDF5IO(bring(name, tmp_path), mode) as io:
        container = io.read()
        plan = io.plan(container)
        assert not plan, str(plan)
        explore(container)
        plan = io.plan(container)
        assert not plan, str(plan)


@pytest.mark.parametrize("name", FILES)
def test_writing_an_unchanged_container_leaves_the_bytes(name: str, tmp_path: Path) -> None:
    path = bring(name, tmp_path)
    # HDF5 itself may trim the end of a file that was not closed well.
    h5py.File(path, "r+").close()
    before = digest(path)
    with HDF5IO(path, "a") as io:
        container = io.read()
        explore(container)
        report = io.write(container)
        io.write(container)
    assert (report.groups, report.arrays, report.attributes, report.deleted) == (0, 0, 0, 0)
    assert digest(path) == before


@pytest.mark.parametrize("name", FILES)
def test_attribute_of_the_root_is_all_that_changes(name: str, tmp_path: Path) -> None:
    path = bring(name, tmp_path)
    with HDF5IO(path, "a") as io:
        container = io.read()
        container.attributes["written_here"] = ["a", "b"]
        io.write(container)
        assert not io.plan(container)
    assert differences(DATA / name, path) == ["/: attribute written_here: only on the right"]


def test_attributes_changed_added_and_removed(appending: Any, growing: Path) -> None:
    def change(container: Any) -> None:
        group = container["group"]
        group.attributes["text"] = "longer than it was"
        group.attributes["new"] = np.arange(3, dtype="u1")
        del group.attributes["number"]
        container["fixed"].attributes["unit"] = "V"

    assert appending(change) == {"/group", "/fixed"}
    with h5py.File(growing) as file:
        assert dict(file["fixed"].attrs) == {"unit": "V"}
        assert sorted(file["group"].attrs) == ["new", "text"]
        assert file["group"].attrs["text"] == "longer than it was"
        assert file["group"].attrs["new"].tolist() == [0, 1, 2]


def test_attribute_becomes_a_reference(appending: Any, growing: Path) -> None:
    def change(container: Any) -> None:
        container["group"].attributes["text"] = container["fixed"]

    assert appending(change) == {"/group"}
    with h5py.File(growing) as file:
        assert file[file["group"].attrs["text"]] == file["fixed"]


def test_data_replaced_in_place(appending: Any, growing: Path) -> None:
    def change(container: Any) -> None:
        container["fixed"].data = [7, 8, 9]

    assert appending(change) == {"/fixed"}
    with h5py.File(growing) as file:
        assert file["fixed"][()].tolist() == [7, 8, 9]


def test_data_assigned_by_slices_is_in_the_file(appending: Any, growing: Path) -> None:
    def change(container: Any) -> None:
        container["group/rows"][2:4] = 0
        container["group/texts"][0] = "changed"

    assert appending(change) == {"/group/rows", "/group/texts"}
    with h5py.File(growing) as file:
        assert file["group/rows"][2:4].tolist() == [[0, 0], [0, 0]]
        assert file["group/texts"].asstr()[()].tolist() == ["changed", "b"]


def test_replaced_data_of_another_length_resizes(appending: Any, growing: Path) -> None:
    def change(container: Any) -> None:
        container["group/rows"].data = np.ones((3, 2))

    assert appending(change) == {"/group/rows"}
    with h5py.File(growing) as file:
        rows = file["group/rows"]
        assert rows[()].tolist() == [[1, 1]] * 3
        assert (rows.maxshape, rows.chunks) == ((None, 2), (4, 2))


def test_replaced_data_of_another_type_is_made_anew(appending: Any, growing: Path) -> None:
    def change(container: Any) -> None:
        container["fixed"].attributes["unit"] = "V"
        container["fixed"].data = ["now", "text"]

    assert appending(change) == {"/fixed"}
    with h5py.File(growing) as file:
        assert file["fixed"].asstr()[()].tolist() == ["now", "text"]
        assert file["fixed"].attrs["unit"] == "V"


@pytest.mark.parametrize("n_rows", [1, 2, 9])
def test_rows_grow(appending: Any, growing: Path, n_rows: int) -> None:
    rows = np.full((n_rows, 2), -1.0)

    def change(container: Any) -> None:
        container["group/rows"].append(rows if n_rows > 1 else rows[0])
        container["group/texts"].append("é")
        container["references"].append([container["fixed"], container["group"]])

    assert appending(change) == {"/group/rows", "/group/texts", "/references"}
    with h5py.File(growing) as file:
        assert file["group/rows"].shape == (10 + n_rows, 2)
        assert file["group/rows"][10:].tolist() == rows.tolist()
        assert file["group/rows"][:10].tolist() == np.arange(20.0).reshape(10, 2).tolist()
        assert file["group/texts"].asstr()[()].tolist() == ["a", "b", "é"]
        assert [file[r].name for r in file["references"][()]] == ["/group", "/fixed", "/group"]


def test_fixed_data_cannot_grow_and_stays(appending: Any, growing: Path) -> None:
    def change(container: Any) -> None:
        with pytest.raises(ShapeError, match="maxshape"):
            container["fixed"].append([3])

    assert appending(change) == set()


def test_stored_link_stays_a_link_when_its_group_is_changed(tmp_path: Path) -> None:
    path = bring("nwb/links_dst.nwb", tmp_path)
    with HDF5IO(path, "a") as io:
        container = io.read()
        for name in ("ext_data", "soft_ts", "orig"):
            list(container["acquisition"][name])
        container["acquisition"].attributes["note"] = "x"
        io.write(container)
    assert changed_paths(DATA / "nwb/links_dst.nwb", path) == {"/acquisition"}


def test_file_linked_to_is_never_changed(tmp_path: Path) -> None:
    path = bring("nwb/links_dst.nwb", tmp_path)
    linked = path.with_name("links_src.nwb")
    before = digest(linked)
    with HDF5IO(path, "a") as io:
        container = io.read()
        explore(container)
        container.attributes["note"] = "x"
        io.write(container)
    assert digest(linked) == before


def test_writing_another_container_of_another_type_is_refused(tmp_path: Path) -> None:
    path = bring("nwb/links_src.nwb", tmp_path)
    before = digest(path)
    with HDF5IO(path, "a") as io, pytest.raises(NodeExistsError):
        io.write(Container("other"))
    assert digest(path) == before


def test_append_to_a_real_file_through_many_sessions(tmp_path: Path) -> None:
    path = bring("nwb/dci_filters.nwb", tmp_path)
    before = DATA / "nwb/dci_filters.nwb"
    with h5py.File(before) as file:
        place = next(
            f"/acquisition/{name}/data"
            for name in file["acquisition"]
            if file[f"acquisition/{name}/data"].maxshape[0] is None
            and file[f"acquisition/{name}/data"].compression in {None, "gzip", "lzf"}
        )
        n_before = file[place].shape[0]
    for _ in range(3):
        with HDF5IO(path, "a") as io:
            container = io.read()
            container[place].append(container[place][:2])
            io.write(container)
    assert changed_paths(before, path) == {place}
    with h5py.File(path) as file, h5py.File(before) as there:
        assert file[place].shape[0] == n_before + 6
        assert np.array_equal(file[place][:n_before], there[place][()])
        assert np.array_equal(file[place][n_before + 2 : n_before + 4], there[place][:2])
