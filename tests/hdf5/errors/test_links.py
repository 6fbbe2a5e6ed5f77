"""Links and references that would lead nowhere."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from hdmf_io_core import Container, Data, LinkTarget
from hdmf_io_core.errors import (
    BrokenLinkWarning,
    ExportError,
    LinkTargetError,
    SourceNotFoundError,
    UnresolvedReferenceError,
)
from hdmf_io_hdf5 import HDF5IO, H5DataIO

Refused = Callable[..., Any]


@pytest.fixture
def several(tmp_path: Path) -> Path:
    """A file with two datasets."""
    path = tmp_path / "several.h5"
    with h5py.File(path, "w") as file:
        file["a"], file["b/c"] = [1], [2]
    return path


def test_link_to_a_path_that_will_not_be_there(old: Any, refused: Refused) -> None:
    container = Container("session")
    container.add_link("to", LinkTarget("soft", "/nowhere"))
    with (
        refused(UnresolvedReferenceError, "'/nowhere'", source=str(old), path="/to"),
        HDF5IO(old, "w") as io,
    ):
        io.write(container)


REFERRING: dict[str, tuple[Callable[[Container, Container], None], str]] = {
    "link": (lambda c, lost: c.add_link("to", lost), "/to"),
    "data": (lambda c, lost: c.add_child(Data("to", lost)), "/to"),
    "list": (lambda c, lost: c.add_child(Data("to", [c, lost])), "/to"),
    "attribute": (lambda c, lost: c.attributes.update(to=lost), "/"),
    "attribute list": (lambda c, lost: c.attributes.update(to=[lost]), "/"),
}


@pytest.mark.parametrize(("refer", "path"), REFERRING.values(), ids=REFERRING)
@pytest.mark.parametrize("mode", ["w", "a"])
def test_reference_to_a_node_in_no_file_names_both_ends(
    refer: Callable[[Container, Container], None],
    path: str,
    mode: str,
    old: Any,
    undone: Refused,
) -> None:
    with (
        undone(UnresolvedReferenceError, "'lost'", "Add it", source=str(old), path=path),
        HDF5IO(old, mode) as io,
    ):
        container = io.read() if mode == "a" else Container("session")
        refer(container, Container("lost"))
        io.write(container)


def test_file_to_link_to_is_missing(
    old: Any, tmp_path: Path, refused: Refused, write: Callable[..., None]
) -> None:
    missing = tmp_path / "missing.h5"
    with refused(SourceNotFoundError, "no such file", source=str(missing), path="/bad"):
        write(H5DataIO(str(missing), link_data=True))


def test_unclear_dataset_lists_those_there_are(
    several: Path, refused: Refused, write: Callable[..., None]
) -> None:
    with refused(LinkTargetError, "/a, /b/c", "::/group/dataset", source=str(several)):
        write(H5DataIO(str(several), link_data=True))


def test_file_without_datasets_cannot_be_linked_to(
    tmp_path: Path, refused: Refused, write: Callable[..., None]
) -> None:
    empty = tmp_path / "empty.h5"
    h5py.File(empty, "w").close()
    with refused(LinkTargetError, "none", source=str(empty)):
        write(H5DataIO(str(empty), link_data=True))


@pytest.mark.parametrize("name", ["a", "c"])
def test_dataset_of_the_nodes_name_is_meant(name: str, several: Path, tmp_path: Path) -> None:
    container = Container("session")
    container.add_child(Data(name, H5DataIO(str(several), link_data=True)))
    with HDF5IO(tmp_path / "new.h5", "w") as io:
        io.write(container)
    with h5py.File(tmp_path / "new.h5") as file:
        link = file.get(name, getlink=True)
        assert (link.filename, link.path) == ("several.h5", "/a" if name == "a" else "/b/c")


def test_dataset_to_copy_is_missing(
    several: Path, refused: Refused, write: Callable[..., None]
) -> None:
    with refused(LinkTargetError, "'/zz'", source=str(several), path="/zz"):
        write(H5DataIO(f"{several}::/zz", link_data=True), link_data=False)


def test_link_that_leads_nowhere_reads_as_a_placeholder(old: Any) -> None:
    with h5py.File(old, "a") as file:
        file["gone"] = h5py.ExternalLink("missing.h5", "/x")
    with HDF5IO(old) as io:
        container = io.read()
        with pytest.warns(BrokenLinkWarning, match="missing.h5"):
            broken = container["gone"]
        assert not broken
        assert str(old.parent / "missing.h5") in broken.tried
        np.testing.assert_array_equal(container.x[:], np.arange(5))


def test_export_to_itself_is_refused(old: Any, refused: Refused) -> None:
    with refused(ExportError, "itself", source=str(old)), HDF5IO(old, "a") as io:
        io.export(io)


def test_export_of_what_is_no_io_is_refused(old: Any, refused: Refused) -> None:
    with refused(ExportError, "int", "open IO"), HDF5IO(old, "w") as io:
        io.export(3)  # type: ignore[arg-type]


def test_export_of_a_container_of_another_file_links_nothing(
    old: Any, several: Path, tmp_path: Path
) -> None:
    with HDF5IO(several) as other, HDF5IO(old) as io, HDF5IO(tmp_path / "out.h5", "w") as out:
        container = io.read()
        container.add_link("there", other.read()["a"])
        report = out.export(io, container)
    with h5py.File(tmp_path / "out.h5") as file:
        assert [path for path, _ in report.links] == ["/there"]
        assert file.get("there", getlink=True).filename == "several.h5"
        assert file["x"][:].tolist() == [0, 1, 2, 3, 4]
