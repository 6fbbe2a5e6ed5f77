"""Links that go in a circle, within a file and across files, end; names stay inside the store."""

import contextlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from h5py import h5g

from hdmf_io_core import Container, open_io
from hdmf_io_core.check.shield import check
from hdmf_io_core.cli import main
from hdmf_io_core.errors import InvalidNameError
from hdmf_io_core.storage.walk import walk

FORMATS = ("h5", "zarr")


def store_of(path: Path, links: list[dict[str, str]], group: str = "") -> Path:
    """Make a Zarr store by hand: a root, an array of two elements, and links in a group."""
    array = {
        "zarr_format": 2, "shape": [2], "chunks": [2], "dtype": "<i4", "compressor": None,
        "filters": None, "order": "C", "fill_value": 7,
    }  # fmt: skip
    documents: dict[str, Any] = {".zgroup": {"zarr_format": 2}, "x/.zarray": array}
    if group:
        documents[f"{group}/.zgroup"] = {"zarr_format": 2}
    documents[f"{group}/.zattrs".lstrip("/")] = {"zarr_link": links}
    for key, value in documents.items():
        (path / key).parent.mkdir(parents=True, exist_ok=True)
        (path / key).write_text(json.dumps(value))
    return path


def link(name: str, path: str, source: str = ".") -> dict[str, str]:
    """Return what hdmf-zarr stores of a link."""
    return {"name": name, "source": source, "path": path}


def round_in_hdf5(folder: Path) -> Path:
    """Links from one to the other, to itself, and through a group that contains them."""
    with h5py.File(folder / "s.h5", "w") as file:
        file["x"] = np.full(2, 7, "i4")
        file["a"] = h5py.SoftLink("/b")
        file["b"] = h5py.SoftLink("/a")
        file["self"] = h5py.SoftLink("/self")
        file["g/up"] = h5py.SoftLink("/g")
        file["g/hard"] = file["g"]
    return folder / "s.h5"


def round_in_hdf5_files(folder: Path) -> Path:
    """Two files whose links lead to each other, to links and to the groups that hold them."""
    for one, other in (("s.h5", "t.h5"), ("t.h5", "s.h5")):
        with h5py.File(folder / one, "w") as file:
            file["x"] = np.full(2, 7, "i4")
            file["a"] = h5py.ExternalLink(other, "/a")
            file["whole"] = h5py.ExternalLink(other, "/")
            file["g/over"] = h5py.ExternalLink(other, "/g")
    return folder / "s.h5"


def round_in_zarr(folder: Path) -> Path:
    """The same in a store."""
    links = [link("a", "/g/b"), link("b", "/g/a"), link("self", "/g/self"), link("up", "/g")]
    return store_of(folder / "s.zarr", links, "g")


def round_in_zarr_stores(folder: Path) -> Path:
    """The same in two stores."""
    for one, other in (("s.zarr", "../t.zarr"), ("t.zarr", "../s.zarr")):
        store_of(folder / one, [link("a", "/a", other), link("whole", "/", other)])
    return folder / "s.zarr"


def round_across(folder: Path) -> Path:
    """A store whose link leads to a file of HDF5 that leads back."""
    with h5py.File(folder / "t.h5", "w") as file:
        file["a"] = h5py.ExternalLink("s.zarr", "/a")
    return store_of(folder / "s.zarr", [link("a", "/a", "../t.h5")])


ROUND: dict[str, Callable[[Path], Path]] = {
    function.__name__: function
    for function in (
        round_in_hdf5,
        round_in_hdf5_files,
        round_in_zarr,
        round_in_zarr_stores,
        round_across,
    )
}
pytestmark = [
    pytest.mark.timeout(60),
    pytest.mark.filterwarnings("ignore::hdmf_io_core.errors.BrokenLinkWarning"),
]


@pytest.fixture(params=ROUND)
def circle(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Return a file whose links go in a circle."""
    return ROUND[request.param](tmp_path)


def names_below(container: Container, depth: int) -> int:
    """Count what can be reached, as far as ``depth`` levels."""
    if depth == 0 or not isinstance(container, Container):
        return 1
    return 1 + sum(names_below(container[name], depth - 1) for name in container)


def test_the_nodes_of_a_circle_are_walked_once(circle: Path) -> None:
    with open_io(circle) as io:
        assert sum(1 for _ in walk(io.storage)) < 20


def test_a_circle_is_read(circle: Path) -> None:
    with open_io(circle) as io:
        root = io.read()
        assert root["x"].data[:].tolist() == [7, 7]
        assert names_below(root, 6) < 2000


def test_tree_and_check_end(circle: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["tree", str(circle)]) == 0
    assert len(capsys.readouterr().out.splitlines()) < 60
    report = check(str(circle), data=True, timeout=50)
    assert {finding.kind for finding in report.findings} <= {"broken-link"}


@pytest.mark.parametrize("suffix", FORMATS)
def test_an_export_of_a_circle_ends(circle: Path, suffix: str, tmp_path: Path) -> None:
    target = tmp_path / f"target.{suffix}"
    with open_io(circle) as source, open_io(target, "w") as io:
        io.export(source)
    with open_io(target) as io:
        assert io.read()["x"].data[:].tolist() == [7, 7]
        assert sum(1 for _ in walk(io.storage)) < 40


# names


NAMES = [b"\xff\xfe", b"back\\slash", b"zarr.json", b".zgroup", b"...", b"..\\..\\x", b"%2e%2e"]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("zarr_format", [2, 3])
def test_no_name_leads_out_of_the_store(name: bytes, zarr_format: Any, tmp_path: Path) -> None:
    source, inner = tmp_path / "s.h5", tmp_path / "inner"
    inner.mkdir()
    with h5py.File(source, "w") as file:
        group = h5g.create(file.id, name)
        h5g.create(group, name)
    before = sorted(tmp_path.rglob("*"))
    target = inner / "d.zarr"
    refused = contextlib.suppress(InvalidNameError)
    with refused, open_io(source) as src, open_io(target, "w", zarr_format=zarr_format) as dst:
        dst.export(src)
    new = [path for path in tmp_path.rglob("*") if path not in before]
    assert all(path == target or target in path.parents for path in new)


@pytest.mark.parametrize("name", ["..", "a\0b", "."])
def test_links_of_hdf5_through_dots_and_nulls_lead_nowhere(name: str, tmp_path: Path) -> None:
    source, target = tmp_path / "s.h5", tmp_path / "inner" / "d.zarr"
    target.parent.mkdir()
    with h5py.File(source, "w") as file:
        file["g/link"] = h5py.SoftLink(f"/{name}/{name}/x".replace("\0", ""))
        file["g/out"] = h5py.ExternalLink(f"{name}/nothing.h5".replace("\0", ""), "/../../x")
    before = sorted(tmp_path.rglob("*"))
    with open_io(source) as src, open_io(target, "w") as dst:
        dst.export(src)
    new = [path for path in tmp_path.rglob("*") if path not in before]
    assert all(path == target or target in path.parents for path in new)


def test_dots_in_links_between_formats_stay_broken(tmp_path: Path) -> None:
    source = store_of(tmp_path / "s.zarr", [link("../../dots", "/x"), link("a\0b", "/x")])
    with open_io(source) as src, open_io(tmp_path / "d.h5", "w") as dst:
        dst.export(src)
    with h5py.File(tmp_path / "d.h5") as file:
        assert "x" in file
        assert all(".." not in name for name in file)
