"""The page on conversion says what happens, row for row, and leaves nothing out."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numcodecs
import numpy as np
import pytest
import zarr
from accepted import ACCEPTED
from converting import convert, there_and_back
from files import FILES, bring
from h5diff import differences
from page import table
from zarrdiff import nodes

from hdmf_io_core import open_io
from hdmf_io_core.errors import UnsupportedFeatureError

ELEMENTS: dict[str, Callable[[h5py.File], Any]] = {
    "int16": lambda file: np.arange(3, dtype="i2"),
    "big-endian float32": lambda file: np.arange(3, dtype=">f4"),
    "float16": lambda file: np.arange(3, dtype="f2"),
    "bool": lambda file: np.array([True, False]),
    "enum of int8": lambda file: np.array([1, 0], h5py.enum_dtype({"A": 0, "B": 1}, "i1")),
    "complex64": lambda file: np.array([1 + 2j], "c8"),
    "long double": lambda file: np.array([1.5], np.longdouble),
    "UTF-8 string": lambda file: np.array(["é", "b"], h5py.string_dtype()),
    "ASCII string": lambda file: np.array(["a", "b"], h5py.string_dtype("ascii")),
    "string of 5 bytes": lambda file: np.array([b"abcde", b"f"], "S5"),
    "object reference": lambda file: np.array([file.ref, None], h5py.ref_dtype),
    "opaque of 3 bytes": lambda file: np.array([b"abc"], "V3"),
    "array of two int32": lambda file: np.zeros(3, np.dtype(("i4", (2,)))),
    "sequence of float64": lambda file: _sequences(),
    "compound of int32 and float64": lambda file: np.array([(1, 2.0)], [("a", "i4"), ("b", "f8")]),
    "compound with text": lambda file: np.array(
        [(1, "x")], [("a", "i4"), ("b", h5py.string_dtype())]
    ),
}
FILTERS: dict[str, dict[str, Any]] = {
    "none": {},
    "gzip": {"compression": "gzip"},
    "shuffle and gzip": {"compression": "gzip", "shuffle": True},
    "fletcher32": {"fletcher32": True},
    "Zstandard (32015)": {"compression": 32015},
    "Blosc (32001)": {"compression": 32001, "compression_opts": (0, 0, 0, 0, 5, 1, 1)},
    "lzf": {"compression": "lzf"},
    "scaleoffset": {"scaleoffset": 0},
    "szip": {"compression": "szip"},
    "bitshuffle (32008)": {"compression": 32008, "compression_opts": (0, 2)},
}


def _sequences() -> Any:
    cells = np.empty(2, h5py.vlen_dtype("f8"))
    cells[0], cells[1] = np.arange(2.0), np.arange(0.0)
    return cells


def make(path: Path, element: str) -> Path:
    with h5py.File(path, "w") as file:
        data = ELEMENTS[element](file)
        if element.startswith("array"):
            file.create_dataset("x", (3,), np.dtype(("i4", (2,))))
        else:
            file["x"] = data
    return path


def test_tables_have_the_rows_that_are_tested() -> None:
    assert set(table("Element types")) == set(ELEMENTS)
    assert set(table("Filters and codecs")) == set(FILTERS)
    assert set(table("What is lost")) == set(LOSSES)
    assert set(table("What changes in a store")) == set(ACCEPTED)


@pytest.mark.parametrize("element", ELEMENTS)
def test_element_types(element: str, tmp_path: Path, zarr_format: Any) -> None:
    source = make(tmp_path / "source.h5", element)
    back, losses = there_and_back(source, zarr_format)
    meta = nodes(tmp_path / "between.zarr")["/x"].meta
    in_v3, in_v2 = table("Element types")[element]
    if zarr_format == 3:
        kind = meta["data_type"]
        assert (kind["name"] if isinstance(kind, dict) else kind) == in_v3
    else:
        kind = meta["dtype"]
        assert (kind if isinstance(kind, str) else json.dumps(kind)) == in_v2
    assert losses == []
    assert differences(source, back) == []


@pytest.mark.parametrize("name", FILTERS)
def test_filters_and_codecs(name: str, tmp_path: Path, zarr_format: Any) -> None:
    source = tmp_path / "source.h5"
    with h5py.File(source, "w") as file:
        values = np.arange(999, dtype="i4") // 3
        raw = file.create_dataset("x", data=values, chunks=(100,), **FILTERS[name]).id
        encoded = raw.read_direct_chunk((900,))[1]
    back, losses = there_and_back(source, zarr_format)
    node = nodes(tmp_path / "between.zarr")["/x"]
    if zarr_format == 3:
        codecs = [codec["name"].removeprefix("numcodecs.") for codec in node.meta["codecs"][1:]]
        key = "x/c/9"
    else:
        entries = [*(node.meta["filters"] or ()), node.meta["compressor"]]
        codecs, key = [entry["id"] for entry in entries if entry], "x/9"
    said, way = table("Filters and codecs")[name]
    assert ", ".join(codecs) == ("" if said == "none" else said)
    is_copied = (tmp_path / "between.zarr" / key).read_bytes() == bytes(encoded)
    assert is_copied == (way == "copied")
    assert losses == []
    assert differences(source, back) == []


# losses


def _committed(folder: Path) -> Any:
    with h5py.File(folder / "s.h5", "w") as file:
        file["type"] = np.dtype("f4")
    return folder / "s.h5", {}


def _region(folder: Path) -> Any:
    with h5py.File(folder / "s.h5", "w") as file:
        file["x"] = np.arange(4)
        file.attrs["part"] = file["x"].regionref[1:3]
    return folder / "s.h5", {}


def _hard_link(folder: Path) -> Any:
    with h5py.File(folder / "s.h5", "w") as file:
        file["x"] = np.arange(4)
        file["y"] = file["x"]
    return folder / "s.h5", {}


def _virtual(folder: Path) -> Any:
    with h5py.File(folder / "s.h5", "w") as file:
        layout = h5py.VirtualLayout((3,), "i8")
        layout[:] = h5py.VirtualSource(file.create_dataset("part", data=np.arange(3)))
        file.create_virtual_dataset("x", layout)
    return folder / "s.h5", {}


def _zarr(folder: Path, data: Any, **options: Any) -> Path:
    group = zarr.create_group(folder / "s.zarr", zarr_format=options.pop("zarr_format", 3))
    group.create_array("x", shape=data.shape, dtype=data.dtype, chunks=(10,), **options)[:] = data
    return folder / "s.zarr"


def _sharded(folder: Path) -> Any:
    return _zarr(folder, np.arange(40), shards=(20,)), {}


def _text(folder: Path) -> Any:
    source = folder / "s.h5"
    with h5py.File(source, "w") as file:
        options = {"chunks": (2,), "compression": "gzip", "dtype": h5py.string_dtype()}
        file.create_dataset("x", data=["a", "b", "c"], **options)
    convert(source, folder / "s.zarr", zarr_format=2)
    document = folder / "s.zarr" / "x" / ".zarray"
    meta = json.loads(document.read_text("utf-8"))
    (folder / "s.zarr" / ".zmetadata").unlink()
    for chunk in ("0", "1"):
        (folder / "s.zarr" / "x" / chunk).unlink()
    compressor = {"id": "zstd", "level": 1, "checksum": False}
    document.write_text(json.dumps({**meta, "compressor": compressor}), "utf-8")
    attributes = folder / "s.zarr" / "x" / ".zattrs"
    attributes.write_text(json.dumps({"zarr_dtype": "str"}), "utf-8")
    return folder / "s.zarr", {}


def _v2(folder: Path, **options: Any) -> Path:
    return _zarr(folder, np.arange(40), zarr_format=2, **options)


def _blosc(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(h5py.h5z, "filter_avail", lambda number: number < 32000)
    return _v2(folder, compressors={"id": "blosc", "cname": "lz4", "clevel": 5}), {}


def _delta(folder: Path) -> Any:
    return _v2(folder, filters=[numcodecs.Delta("<i8")], compressors=None), {}


def _level(folder: Path) -> Any:
    return _v2(folder, compressors={"id": "zstd", "level": -3}), {}


def _blocks(folder: Path) -> Any:
    options = {"id": "blosc", "cname": "lz4", "clevel": 5, "blocksize": 256}
    return _v2(folder, compressors=options), {}


NO_COMMITTED = "the destination has no committed datatypes"
LOSSES: dict[str, tuple[Callable[..., Any], str, dict[str, Any]]] = {
    NO_COMMITTED: (_committed, "d.zarr", {}),
    "the destination has no region references": (_region, "d.zarr", {}),
    "the destination has no second names; a soft link stands in its place": (
        _hard_link, "d.zarr", {},
    ),
    "its elements lie in other files or datasets; the copy holds them itself": (
        _virtual, "d.zarr", {},
    ),
    "HDF5 has no shards; their chunks are stored one by one": (_sharded, "d.h5", {}),
    "format 2 has no shards; their chunks are stored one by one": (
        _sharded, "d.zarr", {"zarr_format": 2},
    ),
    "HDF5 does not compress text, references and sequences": (_text, "d.h5", {}),
    "the codec 'blosc' has no HDF5 filter here; gzip takes its place": (_blosc, "d.h5", {}),
    "the codec 'delta' has no HDF5 filter": (_delta, "d.h5", {}),
    "HDF5's Zstandard has no levels below 0; level 0 takes their place": (_level, "d.h5", {}),
    "HDF5's Blosc chooses the size of its blocks itself": (_blocks, "d.h5", {}),
}  # fmt: skip


@pytest.mark.parametrize("reason", LOSSES)
def test_losses_are_named_and_refused_when_strict(
    reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_source, name, options = LOSSES[reason]
    extra = (monkeypatch,) if make_source is _blosc else ()
    source, _ = make_source(tmp_path, *extra)
    target = tmp_path / name
    before = sorted(tmp_path.iterdir())
    with (
        open_io(source) as src,
        open_io(target, "w", **options) as dst,
        pytest.raises(UnsupportedFeatureError) as caught,
    ):
        dst.export(src, strict=True)
    assert caught.value.source == str(target)
    assert caught.value.path is not None
    assert "strict" in str(caught.value)
    assert sorted(tmp_path.iterdir()) == before
    assert [loss.reason for loss in convert(source, target, **options).losses] == [reason]
    with open_io(source) as src, open_io(target) as dst:
        for path in ("x", "y"):
            if reason.startswith(("its", "HDF5", "format", "the codec")) and path == "x":
                assert np.array_equal(src.read()[path].data[...], dst.read()[path].data[...])


@pytest.mark.parametrize("name", FILES)
def test_real_files_lose_nothing_else(name: str, tmp_path: Path, zarr_format: Any) -> None:
    _, losses = there_and_back(bring(name, tmp_path), zarr_format)
    assert {loss.reason for loss in losses} <= set(LOSSES)
