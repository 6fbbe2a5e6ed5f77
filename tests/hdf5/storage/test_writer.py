"""What is written is what plain h5py reads; what is impossible raises before the file changes."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import h5py
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from hdmf_io_core.errors import (
    InvalidNameError,
    LinkTargetError,
    ModeError,
    NodeExistsError,
    NodeNotFoundError,
    OptionError,
    ShapeError,
    UnsupportedDtypeError,
    UnsupportedFeatureError,
)
from hdmf_io_core.storage.dtypes import (
    ArrayType,
    CompoundField,
    CompoundType,
    EnumType,
    NumberType,
    TextType,
    VlenType,
)
from hdmf_io_core.storage.layout import ArrayLayout, CodecSpec, LinkTarget
from hdmf_io_hdf5.writer import HDF5Writer

I4 = NumberType(np.dtype("<i4"))
ZLIB = CodecSpec("zlib", {"level": 4})


def full(shape: Any) -> Any:
    return tuple(slice(0, n) for n in shape)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(
    data=npst.arrays(
        st.sampled_from(["?", "i1", ">u2", "<i8", "<f2", ">f4", "<f8", "<c8", ">c16"]),
        npst.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=5),
    ),
    chunked=st.booleans(),
)
def test_arrays_of_numbers_are_what_h5py_reads(
    h5: h5py.File, writer: HDF5Writer, data: Any, chunked: Any
) -> None:
    h5.pop("x", None)
    chunks = tuple(max(1, n // 2) for n in data.shape) if chunked and data.size else None
    layout = ArrayLayout(data.shape, NumberType(data.dtype), chunks=chunks or None)
    writer.create_array("/x", layout).write(full(data.shape), data)
    assert (h5["x"].dtype, h5["x"].shape, h5["x"].chunks) == (
        data.dtype,
        data.shape,
        chunks or None,
    )
    assert np.array_equal(h5["x"][()], data, equal_nan=data.dtype.kind in "fc")


@pytest.mark.parametrize(
    ("element", "fill", "expected"),
    [
        (I4, 7, 7),
        (NumberType(np.dtype(">f4")), np.float32(1.5), 1.5),
        (NumberType(np.dtype("?")), True, True),
        (NumberType(np.dtype("<c16")), 1j, 1j),
        (TextType(), "é", "é".encode()),
        (TextType("ascii"), "e", b"e"),
        (TextType("utf-8", 6, "null-terminated"), "é", "é".encode()),
        (EnumType(np.dtype("i1"), (("a", 1), ("b", 2))), 2, 2),
    ],
)
def test_fill_values_stand_where_nothing_was_written(
    h5: h5py.File, writer: HDF5Writer, element: Any, fill: Any, expected: Any
) -> None:
    layout = ArrayLayout((4,), element, maxshape=(None,), chunks=(2,), fill_value=fill)
    writer.create_array("/x", layout)
    assert h5["x"][:].tolist() == [expected] * 4
    assert writer.array("/x").layout.fill_value == fill


def test_a_record_has_a_fill_value(h5: h5py.File, writer: HDF5Writer) -> None:
    element = CompoundType((CompoundField("a", I4), CompoundField("b", TextType(length=3))))
    layout = ArrayLayout((2,), element, fill_value=(5, "xy"))
    writer.create_array("/x", layout)
    assert h5["x"][:].tolist() == [(5, b"xy")] * 2


def test_compact_null_and_times(h5: h5py.File, writer: HDF5Writer) -> None:
    compact = ArrayLayout((3,), I4, storage_class="compact", track_times=True)
    writer.create_array("/c", compact)
    writer.create_array("/n", ArrayLayout(None, I4))
    dcpl = h5["c"].id.get_create_plist()
    assert dcpl.get_layout() == h5py.h5d.COMPACT
    assert h5py.h5g.get_objinfo(h5["c"].id).mtime > 0
    assert h5["n"].shape is None
    assert h5py.h5g.get_objinfo(h5["n"].id).mtime == 0
    assert writer.array("/c").layout == compact
    with pytest.raises(UnsupportedFeatureError):
        writer.array("/n").read_into(None, np.empty(0))


def test_sequences(h5: h5py.File, writer: HDF5Writer, oracle: SimpleNamespace) -> None:
    values = np.empty(3, object)
    values[:] = [np.array([1, 2], ">i4"), np.empty(0, ">i4"), None]
    element = VlenType(NumberType(np.dtype(">i4")))
    writer.create_array("/v", ArrayLayout((3,), element)).write((slice(0, 3),), values)
    low = h5["v"].id.get_type().get_super()
    assert low.equal(h5py.h5t.STD_I32BE)
    back = oracle.read_all(writer.array("/v"))
    assert [cell.tolist() for cell in back] == [[1, 2], [], []]
    assert back[0].dtype == np.dtype(">i4")


def test_elements_that_are_arrays(
    h5: h5py.File, writer: HDF5Writer, oracle: SimpleNamespace
) -> None:
    layout = ArrayLayout((3,), ArrayType(I4, (2,)))
    data = np.arange(6, dtype="<i4").reshape(3, 2)
    writer.create_array("/a", layout).write((slice(0, 3),), data)
    assert h5["a"].shape == (3,)
    assert h5["a"][:].tolist() == data.tolist()
    assert oracle.read_all(writer.array("/a")).tolist() == data.tolist()


def test_regions_and_growth(h5: h5py.File, writer: HDF5Writer) -> None:
    layout = ArrayLayout((2, 3), I4, maxshape=(None, 3), chunks=(2, 3), codecs=(ZLIB,))
    sink = writer.create_array("/x", layout)
    sink.resize((4, 3))
    assert sink.layout.shape == (4, 3)
    sink.write((slice(2, 4), slice(1, 3)), np.ones((2, 2), "<i4"))
    assert h5["x"][:].tolist() == [[0, 0, 0]] * 2 + [[0, 1, 1]] * 2


@pytest.mark.parametrize("shape", [(5, 4), (5,), (-1, 3), (3, 2, 1)])
def test_growth_stays_within_maxshape(writer: HDF5Writer, shape: Any) -> None:
    sink = writer.create_array("/x", ArrayLayout((2, 3), I4, maxshape=(None, 3), chunks=(2, 3)))
    with pytest.raises(ShapeError):
        sink.resize(shape)


def test_a_fixed_array_does_not_grow(writer: HDF5Writer) -> None:
    sink = writer.create_array("/x", ArrayLayout((2,), I4))
    sink.resize((2,))
    with pytest.raises(ShapeError, match="maxshape"):
        sink.resize((3,))


@pytest.mark.parametrize(
    ("region", "values", "error"),
    [
        ((slice(0, 3),), np.zeros(3, "<i4"), ShapeError),
        ((slice(0, 2),), np.zeros(1, "<i4"), ShapeError),
        ((slice(0, 1), slice(0, 1)), np.zeros((1, 1), "<i4"), ShapeError),
        ((slice(0, 2),), np.zeros(2, "<i8"), UnsupportedDtypeError),
        ((slice(0, 2),), np.zeros(2, "<f4"), UnsupportedDtypeError),
        ((slice(0, 2),), np.array(["a", "b"], object), UnsupportedDtypeError),
    ],
)
def test_values_that_do_not_fit_are_refused(
    h5: h5py.File, writer: HDF5Writer, region: Any, values: Any, error: Any
) -> None:
    sink = writer.create_array("/x", ArrayLayout((2,), I4))
    with pytest.raises(error) as caught:
        sink.write(region, values)
    assert (caught.value.path, caught.value.source) == ("/x", writer.source)
    assert h5["x"][:].tolist() == [0, 0]


IMPOSSIBLE = {
    "date": (ArrayLayout((2,), NumberType(np.dtype("M8[s]"))), UnsupportedDtypeError),
    "scalar with chunks": (ArrayLayout((), I4, chunks=()), ShapeError),
    "null with chunks": (ArrayLayout(None, I4, chunks=(2,)), ShapeError),
    "chunk over the shape": (ArrayLayout((2,), I4, chunks=(3,)), ShapeError),
    "empty chunk": (ArrayLayout((2,), I4, chunks=(0,)), ShapeError),
    "chunk of 4 GiB": (ArrayLayout((1,), I4, maxshape=(None,), chunks=(2**30,)), ShapeError),
    "growth without chunks": (ArrayLayout((2,), I4, maxshape=(None,)), ShapeError),
    "big compact": (ArrayLayout((20_000,), I4, storage_class="compact"), ShapeError),
    "33 axes": (ArrayLayout((1,) * 33, I4), ShapeError),
    "codecs without chunks": (ArrayLayout((2,), I4, codecs=(ZLIB,)), OptionError),
    "shuffle by another size": (
        ArrayLayout((2,), I4, chunks=(2,), codecs=(CodecSpec("shuffle", {"elementsize": 2}),)),
        OptionError,
    ),
    "level": (
        ArrayLayout((2,), I4, chunks=(2,), codecs=(CodecSpec("zlib", {"level": 11}),)),
        OptionError,
    ),
    "foreign parameters": (
        ArrayLayout((2,), I4, chunks=(2,), codecs=(CodecSpec("hdf5:32015", {"level": 1}),)),
        OptionError,
    ),
}


@pytest.mark.parametrize("name", IMPOSSIBLE)
def test_impossible_layouts_are_refused_by_check_and_create(
    h5: h5py.File, writer: HDF5Writer, name: str
) -> None:
    layout, error = IMPOSSIBLE[name]
    for call in (writer.check_layout, writer.create_array):
        with pytest.raises(error) as caught:
            call("/x", layout)
        assert (caught.value.path, caught.value.source) == ("/x", writer.source)
    assert list(h5) == []


def test_what_is_possible_passes_the_check_and_makes_nothing(
    h5: h5py.File, writer: HDF5Writer
) -> None:
    writer.check_layout("/x", ArrayLayout((2,), I4, chunks=(2,), codecs=(ZLIB,)))
    assert list(h5) == []


@pytest.mark.parametrize("path", ["/", "", "/.", "/a/..", "/a//b", "/a\0", "/\ud800"])
def test_names_that_hdf5_cannot_hold_are_refused(
    h5: h5py.File, writer: HDF5Writer, path: Any
) -> None:
    h5.create_group("a")
    for call in (
        lambda: writer.create_group(path),
        lambda: writer.create_array(path, ArrayLayout((), I4)),
        lambda: writer.create_link(path, LinkTarget("soft", "/a")),
    ):
        with pytest.raises(InvalidNameError):
            call()


def test_names_are_taken_once_and_parents_come_first(h5: h5py.File, writer: HDF5Writer) -> None:
    writer.create_group("/ü b")
    h5["x"] = 1
    h5["broken"] = h5py.SoftLink("/no")
    for path in ("/ü b", "/x", "/broken"):
        with pytest.raises(NodeExistsError):
            writer.create_group(path)
    for path in ("/no/x", "/x/y", "/broken/y"):
        with pytest.raises(NodeNotFoundError):
            writer.create_group(path)


def test_links_are_those_of_h5py(h5: h5py.File, writer: HDF5Writer) -> None:
    h5["g/x"] = 1
    writer.create_link("/g/rel", LinkTarget("soft", "x"))
    writer.create_link("/ext", LinkTarget("external", "/y", "other.h5"))
    writer.create_link("/hard", LinkTarget("hard", "/g/rel"))
    assert h5["g"].get("rel", getlink=True).path == "x"
    external = h5.get("ext", getlink=True)
    assert (external.filename, external.path) == ("other.h5", "/y")
    assert h5["hard"] == h5["g/x"]
    assert isinstance(h5.get("hard", getlink=True), h5py.HardLink)


def test_a_hard_link_needs_its_target(writer: HDF5Writer) -> None:
    with pytest.raises(LinkTargetError):
        writer.create_link("/hard", LinkTarget("hard", "/no"))


def test_deleting_removes_the_entry_and_not_the_target(h5: h5py.File, writer: HDF5Writer) -> None:
    h5["x"] = 1
    h5["soft"] = h5py.SoftLink("/x")
    writer.delete("/soft")
    assert list(h5) == ["x"]
    writer.delete("/x")
    with pytest.raises(NodeNotFoundError):
        writer.delete("/x")


def test_another_file_is_never_changed(h5: h5py.File, writer: HDF5Writer, tmp_path: Path) -> None:
    with h5py.File(tmp_path / "other.h5", "w") as other:
        other["g/x"] = np.arange(3)
    h5["ext"] = h5py.ExternalLink("other.h5", "/g")
    assert writer.array("/ext/x").layout.shape == (3,)
    for call in (
        lambda: writer.open_sink("/ext/x"),
        lambda: writer.create_group("/ext/new"),
        lambda: writer.set_attributes("/ext", {}),
        lambda: writer.delete_attributes("/ext", ("x",)),
        lambda: writer.delete("/ext/x"),
        lambda: writer.create_link("/hard", LinkTarget("hard", "/ext/x")),
    ):
        with pytest.raises((UnsupportedFeatureError, LinkTargetError), match="other"):
            call()
    writer.delete("/ext")


def test_a_file_open_for_reading_is_refused(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "x.h5", "w"):
        pass
    with h5py.File(tmp_path / "x.h5", "r") as file, pytest.raises(ModeError):
        HDF5Writer(file)


def test_commit_shows_to_a_fresh_reader(h5: h5py.File, writer: HDF5Writer) -> None:
    writer.create_group("/new")
    writer.commit()
    with h5py.File(h5.filename, "r") as fresh:
        assert "new" in fresh


def test_adopt_takes_datasets_of_any_file(
    h5: h5py.File, writer: HDF5Writer, tmp_path: Path, oracle: SimpleNamespace
) -> None:
    h5["x"] = np.arange(3)
    own = writer.adopt(h5["x"])
    assert (own.source, own.path) == (writer.source, "/x")
    assert writer.adopt(np.arange(3)) is None
    with h5py.File(tmp_path / "other.h5", "w") as other:
        other["y"] = np.arange(4)
        stored = writer.adopt(other["y"])
        assert (stored.source, stored.path) == (str(tmp_path / "other.h5"), "/y")
        assert oracle.read_all(stored.array).tolist() == [0, 1, 2, 3]
