"""What we write of plain containers, stock hdmf reads with the manager of hdmf-common."""

from pathlib import Path
from typing import Any

import h5py
import hdmf.common
import numpy as np
import pytest
from h5diff import differences
from hdmf.backends.hdf5 import HDF5IO as StockIO
from hdmf.spec import NamespaceCatalog

from hdmf_io_core import Container, Data
from hdmf_io_hdf5 import HDF5IO, H5DataIO

KINDS: dict[str, Any] = {
    **{d: np.arange(6).astype(d) for d in ("i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8")},
    **{d: np.linspace(-1, 1, 5).astype(d) for d in ("f2", "f4", "f8")},
    "big-endian": np.arange(4, dtype=">i4"),
    "bool": np.array([True, False]),
    "3-d": np.arange(24.0).reshape(2, 3, 4),
    "empty": np.empty((0, 3), "i4"),
    "nan": np.array([np.nan, np.inf, -np.inf]),
    "text": ["a", "é", ""],
    "2-d text": [["a", "b"], ["c", "d"]],
    "bytes": [b"ab", b"c"],
    "fixed bytes": np.array([b"ab", b"c"]),
    "list": [1, 2, 3],
    "nested list": [[1.5, 2.5], [3.5, 4.5]],
    "records": np.array([(1, 0.5), (2, 1.5)], [("n", "i4"), ("x", "f8")]),
    "int": 7,
    "float": 0.25,
    "one text": "é",
    "one bool": True,
}


def tree() -> Container:
    root = Container("experiment", attributes={"version": "é", "numbers": [1, 2]})
    for name, value in KINDS.items():
        root.add_child(Data(name, value, attributes={"kind": name}))
    deep = root
    for name in ("a", "b", "c"):
        child = Container(name)
        deep.add_child(child)
        deep = child
    deep.add_child(Data("leaf", [1.0, 2.0]))
    root.attributes["leaf"] = deep["leaf"]
    return root


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "ours.h5"
    with HDF5IO(path, "w") as io:
        io.write(tree())
    return path


def stock(path: Path) -> StockIO:
    return StockIO(str(path), "r", manager=hdmf.common.get_manager())


def plain(value: Any) -> Any:
    """A value as numpy, text decoded."""
    value = value[()] if isinstance(value, h5py.Dataset) else value
    if isinstance(value, bytes):
        return value.decode()
    array = np.asarray(value)
    if array.dtype.kind in "SO":
        array = np.array([plain(cell) for cell in array.reshape(-1)], object).reshape(array.shape)
    return array


def test_stock_reads_every_kind_of_data(path: Path) -> None:
    with stock(path) as io:
        found = io.read().containers
        assert set(found) == {*KINDS, "a"}
        for name, value in KINDS.items():
            seen, given = plain(found[name].data), plain(value)
            assert np.shape(seen) == np.shape(given), name
            np.testing.assert_array_equal(seen, given, err_msg=name)


def test_dtypes_are_those_that_were_given(path: Path) -> None:
    with stock(path) as io:
        for name, node in io.read().containers.items():
            value = KINDS.get(name)
            if isinstance(value, np.ndarray) and value.dtype.kind in "iufb":
                assert node.data.dtype == value.dtype, name


def test_stock_reads_nested_containers(path: Path) -> None:
    with stock(path) as io:
        leaf = io.read().containers["a"].containers["b"].containers["c"].containers["leaf"]
        assert list(leaf.data) == [1.0, 2.0]


def test_stock_keeps_our_identities(path: Path) -> None:
    with stock(path) as io, h5py.File(path) as file:
        root = io.read()
        assert root.object_id == file.attrs["object_id"]
        for name in KINDS:
            assert root.containers[name].object_id == file[name].attrs["object_id"]


def test_stock_builders_hold_attributes_and_references(path: Path) -> None:
    with stock(path) as io:
        builder = io.read_builder()
        assert builder.attributes["version"] == "é"
        assert list(builder.attributes["numbers"]) == [1, 2]
        assert builder.attributes["leaf"] is builder["a/b/c/leaf"]
        assert builder["text"].attributes["kind"] == "text"


