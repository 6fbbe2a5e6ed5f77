"""An external link of HDF5 leads to HDF5 files: what other backends hold is copied."""

from pathlib import Path

import h5py
import pytest

from hdmf_io_core import Container, Data, open_io


@pytest.fixture
def in_memory() -> str:
    """A file of the memory backend with one dataset."""
    container = Container("source")
    container.add_child(Data("x", [1, 2, 3]))
    with open_io("memory://links-across", "w") as io:
        io.write(container)
    return "memory://links-across"


def test_lazy_data_of_another_backend_is_copied(in_memory: str, tmp_path: Path) -> None:
    with open_io(in_memory) as source, open_io(tmp_path / "new.h5", "w") as target:
        container = Container("target")
        container.add_child(Data("x", source.read()["x"].data))
        assert target.write(container).links == []
    with h5py.File(tmp_path / "new.h5") as file:
        assert isinstance(file.get("x", getlink=True), h5py.HardLink)
        assert file["x"][:].tolist() == [1, 2, 3]


def test_a_container_read_from_another_backend_is_copied(in_memory: str, tmp_path: Path) -> None:
    with open_io(in_memory) as source, open_io(tmp_path / "new.h5", "w") as target:
        target.write(source.read())
    with h5py.File(tmp_path / "new.h5") as file:
        assert file["x"][:].tolist() == [1, 2, 3]
