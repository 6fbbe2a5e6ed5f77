"""The drop-in classes do what the stock classes do."""

import inspect
from pathlib import Path

import h5py
import numpy as np
import pynwb
import pytest
from hdmf.backends.errors import UnsupportedOperation
from hdmf.backends.hdf5 import HDF5IO as StockHDF5IO
from hdmf.backends.io import HDMFIO
from hdmf.build import DatasetBuilder, GroupBuilder, LinkBuilder, ReferenceBuilder, TypeMap
from hdmf.spec import NamespaceCatalog
from hdmf.utils import get_docval
from hdmf.validate import ValidatorMap
from nwbcontainers import assert_same, full_file

from hdmf_io_core.bridge import validate
from hdmf_io_core.errors import SpecError
from hdmf_io_hdf5.dropin import HDF5IO, NWBHDF5IO


@pytest.fixture(scope="module")
def stock_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("stock") / "full.nwb"
    with pynwb.NWBHDF5IO(path, "w") as io:
        io.write(full_file())
    return path


@pytest.mark.parametrize(("ours", "stock"), [(HDF5IO, StockHDF5IO), (NWBHDF5IO, pynwb.NWBHDF5IO)])
@pytest.mark.parametrize(
    "method", ["__init__", "write", "export", "export_io", "load_namespaces", "get_namespaces"]
)
def test_methods_take_the_arguments_of_stock(ours: type, stock: type, method: str) -> None:
    expected = {argument["name"] for argument in get_docval(getattr(stock, method))}
    assert expected <= set(inspect.signature(getattr(ours, method)).parameters)


def test_they_are_ios_of_hdmf(stock_file: Path) -> None:
    with NWBHDF5IO(stock_file, "r") as io:
        assert isinstance(io, HDMFIO)
        assert io.is_open()
        assert (io.source, io.mode) == (str(stock_file), "r")
        assert io.nwb_version[1][0] == 2
        assert io.read().read_io is io
    assert not io.is_open()
    io.close()


def test_pynwb_validates_through_them(stock_file: Path) -> None:
    with NWBHDF5IO(stock_file, "r") as io:
        assert pynwb.validate(io=io) == []


def test_what_nwb_they_can_read(stock_file: Path, tmp_path: Path) -> None:
    plain = tmp_path / "plain.h5"
    h5py.File(plain, "w").close()
    assert NWBHDF5IO.can_read(stock_file)
    assert HDF5IO.can_read(plain)
    assert not HDF5IO.can_read(tmp_path / "missing.h5")
    with pytest.warns(UserWarning, match="missing NWB version"):
        assert not NWBHDF5IO.can_read(plain)
    with NWBHDF5IO(plain, "r", load_namespaces=False) as io:
        with pytest.raises(TypeError, match="Missing NWB version"):
            io.read()
        with pytest.raises(UnsupportedOperation, match="There are no values"):
            io.read(skip_version_check=True)


def test_an_open_file_is_taken_and_closed(stock_file: Path) -> None:
    file = h5py.File(stock_file)
    with NWBHDF5IO(file=file) as io:
        assert set(io.read().acquisition) == {"raw", "linked"}
    assert not file
    with h5py.File(stock_file) as other, pytest.raises(ValueError, match="supplied a file"):
        HDF5IO("elsewhere.h5", file=other)


@pytest.mark.parametrize("mode", ["r", "r+"])
def test_a_missing_file_is_told(tmp_path: Path, mode: str) -> None:
    with pytest.raises(UnsupportedOperation, match="File does not exist"):
        HDF5IO(tmp_path / "x.h5", mode)
    with pytest.raises(ValueError, match="'path' or 'file'"):
        HDF5IO(mode=mode)


def test_modes_forbid_what_they_forbid_in_stock(stock_file: Path, tmp_path: Path) -> None:
    with pytest.raises(UnsupportedOperation, match="already exists"):
        HDF5IO(stock_file, "x")
    with NWBHDF5IO(stock_file, "r") as io, pytest.raises(UnsupportedOperation, match="write"):
        io.write(full_file())
    with pytest.raises(UnsupportedOperation, match="closed HDF5 file"):
        io.read_builder()
    with NWBHDF5IO(tmp_path / "x.nwb", "w") as io:
        io.write(full_file())
        with pytest.raises(UnsupportedOperation, match="Cannot read from file"):
            io.read(skip_version_check=True)
    with (
        NWBHDF5IO(tmp_path / "x.nwb", "a") as io,
        NWBHDF5IO(stock_file, "r") as source,
        pytest.raises(UnsupportedOperation, match="Please use mode 'w'"),
    ):
        io.export(source)


