"""The drop-in classes let their users do what the stock class of their backend lets them."""

import warnings
from pathlib import Path

import h5py
import numpy as np
import pytest
import zarr
from hdmf.backends.hdf5 import h5_utils
from hdmf.backends.warnings import BrokenLinkWarning
from hdmf.build import DatasetBuilder, GroupBuilder, ReferenceBuilder
from hdmf.common import DynamicTable, VectorData, get_manager
from hdmf.spec import NamespaceCatalog

from hdmf_io_core.errors import DataLossWarning, TextEncodingError
from hdmf_io_hdf5.dropin import HDF5IO
from hdmf_io_zarr.dropin import ZarrIO

RECORDS = [{"name": "id", "dtype": "int"}, {"name": "name", "dtype": "text"}]


def written(path: Path, *datasets: DatasetBuilder, mode: str = "w") -> None:
    kind = ZarrIO if path.suffix == ".zarr" else HDF5IO
    root = GroupBuilder("root", datasets=list(datasets))
    with kind(path, mode) as io:
        io.write_builder(root)


def test_zarr_sequences_of_attributes_are_tuples_where_they_were_set(tmp_path: Path) -> None:
    with ZarrIO(tmp_path / "x.zarr", "w") as io:
        group = io._file
        io.write_attributes(group, {"a": [1, 2], "b": "text"})
        assert group.attrs["a"] == (1, 2)
        assert group.attrs["b"] == "text"


def test_zarr_attributes_may_refer_to_what_is_written_later(tmp_path: Path) -> None:
    path = tmp_path / "x.zarr"
    target = DatasetBuilder("later", [1, 2])
    written(path, DatasetBuilder("d", 1))
    with warnings.catch_warnings(), ZarrIO(path, "a") as io:
        warnings.simplefilter("error")
        io.write_attributes(io._file, {"ref": ReferenceBuilder(target)})
        io.write_dataset(io._file, target)
    attributes = zarr.open_group(path, mode="r").attrs.asdict()
    assert attributes["ref"] == {"_REFERENCE": {"source": ".", "path": "/later"}}


def test_zarr_references_to_what_was_never_written_are_warned_of(tmp_path: Path) -> None:
    path = tmp_path / "x.zarr"
    written(path, DatasetBuilder("d", 1))
    io = ZarrIO(path, "a")
    io.write_attributes(io._file, {"ref": DatasetBuilder("never", 1)})
    with pytest.warns(DataLossWarning, match="/never"):
        io.close()


def test_a_new_dataset_takes_the_place_of_one_of_its_shape_in_zarr(tmp_path: Path) -> None:
    path = tmp_path / "x.zarr"
    old = DatasetBuilder("d", [(0, "a"), (1, "b")], {"kept": 1}, dtype=RECORDS)
    written(path, old, DatasetBuilder("e", np.arange(3)))
    for width in (100, 600):
        written(path, DatasetBuilder("d", [(0, "x" * width), (1, "b")], dtype=RECORDS), mode="a")
        with ZarrIO(path, "r") as io:
            stored = io.read_builder()["d"]
            assert stored.data[0]["name"] == "x" * width
            assert stored.attributes["kept"] == 1
    with pytest.raises(ValueError, match="/e"):
        written(path, DatasetBuilder("e", np.arange(4)), mode="a")
    assert zarr.open_array(path / "e", mode="r")[:].tolist() == [0, 1, 2]


