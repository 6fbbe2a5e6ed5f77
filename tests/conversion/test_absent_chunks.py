"""Chunks that were never written are not in the copy, however it is encoded."""

from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
import zarr
from converting import convert

from hdmf_io_core import open_io

WRITTEN = {(1, 0), (3, 1)}
pytestmark = pytest.mark.filterwarnings("ignore:Numcodecs codecs are not in the Zarr")


def make(path: Path, **options: Any) -> Path:
    with h5py.File(path, "w") as file:
        data = file.create_dataset("x", (50, 20), "i4", chunks=(10, 10), fillvalue=7, **options)
        for row, column in WRITTEN:
            data[row * 10 : row * 10 + 10, column * 10 : column * 10 + 10] = 1
        file.create_dataset("none", (50,), "f8", chunks=(10,), **options)
    return path


def stored(path: Path, name: str) -> Any:
    if path.suffix == ".h5":
        with h5py.File(path) as file:
            data = file[name]
            infos = [data.id.get_chunk_info(i) for i in range(data.id.get_num_chunks())]
            return {
                tuple(o // c for o, c in zip(info.chunk_offset, data.chunks, strict=True))
                for info in infos
            }
    array: Any = zarr.open_group(path, mode="r")[name]
    assert isinstance(array, zarr.Array)
    return {
        coords
        for coords in np.ndindex(*array.cdata_shape)
        if (path / name / array.metadata.encode_chunk_key(coords)).exists()
    }


@pytest.mark.parametrize("compression", ["gzip", "lzf"])
def test_there_and_back(compression: str, tmp_path: Path, zarr_format: Any) -> None:
    source = make(tmp_path / "s.h5", compression=compression)
    store, back = tmp_path / "d.zarr", tmp_path / "b.h5"
    convert(source, store, zarr_format=zarr_format)
    convert(store, back)
    for path in (store, back):
        assert stored(path, "x") == WRITTEN
        assert stored(path, "none") == set()
    with h5py.File(source) as one, h5py.File(back) as other:
        assert np.array_equal(one["x"][...], other["x"][...])


@pytest.mark.parametrize("target", ["d.h5", "d.zarr"])
def test_with_other_chunks(target: str, tmp_path: Path) -> None:
    source = make(tmp_path / "s.h5")
    with open_io(source) as src, open_io(tmp_path / target, "w") as dst:
        dst.export(src, rechunk={"/x": (20, 20)}, recompress="gzip", verify=True)
    assert stored(tmp_path / target, "x") == {(0, 0), (1, 0)}
    assert stored(tmp_path / target, "none") == set()