def test_a_file_is_exported_in_one_call(stock_file: Path, tmp_path: Path) -> None:
    path = tmp_path / "x.nwb"
    with NWBHDF5IO(stock_file, "r") as source:
        NWBHDF5IO.export_io(str(path), source)
        with pynwb.NWBHDF5IO(path, "r") as stock:
            assert_same(stock.read(), source.read())


def test_namespaces_are_loaded_as_by_stock(stock_file: Path) -> None:
    ours, stock = pynwb.get_type_map(), pynwb.get_type_map()
    assert HDF5IO.load_namespaces(ours, stock_file) == StockHDF5IO.load_namespaces(
        stock, stock_file
    )
    assert HDF5IO.get_namespaces(stock_file) == StockHDF5IO.get_namespaces(path=stock_file)
    with pytest.raises(SpecError, match="not cached"):
        HDF5IO.load_namespaces(TypeMap(NamespaceCatalog()), stock_file, namespaces=["missing"])


def test_the_newest_namespace_is_the_newest_by_number(stock_file: Path, tmp_path: Path) -> None:
    path = tmp_path / "x.nwb"
    path.write_bytes(stock_file.read_bytes())
    with h5py.File(path, "a") as file:
        versions = file["specifications/hdmf-common"]
        versions.copy(next(iter(versions)), "1.9.9")
        versions.move(next(name for name in versions if name != "1.9.9"), "1.10.0")
    assert HDF5IO.get_namespaces(path)["hdmf-common"] == "1.10.0"


def test_builders_are_written_without_containers(tmp_path: Path) -> None:
    path = tmp_path / "x.h5"
    table = DatasetBuilder("table", np.arange(3), attributes={"unit": "m"})
    group = GroupBuilder("g", datasets=[table], attributes={"ref": ReferenceBuilder(table)})
    references = DatasetBuilder("refs", [ReferenceBuilder(table), None], dtype="object")
    records = DatasetBuilder(
        "records",
        [(1, "a", ReferenceBuilder(group))],
        dtype=[
            {"name": "n", "dtype": "int32"},
            {"name": "text", "dtype": "utf8"},
            {"name": "target", "dtype": "object"},
        ],
    )
    link = LinkBuilder(table, name="link")
    root = GroupBuilder("root", groups=[group], datasets=[references, records], links=[link])
    with HDF5IO(path, "w") as io:
        io.write_builder(root)
        assert io.get_written(table)
    with h5py.File(path) as file:
        assert file[file["g"].attrs["ref"]] == file["g/table"]
        assert file[file["refs"][0]] == file["g/table"]
        assert not file["refs"][1]
        assert file["records"][0]["text"] == b"a"
        assert file[file["records"][0]["target"]] == file["g"]
        assert file.get("link", getlink=True).path == "/g/table"


def test_parts_are_written_into_a_group(tmp_path: Path) -> None:
    path = tmp_path / "x.h5"
    with HDF5IO(path, "a") as io:
        file = io._file
        group = io.write_group(file, GroupBuilder("g", attributes={"a": 1}))
        dataset = io.write_dataset(group, DatasetBuilder("d", ["x", "y"], dtype="text"))
        io.set_attributes(dataset, {"unit": "m", "numbers": [1, 2]})
    with h5py.File(path) as file:
        assert file["g"].attrs["a"] == 1
        assert file["g/d"].asstr()[:].tolist() == ["x", "y"]
        assert file["g/d"].attrs["unit"] == "m"
        assert file["g/d"].attrs["numbers"].tolist() == [1, 2]


def test_any_backend_is_validated(stock_file: Path, tmp_path: Path) -> None:
    assert validate(stock_file) == []
    path = tmp_path / "x.nwb"
    path.write_bytes(stock_file.read_bytes())
    with h5py.File(path, "a") as file:
        del file["session_description"]
        file["acquisition/raw/data"].attrs["unit"] = 5
    found = {(error.location, type(error).__name__) for error in validate(path)}
    assert found == {(error.location, type(error).__name__) for error in pynwb.validate(path=path)}
    assert len(found) == 2
    empty = tmp_path / "empty.h5"
    h5py.File(empty, "w").close()
    with pytest.raises(SpecError, match="no cached namespace"):
        validate(empty)


def test_a_file_of_hdmf_common_is_validated(stock_files: dict[str, Path]) -> None:
    path = stock_files["common"]
    catalog = NamespaceCatalog()
    StockHDF5IO.load_namespaces(catalog, path)
    with StockHDF5IO(path, "r", manager=TypeMap(catalog)) as io:
        expected = ValidatorMap(catalog.get_namespace("hdmf-common")).validate(io.read_builder())
    assert list(map(str, validate(path))) == list(map(str, expected))