@pytest.mark.parametrize("suffix", [".h5", ".zarr"])
def test_text_that_was_to_be_ascii_and_is_not_is_utf8(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"x{suffix}"
    written(path, DatasetBuilder("d", [b"abc", "été".encode()], dtype="ascii"))
    with (ZarrIO if suffix == ".zarr" else HDF5IO)(path, "r") as io:
        assert list(io.read_builder()["d"].data[:]) == ["abc", "été"]


def test_bytes_that_are_no_text_are_refused_for_zarr(tmp_path: Path) -> None:
    for data in (b"\xff\xfe", [b"\xff\xfe"]):
        with pytest.raises(TextEncodingError, match="dataset 'd'"):
            written(tmp_path / "x.zarr", DatasetBuilder("d", data, dtype="ascii"))


def test_records_of_numbers_are_read_by_any_release_of_zarr(tmp_path: Path) -> None:
    path = tmp_path / "x.zarr"
    numbers = [{"name": "a", "dtype": "uint32"}, {"name": "b", "dtype": "float32"}]
    written(path, DatasetBuilder("d", [(1, 2.0)], dtype=numbers))
    with ZarrIO(path, "r") as io:
        assert io.read_builder()["d"].data[:]["a"].tolist() == [1]


def test_the_names_of_axes_are_an_attribute_of_zarr_arrays(tmp_path: Path) -> None:
    path = tmp_path / "x.zarr"
    written(path, DatasetBuilder("d", [[1, 2]], dimension_labels=("time", "unit")))
    with ZarrIO(path, "r") as io:
        data = io.read_builder()["d"].data
        assert data.attrs["_ARRAY_DIMENSIONS"] == ["time", "unit"]
        assert data.metadata.dimension_names == ("time", "unit")


def test_records_of_numbers_are_arrays_of_zarr(tmp_path: Path) -> None:
    path = tmp_path / "x.zarr"
    dtype = np.dtype([("a", "<u4"), ("b", "<f4")])
    # Of format 2, whose records all releases of zarr-python know.
    group = zarr.open_group(path, mode="w", zarr_format=2)
    group.create_array("d", shape=(1,), dtype=dtype)
    with ZarrIO(path, "r") as io:
        builder = io.read_builder()["d"]
        assert isinstance(builder.data, zarr.Array)
        assert builder.data.dtype.descr == [("a", "<u4"), ("b", "<f4")]
        assert builder.dtype == [
            {"name": "a", "dtype": "uint32"},
            {"name": "b", "dtype": "float32"},
        ]


def test_references_are_of_hdmfs_classes_over_the_array_of_the_library(tmp_path: Path) -> None:
    path = tmp_path / "x.h5"
    target = DatasetBuilder("t", [1])
    fields = [{"name": "id", "dtype": "int"}, {"name": "ref", "dtype": "object"}]
    written(
        path,
        target,
        DatasetBuilder("refs", [ReferenceBuilder(target)], dtype="object"),
        DatasetBuilder("records", [(1, ReferenceBuilder(target))], dtype=fields),
    )
    with HDF5IO(path, "r") as io:
        root = io.read_builder()
        refs, records = root["refs"].data, root["records"].data
        assert isinstance(refs, h5_utils.BuilderH5ReferenceDataset)
        assert not isinstance(refs, h5_utils.BuilderH5TableDataset)
        assert isinstance(refs.invert(), h5_utils.ContainerH5ReferenceDataset)
        assert isinstance(records, h5_utils.BuilderH5TableDataset)
        assert isinstance(records.invert(), h5_utils.ContainerH5TableDataset)
        assert isinstance(refs.dataset, h5py.Dataset)
        assert records[0][1] is root["t"]


def test_hdf5_namespaces_count_where_the_file_says_where_they_are(tmp_path: Path) -> None:
    path = tmp_path / "x.h5"
    column = VectorData(name="a", description="a", data=[1])
    with HDF5IO(path, "w", manager=get_manager()) as io:
        io.write(DynamicTable(name="t", description="t", columns=[column]))
    assert "hdmf-common" in HDF5IO.get_namespaces(path)
    with h5py.File(path, "a") as file:
        del file.attrs[".specloc"]
    with pytest.warns(UserWarning, match="No cached namespaces found"):
        assert HDF5IO.get_namespaces(path) == {}
    with pytest.warns(UserWarning, match="No cached namespaces found"):
        assert HDF5IO.load_namespaces(NamespaceCatalog(), path) == {}


def test_a_broken_link_is_told_in_hdmfs_words(tmp_path: Path) -> None:
    path = tmp_path / "x.h5"
    with h5py.File(path, "w") as file:
        file["link"] = h5py.ExternalLink("none.h5", "/x")
    with pytest.warns(BrokenLinkWarning) as caught, HDF5IO(path, "r") as io:
        assert io.read_builder().links == {}
    (warning,) = [found.message for found in caught]
    assert str(warning) == "Path to Group altered/broken at /link"
    assert "none.h5" in warning.__notes__[0]


def test_a_forgotten_io_warns_once(tmp_path: Path) -> None:
    io = HDF5IO(tmp_path / "x.h5", "w")
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        io.__del__()
        io.storage_io.close_forgotten()
    assert [found.category for found in caught] == [ResourceWarning]


def test_the_type_of_data_is_told(tmp_path: Path) -> None:
    for kind in (HDF5IO, ZarrIO):
        assert kind.get_type([[np.float32(1)]]) is np.float32
        with pytest.raises(ValueError, match="empty"):
            kind.get_type([])
