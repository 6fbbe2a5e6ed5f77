"""NWB files and tables of stock tools that we append to: stock reads them, with what was added."""

import shutil
from pathlib import Path
from typing import Any

import h5py
import hdmf.common
import numpy as np
import pynwb
import pytest
from h5diff import changed_paths
from hdmf.backends.hdf5 import HDF5IO as StockIO
from pynwb import NWBHDF5IO

from hdmf_io_core import Container, Data
from hdmf_io_hdf5 import HDF5IO

experimental = pytest.mark.filterwarnings("ignore:EnumData is experimental:UserWarning")


@pytest.fixture
def copy(stock_files: dict[str, Path], tmp_path: Path) -> Any:
    def run(name: str) -> Path:
        return Path(shutil.copy(stock_files[name], tmp_path))

    return run


def test_samples_appended_are_seen_by_pynwb(copy: Any) -> None:
    path = copy("ecephys")
    with HDF5IO(path, "a") as io:
        container = io.read()
        container["acquisition/raw/data"].append(np.full((10, 2), 5, "i2"))
        io.write(container)
    with NWBHDF5IO(path, "r") as io:
        data = io.read().acquisition["raw"].data
        assert data.shape == (210, 2)
        assert (data[200:] == 5).all()
        assert data[:200].tolist() == np.arange(400).reshape(200, 2).tolist()
    assert pynwb.validate(path=str(path)) == []


def test_series_added_is_read_by_pynwb(copy: Any, stock_files: dict[str, Path]) -> None:
    path = copy("ecephys")
    with HDF5IO(path, "a") as io:
        container = io.read()
        series = Container("added", data_type="TimeSeries", namespace="core")
        series.attributes.update({"description": "d", "comments": "c"})
        facts = {"conversion": 1.0, "resolution": -1.0, "unit": "V", "offset": 0.0}
        series.add_child(Data("data", np.arange(5.0), data_type=None, attributes=facts))
        rate = {"rate": 10.0, "unit": "seconds"}
        times = {"rate": np.float32(rate["rate"]), "unit": rate["unit"]}
        series.add_child(Data("starting_time", 1.5, data_type=None, attributes=times))
        container["acquisition"].add_child(series)
        io.write(container)
        assert not io.plan(container)
    assert changed_paths(stock_files["ecephys"], path) == {"/acquisition/added"}
    with NWBHDF5IO(path, "r") as io:
        found = io.read().acquisition["added"]
        assert (found.rate, found.starting_time, found.unit) == (10.0, 1.5, "V")
        assert found.data[:].tolist() == [0, 1, 2, 3, 4]
    assert pynwb.validate(path=str(path)) == []


def test_attribute_and_text_changed_are_read_by_pynwb(copy: Any) -> None:
    path = copy("behavior")
    with HDF5IO(path, "a") as io:
        container = io.read()
        container["session_description"].data = "changed: é"
        container["processing/behavior/speed"].attributes["description"] = "another"
        io.write(container)
    with NWBHDF5IO(path, "r") as io:
        nwbfile = io.read()
        assert nwbfile.session_description == "changed: é"
        assert nwbfile.processing["behavior"]["speed"].description == "another"


def test_row_appended_to_a_table_is_read_by_pynwb(copy: Any) -> None:
    path = copy("ecephys")
    with HDF5IO(path, "a") as io:
        trials: Any = io.read()["intervals/trials"]
        for name, value in {"id": 2, "start_time": 4.0, "stop_time": 5.0, "correct": True}.items():
            trials[name].append([value])
    with NWBHDF5IO(path, "r") as io:
        rows = io.read().trials.to_dataframe()
        assert rows["start_time"].tolist() == [0.0, 2.0, 4.0]
        assert rows["correct"].tolist() == [True, False, True]


@experimental
def test_ragged_row_appended_is_read_by_stock(copy: Any) -> None:
    path = copy("common")
    with HDF5IO(path, "a") as io:
        container = io.read()
        regions: Any = container["regions"]
        regions["region"].append([1, 3, 4])
        regions["region_index"].append([6])
        regions["id"].append([2])
        io.write(container)
    with StockIO(str(path), "r", manager=hdmf.common.get_manager()) as io:
        table = io.read().containers["regions"]
        assert table["region"].target.data[:].tolist() == [0, 2, 5, 1, 3, 4]
        assert table[2, "region"].index.tolist() == [1, 3, 4]


def test_what_stock_appends_to_our_export_is_read_by_us(copy: Any, tmp_path: Path) -> None:
    target = tmp_path / "exported.nwb"
    with HDF5IO(copy("behavior")) as src, HDF5IO(target, "w") as io:
        io.export(src)
    with NWBHDF5IO(target, "a") as io:
        nwbfile = io.read()
        nwbfile.add_acquisition(
            pynwb.TimeSeries(name="theirs", data=np.arange(3.0), unit="V", rate=1.0)
        )
        io.write(nwbfile)
    with HDF5IO(target) as io:
        assert io.read()["acquisition/theirs/data"].value.tolist() == [0.0, 1.0, 2.0]


def test_data_linked_from_another_file_is_read_by_pynwb(
    copy: Any, stock_files: dict[str, Path], tmp_path: Path
) -> None:
    source, target = copy("ecephys"), tmp_path / "with_link.nwb"
    first = stock_files["links"].with_name("links_source.nwb")
    with HDF5IO(first) as src, HDF5IO(source) as other, HDF5IO(target, "w") as io:
        container = src.read()
        series = container["acquisition/orig"]
        series.remove_child("data")
        lazy = other.read()["acquisition/raw/data"].data
        series.add_child(Data("data", lazy, data_type=None))
        report = io.write(container)
    with h5py.File(target) as file:
        link = file.get("acquisition/orig/data", getlink=True)
        assert isinstance(link, h5py.ExternalLink), str(report.links)
        assert link.filename == "ecephys.nwb"
    with NWBHDF5IO(target, "r") as io, h5py.File(source) as file:
        data = io.read().acquisition["orig"].data
        np.testing.assert_array_equal(data[()], file["acquisition/raw/data"][()])
