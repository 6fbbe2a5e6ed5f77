"""Links and references after a conversion: in a moved folder, a changed container, an append."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from converting import convert
from files import bring
from h5diff import changed_paths, differences

from hdmf_io_core import Container, Data, LinkTarget, open_io

EXTERNAL = "/acquisition/ext_data/data", "/acquisition/ext_data/timestamps", "/acquisition/orig"


def moved(folder: Path) -> Path:
    return folder.rename(folder.with_name(f"{folder.name}_moved"))


def test_links_between_files_hold_when_the_folder_moves(tmp_path: Path, zarr_format: Any) -> None:
    source = bring("nwb/links_dst.nwb", tmp_path)
    convert(source, source.with_name("between.zarr"), zarr_format=zarr_format)
    folder = moved(source.parent)
    back = folder / "back.nwb"
    convert(folder / "between.zarr", back)
    assert differences(folder / source.name, back) == []
    with h5py.File(back) as file:
        for path in EXTERNAL:
            link = file.get(path, getlink=True)
            assert link.filename == "links_src.nwb"
            assert Path(file[path].file.filename) == folder / "links_src.nwb"


def test_links_between_stores_hold_when_the_folder_moves(
    stores_of: Callable[[str], Path], zarr_format: Any
) -> None:
    source = stores_of(f"zarr{zarr_format}/links_dst_native.nwb.zarr")
    convert(source, source.with_name("between.h5"))
    convert(source.with_name("between.h5"), source.with_name("copy.zarr"), zarr_format=zarr_format)
    with open_io(source) as io:
        expected = io.read()["acquisition/orig/data"].data[...]
    folder = moved(source.parent)
    with open_io(folder / "copy.zarr") as io:
        found = io.storage.node("/acquisition/orig/data")
        assert found.source == str(folder / "links_src_native.nwb.zarr")
        assert np.array_equal(io.read()["acquisition/orig/data"].data[...], expected)


def test_a_conversion_to_another_folder_keeps_links_leading_there(
    tmp_path: Path, zarr_format: Any
) -> None:
    source = bring("nwb/links_dst.nwb", tmp_path)
    store = tmp_path / "elsewhere" / "between.zarr"
    store.parent.mkdir()
    convert(source, store, zarr_format=zarr_format)
    back = tmp_path / "third" / "back.nwb"
    back.parent.mkdir()
    convert(store, back)
    assert changed_paths(source, back) == set(EXTERNAL)
    with h5py.File(back) as file:
        assert file.get(EXTERNAL[0], getlink=True).filename == "../files/links_src.nwb"
        assert file[EXTERNAL[0]].shape


def test_a_changed_container_is_converted_as_it_is_now(tmp_path: Path, zarr_format: Any) -> None:
    source = bring("common/common.h5", tmp_path)
    store, back = source.with_name("between.zarr"), source.with_name("back.h5")
    with open_io(source) as src, open_io(store, "w", zarr_format=zarr_format) as dst:
        container = src.read()
        container.attributes["changed"] = "yes"
        container["tab"]["s"].attributes["description"] = "other"
        container.add_child(Data("added", np.arange(4)))
        container.remove_child("dstr")
        dst.export(src, container)
    convert(store, back)
    found = differences(source, back)
    assert {line.split(": ")[0] for line in found} == {"/", "/tab/s", "/added", "/dstr"}
    with h5py.File(back) as file:
        assert file.attrs["changed"] == "yes"
        assert file["tab/s"].attrs["description"] == "other"
        assert file["added"][:].tolist() == [0, 1, 2, 3]
        assert "dstr" not in file


def test_a_converted_file_takes_rows_and_objects(tmp_path: Path, zarr_format: Any) -> None:
    source = bring("common/common.h5", tmp_path)
    store, back = source.with_name("between.zarr"), source.with_name("back.h5")
    convert(source, store, zarr_format=zarr_format)
    with h5py.File(source) as file:
        ids = file["tab/id"][:].tolist()
    with open_io(store, "a") as io:
        container = io.read()
        container["tab"]["id"].append([100, 101])
        container.add_child(Container("later"))
        container["later"].add_child(Data("text", ["x", "y"]))
        io.write(container)
    convert(store, back)
    with h5py.File(back, "r+") as file:
        assert file["tab/id"][:].tolist() == [*ids, 100, 101]
        assert file["later/text"].asstr()[:].tolist() == ["x", "y"]
        assert file["tab/id"].maxshape == (None,)
    with open_io(back, "a") as io:
        container = io.read()
        container["tab"]["id"].append([102])
        io.write(container)
    with h5py.File(back) as file:
        assert file["tab/id"][:].tolist() == [*ids, 100, 101, 102]


def test_references_lead_to_rows_and_columns_of_the_copy(tmp_path: Path, zarr_format: Any) -> None:
    source = bring("nwb/ecephys_full.nwb", tmp_path)
    store, back = source.with_name("between.zarr"), source.with_name("back.nwb")
    convert(source, store, zarr_format=zarr_format)
    convert(store, back)
    table = "/general/extracellular_ephys/electrodes"
    with open_io(store) as io:
        container = io.read()
        column = container["acquisition/raw/electrodes"]
        assert column.attributes["table"] is container[table.strip("/")]
    with h5py.File(back) as file:
        assert file[file["acquisition/raw/electrodes"].attrs["table"]] == file[table]
        groups = [file[ref].name for ref in file[f"{table}/group"][:]]
        assert set(groups) <= {g.name for g in file["general/extracellular_ephys"].values()}
        assert file[file["units/spike_times_index"].attrs["target"]] == file["units/spike_times"]


@pytest.mark.parametrize("target", ["/group/x", "/nowhere", "x"])
def test_soft_links_stay_as_they_were_said(target: str, tmp_path: Path, zarr_format: Any) -> None:
    source = tmp_path / "source.h5"
    with h5py.File(source, "w") as file:
        file["group/x"] = [1]
        file["group/link"] = h5py.SoftLink(target)
    store, back = tmp_path / "between.zarr", tmp_path / "back.h5"
    convert(source, store, zarr_format=zarr_format)
    convert(store, back)
    assert differences(source, back) == []


def test_links_of_a_new_container_are_said_alike(tmp_path: Path, zarr_format: Any) -> None:
    container = Container("root")
    container.add_child(Data("x", [1, 2]))
    container.add_link("there", LinkTarget("soft", "/x"))
    container.add_link("away", LinkTarget("external", "/y", "other.h5"))
    direct, store = tmp_path / "direct.h5", tmp_path / "store.zarr"
    for path, options in ((direct, {}), (store, {"zarr_format": zarr_format})):
        with open_io(path, "w", **options) as io:
            io.write(container, cache_spec=False)
    convert(store, tmp_path / "back.h5")
    with h5py.File(direct) as one, h5py.File(tmp_path / "back.h5") as other:
        for name in ("there", "away"):
            links = [file.get(name, getlink=True) for file in (one, other)]
            assert vars(links[0]) == vars(links[1])
