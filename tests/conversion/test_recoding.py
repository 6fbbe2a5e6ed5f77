"""An export gives chunks and codecs that were asked for, in every direction, or says no at once."""

from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
import zarr

from hdmf_io_core import Compression, Container, ConversionReport, Data, open_io
from hdmf_io_core.chunks.iterators import DataChunkIterator
from hdmf_io_core.errors import HdmfIOError, OptionError

pytestmark = pytest.mark.filterwarnings("ignore:Numcodecs codecs are not in the Zarr")

VALUES = np.arange(12_000, dtype="i4").reshape(600, 20)
DIRECTIONS = [(one, other) for one in ("h5", "zarr") for other in ("h5", "zarr")]

each_direction = pytest.mark.parametrize(("one", "other"), DIRECTIONS)


@pytest.fixture
def made(tmp_path: Path) -> Path:
    """An HDF5 file with arrays of several kinds."""
    path = tmp_path / "made.h5"
    with h5py.File(path, "w") as file:
        options = {"chunks": (100, 7), "compression": "gzip", "shuffle": True}
        file.create_dataset("a/x", data=VALUES, maxshape=(None, 20), **options)
        file.create_dataset("b/x", data=VALUES, chunks=(600, 1))
        file["flat"] = VALUES
        file["small"] = [1, 2, 3]
        file["scalar"] = 4
        file["text"] = ["a", "b"]
        file["a"].attrs["to"] = file["b/x"].ref
        file["line"] = np.arange(5000, dtype="f8")
    return path


@pytest.fixture
def source_of(made: Path, tmp_path: Path) -> Any:
    def source(kind: str) -> Path:
        if kind == "h5":
            return made
        store = tmp_path / "made.zarr"
        with open_io(made) as src, open_io(store, "w") as dst:
            dst.export(src)
        return store

    return source


def export(source: Path, target: Path, **options: Any) -> ConversionReport:
    with open_io(source) as src, open_io(target, "w") as dst:
        return dst.export(src, **options)


def layouts(path: Path) -> dict[str, Any]:
    """Chunks and codecs of each array, as the format's own library has them."""
    found: dict[str, Any] = {}
    if path.suffix == ".h5":
        with h5py.File(path) as file:
            for name in ("a/x", "b/x", "flat", "small", "line"):
                data = file[name]
                codecs = (data.shuffle, data.compression, data.compression_opts)
                found[name] = data.chunks, codecs
                assert np.array_equal(data[...], _values(name))
        return found
    root = zarr.open_group(path, mode="r")
    for name in ("a/x", "b/x", "flat", "small", "line"):
        array: Any = root[name]
        codecs = [codec.to_dict() for codec in array.compressors]
        found[name] = array.chunks, [codec["name"].removeprefix("numcodecs.") for codec in codecs]
        assert np.array_equal(array[...], _values(name))
    return found


def _values(name: str) -> Any:
    others = {"small": np.array([1, 2, 3]), "line": np.arange(5000, dtype="f8")}
    return others.get(name, VALUES)


@each_direction
def test_one_compression_for_all(one: str, other: str, source_of: Any, tmp_path: Path) -> None:
    target = tmp_path / f"copy.{other}"
    report = export(source_of(one), target, recompress="gzip:9", verify=True)
    assert report.losses == ()
    found = layouts(target)
    wanted = (True, "gzip", 9) if other == "h5" else ["shuffle", "zlib"]
    assert {name for name, (_, codecs) in found.items() if codecs == wanted} >= {
        "a/x", "b/x", "flat", "line",
    }  # fmt: skip
    assert found["a/x"][0] == (100, 7)
    if other == "h5":
        assert found["small"][0] is None
    assert {"/a/x", "/b/x"} <= set(report.recoded)


@each_direction
def test_one_chunk_shape_for_arrays_of_its_rank(
    one: str, other: str, source_of: Any, tmp_path: Path
) -> None:
    target = tmp_path / f"copy.{other}"
    export(source_of(one), target, rechunk=(150, 50), verify=True)
    found = layouts(target)
    assert {found[name][0] for name in ("a/x", "b/x", "flat")} == {(150, 20)}
    if other == "h5":
        assert found["line"][0] is None
        assert found["a/x"][1] == (True, "gzip", 4)


@each_direction
def test_by_pattern(one: str, other: str, source_of: Any, tmp_path: Path) -> None:
    target = tmp_path / f"copy.{other}"
    report = export(
        source_of(one),
        target,
        recompress={"/a/*": Compression("gzip", 1, shuffle=False), "b/x": None, "*/x": "none"},
        rechunk={"/b/x": (60, 20), "small": True},
        verify=True,
    )
    found = layouts(target)
    if other == "h5":
        assert found["a/x"] == ((100, 7), (False, "gzip", 1))
        assert found["small"][0] == (3,)
        assert found["flat"][0] is None
    else:
        assert found["a/x"] == ((100, 7), ["zlib"])
    assert found["b/x"][0] == (60, 20)
    assert report.is_lossless
    assert report.is_verified


def test_compression_taken_away(made: Path, tmp_path: Path) -> None:
    export(made, tmp_path / "copy.h5", recompress="none")
    assert layouts(tmp_path / "copy.h5")["a/x"] == ((100, 7), (False, None, None))
    assert layouts(tmp_path / "copy.h5")["flat"][0] is None


def test_what_is_as_it_was_asked_for_is_copied_chunk_by_chunk(made: Path, tmp_path: Path) -> None:
    report = export(made, tmp_path / "copy.zarr", recompress={"/a/x": "gzip:4"}, rechunk=(100, 7))
    assert "/a/x" in report.copied
    assert "/b/x" in report.recoded


