"""Files changed in modes a and r+ through a manager of pynwb."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pynwb
import pytest
from nwbcontainers import assert_stock_reads, full_file, series

from hdmf_io_core import open_io


@pytest.fixture(scope="module")
def stock_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("stock") / "full.nwb"
    with pynwb.NWBHDF5IO(path, "w") as io:
        io.write(full_file())
    return path


@pytest.fixture
def path(stock_file: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(stock_file, tmp_path / "x.nwb"))


@pytest.fixture(params=["a", "r+"])
def io(path: Path, request: pytest.FixtureRequest) -> Iterator[Any]:
    with open_io(path, request.param, manager=pynwb.get_manager()) as opened:
        yield opened


def test_what_was_not_changed_is_not_written(io: Any) -> None:
    report = io.write(io.read())
    assert (report.groups, report.arrays, report.attributes, report.links) == (0, 0, 0, [])


def test_a_container_is_added(io: Any, path: Path) -> None:
    nwbfile = io.read()
    nwbfile.add_acquisition(series("new", np.arange(4.0)))
    report = io.write(nwbfile)
    assert report.arrays_made == ["/acquisition/new/data", "/acquisition/new/starting_time"]
    assert_stock_reads_again(io, path, nwbfile)


def assert_stock_reads_again(io: Any, path: Path, nwbfile: Any) -> None:
    copy = path.with_name("copy.nwb")
    io.flush()
    shutil.copy(path, copy)
    assert_stock_reads(copy, nwbfile)


def test_rows_are_appended_to_tables(io: Any, path: Path) -> None:
    nwbfile = io.read()
    linked = nwbfile.acquisition["linked"]
    nwbfile.add_trial(start_time=4.0, stop_time=5.0, correct=True, timeseries=[linked])
    io.write(nwbfile)
    assert nwbfile.trials["timeseries"][2][0].timeseries is linked
    assert_stock_reads_again(io, path, nwbfile)


def test_a_column_of_references_grows(io: Any, path: Path) -> None:
    nwbfile = io.read()
    shank = nwbfile.electrode_groups["shank"]
    nwbfile.add_electrode(group=shank, location="CA3", x=9.0, y=0.0, z=0.0)
    io.write(nwbfile)
    assert nwbfile.electrodes["group"].data[4] is shank
    assert_stock_reads_again(io, path, nwbfile)


def test_a_column_is_added(io: Any, path: Path) -> None:
    nwbfile = io.read()
    nwbfile.trials.add_column(name="side", description="d", data=["left", "right"])
    io.write(nwbfile)
    with h5py.File(path.with_name("copy.nwb"), "w") as copy:
        io.flush()
        io.file.copy("intervals/trials", copy)
        assert copy["trials"].attrs["colnames"].tolist()[-1] == "side"
        assert copy["trials/side"][:].tolist() == [b"left", b"right"]


def test_an_attribute_is_changed_by_set_modified(io: Any) -> None:
    nwbfile = io.read()
    raw = nwbfile.acquisition["raw"]
    raw.fields["description"] = "changed"
    raw.set_modified()
    report = io.write(nwbfile)
    assert report.attributes == 1
    assert io.file["acquisition/raw"].attrs["description"] == "changed"


def test_data_of_the_same_file_becomes_a_soft_link(io: Any) -> None:
    nwbfile = io.read()
    nwbfile.add_acquisition(series("again", nwbfile.acquisition["raw"].data))
    report = io.write(nwbfile)
    assert [(path, str(target)) for path, target in report.links] == [
        ("/acquisition/again/data", "/acquisition/raw/data")
    ]


def test_a_reference_to_what_is_not_stored_is_refused(io: Any) -> None:
    nwbfile = io.read()
    device = nwbfile.devices["probe"]
    unknown = nwbfile.create_electrode_group(
        name="other", description="d", location="CA2", device=device
    )
    with pytest.raises(ValueError, match="not yet been built"):
        nwbfile.electrodes["group"].data.append(unknown)


def test_another_session_reads_what_was_appended(path: Path) -> None:
    for name in ("one", "two"):
        with open_io(path, "a", manager=pynwb.get_manager()) as io:
            nwbfile = io.read()
            nwbfile.add_acquisition(series(name, np.arange(3.0)))
            io.write(nwbfile)
    with pynwb.NWBHDF5IO(path, "r") as stock:
        assert set(stock.read().acquisition) == {"raw", "linked", "one", "two"}
