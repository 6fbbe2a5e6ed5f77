"""The drop-in classes for Zarr are hdmf's IOs, and do what hdmf-zarr's do."""

from pathlib import Path

import numpy as np
import pynwb
import pytest
import zarr
from hdmf.backends.errors import UnsupportedOperation
from hdmf.backends.io import HDMFIO
from hdmf.build import DatasetBuilder, GroupBuilder, LinkBuilder
from nwbcontainers import assert_same, full_file, series

from hdmf_io_core.bridge import validate
from hdmf_io_hdf5.dropin import NWBHDF5IO
from hdmf_io_zarr.dropin import NWBZarrIO, ZarrIO


@pytest.fixture(scope="module")
def original() -> pynwb.NWBFile:
    return full_file()


@pytest.fixture(scope="module")
def store(original: pynwb.NWBFile, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("stores") / "full.nwb.zarr"
    with NWBZarrIO(path, "w") as io:
        io.write(original)
    return path


def test_what_is_written_is_read(store: Path, original: pynwb.NWBFile) -> None:
    assert ZarrIO.can_read(store)
    with NWBZarrIO(str(store), mode="r") as io:
        assert isinstance(io, HDMFIO)
        assert (io.source, io.path, io.mode) == (str(store), str(store), "r")
        assert io.abspath == str(store)
        assert io.nwb_version[1][0] == 2
        nwbfile = io.read()
        assert nwbfile.read_io is io
        assert_same(nwbfile, original)
        assert pynwb.validate(io=io) == []
    assert validate(store) == []
    assert not io.is_open()
    assert io._file is None


def test_arrays_are_those_of_zarr_and_behave_as_hdmf_expects(store: Path) -> None:
    nwbfile = NWBZarrIO.read_nwb(store)
    data, names = nwbfile.acquisition["raw"].data, nwbfile.electrodes["location"].data
    assert isinstance(data, zarr.Array)
    assert isinstance(names, zarr.Array)
    assert len(data) == 10
    assert isinstance(data[0, 0], np.integer)
    assert names.dtype == object
    assert list(names) == ["CA1"] * 4
    assert np.array(names).tolist() == ["CA1"] * 4
    nwbfile.read_io.close()


def test_a_store_is_appended_to(store: Path, tmp_path: Path) -> None:
    path = tmp_path / "copy.zarr"
    with NWBZarrIO(store, "r") as source, NWBZarrIO(path, "w") as io:
        io.export(source)
    with NWBZarrIO(path, "a") as io:
        nwbfile = io.read()
        nwbfile.add_acquisition(series("new", np.arange(3.0)))
        io.write(nwbfile)
    with NWBZarrIO(path, "r-") as io:
        assert io.read().acquisition["new"].data[:].tolist() == [0.0, 1.0, 2.0]


def test_files_of_the_other_backend_are_exported(
    store: Path, original: pynwb.NWBFile, tmp_path: Path
) -> None:
    path = tmp_path / "x.nwb"
    with NWBZarrIO(store, "r") as source, NWBHDF5IO(path, "w") as io:
        with pytest.raises(UnsupportedOperation, match="link_data=True"):
            io.export(source)
        io.export(source, source.read(), write_args={"link_data": False})
    with pynwb.NWBHDF5IO(path, "r") as io, NWBZarrIO(tmp_path / "y.zarr", "w") as back:
        assert_same(io.read(), original)
        with pytest.raises(UnsupportedOperation, match="non-Zarr backend"):
            back.export(io)
        back.export(io, io.read(), write_args={"link_data": False})
    with NWBZarrIO(tmp_path / "y.zarr", "r") as io:
        assert_same(io.read(), original)


def test_parts_are_written_and_found_again(tmp_path: Path) -> None:
    dataset = DatasetBuilder("numbers", np.arange(3))
    with ZarrIO(tmp_path / "x.zarr", "w") as io:
        assert not io.get_builder_exists_on_disk(dataset)
        made = io.write_dataset(io._file, dataset)
        assert made[:].tolist() == [0, 1, 2]
        assert io.get_written(dataset, check_on_disk=True)
        group = io.write_group(io._file, GroupBuilder("group", attributes={"a": 1}))
        io.write_attributes(group, {"b": "text"})
        io.write_link(group, LinkBuilder(dataset, name="link"))
    with ZarrIO(tmp_path / "x.zarr", "r") as io:
        assert dict(io._file["group"].attrs)["b"] == "text"
        name, target = io.resolve_ref({"source": ".", "path": "/numbers"})
        assert (name, target.name) == ("numbers", "/numbers")
        assert io.resolve_ref({"source": ".", "path": None}) == ("root", io._file)
        with pytest.raises(ValueError, match="bad link to object /missing"):
            io.resolve_ref("/missing")
        found = io.get_builder(target)
        assert found is io.read_builder()["numbers"]
        assert io.read_builder()["group"].links["link"].builder is found
        assert not io.is_remote()


def test_consolidated_metadata_are_left_out_if_asked(tmp_path: Path) -> None:
    root = GroupBuilder("root", datasets=[DatasetBuilder("x", 1)])
    for wanted in (False, True):
        with ZarrIO(tmp_path / "x.zarr", "w") as io:
            io.write_builder(root, consolidate_metadata=wanted)
        stored = zarr.open_group(tmp_path / "x.zarr", mode="r").metadata.consolidated_metadata
        assert (stored is not None) == wanted


def test_what_is_no_store_is_removed_only_if_asked(tmp_path: Path) -> None:
    path = tmp_path / "x.zarr"
    path.write_text("not a store")
    with pytest.raises(FileExistsError):
        ZarrIO(path, "w")
    with ZarrIO(path, "w", force_overwrite=True) as io:
        io.write_builder(GroupBuilder("root", attributes={"a": 1}))
    assert ZarrIO.can_read(path)


def test_what_cannot_be_opened_is_told(tmp_path: Path) -> None:
    assert not ZarrIO.can_read(tmp_path / "missing.zarr")
    with pytest.raises(FileNotFoundError):
        ZarrIO(tmp_path / "missing.zarr", "r")
    with pytest.raises(ValueError, match="storage_options"):
        ZarrIO(tmp_path / "x.zarr", "w", storage_options={})
    with pytest.raises(ValueError, match="Only one of"):
        ZarrIO.load_namespaces(pynwb.get_type_map())
