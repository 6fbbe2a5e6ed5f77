"""``open_io`` finds the HDF5 backend for whatever holds, or will hold, HDF5."""

import io
from pathlib import Path

import h5py
import pytest

from hdmf_io_core import Container, open_io
from hdmf_io_core.errors import NotThisFormatError, OptionError, SourceNotFoundError


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A plain HDF5 file with a group ``g``, under a name that tells nothing."""
    path = tmp_path / "file.dat"
    with h5py.File(path, "w", userblock_size=512) as file:
        file.create_group("g")
    return path


def names(source: object) -> list[str]:
    with open_io(source) as opened:
        return [child.name for child in opened.read().children]


def test_a_file_is_found_by_its_content(path: Path) -> None:
    for source in (path, str(path), bytes(path), path.as_uri()):
        assert names(source) == ["g"]


def test_a_binary_file_object_is_read_and_left_open(path: Path) -> None:
    with path.open("rb") as file:
        assert names(file) == ["g"]
        assert not file.closed
    assert names(io.BytesIO(path.read_bytes())) == ["g"]


def test_an_open_h5py_file_is_read_and_left_open(path: Path) -> None:
    with h5py.File(path) as file:
        assert names(file) == ["g"]
        assert list(file) == ["g"]


def test_the_suffix_decides_for_a_new_file(tmp_path: Path) -> None:
    path = tmp_path / "new.NWB"
    with open_io(path, "w") as opened:
        opened.write(Container("root"))
    assert h5py.is_hdf5(path)


def test_mode_a_makes_a_missing_file_and_keeps_a_present_one(tmp_path: Path) -> None:
    path = tmp_path / "new.h5"
    with open_io(path, "a") as opened:
        opened.write(Container("root"))
    with h5py.File(path, "a") as file:
        file.create_group("kept")
    with open_io(path, "a"):
        pass
    with h5py.File(path) as file:
        assert "kept" in file


def test_a_foreign_store_is_not_replaced_by_its_name(tmp_path: Path) -> None:
    store = tmp_path / "store.h5"
    store.mkdir()
    (store / "zarr.json").write_text("{}")
    with pytest.raises(NotThisFormatError):
        open_io(store, "w")
    assert (store / "zarr.json").exists()


def test_options_are_those_of_the_backend(path: Path) -> None:
    with open_io(path, locking=False) as opened:
        assert opened.is_open
    with pytest.raises(OptionError) as caught:
        open_io(path, lockign=False)
    assert "'locking'" in (caught.value.hint or "")


def test_a_missing_file_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(SourceNotFoundError):
        open_io(tmp_path / "missing.h5", "r+")
    assert list(tmp_path.iterdir()) == []
