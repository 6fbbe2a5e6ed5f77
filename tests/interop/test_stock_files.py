"""Files of stock hdmf and pynwb read as h5py has them; stock reads what we make of them."""

import shutil
from pathlib import Path
from typing import Any

import h5py
import pynwb
import pytest
from h5diff import differences
from h5model import model_differences
from hdmf.backends.hdf5 import HDF5IO as StockIO
from hdmf.common import get_manager
from hdmf.common import validate as validate_common
from hdmf.spec import NamespaceCatalog
from pynwb import NWBHDF5IO
from pynwb.spec import NWBDatasetSpec, NWBGroupSpec, NWBNamespace
from stockcompare import stock_differences

from hdmf_io_hdf5 import HDF5IO

NAMES = ["common", "sparse", "ecephys", "ophys", "behavior", "images", "links"]
experimental = pytest.mark.filterwarnings("ignore:EnumData is experimental:UserWarning")
NWB = ["ecephys", "ophys", "behavior", "images", "links"]


@pytest.fixture
def source(name: str, stock_files: dict[str, Path], tmp_path: Path) -> Path:
    """A copy of a stock file, beside copies of all the others."""
    shutil.copytree(stock_files[name].parent, tmp_path / "files")
    return tmp_path / "files" / stock_files[name].name


def exported(source: Path) -> Path:
    target = source.with_name(f"exported_{source.name}")
    with HDF5IO(source) as src, HDF5IO(target, "w") as io:
        io.export(src, src.read())
    return target


def validation_errors(path: Path) -> list[str]:
    return sorted(str(error) for error in pynwb.validate(path=str(path)))


def shares_data(difference: str) -> bool:
    return "timestamp_link" in difference or difference.endswith("/data: TimeSeries != Dataset")


@pytest.mark.parametrize("name", NAMES)
def test_model_shows_what_h5py_finds(source: Path) -> None:
    with HDF5IO(source) as io:
        assert model_differences(io) == []


@pytest.mark.parametrize("name", NAMES)
def test_export_is_equal_node_for_node(source: Path) -> None:
    assert differences(source, exported(source)) == []


@pytest.mark.parametrize("name", NWB)
def test_stock_pynwb_reads_an_export_as_the_original(source: Path) -> None:
    target = exported(source)
    with NWBHDF5IO(source, "r") as one, NWBHDF5IO(target, "r") as other:
        assert stock_differences(one.read(), other.read()) == []


@experimental
@pytest.mark.parametrize("name", ["common"])
def test_stock_hdmf_reads_an_export_as_the_original(source: Path) -> None:
    target = exported(source)
    with (
        StockIO(source, "r", manager=get_manager()) as one,
        StockIO(target, "r", manager=get_manager()) as other,
    ):
        assert stock_differences(one.read(), other.read()) == []


@pytest.mark.parametrize("name", NWB)
def test_export_validates_as_the_original(source: Path) -> None:
    assert validation_errors(exported(source)) == validation_errors(source)


@pytest.mark.parametrize("name", NWB)
def test_what_is_written_without_links_validates_and_reads(source: Path) -> None:
    target = source.with_name("copied.nwb")
    with HDF5IO(source) as src, HDF5IO(target, "w") as io:
        io.write(src.read(), link_data=False)
    assert validation_errors(target) == validation_errors(source)
    with NWBHDF5IO(source, "r") as one, NWBHDF5IO(target, "r") as other:
        assert stock_differences(one.read(), other.read()) == []


@pytest.mark.parametrize("name", NWB)
def test_stock_pynwb_reads_a_file_of_links_as_the_original(source: Path) -> None:
    target = source.with_name("linked.nwb")
    with HDF5IO(source) as src, HDF5IO(target, "w") as io:
        io.write(src.read())
    with NWBHDF5IO(source, "r") as one, NWBHDF5IO(target, "r") as other:
        found = stock_differences(one.read(), other.read())
        # Stock knows that series share data only where their link leads into the same file.
        assert [text for text in found if not shares_data(text)] == []


@experimental
@pytest.mark.parametrize("name", ["common"])
def test_exported_tables_validate(source: Path) -> None:
    for path in (source, exported(source)):
        with StockIO(path, "r", manager=get_manager()) as io:
            assert validate_common(io=io) == []


@pytest.mark.parametrize("name", NWB)
def test_stock_pynwb_loads_the_specifications_of_an_export(source: Path) -> None:
    target = exported(source)
    catalogs = [NamespaceCatalog(NWBGroupSpec, NWBDatasetSpec, NWBNamespace) for _ in range(2)]
    loaded = [
        StockIO.load_namespaces(catalog, str(path))
        for catalog, path in zip(catalogs, (source, target), strict=True)
    ]
    assert loaded[0] == loaded[1]
    assert set(catalogs[0].namespaces) == set(catalogs[1].namespaces)
    assert {"core", "hdmf-common"} <= set(catalogs[1].namespaces)


def test_pynwb_reads_times_and_zones_of_an_export(
    stock_files: dict[str, Path], tmp_path: Path
) -> None:
    target = tmp_path / "out.nwb"
    with HDF5IO(stock_files["ecephys"]) as src, HDF5IO(target, "w") as io:
        io.export(src)
    with NWBHDF5IO(stock_files["ecephys"], "r") as one, NWBHDF5IO(target, "r") as other:
        nwbfiles: Any = one.read(), other.read()
        assert nwbfiles[0].session_start_time == nwbfiles[1].session_start_time
        assert nwbfiles[1].session_start_time.utcoffset() is not None
    with h5py.File(target) as file:
        assert file["session_start_time"].asstr()[()] == "2021-03-04T05:06:07.890123-05:00"
