"""Without a filter's plugin: bytes that stay the same are copied, others are refused at once."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
import zarr
from files import bring

# A plugin that any test has imported stays: these run in a process that has not.
CONVERT = """
import sys
from hdmf_io_core import open_io
from hdmf_io_core.errors import UnknownCodecError

source, target, options = sys.argv[1], sys.argv[2], eval(sys.argv[3])
try:
    with open_io(source) as src, open_io(target, **options) as dst:
        print([loss.path for loss in dst.export(src).losses])
except UnknownCodecError as error:
    print(error.path, error)
"""


def convert_without_plugins(source: Path, target: Path, **options: object) -> str:
    wanted = repr({"mode": "w", **options})
    done = subprocess.run(
        [sys.executable, "-P", "-c", CONVERT, str(source), str(target), wanted],
        capture_output=True,
        text=True,
        check=True,
        timeout=100,
    )
    return done.stdout.strip()


def filtered(path: Path, number: int, values: tuple[int, ...]) -> Path:
    with h5py.File(path, "w") as file:
        file.create_dataset("before", data=np.arange(10))
        data = np.arange(5000).reshape(50, 100)
        options = {"compression": number, "compression_opts": values}
        file.create_dataset("data", data=data, chunks=(20, 100), **options)
    return path


@pytest.mark.parametrize("name", ["zstd", "blosc"])
def test_bytes_that_zarr_reads_are_copied(name: str, tmp_path: Path, zarr_format: int) -> None:
    filters = {"zstd": (32015, (5,)), "blosc": (32001, (0, 0, 0, 0, 5, 1, 1))}
    source = filtered(tmp_path / "source.h5", *filters[name])
    store = tmp_path / "store.zarr"
    assert convert_without_plugins(source, store, zarr_format=zarr_format) == "[]"
    found = zarr.open_array(store, path="data", mode="r")[...]
    assert np.array_equal(found, np.arange(5000).reshape(50, 100))


def contents(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


@pytest.mark.parametrize("exists", [False, True])
def test_filters_without_codec_are_refused_before_a_byte(
    exists: bool, tmp_path: Path, zarr_format: Any
) -> None:
    source = filtered(tmp_path / "source.h5", 307, (9,))
    store = source.with_name("store.zarr")
    options: dict[str, object] = {"zarr_format": zarr_format}
    if exists:
        zarr.create_group(store, zarr_format=zarr_format).create_group("there")
        options = {"mode": "r+"}
    before = contents(source.parent)
    told = convert_without_plugins(source, store, **options)
    assert told.startswith("/data ")
    assert "307 (bzip2)" in told
    assert "hdf5plugin" in told
    assert contents(source.parent) == before


def test_any_filter_survives_between_hdf5_files(tmp_path: Path) -> None:
    source = bring("nwb/dci_filters.nwb", tmp_path)
    target = source.with_name("copy.nwb")
    assert convert_without_plugins(source, target) == "[]"
    with h5py.File(source) as one, h5py.File(target) as other:
        path = "acquisition/plug_bshuf/data"
        assert np.array_equal(one[path][...], other[path][...])


def test_an_array_without_elements_needs_no_filter(tmp_path: Path, zarr_format: int) -> None:
    source = tmp_path / "source.h5"
    with h5py.File(source, "w") as file:
        options = {"maxshape": (None,), "chunks": (10,), "compression": 32008}
        file.create_dataset("data", (0,), "i4", **options)
    assert convert_without_plugins(source, tmp_path / "x.zarr", zarr_format=zarr_format) == "[]"
