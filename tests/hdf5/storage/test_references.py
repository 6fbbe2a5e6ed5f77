"""References read, resolve and write, in arrays, records, sequences and attributes."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import h5py
import numpy as np
import pytest

from hdmf_io_core.errors import UnresolvedReferenceError, UnsupportedDtypeError
from hdmf_io_core.storage.dtypes import (
    CompoundField,
    CompoundType,
    NumberType,
    RefType,
    TextType,
    VlenType,
)
from hdmf_io_core.storage.layout import ArrayLayout, Attribute, ObjectRef, RegionRef
from hdmf_io_hdf5.reader import HDF5Reader
from hdmf_io_hdf5.writer import HDF5Writer

RECORD = CompoundType(
    (
        CompoundField("n", NumberType(np.dtype(">i4"))),
        CompoundField("ref", RefType()),
        CompoundField("text", TextType()),
        CompoundField("fixed", TextType("ascii", 5, "null-padded")),
    )
)


def to(path: Any) -> Any:
    return ObjectRef("", path=path)


@pytest.fixture
def targets(h5: h5py.File) -> Any:
    h5["g/a"] = np.arange(6).reshape(2, 3)
    h5["g/b"] = 1
    h5["link"] = h5py.SoftLink("/g/a")
    return h5


def test_references_of_h5py_resolve_by_identity(
    targets: h5py.File, reader: HDF5Reader, oracle: SimpleNamespace
) -> None:
    values = [targets["g/a"].ref, targets["g"].ref, targets.ref, h5py.Reference()]
    targets["refs"] = np.array(values, h5py.ref_dtype)
    refs = oracle.read_all(reader.array("/refs"))
    assert refs[3] is None
    assert [reader.resolve(ref).path for ref in refs[:3]] == ["/g/a", "/g", "/"]
    assert [
        ref.key == reader.node(p).key for ref, p in zip(refs, ("/g/a", "/g", "/"), strict=False)
    ]


def test_a_node_of_several_names_resolves_to_the_first(
    targets: h5py.File, reader: HDF5Reader, oracle: SimpleNamespace
) -> None:
    targets["zz"] = targets["g/a"]
    targets["aa"] = targets["g/a"]
    targets["ref"] = targets["zz"].ref
    assert reader.resolve(oracle.read_all(reader.array("/ref"))[()]).path == "/aa"


def test_what_only_an_unnamed_way_reached_dangles(
    targets: h5py.File, reader: HDF5Reader, oracle: SimpleNamespace
) -> None:
    targets["refs"] = np.array([targets["g/b"].ref], h5py.ref_dtype)
    del targets["g/b"]
    (ref,) = oracle.read_all(reader.array("/refs"))
    assert reader.resolve(ref) is None


def test_the_index_sees_changes_after_refresh(
    targets: h5py.File, reader: HDF5Reader, oracle: SimpleNamespace
) -> None:
    targets["ref"] = targets["g/a"].ref
    ref = oracle.read_all(reader.array("/ref"))[()]
    assert reader.resolve(ref).path == "/g/a"
    targets.move("g/a", "moved")
    reader.refresh()
    assert reader.resolve(ref).path == "/moved"


def test_a_writer_forgets_paths_by_itself(
    targets: h5py.File, writer: HDF5Writer, oracle: SimpleNamespace
) -> None:
    targets["ref"] = targets["g/a"].ref
    ref = oracle.read_all(writer.array("/ref"))[()]
    assert writer.resolve(ref).path == "/g/a"
    writer.create_array("/new", ArrayLayout((1,), NumberType(np.dtype("i4"))))
    assert writer.resolve(ObjectRef("", key=writer.node("/new").key)).path == "/new"
    writer.delete("/g/a")
    assert writer.resolve(ref) is None


def test_cycles_of_groups_end(h5: h5py.File, reader: HDF5Reader) -> None:
    h5.create_group("a/b")
    h5["a/b/up"] = h5["a"]
    assert reader.resolve(ObjectRef("", key=reader.node("/a/b/up").key)).path == "/a"
    assert reader.node("/a/b/up/b/up/b").key == reader.node("/a/b").key


def test_written_references_are_those_of_h5py(targets: h5py.File, writer: HDF5Writer) -> None:
    values = np.empty((2, 2), object)
    values[...] = [[to("/g/a"), to("/link")], [None, to("/")]]
    sink = writer.create_array("/refs", ArrayLayout((2, 2), RefType()))
    sink.write((slice(0, 2), slice(0, 2)), values)
    stored = targets["refs"][:]
    assert targets["refs"].dtype == h5py.ref_dtype
    assert [targets[stored[0, 0]].name, targets[stored[0, 1]].name] == ["/g/a", "/g/a"]
    assert not stored[1, 0]
    assert targets[stored[1, 1]].name == "/"


def test_references_in_records(
    targets: h5py.File, writer: HDF5Writer, reader: HDF5Reader, oracle: SimpleNamespace
) -> None:
    values = np.empty(2, [("n", ">i4"), ("ref", object), ("text", object), ("fixed", object)])
    values[0] = (1, to("/g/a"), "é", "abc")
    values[1] = (2, None, "", "")
    writer.create_array("/records", ArrayLayout((2,), RECORD)).write((slice(0, 2),), values)
    stored = targets["records"][:]
    assert targets[stored["ref"][0]].name == "/g/a"
    assert not stored["ref"][1]
    assert stored["text"].tolist() == ["é".encode(), b""]
    back = oracle.read_all(reader.array("/records"))
    assert reader.resolve(back["ref"][0]).path == "/g/a"
    assert [back[n].tolist() for n in ("n", "text", "fixed")] == [[1, 2], ["é", ""], ["abc", ""]]


def test_dimension_scales_survive(h5: h5py.File, reader: HDF5Reader, writer: HDF5Writer) -> None:
    h5["x"] = np.arange(3)
    h5["scale"] = np.arange(3)
    h5["scale"].make_scale("time")
    h5["x"].dims[0].attach_scale(h5["scale"])
    attribute = reader.attributes("/x")["DIMENSION_LIST"]
    assert attribute.dtype == VlenType(RefType())
    (ref,) = attribute.value[0]
    assert reader.resolve(ref).path == "/scale"
    h5["y"] = np.arange(3)
    cell = np.empty(1, object)
    cell[0] = np.array([to("/scale")], object)
    writer.set_attributes("/y", {"DIMENSION_LIST": Attribute(cell, attribute.dtype)})
    assert h5[h5["y"].attrs["DIMENSION_LIST"][0][0]].name == "/scale"


@pytest.mark.parametrize("key", [np.s_[0:2, 1], np.s_[:, :], np.s_[1, 2], np.s_[::2, 0]])
def test_region_references_come_back(
    targets: h5py.File, reader: HDF5Reader, writer: HDF5Writer, oracle: SimpleNamespace, key: Any
) -> None:
    targets["old"] = np.array([targets["g/a"].regionref[key]], h5py.regionref_dtype)
    (region,) = oracle.read_all(reader.array("/old"))
    assert reader.resolve(region).path == "/g/a"
    values = np.empty(1, object)
    values[0] = RegionRef(to("/g/a"), region.kind, region.corners)
    writer.create_array("/new", ArrayLayout((1,), RefType("region"))).write((slice(0, 1),), values)
    old, new = targets["old"][0], targets["new"][0]
    assert targets[new][new].tolist() == targets[old][old].tolist()
    assert targets["g/a"].regionref.selection(new) == targets["g/a"].regionref.selection(old)


def test_region_references_by_points(
    targets: h5py.File, reader: HDF5Reader, writer: HDF5Writer, oracle: SimpleNamespace
) -> None:
    values = np.empty(2, object)
    values[0] = RegionRef(to("/g/a"), "points", ((0, 1), (1, 2)))
    writer.create_array("/p", ArrayLayout((2,), RefType("region"))).write((slice(0, 2),), values)
    first, second = oracle.read_all(reader.array("/p"))
    assert (first.kind, first.corners, second) == ("points", ((0, 1), (1, 2)), None)


@pytest.mark.parametrize(
    ("value", "error"),
    [
        (to("/nowhere"), UnresolvedReferenceError),
        (ObjectRef("elsewhere"), UnresolvedReferenceError),
        ("/g/a", UnsupportedDtypeError),
        (5, UnsupportedDtypeError),
    ],
)
def test_what_cannot_be_referred_to_raises_and_writes_nothing(
    targets: h5py.File, writer: HDF5Writer, value: Any, error: Any
) -> None:
    sink = writer.create_array("/refs", ArrayLayout((2,), RefType()))
    values = np.empty(2, object)
    values[:] = [to("/g/a"), value]
    with pytest.raises(error):
        sink.write((slice(0, 2),), values)
    assert not targets["refs"][0]


def test_a_reference_cannot_leave_its_file(
    h5: h5py.File, writer: HDF5Writer, tmp_path: Path
) -> None:
    with h5py.File(tmp_path / "other.h5", "w") as other:
        other["x"] = 1
    h5["ext"] = h5py.ExternalLink("other.h5", "/x")
    sink = writer.create_array("/refs", ArrayLayout((1,), RefType()))
    values = np.empty(1, object)
    values[0] = to("/ext")
    with pytest.raises(UnresolvedReferenceError, match="another file"):
        sink.write((slice(0, 1),), values)
