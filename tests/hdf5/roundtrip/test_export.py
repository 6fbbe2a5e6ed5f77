"""An exported or copied file is equal to its source, node for node."""

import shutil
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from files import FILES, bring
from h5diff import changed_paths, differences
from h5model import model_differences

from hdmf_io_hdf5 import HDF5IO


def exported(source: Path) -> Path:
    target = source.with_name(f"exported_{source.name}")
    with HDF5IO(source) as src, HDF5IO(target, "w") as io:
        io.export(src)
    return target


@pytest.mark.parametrize("name", FILES)
def test_model_shows_what_the_file_holds(name: str, tmp_path: Path) -> None:
    with HDF5IO(bring(name, tmp_path)) as io:
        assert model_differences(io) == []


@pytest.mark.parametrize("name", FILES)
def test_export_is_equal_node_for_node(name: str, tmp_path: Path) -> None:
    source = bring(name, tmp_path)
    assert differences(source, exported(source)) == []


@pytest.mark.parametrize("name", FILES)
def test_export_of_the_read_container_is_equal_node_for_node(name: str, tmp_path: Path) -> None:
    source = bring(name, tmp_path)
    target = source.with_name(f"exported_{source.name}")
    with HDF5IO(source) as src, HDF5IO(target, "w") as io:
        io.export(src, src.read())
    assert differences(source, target) == []


@pytest.mark.parametrize("name", FILES)
def test_export_of_an_explored_container_is_equal_node_for_node(name: str, tmp_path: Path) -> None:
    """Looking at a container must not change what is written of it."""
    source = bring(name, tmp_path)
    target = source.with_name(f"exported_{source.name}")
    with HDF5IO(source) as src, HDF5IO(target, "w") as io:
        assert model_differences(src) == []
        io.export(src, src.read())
    assert differences(source, target) == []


@pytest.mark.parametrize("name", FILES)
def test_write_without_links_is_equal_node_for_node(name: str, tmp_path: Path) -> None:
    source = bring(name, tmp_path)
    target = source.with_name(f"copied_{source.name}")
    with HDF5IO(source) as src, HDF5IO(target, "w") as io:
        io.write(src.read(), link_data=False)
    assert differences(source, target) == []


@pytest.mark.parametrize("name", FILES)
def test_export_over_the_source_of_its_own_data_is_equal(name: str, tmp_path: Path) -> None:
    """The target of a second export is replaced, not merged with."""
    source = bring(name, tmp_path)
    target = exported(source)
    with HDF5IO(source) as src, HDF5IO(target, "w") as io:
        io.export(src)
    assert differences(source, target) == []


def test_export_without_specs_leaves_only_them_out(tmp_path: Path) -> None:
    source = bring("nwb/ecephys_full.nwb", tmp_path)
    target = source.with_name("bare.nwb")
    with HDF5IO(source) as src, HDF5IO(target, "w") as io:
        io.export(src, cache_spec=False)
    assert changed_paths(source, target) == {"/", "/specifications"}


def test_export_to_another_folder_keeps_links_leading_to_their_files(tmp_path: Path) -> None:
    source = bring("nwb/links_dst.nwb", tmp_path)
    target = tmp_path / "elsewhere" / "out.nwb"
    target.parent.mkdir()
    with HDF5IO(source) as src, HDF5IO(target, "w") as io:
        io.export(src)
    paths = "/acquisition/ext_data/data", "/acquisition/ext_data/timestamps", "/acquisition/orig"
    assert changed_paths(source, target) == set(paths)
    with h5py.File(source) as there, h5py.File(target) as here:
        for path in paths:
            link = here.get(path, getlink=True)
            assert link.filename == "../files/links_src.nwb"
            assert here[path].file.id == there[path].file.id
            assert here[path].name == there[path].name


def test_external_storage_becomes_own_storage(tmp_path: Path) -> None:
    """The raw file lies relative to the working directory of the reader: a copy holds its data."""
    source = tmp_path / "external.h5"
    raw = tmp_path / "values.raw"
    np.arange(6, dtype="i4").tofile(raw)
    with h5py.File(source, "w") as file:
        file.create_dataset("x", (2, 3), "i4", external=[(str(raw), 0, 24)])
    target = exported(source)
    assert [d.split(":")[1].strip() for d in differences(source, target)] == ["storage"]
    raw.unlink()
    with h5py.File(target) as file:
        assert file["x"][()].tolist() == [[0, 1, 2], [3, 4, 5]]


