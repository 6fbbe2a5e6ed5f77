"""``write`` of what was read from another file links to its data, and the links survive a move."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from files import DATA, FILES, bring
from h5diff import changed_paths
from h5facts import Values, content, identity, walk

from hdmf_io_core import Container, Data
from hdmf_io_hdf5 import HDF5IO


def linked(source: Path, target: Path) -> Any:
    with HDF5IO(source) as src, HDF5IO(target, "w") as io:
        return io.write(src.read())


def external(file: h5py.File, path: str) -> h5py.ExternalLink | None:
    link = file.get(path, getlink=True) if path != "/" else None
    return link if isinstance(link, h5py.ExternalLink) else None


def linkable(file: h5py.File) -> dict[str, h5py.Dataset]:
    """The datasets that become links.

    Scalars are copied, as in hdmf; text and columns of tables, since stock hdmf reads no link in
    place of those; and what holds references, or is referred to by a node that is stored:
    references of HDF5 are good in their own file alone, and do not lead through a link.
    """
    hidden = spec_path(file)
    linked = {
        path: node
        for path, node in walk(file)
        if isinstance(node, h5py.Dataset)
        and not path.startswith(hidden)
        and node.shape
        and not _refers(node.dtype)
        and h5py.check_string_dtype(node.dtype) is None
        and data_type(node) in {None, "Data"}
    }
    while True:
        targets = {identity(target) for target in targets_of_stored(file, set(linked))}
        kept = {path: node for path, node in linked.items() if identity(node) not in targets}
        if len(kept) == len(linked):
            return kept
        linked = kept


def data_type(node: h5py.Dataset) -> Any:
    return node.attrs.get("neurodata_type", node.attrs.get("data_type"))


def targets_of_stored(file: h5py.File, linked: set[str]) -> Iterator[Any]:
    """What nodes other than links refer to."""
    for path, node in walk(file):
        if path in linked:
            continue
        values = list(node.attrs.values())
        if isinstance(node, h5py.Dataset) and _refers(node.dtype):
            values.append(node[()])
        yield from (file[reference] for value in values for reference in _cells(value))


def _cells(value: Any) -> Iterator[h5py.Reference]:
    if isinstance(value, h5py.Reference):
        yield from [value] if value else []
    elif isinstance(value, (np.ndarray, np.void)) and value.dtype.names:
        for name in value.dtype.names:
            yield from _cells(np.asarray(value[name]))
    elif isinstance(value, np.ndarray) and value.dtype == object:
        for cell in value.reshape(-1):
            yield from _cells(cell)


def _refers(dtype: np.dtype[Any]) -> bool:
    if dtype.names:
        return any(_refers(dtype[name]) for name in dtype.names)
    inner = h5py.check_vlen_dtype(dtype)
    return h5py.check_ref_dtype(dtype) is not None or (
        inner not in {None, str, bytes} and _refers(np.dtype(inner))
    )


def spec_path(file: h5py.File) -> str:
    return str(file[file.attrs[".specloc"]].name) if ".specloc" in file.attrs else "/specifications"


@pytest.mark.parametrize("name", FILES)
def test_datasets_are_links_that_lead_to_the_same_data(name: str, tmp_path: Path) -> None:
    source = bring(name, tmp_path)
    target = source.with_name(f"linked_{source.name}")
    linked(source, target)
    with h5py.File(source) as there, h5py.File(target) as here:
        links = {
            path: here.get(path, getlink=True)
            for path, node in walk(there)
            if isinstance(node, h5py.Dataset) and external(here, path)
        }
        assert set(links) == set(linkable(there))
        for path, link in links.items():
            assert (link.filename, link.path) == (source.name, path)
            assert here[path].id == there[path].id


@pytest.mark.parametrize("name", FILES)
def test_all_but_the_data_is_equal_node_for_node(name: str, tmp_path: Path) -> None:
    source = bring(name, tmp_path)
    target = source.with_name(f"linked_{source.name}")
    report = linked(source, target)
    made = {path for path, link in report.links if link.kind == "external"}
    assert changed_paths(source, target) <= made


@pytest.mark.parametrize("name", ["nwb/ecephys_full.nwb", "foreign/dtypes.h5", "common/common.h5"])
def test_links_resolve_after_the_folder_moved(name: str, tmp_path: Path) -> None:
    source = bring(name, tmp_path)
    deeper = source.parent / "results"
    deeper.mkdir()
    target = deeper / "linked.h5"
    linked(source, target)
    moved = tmp_path / "moved"
    source.parent.rename(moved)
    with h5py.File(moved / source.name) as there, h5py.File(moved / "results/linked.h5") as here:
        known = Values(there)
        for path, node in linkable(there).items():
            assert external(here, path) is not None, path
            assert known.of(content(here[path])) == known.of(content(node)), path


def test_linked_data_reads_as_the_data_it_is(tmp_path: Path) -> None:
    source = bring("nwb/ecephys_full.nwb", tmp_path)
    target = tmp_path / "linked.nwb"
    linked(source, target)
    with h5py.File(source) as there, HDF5IO(target) as io:
        container = io.read()
        for path, node in linkable(there).items():
            shown = container[path]
            assert isinstance(shown, Data)
            assert shown.container_source == str(source)
            assert shown.shape == node.shape


def test_data_of_an_open_file_put_into_a_new_container_is_linked(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "data.h5", "w") as file:
        file["group/x"] = np.arange(5)
    with HDF5IO(tmp_path / "data.h5") as src, HDF5IO(tmp_path / "out.h5", "w") as io:
        container = Container("new")
        container.add_child(Data("renamed", src.read()["group/x"].data))
        report = io.write(container)
    with h5py.File(tmp_path / "out.h5") as file:
        link = external(file, "renamed")
        assert link is not None
        assert (link.filename, link.path) == ("data.h5", "/group/x")
        assert file["renamed"][()].tolist() == [0, 1, 2, 3, 4]
    assert [path for path, _ in report.links] == ["/renamed"]


def test_node_of_an_open_file_added_as_a_child_is_linked(tmp_path: Path) -> None:
    """It belongs to another tree: whole groups are linked to as well."""
    with h5py.File(tmp_path / "data.h5", "w") as file:
        file["group/x"] = np.arange(5)
        file["group"].attrs["a"] = 1
    (tmp_path / "sub").mkdir()
    with HDF5IO(tmp_path / "data.h5") as src, HDF5IO(tmp_path / "sub/out.h5", "w") as io:
        container = Container("new", data_type=None)
        container.add_child(src.read()["group"])
        io.write(container)
    with h5py.File(tmp_path / "sub/out.h5") as file:
        link = external(file, "group")
        assert link is not None
        assert (link.filename, link.path) == ("../data.h5", "/group")
        assert file["group"].attrs["a"] == 1


def test_link_of_a_link_leads_to_the_file_with_the_data(tmp_path: Path) -> None:
    """A linked file that is linked to again must not be needed between the two."""
    with h5py.File(tmp_path / "data.h5", "w") as file:
        file["x"] = np.arange(5)
    linked(tmp_path / "data.h5", tmp_path / "middle.h5")
    linked(tmp_path / "middle.h5", tmp_path / "last.h5")
    (tmp_path / "middle.h5").unlink()
    with h5py.File(tmp_path / "last.h5") as file:
        assert file["x"][()].tolist() == [0, 1, 2, 3, 4]


def test_writing_over_the_file_the_data_is_in_copies_it(tmp_path: Path) -> None:
    path = bring("builder/zoo.h5", tmp_path)
    with HDF5IO(path, locking=False) as src, HDF5IO(path, "w", locking=False) as io:
        report = io.write(src.read())
    assert not [link for _, link in report.links if link.kind == "external"]
    assert changed_paths(DATA / "builder/zoo.h5", path) == set()
