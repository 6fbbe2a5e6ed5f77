"""The comparers see every kind of difference: else the tests beside would prove nothing."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from files import DATA, FILES
from h5diff import changed_paths, differences
from h5model import model_differences

from hdmf_io_hdf5 import HDF5IO

Change = Callable[[h5py.File], None]


def fill(file: h5py.File) -> None:
    """A small file with one node of each kind."""
    file.attrs["number"] = 1
    group = file.create_group("group")
    group.attrs["text"] = "a"
    data = group.create_dataset("data", data=np.arange(6.0), chunks=(3,), compression="gzip")
    file["text"] = ["a", "b"]
    group["z_alias"] = data
    file["soft"] = h5py.SoftLink("/group/data")
    file["external"] = h5py.ExternalLink("other.h5", "/x")
    file["type"] = np.dtype("i4")
    file.attrs["target"] = data.ref
    file.create_dataset("references", data=[data.ref, group.ref], dtype=h5py.ref_dtype)
    file["regions"] = np.array([data.regionref[1:3]], dtype=h5py.regionref_dtype)


def replaced(path: str, **options: Any) -> Change:
    def change(file: h5py.File) -> None:
        del file[path]
        file.create_dataset(path, **options)

    return change


def relinked(path: str, target: Any) -> Change:
    def change(file: h5py.File) -> None:
        del file[path]
        file[path] = target(file) if callable(target) else target

    return change


def assigned(path: str, key: Any, value: Any) -> Change:
    def change(file: h5py.File) -> None:
        file[path][key] = value(file) if callable(value) else value

    return change


def attribute(path: str, name: str, value: Any) -> Change:
    def change(file: h5py.File) -> None:
        file[path].attrs[name] = value(file) if callable(value) else value

    return change


TEXT = np.array(["a", "b"], object)
CHANGES: dict[str, tuple[str, Change]] = {
    "value": ("/group/data", assigned("group/data", 2, -0.0)),
    "text": ("/text", assigned("text", 1, "c")),
    "attribute": ("/group", attribute("group", "text", "b")),
    "attribute type": ("/", attribute("/", "number", np.int32(1))),
    "attribute shape": ("/", attribute("/", "number", [1])),
    "attribute added": ("/", attribute("/", "new", 1)),
    "attribute's reference": ("/", attribute("/", "target", lambda f: f["group"].ref)),
    "reference": ("/references", assigned("references", 1, lambda f: f["text"].ref)),
    "region": ("/regions", assigned("regions", 0, lambda f: f["group/data"].regionref[1:4])),
    "charset": ("/text", replaced("text", data=TEXT, dtype=h5py.string_dtype("ascii"))),
    "maxshape": ("/text", replaced("text", data=TEXT, maxshape=(None,), chunks=(2,))),
    "kind": ("/text", relinked("text", lambda f: f.create_group("made"))),
    "soft link": ("/soft", relinked("soft", h5py.SoftLink("/text"))),
    "external link": ("/external", relinked("external", h5py.ExternalLink("other.h5", "/y"))),
    "type": ("/type", relinked("type", np.dtype("i8"))),
    "alias": ("/group/z_alias", relinked("group/z_alias", lambda f: f["text"])),
    "removed": ("/soft", lambda f: f.__delitem__("soft")),
    "added": ("/new", lambda f: f.create_group("new")),
}


@pytest.fixture
def plain(tmp_path: Path) -> Path:
    path = tmp_path / "plain.h5"
    with h5py.File(path, "w") as file:
        fill(file)
    return path


@pytest.mark.parametrize("what", CHANGES)
def test_a_change_is_seen_where_it_is(plain: Path, what: str) -> None:
    place, change = CHANGES[what]
    other = Path(shutil.copy(plain, plain.with_name("other.h5")))
    with h5py.File(other, "r+") as file:
        change(file)
    assert place in changed_paths(plain, other)


@pytest.mark.parametrize(
    "options",
    [
        {"compression": "gzip", "compression_opts": 5, "chunks": (3,)},
        {"compression": "gzip", "chunks": (2,)},
        {"compression": "gzip", "chunks": (3,), "shuffle": True},
        {"compression": "gzip", "chunks": (3,), "fillvalue": 1.0},
        {"chunks": (3,)},
        {},
        {"compression": "gzip", "chunks": (3,), "dtype": ">f8"},
    ],
)
def test_a_change_of_layout_is_seen(plain: Path, tmp_path: Path, options: Any) -> None:
    paths = tmp_path / "one.h5", tmp_path / "two.h5"
    usual = {"compression": "gzip", "chunks": (3,)}
    for path, given in zip(paths, (usual, options), strict=True):
        with h5py.File(path, "w") as file:
            file.create_dataset("data", data=np.arange(6.0), **given)
    assert changed_paths(*paths) == {"/data"}


@pytest.mark.parametrize("name", FILES)
def test_a_file_equals_itself(name: str) -> None:
    assert differences(DATA / name, DATA / name) == []


@pytest.mark.parametrize("what", ["value", "text", "attribute", "attribute's reference"])
def test_a_model_of_other_content_is_seen(plain: Path, tmp_path: Path, what: str) -> None:
    place, change = CHANGES[what]
    with HDF5IO(plain) as io:
        container = io.read()
        for node in (container, container["group"]):
            list(node.attributes.items())
        other = Path(shutil.copy(plain, plain.with_name("other.h5")))
        with h5py.File(other, "r+") as file:
            change(file)
            assert any(d.startswith(f"{place}: ") for d in model_differences(io, file))
