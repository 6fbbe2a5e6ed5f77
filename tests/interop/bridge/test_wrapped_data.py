"""Data in hdmf's wrappers, one in the other, and what the specification says of its axes."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pynwb
import pytest
from hdmf.backends.hdf5 import H5DataIO
from hdmf.common import HERD, DynamicTable, VectorData
from hdmf.data_utils import DataChunkIterator, DataIO
from hdmf.term_set import TermSet, TermSetWrapper
from nwbcontainers import empty_file, full_file, series
from storages import STORAGES, Storage

from hdmf_io_core.bridge import HdmfManager, StorageHDMFIO


class Species(TermSet):
    """Two terms, without the package that reads term sets from files."""

    def __init__(self) -> None:
        self.name = "species"

    def validate(self, term: str) -> bool:
        return term in {"Homo sapiens", "Mus musculus"}

    def __getitem__(self, term: str) -> Any:
        from collections import namedtuple

        made = namedtuple("Term_Info", ["id", "description", "meaning"])
        return made(f"taxon:{term}", term, f"https://example.org/{term}")


@pytest.fixture(params=STORAGES)
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Storage:
    return Storage(request.param, tmp_path)


WRAPPED = {
    "list": lambda terms: terms,
    "in options": lambda terms: H5DataIO(terms, maxshape=(None,), chunks=True),
    "in bare options": lambda terms: DataIO(terms),
}
NAMES = ["Homo sapiens", "Mus musculus", "Homo sapiens"]


@pytest.mark.parametrize("how", WRAPPED)
def test_terms_are_stored_as_their_values(storage: Storage, how: str) -> None:
    nwbfile = empty_file()
    data = WRAPPED[how](TermSetWrapper(value=list(NAMES), termset=Species()))
    column = VectorData(name="species", description="d", data=data)
    nwbfile.add_acquisition(DynamicTable(name="t", description="d", columns=[column]))
    storage.write("x", nwbfile)
    with storage.open("x") as io:
        assert list(io.read().acquisition["t"]["species"][:]) == NAMES


def test_a_wrapped_field_is_stored_as_its_value(storage: Storage) -> None:
    nwbfile = empty_file()
    species = TermSetWrapper(value="Mus musculus", termset=Species())
    nwbfile.subject = pynwb.file.Subject(subject_id="s", species=species)
    storage.write("x", nwbfile)
    with storage.open("x") as io:
        assert io.read().subject.species == "Mus musculus"


def test_terms_of_columns_enter_the_herd(
    storage: Storage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # hdmf finds the tables of a zip by paths relative to where the program runs.
    monkeypatch.chdir(tmp_path)
    nwbfile, herd_path = empty_file(), "herd.zip"
    data = TermSetWrapper(value=list(NAMES), termset=Species())
    column = VectorData(name="species", description="d", data=data)
    nwbfile.add_acquisition(DynamicTable(name="t", description="d", columns=[column]))
    with storage.open("x", "w", HdmfManager(pynwb.get_manager())) as io:
        StorageHDMFIO(io, herd_path=herd_path).write(nwbfile, herd=HERD())
    with storage.open("x", manager=HdmfManager(pynwb.get_manager())) as io:
        facade = StorageHDMFIO(io, herd_path=herd_path)
        facade.read()
        found = facade.herd.entities.to_dataframe()["entity_id"].tolist()
    assert found == ["taxon:Homo sapiens", "taxon:Mus musculus"]


def test_an_iterator_in_options_is_drained(storage: Storage) -> None:
    nwbfile = empty_file()
    rows = DataChunkIterator(data=(np.full(2, i) for i in range(5)), buffer_size=2)
    nwbfile.add_acquisition(series("a", H5DataIO(rows, chunks=(2, 2), maxshape=(None, 2))))
    storage.write("x", nwbfile)
    with storage.open("x") as io:
        data = io.read().acquisition["a"].data
        assert (data.chunks, data[:].tolist()) == ((2, 2), [[i, i] for i in range(5)])


@pytest.mark.parametrize("name", ["zarr2", "zarr3"])
def test_axes_are_named_by_the_specification(name: str, tmp_path: Path) -> None:
    storage = Storage(name, tmp_path)
    storage.write("x", full_file())
    raw = storage.path("x") / "acquisition" / "raw"
    if name == "zarr2":
        found = json.loads((raw / "data" / ".zattrs").read_text())["_ARRAY_DIMENSIONS"]
    else:
        found = json.loads((raw / "data" / "zarr.json").read_text())["dimension_names"]
    assert found == ["num_times", "num_channels"]


def test_an_export_keeps_the_names_of_axes(tmp_path: Path) -> None:
    storage = Storage("zarr3", tmp_path)
    storage.write("x", full_file())
    with storage.open("x") as source, storage.open("y", "w") as io:
        io.export(source, source.read())
    data = json.loads((storage.path("y") / "acquisition/raw/data/zarr.json").read_text())
    assert data["dimension_names"] == ["num_times", "num_channels"]
