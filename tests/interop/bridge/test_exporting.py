"""Exports through hdmf's managers, whole and changed, and links between files."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pynwb
import pytest
from nwbcontainers import NWB_DATA, assert_same, assert_stock_reads, empty_file, full_file, series

from hdmf_io_core import open_io
from hdmf_io_hdf5.dropin import NWBHDF5IO


@pytest.fixture(scope="module")
def stock_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("stock") / "full.nwb"
    with pynwb.NWBHDF5IO(path, "w") as io:
        io.write(full_file())
    return path


@pytest.fixture
def source(stock_file: Path) -> Iterator[Any]:
    with NWBHDF5IO(stock_file, "r") as io:
        yield io


@pytest.mark.filterwarnings("ignore:The 'times' argument is deprecated")
@pytest.mark.parametrize("path", NWB_DATA, ids=lambda path: path.name)
@pytest.mark.parametrize("whole", [True, False], ids=["stored", "container"])
def test_an_export_reads_as_its_source(path: Path, whole: bool, tmp_path: Path) -> None:
    copy = tmp_path / path.name
    with NWBHDF5IO(path, "r") as io:
        nwbfile = io.read()
        with NWBHDF5IO(copy, "w") as out:
            out.export(io, None if whole else nwbfile)
        with pynwb.NWBHDF5IO(copy, "r") as stock:
            assert_same(stock.read(), nwbfile)


@pytest.mark.parametrize("link_data", [True, False])
def test_a_changed_container_is_exported(source: Any, tmp_path: Path, link_data: bool) -> None:
    path, nwbfile = tmp_path / "x.nwb", source.read()
    nwbfile.add_acquisition(series("new", np.arange(4.0)))
    nwbfile.set_modified()
    nwbfile.trials.add_column(name="side", description="d", data=["left", "right"])
    # What refers to the tables, and what these refer to, is not changed itself.
    nwbfile.electrodes.add_column(name="depth", description="d", data=[1.0, 2.0, 3.0, 4.0])
    nwbfile.electrode_groups["shank"].set_modified()
    with NWBHDF5IO(path, "w") as out:
        out.export(source, nwbfile, {"link_data": link_data})
    with h5py.File(path) as file:
        linked = file["acquisition/linked"].get("data", getlink=True)
        assert (type(linked), linked.path) == (h5py.SoftLink, "/acquisition/raw/data")
    with pynwb.NWBHDF5IO(path, "r") as stock:
        read = stock.read()
        assert read.electrodes["group"][1] is read.electrode_groups["shank"]
        assert read.acquisition["raw"].electrodes.table is read.electrodes
        assert read.trials["timeseries"][1][0].timeseries is read.acquisition["linked"]
        assert read.electrodes["depth"][2] == 3.0
        assert read.trials["side"][:].tolist() == ["left", "right"]
        assert set(read.acquisition) == {"raw", "linked", "new"}


@pytest.mark.parametrize("link_data", [True, False])
def test_links_inside_a_file_stay_or_are_copied(
    source: Any, tmp_path: Path, link_data: bool
) -> None:
    path = tmp_path / "x.nwb"
    with NWBHDF5IO(path, "w") as out:
        out.export(source, source.read(), {"link_data": link_data})
    with h5py.File(path) as file:
        link = file["acquisition/linked"].get("data", getlink=True)
        # What one series took from another as a whole is a link of hdmf's own, in either case.
        assert isinstance(link, h5py.SoftLink)


def test_stock_exports_what_ours_read_and_the_reverse(
    source: Any, stock_file: Path, tmp_path: Path
) -> None:
    expected = source.read()
    with (
        pynwb.NWBHDF5IO(stock_file, "r") as stock,
        NWBHDF5IO(tmp_path / "ours.nwb", "w") as out,
    ):
        out.export(stock, stock.read())
    assert_stock_reads(tmp_path / "ours.nwb", expected)
    with pynwb.NWBHDF5IO(tmp_path / "stock.nwb", "w") as out:
        out.export(source, expected, {"link_data": False})
    with pynwb.NWBHDF5IO(tmp_path / "stock.nwb", "r") as stock:
        assert_same(stock.read().acquisition["raw"], full_file().acquisition["raw"])


def test_data_of_another_open_file_becomes_an_external_link(source: Any, tmp_path: Path) -> None:
    data = source.read().acquisition["raw"].data
    for link_data in (True, False):
        nwbfile = empty_file()
        nwbfile.add_acquisition(series("far", data))
        path = tmp_path / f"{link_data}.nwb"
        with open_io(path, "w", manager=pynwb.get_manager()) as io:
            io.write(nwbfile, link_data=link_data)
        with h5py.File(path) as file:
            link = file["acquisition/far"].get("data", getlink=True)
            assert isinstance(link, h5py.ExternalLink) == link_data
            assert file["acquisition/far/data"][1].tolist() == [4, 5, 6, 7]


def test_a_container_of_another_open_file_becomes_a_link(stock_file: Path, tmp_path: Path) -> None:
    manager = pynwb.get_manager()
    path = tmp_path / "x.nwb"
    with open_io(stock_file, manager=manager) as source:
        nwbfile = empty_file()
        nwbfile.add_acquisition(source.read().acquisition["raw"])
        with open_io(path, "w", manager=manager) as io:
            io.write(nwbfile)
    with h5py.File(path) as file:
        link = file["acquisition"].get("raw", getlink=True)
        assert (tmp_path / link.filename).resolve() == stock_file.resolve()
        assert link.path == "/acquisition/raw"
    with NWBHDF5IO(path, "r") as io:
        raw = io.read().acquisition["raw"]
        assert raw.container_source == str(stock_file)
        assert raw.data[1].tolist() == [4, 5, 6, 7]
        assert raw.electrodes.table["x"].data[3] == 3.0


def test_only_what_was_read_is_exported(source: Any, tmp_path: Path) -> None:
    nwbfile = source.read()
    with open_io(tmp_path / "x.nwb", "w", manager=pynwb.get_manager()) as out:
        with pytest.raises(ValueError, match="must have been read"):
            out.export(source.storage_io, full_file())
        with pytest.raises(ValueError, match="root of the hierarchy"):
            out.export(source.storage_io, nwbfile.acquisition["raw"])
