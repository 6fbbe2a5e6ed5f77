"""Every HDF5 file of the corpus reads, copies and takes an append as plain h5py has it.

The corpus is outside the clone; a run without it fails, since a run that checks nothing would pass.
"""

import importlib
from pathlib import Path
from typing import Any

import h5py
import pytest
from corpusfiles import CORPUS, ORACLES, VARIABLE, hdf5_files
from files import bring
from h5diff import differences
from h5model import explore, model_differences
from oracle import oracle_differences

from hdmf_io_core import open_io
from hdmf_io_hdf5 import HDF5IO

FILES = hdf5_files()
if not FILES:
    pytest.fail(f"no HDF5 file in {CORPUS}; set {VARIABLE} to the corpus", pytrace=False)

each_file = pytest.mark.parametrize("name", FILES)


@pytest.fixture(autouse=True, scope="module")
def _filters() -> Any:
    """Register the third-party filters that some of the files need."""
    return importlib.import_module("hdf5plugin")


@pytest.fixture
def source(name: str, tmp_path: Path) -> Path:
    """A copy of the file, beside copies of those that it links to."""
    return bring(name, tmp_path, CORPUS)


def test_every_file_has_an_oracle_and_every_oracle_a_file() -> None:
    described = {
        path.relative_to(ORACLES).as_posix().removesuffix(".oracle.json")
        for path in ORACLES.rglob("*.oracle.json")
    }
    assert {name for name in described if not name.endswith(".zarr")} == set(FILES)


@each_file
def test_content_decides_for_the_backend(name: str, source: Path) -> None:
    nameless = source.rename(source.with_name("without_suffix"))
    with open_io(nameless) as io:
        assert isinstance(io, HDF5IO)


@each_file
def test_model_shows_what_h5py_finds(name: str, source: Path) -> None:
    with HDF5IO(source) as io:
        assert model_differences(io) == []


@each_file
def test_model_agrees_with_the_oracle(name: str, source: Path) -> None:
    with HDF5IO(source) as io:
        assert oracle_differences(io, ORACLES / f"{name}.oracle.json") == []


@each_file
def test_export_is_equal_node_for_node(name: str, source: Path) -> None:
    target = source.with_name(f"exported_{source.name}")
    with HDF5IO(source) as src, HDF5IO(target, "w") as io:
        io.export(src)
    assert differences(source, target) == []


@each_file
def test_write_without_links_is_equal_node_for_node(name: str, source: Path) -> None:
    target = source.with_name(f"copied_{source.name}")
    with HDF5IO(source) as src, HDF5IO(target, "w") as io:
        container = src.read()
        explore(container)
        io.write(container, link_data=False)
    assert differences(source, target) == []


@each_file
def test_unchanged_container_leaves_the_bytes(name: str, source: Path) -> None:
    # HDF5 itself may trim the end of a file that was not closed well.
    h5py.File(source, "r+").close()
    before = source.read_bytes()
    with HDF5IO(source, "a") as io:
        container = io.read()
        explore(container)
        assert not io.plan(container), str(io.plan(container))
        io.write(container)
    assert source.read_bytes() == before


@each_file
def test_changed_attribute_is_all_that_changes(name: str, source: Path) -> None:
    with HDF5IO(source, "a") as io:
        container = io.read()
        container.attributes["written_here"] = 1.5
        io.write(container)
    assert differences(CORPUS / name, source) == ["/: attribute written_here: only on the right"]
