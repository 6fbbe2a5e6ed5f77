"""``allow_external="folder"``: a file leads to nothing outside its folder, in whatever way."""

from pathlib import Path

import h5py
import numpy as np
import pytest

from hdmf_io_core import BrokenLink, Container, open_io
from hdmf_io_core.errors import BrokenLinkWarning, ExternalAccessError, OptionError
from hdmf_io_hdf5 import HDF5IO

SECRET = np.arange(5)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with a file of a stranger; what is beside the folder is secret."""
    inside = tmp_path / "inside"
    (inside / "below").mkdir(parents=True)
    with h5py.File(tmp_path / "secret.h5", "w") as file:
        file["values"] = SECRET
    with h5py.File(inside / "below" / "friend.h5", "w") as file:
        file["values"] = SECRET
        file["onward"] = h5py.ExternalLink(str(tmp_path / "secret.h5"), "/values")
        file["soft"] = h5py.SoftLink("/onward")
    (tmp_path / "raw.bin").write_bytes(SECRET.tobytes())
    with h5py.File(inside / "stranger.h5", "w") as file:
        file["friend"] = h5py.ExternalLink("below/friend.h5", "/values")
        file["back"] = h5py.ExternalLink("stranger.h5", "/own")
        file["own"] = SECRET
        file["absolute"] = h5py.ExternalLink(str(tmp_path / "secret.h5"), "/values")
        file["upward"] = h5py.ExternalLink("../secret.h5", "/values")
        file["twice"] = h5py.ExternalLink("below/friend.h5", "/onward")
        file["thrice"] = h5py.ExternalLink("below/friend.h5", "/soft")
        raw = [(str(tmp_path / "raw.bin"), 0, 40)]
        file.create_dataset("raw", (5,), "i8", external=raw)
        layout = h5py.VirtualLayout((5,), "i8")
        layout[:] = h5py.VirtualSource(tmp_path / "secret.h5", "values", (5,))
        file.create_virtual_dataset("virtual", layout)
    return inside


def opened(path: Path, access: str | None) -> HDF5IO:
    return HDF5IO(path, allow_external=access)


@pytest.mark.parametrize("name", ["absolute", "upward", "twice", "thrice"])
def test_a_link_out_of_the_folder_is_a_placeholder_with_a_warning(folder: Path, name: str) -> None:
    with opened(folder / "stranger.h5", "folder") as io:
        root = io.read()
        with pytest.warns(BrokenLinkWarning, match="outside the folder"):
            found = root[name]
        assert isinstance(found, BrokenLink)
        assert "secret.h5" in found.reason


def test_no_file_outside_is_opened(folder: Path) -> None:
    secret = folder.parent / "secret.h5"
    with opened(folder / "stranger.h5", "folder") as io:
        for name in ("absolute", "upward", "twice", "thrice"):
            with pytest.warns(BrokenLinkWarning):
                assert not io.read()[name]
        # HDF5 could not truncate a file that it holds open.
        h5py.File(secret, "w").close()


@pytest.mark.parametrize("name", ["friend", "back", "own"])
def test_links_inside_the_folder_are_followed(folder: Path, name: str) -> None:
    with opened(folder / "stranger.h5", "folder") as io:
        np.testing.assert_array_equal(io.read()[name].data[:], SECRET)


@pytest.mark.parametrize("name", ["raw", "virtual"])
def test_data_outside_the_folder_is_not_read(folder: Path, name: str) -> None:
    with opened(folder / "stranger.h5", "folder") as io:
        data = io.read()[name].data
        assert data.shape == (5,)
        with pytest.raises(ExternalAccessError, match="outside the folder") as caught:
            data[:]
        assert caught.value.path == f"/{name}"


@pytest.mark.parametrize("name", ["absolute", "upward", "twice", "thrice", "raw", "virtual"])
def test_local_files_lead_anywhere_unless_told(folder: Path, name: str) -> None:
    with opened(folder / "stranger.h5", None) as io:
        np.testing.assert_array_equal(io.read()[name].data[:], SECRET)


def test_a_link_of_the_file_system_is_followed_before_it_is_judged(folder: Path) -> None:
    Path(folder / "harmless.h5").symlink_to(folder.parent / "secret.h5")
    with h5py.File(folder / "stranger.h5", "a") as file:
        file["disguised"] = h5py.ExternalLink("harmless.h5", "/values")
    with opened(folder / "stranger.h5", "folder") as io:
        node = io.storage.node("/disguised")
        assert node is not None
        assert "outside the folder" in node.withheld


def test_paths_through_links_are_limited_too(folder: Path) -> None:
    with h5py.File(folder.parent / "secret.h5", "a") as file:
        file["group/deep"] = SECRET
    with h5py.File(folder / "stranger.h5", "a") as file:
        file["group"] = h5py.ExternalLink("../secret.h5", "/group")
    with opened(folder / "stranger.h5", "folder") as io:
        assert io.storage.node("/group/deep") is None


def test_the_policy_outlives_the_first_write(folder: Path) -> None:
    path = folder / "new.h5"
    with HDF5IO(path, "w", allow_external="folder") as io:
        io.write(Container("root"))
        io.file["link"] = h5py.ExternalLink("../secret.h5", "/values")
        node = io.storage.node("/link")
        assert node is not None
        assert node.kind == "missing"


def test_an_unknown_policy_is_refused(folder: Path) -> None:
    with pytest.raises(OptionError, match="'anywhere' or 'folder'"):
        open_io(folder / "stranger.h5", allow_external="nowhere")