@pytest.mark.parametrize("kind", ["zarr", "h5"])
def test_zstd_and_blosc(kind: str, made: Path, tmp_path: Path) -> None:
    asked = {"/a/x": Compression("zstd", 7), "/b/x": "blosc"}
    export(made, tmp_path / f"copy.{kind}", recompress=asked, verify=True)
    export(tmp_path / f"copy.{kind}", tmp_path / "back.h5", recompress="gzip")
    assert layouts(tmp_path / "back.h5")["b/x"] == ((600, 1), (True, "gzip", 4))


def test_a_changed_container(made: Path, tmp_path: Path) -> None:
    target = tmp_path / "copy.h5"
    with open_io(made) as src, open_io(target, "w") as dst:
        root = src.read()
        root.add_child(Data("new", np.arange(9)))
        root.remove_child("line")
        report = dst.export(src, root, recompress={"/b/x": "gzip"}, verify=True)
    assert report.is_verified
    with h5py.File(target) as file:
        assert file["b/x"].compression == "gzip"
        assert file["new"][:].tolist() == list(range(9))


BAD: list[dict[str, Any]] = [
    {"recompress": "gzip:10"},
    {"recompress": "snappy"},
    {"recompress": "gzip:x"},
    {"recompress": 4},
    {"recompress": {"/a/y": "gzip"}},
    {"rechunk": {"/a/y": (1, 1)}},
    {"rechunk": {"/a/x": (10,)}},
    {"rechunk": (0, 1)},
    {"rechunk": (1.5, 2)},
    {"rechunk": "big"},
]


@pytest.mark.parametrize("options", BAD, ids=str)
@pytest.mark.parametrize("kind", ["h5", "zarr"])
def test_what_cannot_be_had_is_refused_before_a_byte_is_written(
    kind: str, options: dict[str, Any], made: Path, tmp_path: Path
) -> None:
    target = tmp_path / f"copy.{kind}"
    with open_io(target, "w") as io:
        io.write(Container("before"))
    before = sorted(tmp_path.iterdir())
    with pytest.raises(OptionError):
        export(made, target, **options)
    assert sorted(tmp_path.iterdir()) == before
    with open_io(target) as io:
        assert io.read().name == "before"


def test_a_compression_without_its_plugin_is_refused(
    made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(h5py.h5z, "filter_avail", lambda number: number < 32000)
    with pytest.raises(OptionError, match="blosc") as caught:
        export(made, tmp_path / "copy.h5", recompress="blosc")
    assert caught.value.path == "/a/x"
    assert not (tmp_path / "copy.h5").exists()


def test_shards_cut_by_chunks_that_do_not_fit(tmp_path: Path) -> None:
    group = zarr.create_group(tmp_path / "s.zarr", zarr_format=3)
    array: Any = group.create_array("x", shape=(40,), dtype="i4", chunks=(10,), shards=(20,))
    array[:] = np.arange(40)
    with pytest.raises(HdmfIOError):
        export(tmp_path / "s.zarr", tmp_path / "d.zarr", rechunk=(15,))
    assert not (tmp_path / "d.zarr").exists()
    export(tmp_path / "s.zarr", tmp_path / "d.zarr", rechunk=(15,), recompress="zstd", verify=True)
    copied: Any = zarr.open_group(tmp_path / "d.zarr", mode="r")["x"]
    assert copied.shards is None
    assert copied.chunks == (15,)


def test_the_report_says_what_was_done(made: Path, tmp_path: Path) -> None:
    report = export(made, tmp_path / "copy.zarr", recompress={"/b/x": "zstd"}, verify=True)
    text = str(report)
    assert "1 copied chunk by chunk" in text
    assert "verified" in text


def test_plugins_that_readers_need_are_named(made: Path, tmp_path: Path) -> None:
    store = tmp_path / "d.zarr"
    export(made, store, recompress={"/a/x": "zstd", "/b/x": "blosc"})
    report = export(store, tmp_path / "plugins.h5")
    assert report.needs == {
        "/a/x": ("the plugin of HDF5's filter 32015",),
        "/b/x": ("the plugin of HDF5's filter 32001",),
    }
    assert "readers need the plugin of HDF5's filter 32001" in str(report)
    assert export(store, tmp_path / "plain.h5", recompress="gzip").needs == {}


@pytest.mark.parametrize("kind", ["h5", "zarr"])
def test_arrays_new_in_a_changed_container(kind: str, made: Path, tmp_path: Path) -> None:
    target = tmp_path / f"new.{kind}"
    with open_io(made) as src, open_io(target, "w") as dst:
        container = src.read()
        container.add_child(Data("values", VALUES))
        container.add_child(Data("rows", DataChunkIterator(iter(VALUES), buffer_size=50)))
        container.add_child(Data("words", ["a", "b"]))
        container.add_child(Data("few", [1, 2]))
        dst.export(src, container, recompress="gzip:7", rechunk=(50, 5))
    with open_io(target) as io:
        found = io.read()
        for name in ("values", "rows"):
            data = found[name].data
            assert data.layout.chunks == (50, 5)
            assert [codec.name for codec in data.layout.codecs] == ["shuffle", "zlib"]
            assert np.array_equal(data[...], VALUES)
        assert found["few"].data[:].tolist() == [1, 2]
        assert found["words"].data[:].tolist() == ["a", "b"]


def test_chunks_of_new_arrays_that_do_not_fit_are_refused(made: Path, tmp_path: Path) -> None:
    with open_io(made) as src, open_io(tmp_path / "new.zarr", "w") as dst:
        container = src.read()
        container.add_child(Data("values", VALUES))
        with pytest.raises(OptionError):
            dst.export(src, container, rechunk={"/values": (5, 5, 5)})
