"""``allow_external="folder"`` for stores: links, references and files lead to nothing outside."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import zarr

from hdmf_io_core import BrokenLink, open_io
from hdmf_io_core.errors import BrokenLinkWarning, ExternalAccessError
from hdmf_io_core.stores.staging import StagedStore

VALUES = np.arange(5)


def made(path: Path, links: list[dict[str, str]] | None = None) -> Path:
    """Make a store with an array and links."""
    group = zarr.open_group(path, mode="w", zarr_format=2)
    group.create_array("values", data=VALUES, chunks=(5,))
    if links:
        group.attrs["zarr_link"] = links
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with a store of a stranger; what is beside the folder is secret."""
    made(tmp_path / "secret.zarr")
    out = {"name": "out", "source": "../../secret.zarr", "path": "/values"}
    made(tmp_path / "inside" / "friend.zarr", [out])
    made(
        tmp_path / "inside" / "stranger.zarr",
        [
            out,
            {"name": "absolute", "source": str(tmp_path / "secret.zarr"), "path": "/values"},
            {"name": "friend", "source": "../friend.zarr", "path": "/values"},
            {"name": "twice", "source": "../friend.zarr", "path": "/out"},
        ],
    )
    return tmp_path / "inside"


@pytest.mark.parametrize("name", ["out", "absolute", "twice"])
def test_a_link_out_of_the_folder_is_a_placeholder_with_a_warning(folder: Path, name: str) -> None:
    with open_io(folder / "stranger.zarr", allow_external="folder") as io:
        with pytest.warns(BrokenLinkWarning, match="outside the folder"):
            found = io.read()[name]
        assert isinstance(found, BrokenLink)


@pytest.mark.parametrize("name", ["out", "absolute", "twice", "friend"])
def test_local_stores_lead_anywhere_unless_told(folder: Path, name: str) -> None:
    with open_io(folder / "stranger.zarr") as io:
        np.testing.assert_array_equal(io.read()[name].data[:], VALUES)


def test_links_inside_the_folder_are_followed(folder: Path) -> None:
    with open_io(folder / "stranger.zarr", allow_external="folder") as io:
        np.testing.assert_array_equal(io.read()["friend"].data[:], VALUES)


def test_a_chunk_that_is_a_link_of_the_file_system_is_not_read(folder: Path) -> None:
    chunk = folder / "stranger.zarr" / "values" / "0"
    chunk.unlink()
    Path(chunk).symlink_to(folder.parent / "secret.zarr" / "values" / "0")
    with open_io(folder / "stranger.zarr") as io:
        np.testing.assert_array_equal(io.read()["values"].data[:], VALUES)
    with open_io(folder / "stranger.zarr", allow_external="folder") as io:
        data = io.read()["values"].data
        with pytest.raises(ExternalAccessError, match="leads out of the store"):
            data[:]


def test_names_with_dots_stay_in_the_store(folder: Path) -> None:
    path = folder / "stranger.zarr" / ".zattrs"
    links = json.loads(path.read_text())["zarr_link"]
    links.append({"name": "dots", "source": ".", "path": "/../../secret.zarr/values"})
    path.write_text(json.dumps({"zarr_link": links}))
    with open_io(folder / "stranger.zarr", allow_external="folder") as io:
        with pytest.warns(BrokenLinkWarning):
            assert not io.read()["dots"]
        assert io.storage.node("/../../secret.zarr/values") is None


@pytest.mark.parametrize("atomic", [True, False])
def test_nothing_is_written_through_a_link_of_the_file_system(folder: Path, atomic: bool) -> None:
    outside = folder.parent / "secret.zarr" / "values"
    before = {path: path.read_bytes() for path in outside.iterdir()}
    values = folder / "stranger.zarr" / "values"
    shutil.rmtree(values)
    values.symlink_to(outside, target_is_directory=True)
    with (
        pytest.raises(ExternalAccessError, match="leads out of the store"),
        open_io(folder / "stranger.zarr", "a", allow_external="folder", atomic=atomic) as io,
    ):
        io.read()["values"].data[:] = 9
    assert {path: path.read_bytes() for path in outside.iterdir()} == before


@pytest.mark.parametrize("name", ["", "deep"])
def test_staged_values_stay_in_the_store(folder: Path, name: str) -> None:
    store, key = StagedStore(folder / "stranger.zarr", stays_inside=True), f"{name}/0".lstrip("/")
    link = folder / "stranger.zarr" / (name or "0")
    link.symlink_to(folder.parent / "secret.zarr")
    for change in (lambda: store.set(key, b"x"), lambda: store.delete_tree(key)):
        with pytest.raises(ExternalAccessError):
            change()
    store.set("inside", b"x")
    store.close()