def test_virtual_storage_becomes_own_storage(tmp_path: Path) -> None:
    source = tmp_path / "virtual.h5"
    with h5py.File(source, "w") as file:
        parts = [file.create_dataset(name, data=np.full(3, i)) for i, name in enumerate("ab")]
        layout = h5py.VirtualLayout((2, 3), "i8")
        for i, part in enumerate(parts):
            layout[i] = h5py.VirtualSource(part)
        file.create_virtual_dataset("x", layout, fillvalue=-1)
    target = exported(source)
    assert {d.split(":")[1].strip() for d in differences(source, target)} == {"storage"}
    with h5py.File(target) as file:
        assert not file["x"].is_virtual
        assert file["x"][()].tolist() == [[0, 0, 0], [1, 1, 1]]


@pytest.mark.parametrize(
    "options",
    [
        {"track_times": True},
        {"fillvalue": 7},
        {"maxshape": (None, 8), "chunks": (3, 2)},
        {"chunks": (4, 4), "compression": "gzip", "shuffle": True, "fletcher32": True},
        {"chunks": (4, 4), "compression": "lzf"},
        {"chunks": (4, 4), "compression": "szip"},
        {"chunks": (4, 4), "scaleoffset": 0},
        {"chunks": (3, 3), "dtype": ">i2"},
        {"shape": (0, 8), "maxshape": (None, 8), "data": None, "dtype": "i4"},
    ],
)
def test_layout_survives_export(tmp_path: Path, options: dict[str, Any]) -> None:
    source = tmp_path / "layout.h5"
    with h5py.File(source, "w") as file:
        file.create_dataset("x", **{"data": np.arange(64).reshape(8, 8), **options})
    assert differences(source, exported(source)) == []


def test_chunks_never_written_are_not_written_in_the_copy(tmp_path: Path) -> None:
    source = tmp_path / "sparse.h5"
    with h5py.File(source, "w") as file:
        x = file.create_dataset("x", (100, 100), "f4", chunks=(10, 10), fillvalue=np.nan)
        x[20:30, 50:60] = 1
    target = exported(source)
    assert differences(source, target) == []
    with h5py.File(target) as file:
        assert file["x"].id.get_num_chunks() == 1


def test_order_of_creation_does_not_matter_to_what_is_copied(tmp_path: Path) -> None:
    source = tmp_path / "ordered.h5"
    with h5py.File(source, "w", track_order=True) as file:
        for name in "zax":
            file.create_group(name, track_order=True).attrs.update({"b": 1, "a": 2})
    assert differences(source, exported(source)) == []


def test_file_with_user_block_is_exported(tmp_path: Path) -> None:
    source = tmp_path / "block.h5"
    with h5py.File(source, "w", userblock_size=1024) as file:
        file.create_dataset("x", data=np.arange(64), chunks=(10,), compression="gzip")
    assert differences(source, exported(source)) == []


def test_newest_file_format_is_exported(tmp_path: Path) -> None:
    source = tmp_path / "latest.h5"
    with h5py.File(source, "w", libver="latest") as file:
        file.create_dataset("fixed", data=np.arange(64), chunks=(10,), compression="gzip")
        file.create_dataset("one", data=np.arange(6), chunks=(6,))
        file.create_dataset("grows", data=np.zeros((8, 8)), chunks=(3, 3), maxshape=(None, None))
        file.create_group("many").update({f"g{i}": i for i in range(40)})
        file["many"].attrs["big"] = np.zeros(20_000)
    target = source.with_name("out.h5")
    with HDF5IO(source) as src, HDF5IO(target, "w", libver="latest") as io:
        io.export(src)
    assert differences(source, target) == []


def test_committed_types_are_committed_in_the_copy(tmp_path: Path) -> None:
    source = tmp_path / "types.h5"
    with h5py.File(source, "w") as file:
        file["point"] = np.dtype([("x", "f4"), ("y", "f4")])
        file["point"].attrs["unit"] = "m"
        file["colour"] = h5py.enum_dtype({"RED": 0, "BLUE": 2}, "u1")
        file["points"] = np.zeros(3, file["point"].dtype)
    assert differences(source, exported(source)) == []


def test_source_file_is_only_read(tmp_path: Path) -> None:
    source = bring("nwb/ecephys_full.nwb", tmp_path)
    before = source.read_bytes()
    shutil.copystat(source, source)
    exported(source)
    assert source.read_bytes() == before
