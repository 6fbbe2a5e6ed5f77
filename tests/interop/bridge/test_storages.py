"""What a container can do, it can do on each storage."""

from pathlib import Path
from typing import Any

import numpy as np
import pynwb
import pytest
from hdmf.common import HERD
from nwbcontainers import assert_same, empty_file, full_file, series
from storages import STORAGES, Storage

from hdmf_io_core.bridge import HdmfManager, StorageHDMFIO, validate


@pytest.fixture(params=STORAGES)
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Storage:
    return Storage(request.param, tmp_path)


@pytest.fixture
def full(storage: Storage) -> Storage:
    """A storage with a full file in it, called ``full``."""
    storage.write("full", full_file())
    return storage


@pytest.fixture
def other(tmp_path: Path) -> Path:
    """Another folder."""
    path = tmp_path / "other"
    path.mkdir()
    return path


def test_a_full_file_comes_back_valid(full: Storage) -> None:
    with full.open("full") as io:
        read = io.read()
        # Containers of a second file have another time of creation.
        assert_same(read.trials, full_file().trials)
        assert_same(read.processing["ophys"], full_file().processing["ophys"])
    assert validate(full.path("full")) == []


def test_rows_are_appended_to_every_table(full: Storage) -> None:
    for mode, x in (("a", 4.0), ("r+", 5.0)):
        with full.open("full", mode) as io:
            nwbfile = io.read()
            linked, shank = nwbfile.acquisition["linked"], nwbfile.electrode_groups["shank"]
            nwbfile.add_electrode(group=shank, location=mode, x=x, y=0.0, z=0.0)
            nwbfile.add_trial(start_time=x, stop_time=x + 1, correct=True, timeseries=[linked])
            if full.name == "hdf5":
                # hdmf itself has no way to extend a column of a Zarr array by several elements.
                nwbfile.add_unit(spike_times=[x, x + 0.5], electrodes=[1])
            io.write(nwbfile)
    with full.open("full") as io:
        nwbfile = io.read()
        electrodes = nwbfile.electrodes.to_dataframe()
        assert electrodes["x"].tolist() == [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]
        assert electrodes["location"].tolist() == ["CA1"] * 4 + ["a", "r+"]
        assert nwbfile.electrodes["group"].data[5] is nwbfile.electrode_groups["shank"]
        assert nwbfile.trials["timeseries"][3][0].timeseries is nwbfile.acquisition["linked"]
        spikes = [list(row) for row in nwbfile.units.to_dataframe()["spike_times"]]
        assert spikes[3:] == ([[4.0, 4.5], [5.0, 5.5]] if full.name == "hdf5" else [])
    assert validate(full.path("full")) == []


def test_tables_become_data_frames_with_containers_in_them(full: Storage) -> None:
    with full.open("full") as io:
        nwbfile = io.read()
        electrodes = nwbfile.electrodes.to_dataframe()
        assert electrodes["group"].tolist() == [nwbfile.electrode_groups["shank"]] * 4
        trials = nwbfile.trials.to_dataframe()
        assert trials["correct"].tolist() == [True, False]
        assert trials["timeseries"][1][0].timeseries is nwbfile.acquisition["linked"]
        units = nwbfile.units.to_dataframe()
        assert [list(row) for row in units["spike_times"]] == [[0.5], [], [0.25, 0.75]]
        assert units["electrodes"][0]["x"].tolist() == [0.0, 2.0]
        indices = nwbfile.units.to_dataframe(index=True)["electrodes"]
        assert [list(row) for row in indices] == [[0, 2]] * 3


def test_set_modified_stores_what_was_changed(full: Storage) -> None:
    with full.open("full", "a") as io:
        nwbfile = io.read()
        raw = nwbfile.acquisition["raw"]
        raw.fields["description"] = "changed"
        assert io.write(nwbfile).attributes == 0
        raw.set_modified()
        assert io.write(nwbfile).attributes == 1
    with full.open("full") as io:
        assert io.read().acquisition["raw"].description == "changed"


def test_a_container_of_another_open_file_is_linked_to(full: Storage) -> None:
    manager = pynwb.get_manager()
    with full.open("full", manager=manager) as source:
        nwbfile = empty_file()
        nwbfile.add_acquisition(source.read().acquisition["raw"])
        with full.open("one", "w", manager) as io:
            assert [path for path, _ in io.write(nwbfile).links] == ["/acquisition/raw"]
    with full.open("one") as io:
        raw = io.read().acquisition["raw"]
        assert raw.container_source == str(full.path("full"))
        assert raw.data[1].tolist() == [4, 5, 6, 7]
        assert raw.electrodes.table["x"].data[3] == 3.0


