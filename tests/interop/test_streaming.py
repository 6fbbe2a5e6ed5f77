"""Iterators of stock hdmf and arrays of dask, zarr, xarray and h5py are stored whole."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import dask.array
import h5py
import hdmf.data_utils
import numpy as np
import pytest
import xarray
import zarr

from hdmf_io_core import Container, Data
from hdmf_io_core.errors import ChunkIteratorError
from hdmf_io_hdf5 import HDF5IO, H5DataIO

VALUES = np.arange(600, dtype="f4").reshape(60, 10)


class StockBlocks(hdmf.data_utils.GenericDataChunkIterator):
    """Blocks of an array, by stock hdmf."""

    def __init__(self, array: Any, **options: Any) -> None:
        self.array = array
        super().__init__(**options)

    def _get_data(self, selection: Any) -> Any:
        return self.array[selection]

    def _get_maxshape(self) -> tuple[int, ...]:
        return self.array.shape  # type: ignore[no-any-return]

    def _get_dtype(self) -> Any:
        return self.array.dtype


def stored_h5(folder: Path) -> Any:
    file = h5py.File(folder / "source.h5", "w")
    return file.create_dataset("x", data=VALUES, chunks=(7, 3), compression="gzip")


SOURCES: dict[str, Callable[[Path], Any]] = {
    "stock rows": lambda _: hdmf.data_utils.DataChunkIterator(data=iter(VALUES), buffer_size=7),
    "stock rows of an array": lambda _: hdmf.data_utils.DataChunkIterator(VALUES, buffer_size=7),
    "stock blocks": lambda _: StockBlocks(VALUES, chunk_shape=(6, 10), buffer_shape=(12, 10)),
    "dask": lambda _: dask.array.from_array(VALUES, chunks=(13, 4)),
    "dask, computed": lambda _: dask.array.from_array(VALUES / 2, chunks=(60, 3)) * 2,
    "dask of one chunk": lambda _: dask.array.from_array(VALUES, chunks=-1),
    "zarr": lambda _: zarr.array(VALUES, chunks=(9, 9)),
    "xarray": lambda _: xarray.DataArray(VALUES, dims=("time", "channel")),
    "xarray of dask": lambda _: xarray.DataArray(VALUES).chunk({"dim_0": 11}),
    "h5py": stored_h5,
}


@pytest.mark.parametrize("make", SOURCES.values(), ids=SOURCES)
@pytest.mark.parametrize("exhaust", [True, False], ids=["one by one", "in turn"])
@pytest.mark.parametrize("wrap", [False, True], ids=["bare", "compressed"])
def test_what_other_libraries_hold_is_stored(
    make: Callable[[Path], Any], exhaust: bool, wrap: bool, tmp_path: Path
) -> None:
    data = make(tmp_path)
    container = Container("session")
    container.add_child(Data("x", H5DataIO(data, compression="gzip") if wrap else data))
    with HDF5IO(tmp_path / "out.h5", "w") as io:
        io.write(container, exhaust_dci=exhaust, link_data=False)
    with h5py.File(tmp_path / "out.h5") as file:
        np.testing.assert_array_equal(file["x"][:], VALUES)
        assert file["x"].dtype == VALUES.dtype
        assert not wrap or file["x"].compression == "gzip"
    if isinstance(data, h5py.Dataset):
        data.file.close()


def test_chunks_of_a_stock_iterator_are_kept(tmp_path: Path) -> None:
    container = Container("session")
    blocks = StockBlocks(VALUES, chunk_shape=(6, 5), buffer_shape=(12, 10))
    container.add_child(Data("x", blocks))
    with HDF5IO(tmp_path / "out.h5", "w") as io:
        io.write(container)
    with h5py.File(tmp_path / "out.h5") as file:
        assert (file["x"].chunks, file["x"].maxshape) == ((6, 5), (60, 10))


def test_dask_array_that_fails_is_the_cause(tmp_path: Path) -> None:
    def fail(block: Any, block_info: Any = None) -> Any:
        if block_info and block_info[0]["chunk-location"] == (1, 0):
            msg = "no such block"
            raise LookupError(msg)
        return block

    lazy = dask.array.from_array(VALUES, chunks=(30, 10)).map_blocks(fail, dtype="f4")
    container = Container("session")
    container.add_child(Data("x", lazy))
    with HDF5IO(tmp_path / "out.h5", "w") as io, pytest.raises(ChunkIteratorError) as caught:
        io.write(container)
    assert isinstance(caught.value.__cause__, LookupError)
    assert caught.value.path == "/x"
    assert list(tmp_path.iterdir()) == []