def test_options_survive_until_stock_reads(tmp_path: Path) -> None:
    options: dict[str, Any] = {
        "compression": "gzip", "compression_opts": 7, "shuffle": True, "fletcher32": True,
        "chunks": (5, 2), "maxshape": (None, 4), "fillvalue": -1,
    }  # fmt: skip
    root = Container("root")
    root.add_child(Data("x", H5DataIO(np.arange(40).reshape(10, 4), **options)))
    path = tmp_path / "options.h5"
    with HDF5IO(path, "w") as io:
        io.write(root)
    with stock(path) as io:
        data = io.read().containers["x"].data
        for name, value in options.items():
            assert getattr(data, name) == value, name
        np.testing.assert_array_equal(data[()], np.arange(40).reshape(10, 4))


def test_stock_reads_references_and_links(tmp_path: Path) -> None:
    root = Container("root")
    first, second = Data("first", [1, 2]), Data("second", [3])
    root.add_child(first)
    root.add_child(second)
    root.add_child(Data("references", [second, first]))
    path = tmp_path / "references.h5"
    with HDF5IO(path, "w") as io:
        io.write(root)
    with h5py.File(path, "r+") as file:
        file["third"] = h5py.SoftLink("/first")
    with stock(path) as io:
        builder = io.read_builder()
        targets = list(builder["references"].data)
        assert [target.name for target in targets] == ["second", "first"]
        assert builder["third"].builder is builder["first"]


def test_stock_reads_a_series_linked_to_another_file(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "data.h5", "w") as file:
        file["x"] = np.arange(4)
    root = Container("root", data_type="Container")
    linked = H5DataIO(data=str(tmp_path / "data.h5"), link_data=True)
    root.add_child(Data("x", linked, data_type=None))
    path = tmp_path / "main.h5"
    with HDF5IO(path, "w") as io:
        io.write(root)
    with stock(path) as io:
        link = io.read_builder()["x"]
        assert list(link.builder.data) == [0, 1, 2, 3]


def test_stock_loads_our_cached_specification(path: Path) -> None:
    catalog = NamespaceCatalog()
    StockIO.load_namespaces(catalog, str(path))
    spec = catalog.get_namespace("hdmf-common")
    assert spec.get_spec("SimpleMultiContainer").get("data_type_inc") == "Container"


def test_stock_validates_what_we_write(path: Path) -> None:
    with stock(path) as io:
        assert hdmf.common.validate(io=io) == []


def test_what_stock_writes_of_our_file_reads_the_same(path: Path, tmp_path: Path) -> None:
    again = tmp_path / "again.h5"
    with stock(path) as src, StockIO(str(again), "w", manager=hdmf.common.get_manager()) as io:
        io.export(src)
    with HDF5IO(path) as one, HDF5IO(again) as other:
        ours, theirs = one.read(), other.read()
        for name in KINDS:
            np.testing.assert_array_equal(
                np.asarray(ours[name].value), np.asarray(theirs[name].value), err_msg=name
            )
            assert ours[name].object_id == theirs[name].object_id


def test_rows_that_we_append_are_seen_by_stock(tmp_path: Path) -> None:
    root = Container("root")
    root.add_child(Data("x", H5DataIO(np.zeros((3, 2)), maxshape=(None, 2))))
    root.add_child(Data("t", H5DataIO(["a"], maxshape=(None,))))
    path = tmp_path / "rows.h5"
    with HDF5IO(path, "w") as io:
        io.write(root)
    for i in range(3):
        with HDF5IO(path, "a") as io:
            container: Any = io.read()
            container.x.append(np.full((2, 2), i))
            container.t.append(f"é{i}")
            io.write(container)
    with stock(path) as io:
        found = io.read().containers
        assert found["x"].data[:, 0].tolist() == [0, 0, 0, 0, 0, 1, 1, 2, 2]
        assert list(found["t"].data) == ["a", "é0", "é1", "é2"]


def test_our_copy_of_our_file_is_equal(path: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.h5"
    with HDF5IO(path) as src, HDF5IO(copy, "w") as io:
        io.export(src)
    assert differences(path, copy) == []
