"""A file read through a manager of pynwb is what stock pynwb reads."""

from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pynwb
import pytest
from hdmf.backends.io import HDMFIO
from hdmf.backends.warnings import BrokenLinkWarning
from hdmf.testing import TestCase
from hdmf.utils import StrDataset
from nwbcontainers import NWB_DATA, full_file

from hdmf_io_core import open_io
from hdmf_io_core.bridge import HdmfManager, read_nwb


@pytest.fixture(scope="module")
def stock_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("stock") / "full.nwb"
    with pynwb.NWBHDF5IO(path, "w") as io:
        io.write(full_file())
    return path


def reading(path: Path) -> Any:
    return open_io(path, manager=HdmfManager(pynwb.get_type_map(), load_namespaces=True))


@pytest.mark.filterwarnings("ignore:The 'times' argument is deprecated")
@pytest.mark.parametrize("path", NWB_DATA, ids=lambda path: path.name)
def test_containers_are_those_of_stock(path: Path) -> None:
    with reading(path) as ours, pynwb.NWBHDF5IO(path, "r") as stock:
        left, right = ours.read(), stock.read()
        TestCase().assertContainerEqual(left, right)
        assert {type(obj).__name__ for obj in left.objects.values()} == {
            type(obj).__name__ for obj in right.objects.values()
        }


@pytest.mark.parametrize("name", ["ecephys", "ophys", "behavior", "images", "links", "full"])
def test_made_files_read_as_stock_reads_them(
    name: str, stock_files: dict[str, Path], stock_file: Path
) -> None:
    path = stock_files.get(name, stock_file)
    with reading(path) as ours, pynwb.NWBHDF5IO(path, "r") as stock:
        TestCase().assertContainerEqual(ours.read(), stock.read())


def test_builders_are_those_of_stock(stock_file: Path) -> None:
    with reading(stock_file) as ours, pynwb.NWBHDF5IO(stock_file, "r") as stock:
        left, right = ours.read(), stock.read()
        left_root = ours.manager.manager.get_builder(left)
        assert described(left_root) == described(stock.manager.get_builder(right))


def described(builder: Any) -> dict[str, object]:
    """What hdmf can tell of each builder below one, but for the elements of arrays."""
    found: dict[str, object] = {}
    for kind in ("groups", "datasets", "links"):
        for name, child in getattr(builder, kind, {}).items():
            found[f"{kind}:{name}"] = (
                child.location,
                child.source,
                child.parent is builder,
                {key: type(value) for key, value in getattr(child, "attributes", {}).items()},
                str(getattr(child, "dtype", None)),
                getattr(child, "maxshape", None),
                described(child) if kind == "groups" else None,
            )
    return found


def test_arrays_are_the_librarys_own_and_not_loaded(stock_file: Path) -> None:
    with reading(stock_file) as io:
        nwbfile = io.read()
        assert isinstance(nwbfile.acquisition["raw"].data, h5py.Dataset)
        assert isinstance(nwbfile.keywords, StrDataset)
        assert list(nwbfile.keywords) == ["one", "zwei", "três"]
        assert nwbfile.acquisition["raw"].data.file == io.file


def test_linked_data_is_one_dataset(stock_file: Path) -> None:
    with reading(stock_file) as io:
        nwbfile = io.read()
        assert nwbfile.acquisition["linked"].data == nwbfile.acquisition["raw"].data


def test_references_become_the_containers_of_the_tree(stock_file: Path) -> None:
    with reading(stock_file) as io:
        nwbfile = io.read()
        shank = nwbfile.electrode_groups["shank"]
        column = nwbfile.electrodes["group"].data
        assert column[0] is shank
        assert column[1:3] == [shank, shank]
        assert list(column) == [shank] * 4
        assert nwbfile.acquisition["raw"].electrodes.table is nwbfile.electrodes
        assert (len(column), column.shape, column.dtype) == (4, (4,), "object")


def test_records_hold_containers(stock_file: Path) -> None:
    with reading(stock_file) as io:
        nwbfile = io.read()
        (row,) = nwbfile.trials["timeseries"][1]
        assert row.timeseries is nwbfile.acquisition["linked"]
        rois = nwbfile.processing["ophys"]["masks"]["rois"]
        assert [tuple(cell) for cell in rois["pixel_mask"][0]] == [(0, 0, 1.0), (1, 2, 0.5)]


def test_tables_become_data_frames(stock_file: Path) -> None:
    with reading(stock_file) as io:
        nwbfile = io.read()
        assert nwbfile.trials.to_dataframe()["correct"].tolist() == [True, False]
        spikes = nwbfile.units.to_dataframe()["spike_times"]
        assert [list(times) for times in spikes] == [[0.5], [], [0.25, 0.75]]
        region = nwbfile.acquisition["raw"].electrodes
        assert region.to_dataframe()["x"].tolist() == [0.0, 1.0, 2.0, 3.0]


def test_the_io_of_a_container_is_one_of_hdmfs(stock_file: Path) -> None:
    with reading(stock_file) as io:
        nwbfile = io.read()
        read_io = nwbfile.read_io
        assert isinstance(read_io, HDMFIO)
        assert (read_io.source, read_io.mode, read_io.is_open()) == (str(stock_file), "r", True)
        assert "raw" in nwbfile._repr_html_()
    assert not read_io.is_open()


def test_reading_twice_gives_the_same_containers(stock_file: Path) -> None:
    with reading(stock_file) as io:
        assert io.read() is io.read()


def test_any_backend_is_found(stock_file: Path) -> None:
    with reading(stock_file) as io, open_io("memory://bridge-read", "w") as memory:
        memory.export(io)
    nwbfile = read_nwb("memory://bridge-read")
    assert np.array_equal(nwbfile.acquisition["raw"].data[2], [8, 9, 10, 11])
    assert nwbfile.electrodes["group"].data[0] is nwbfile.electrode_groups["shank"]
    nwbfile.read_io.close()


def test_a_broken_link_is_named_and_the_rest_reads(tmp_path: Path, stock_file: Path) -> None:
    path = tmp_path / "broken.nwb"
    path.write_bytes(stock_file.read_bytes())
    with h5py.File(path, "a") as file:
        file["acquisition/gone"] = h5py.ExternalLink("missing.nwb", "/acquisition/gone")
    with reading(path) as io:
        with pytest.warns(BrokenLinkWarning, match="/acquisition/gone") as caught:
            nwbfile = io.read()
        # The text is hdmf's; where was looked is a note beside it.
        (note,) = caught[0].message.__notes__
        assert "missing.nwb::/acquisition/gone" in note
        assert set(nwbfile.acquisition) == {"raw", "linked"}


def test_a_reference_to_the_table_itself_reads_as_builders(tmp_path: Path) -> None:
    path = tmp_path / "cycle.h5"
    with h5py.File(path, "w") as file:
        inner = file.create_group("a/b")
        inner.attrs["up"] = file["a"].ref
        file["a/hard"] = file["a"]
    from hdmf_io_hdf5.dropin import HDF5IO

    with HDF5IO(path, "r") as io:
        root = io.read_builder()
    assert root["a/b"].attributes["up"] is root["a"]
    assert root["a"].links["hard"].builder is root["a"]
