"""Data under third-party filters is copied as it is, and written through them."""

from pathlib import Path
from typing import Any

import h5py
import hdf5plugin
import numpy as np
import pytest
from h5diff import differences
from h5py import h5z

from hdmf_io_core import Container, Data
from hdmf_io_hdf5 import HDF5IO, H5DataIO

FILTERS: dict[str, Any] = {
    "bitshuffle lz4": hdf5plugin.Bitshuffle(),
    "bitshuffle zstd": hdf5plugin.Bitshuffle(cname="zstd", clevel=3),
    "bitshuffle alone": hdf5plugin.Bitshuffle(cname="none"),
    "blosc": hdf5plugin.Blosc("zstd", 5, hdf5plugin.Blosc.SHUFFLE),
    "blosc2": hdf5plugin.Blosc2(),
    "zstd": hdf5plugin.Zstd(5),
    "lz4": hdf5plugin.LZ4(),
    "bzip2": hdf5plugin.BZip2(),
    "zfp": hdf5plugin.Zfp(reversible=True),
}
VALUES = np.repeat(np.arange(500, dtype="f4"), 100).reshape(500, 100)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "filters.h5"
    with h5py.File(path, "w") as file:
        for name, options in FILTERS.items():
            file.create_dataset(name, data=VALUES, chunks=(100, 100), **options)
    return path


def test_export_keeps_filters_and_encoded_bytes(source: Path, tmp_path: Path) -> None:
    target = tmp_path / "out.h5"
    with HDF5IO(source) as src, HDF5IO(target, "w") as io:
        io.export(src)
    assert differences(source, target) == []
    with h5py.File(source) as there, h5py.File(target) as here:
        for name in FILTERS:
            # The same bytes on disk: nothing was decoded and encoded again.
            assert here[name].id.get_storage_size() == there[name].id.get_storage_size(), name
            assert here[name].id.read_direct_chunk((0, 0)) == there[name].id.read_direct_chunk(
                (0, 0)
            )


@pytest.mark.parametrize("name", FILTERS)
def test_options_of_hdf5plugin_are_those_of_h5py(source: Path, tmp_path: Path, name: str) -> None:
    target = tmp_path / "ours.h5"
    root = Container("root")
    root.add_child(Data("x", H5DataIO(VALUES, chunks=(100, 100), compression=FILTERS[name])))
    with HDF5IO(target, "w") as io:
        io.write(root)
    with h5py.File(source) as there, h5py.File(target) as here:
        filters = [d.id.get_create_plist().get_filter(0) for d in (there[name], here["x"])]
        assert filters[0] == filters[1]
        assert here["x"].id.get_storage_size() == there[name].id.get_storage_size()
        np.testing.assert_array_equal(here["x"][()], VALUES)


def test_appended_rows_go_through_the_filter(tmp_path: Path) -> None:
    path = tmp_path / "grows.h5"
    with h5py.File(path, "w") as file:
        file.create_dataset(
            "x", data=VALUES, chunks=(100, 100), maxshape=(None, 100), **hdf5plugin.Bitshuffle()
        )
    with HDF5IO(path, "a") as io:
        container: Any = io.read()
        container.x.append(VALUES)
        io.write(container)
    with h5py.File(path) as file:
        np.testing.assert_array_equal(file["x"][()], np.concatenate([VALUES, VALUES]))
        assert file["x"].id.get_storage_size() < VALUES.nbytes


def test_copy_without_the_plugin_keeps_the_encoded_bytes(source: Path, tmp_path: Path) -> None:
    """A filter nobody has: its number is changed in the file, the chunks stay."""
    number, nobodys = 32_015, 32_767
    assert not h5z.filter_avail(nobodys)
    with h5py.File(tmp_path / "one.h5", "w") as file:
        file.create_dataset("x", data=VALUES, chunks=(100, 100), **FILTERS["zstd"])
    content = (tmp_path / "one.h5").read_bytes()
    old, new = (n.to_bytes(2, "little") for n in (number, nobodys))
    place = content.index(old, content.index(b"TREE") if b"zstd" not in content else 0)
    patched = tmp_path / "nobodys.h5"
    patched.write_bytes(content[:place] + new + content[place + 2 :])
    with h5py.File(patched) as file:
        assert list(file["x"]._filters) == [str(nobodys)]
    target = tmp_path / "out.h5"
    with HDF5IO(patched) as src, HDF5IO(target, "w") as io:
        io.export(src)
    assert differences(patched, target) == []
