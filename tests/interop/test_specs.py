"""Specifications in files: those of stock read by us, ours by stock, the newest by number."""

import json
from pathlib import Path
from typing import Any

import h5py
import pytest
from hdmf.backends.hdf5 import HDF5IO as StockIO
from hdmf.spec import NamespaceCatalog
from pynwb.spec import NWBDatasetSpec, NWBGroupSpec, NWBNamespace

from hdmf_io_core import Container
from hdmf_io_core.model.spec import SpecCatalog, SpecNamespace
from hdmf_io_hdf5 import HDF5IO, H5SpecReader, H5SpecWriter


def stock_catalog(path: Path) -> NamespaceCatalog:
    catalog = NamespaceCatalog(NWBGroupSpec, NWBDatasetSpec, NWBNamespace)
    StockIO.load_namespaces(catalog, str(path))
    return catalog


@pytest.mark.parametrize("name", ["ecephys", "ophys", "links"])
def test_namespace_and_types_are_those_that_stock_finds(
    stock_files: dict[str, Path], name: str
) -> None:
    with HDF5IO(stock_files[name]) as io:
        catalog, namespace = H5SpecReader(io).read_spec()
    theirs = stock_catalog(stock_files[name])
    assert namespace.name == "core"
    assert namespace.version == theirs.get_namespace("core").version
    assert set(namespace.included) <= set(theirs.namespaces)
    catalogs = [theirs.get_namespace(each).catalog for each in theirs.namespaces]
    assert set(catalog) == {name for each in catalogs for name in each.get_registered_types()}


def test_definitions_are_as_authored(stock_files: dict[str, Path]) -> None:
    with h5py.File(stock_files["ecephys"]) as file, HDF5IO(stock_files["ecephys"]) as io:
        catalog, namespace = H5SpecReader(io).read_spec()
        group = file[file.attrs[".specloc"]][f"core/{namespace.version}"]
        for source in set(group) - {"namespace"}:
            assert catalog.documents[source] == json.loads(group[source].asstr()[()])


def a_specification() -> tuple[SpecCatalog, SpecNamespace]:
    types = [
        {"data_type_def": "Probe", "doc": "d", "attributes": [
            {"name": "depth", "dtype": "float64", "doc": "d"}]},
    ]  # fmt: skip
    content: dict[str, Any] = {
        "name": "lab", "version": "0.10.0", "doc": "d", "author": ["a"], "contact": ["c"],
        "schema": [{"source": "lab"}],
    }  # fmt: skip
    return SpecCatalog({"lab": {"groups": types}}), SpecNamespace("lab", "0.10.0", content)


def test_what_we_write_stock_loads(tmp_path: Path) -> None:
    path = tmp_path / "lab.h5"
    with HDF5IO(path, "w") as io:
        io.write(Container("root"))
        H5SpecWriter(io).write_spec(*a_specification())
    catalog = NamespaceCatalog()
    StockIO.load_namespaces(catalog, str(path))
    assert {"lab", "hdmf-common"} == set(catalog.namespaces)
    assert catalog.get_spec("lab", "Probe").attributes[0].name == "depth"


def test_specification_survives_being_written_and_read(tmp_path: Path) -> None:
    path = tmp_path / "lab.h5"
    with HDF5IO(path, "w") as io:
        io.write(Container("root", data_type="Probe", namespace="lab"))
        H5SpecWriter(io).write_spec(*a_specification())
    with HDF5IO(path) as io:
        catalog, namespace = H5SpecReader(io).read_spec()
    given = a_specification()
    assert namespace == given[1]
    assert catalog.documents["lab"] == given[0].documents["lab"]


@pytest.mark.parametrize(
    ("versions", "newest"),
    [
        (("2.9.0", "2.10.0"), "2.10.0"),
        (("1.9.9", "1.10.0", "1.2.30"), "1.10.0"),
        (("2.0.0-alpha", "2.0.0"), "2.0.0"),
        (("None", "0.1"), "0.1"),
        (("unversioned", "0.0.1"), "0.0.1"),
    ],
)
def test_newest_version_is_so_by_number(
    tmp_path: Path, versions: tuple[str, ...], newest: str
) -> None:
    path = tmp_path / "versions.h5"
    with HDF5IO(path, "w") as io:
        io.write(Container("root", data_type="Probe", namespace="lab"))
        catalog, namespace = a_specification()
        for version in versions:
            content = {**namespace.content, "version": version, "doc": version}
            H5SpecWriter(io).write_spec(catalog, SpecNamespace("lab", version, content))
    with h5py.File(path) as file:
        assert set(versions) == set(file["specifications/lab"])
    with HDF5IO(path) as io:
        _, found = H5SpecReader(io).read_spec()
    assert (found.version, found.doc) == (newest, newest)


def test_a_version_that_is_there_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "lab.h5"
    with HDF5IO(path, "w") as io:
        io.write(Container("root", data_type="Probe", namespace="lab"))
        _, namespace = a_specification()
        H5SpecWriter(io).write_spec(*a_specification())
        H5SpecWriter(io).write_spec(SpecCatalog({"lab": {"groups": []}}), namespace)
        assert "Probe" in H5SpecReader(io).read_spec()[0]
