"""HDF5 to Zarr and back gives an equal file, node for node, but for what the losses name."""

import shutil
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from converting import convert, leave_out, there_and_back
from files import FILES, bring
from h5diff import differences

from hdmf_io_core import open_io

each_file = pytest.mark.parametrize("name", FILES)


@each_file
def test_the_way_back_is_equal_but_for_what_is_named(
    name: str, tmp_path: Path, zarr_format: Any
) -> None:
    source = bring(name, tmp_path)
    back, losses = there_and_back(source, zarr_format)
    leave_out(source, losses)
    assert differences(source, back) == []


@pytest.mark.parametrize("name", [name for name in FILES if not name.startswith("foreign")])
def test_nothing_of_an_hdmf_file_is_lost(name: str, tmp_path: Path, zarr_format: Any) -> None:
    source = bring(name, tmp_path)
    back, losses = there_and_back(source, zarr_format)
    assert losses == []
    assert differences(source, back) == []


@each_file
def test_a_second_trip_changes_nothing(name: str, tmp_path: Path) -> None:
    source = bring(name, tmp_path)
    first, _ = there_and_back(source, 3)
    (source.parent / "again").mkdir()
    start = source.parent / f"first{source.suffix}"
    shutil.copy(first, start)
    second, losses = there_and_back(start, 2)
    assert losses == []
    assert differences(start, second) == []


@each_file
def test_through_the_other_format_of_zarr(name: str, tmp_path: Path) -> None:
    source = bring(name, tmp_path)
    stores = [source.with_name(f"{number}.zarr") for number in range(3)]
    losses = [*convert(source, stores[0], zarr_format=2).losses]
    losses += convert(stores[0], stores[1], zarr_format=3).losses
    losses += convert(stores[1], stores[2], zarr_format=2).losses
    back = source.with_name("back.h5")
    losses += convert(stores[2], back).losses
    leave_out(source, losses)
    assert differences(source, back) == []


@each_file
def test_through_memory(name: str, tmp_path: Path) -> None:
    source = bring(name, tmp_path)
    place = f"memory://conversion-{tmp_path.name}"
    losses = [*convert(source, place).losses]
    back = source.with_name("back.h5")
    losses += convert(place, back).losses
    leave_out(source, losses)
    assert differences(source, back) == []


@each_file
def test_a_container_goes_as_the_file_does(name: str, tmp_path: Path, zarr_format: Any) -> None:
    source = bring(name, tmp_path)
    store, back = source.with_name("there.zarr"), source.with_name("back.h5")
    with open_io(source) as src, open_io(store, "w", zarr_format=zarr_format) as dst:
        losses = [*dst.export(src, src.read()).losses]
    with open_io(store) as src, open_io(back, "w") as dst:
        losses += dst.export(src, src.read()).losses
    leave_out(source, losses)
    assert differences(source, back) == []


def test_references_to_what_is_lost_become_null(tmp_path: Path, zarr_format: Any) -> None:
    source = tmp_path / "source.h5"
    with h5py.File(source, "w") as file:
        file["type"] = np.dtype("f4")
        file["kept"] = np.arange(3)
        file.attrs["to_type"] = file["type"].ref
        file["references"] = np.array([file["type"].ref, file["kept"].ref], h5py.ref_dtype)
    back, losses = there_and_back(source, zarr_format)
    assert {loss.path for loss in losses} >= {"/type"}
    with h5py.File(back) as file:
        assert "type" not in file
        null, kept = file["references"][:]
        assert not null
        assert file[kept] == file["kept"]
        assert not file.attrs["to_type"]


def test_sequences_in_edge_chunks_and_in_chunks_never_written(
    tmp_path: Path, zarr_format: Any
) -> None:
    source = tmp_path / "source.h5"
    with h5py.File(source, "w") as file:
        some = file.create_dataset("some", (5,), h5py.vlen_dtype("i1"), chunks=(4,))
        some[4] = np.arange(3, dtype="i1")
        file.create_dataset("none", (5, 5), h5py.vlen_dtype("f4"), chunks=(2, 2))
    back, losses = there_and_back(source, zarr_format)
    assert losses == []
    assert differences(source, back) == []