@pytest.mark.parametrize("link_data", [True, False])
def test_data_of_another_open_file_is_linked_to_or_copied(full: Storage, link_data: bool) -> None:
    with full.open("full") as source:
        nwbfile = empty_file()
        nwbfile.add_acquisition(series("far", source.read().acquisition["raw"].data))
        with full.open("one", "w") as io:
            report = io.write(nwbfile, link_data=link_data)
    assert [path for path, _ in report.links] == ["/acquisition/far/data"] * link_data
    with full.open("one") as io:
        assert io.read().acquisition["far"].data[9].tolist() == [36, 37, 38, 39]


@pytest.mark.parametrize("target", STORAGES)
def test_an_export_is_its_source(full: Storage, target: str, other: Path) -> None:
    with full.open("full") as source:
        with Storage(target, other).open("copy", "w") as io:
            io.export(source)
        with Storage(target, other).open("copy") as copy:
            assert_same(copy.read(), source.read())


@pytest.mark.parametrize("target", STORAGES)
def test_an_export_holds_what_was_changed(full: Storage, target: str, other: Path) -> None:
    with full.open("full") as source:
        nwbfile = source.read()
        nwbfile.add_acquisition(series("new", np.arange(4.0)))
        nwbfile.trials.add_column(name="side", description="d", data=["left", "right"])
        nwbfile.electrode_groups["shank"].set_modified()
        with Storage(target, other).open("copy", "w") as io:
            io.export(source, nwbfile)
    with Storage(target, other).open("copy") as io:
        read = io.read()
        assert set(read.acquisition) == {"raw", "linked", "new"}
        assert list(read.trials["side"][:]) == ["left", "right"]
        assert read.electrodes["group"].data[1] is read.electrode_groups["shank"]
        assert read.acquisition["linked"].data[2].tolist() == [8, 9, 10, 11]
    assert validate(Storage(target, other).path("copy")) == []


def test_only_types_that_are_named_expand(storage: Storage) -> None:
    nwbfile = full_file()
    manager = HdmfManager(pynwb.get_manager())
    with storage.open("x", "w", manager) as io:
        StorageHDMFIO(io).write(nwbfile, expandable=["ElementIdentifiers"])
    with storage.open("x") as io:
        root = io.tree.root()
        trials = root.children["intervals"].children["trials"].children
        assert trials["id"].data.maxshape == (None,)
        assert trials["start_time"].data.maxshape == (2,)


class TestHerd:
    """Terms of a container, in a file of their own beside it."""

    def test_it_is_written_and_read(
        self, storage: Storage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        # hdmf finds the tables of a zip by paths relative to where the program runs.
        monkeypatch.chdir(tmp_path)
        herd_path = "herd.zip"
        nwbfile = empty_file()
        nwbfile.subject = pynwb.file.Subject(subject_id="s", species="Mus musculus")
        herd = HERD()
        herd.add_ref(
            container=nwbfile.subject,
            key="Mus musculus",
            entity_id="NCBI_TAXON:10090",
            entity_uri="https://example.org/10090",
        )
        with storage.open("x", "w", HdmfManager(pynwb.get_manager())) as io:
            StorageHDMFIO(io, herd_path=herd_path).write(nwbfile, herd=herd)
        with storage.open("x", manager=HdmfManager(pynwb.get_manager())) as io:
            facade = StorageHDMFIO(io, herd_path=herd_path)
            read = facade.read()
            assert facade.herd.entities.to_dataframe()["entity_id"].tolist() == ["NCBI_TAXON:10090"]
            assert read.external_resources is facade.herd
            assert read.read_io is facade

    def test_a_missing_one_is_told(self, full: Storage, tmp_path: Path) -> None:
        with full.open("full", manager=HdmfManager(pynwb.get_manager())) as io:
            facade = StorageHDMFIO(io, herd_path=str(tmp_path / "none.zip"))
            with pytest.warns(UserWarning, match=r"not found at .*none\.zip"):
                read: Any = facade.read()
            assert facade.herd is None
            assert "raw" in read.acquisition
