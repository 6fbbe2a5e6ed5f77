"""What is written through a manager of pynwb, stock pynwb reads as it was meant."""

from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pynwb
import pytest
from hdmf.backends.hdf5 import H5DataIO
from hdmf.data_utils import DataChunkIterator, GenericDataChunkIterator
from nwbcontainers import assert_same, assert_stock_reads, empty_file, full_file, series

from hdmf_io_core import open_io
from hdmf_io_core.errors import BuildError, NodeExistsError


def writing(path: Path, mode: str = "w") -> Any:
    return open_io(path, mode, manager=pynwb.get_manager())


def test_a_full_file_is_valid_and_equal(tmp_path: Path) -> None:
    path, nwbfile = tmp_path / "full.nwb", full_file()
    with writing(path) as io:
        io.write(nwbfile)
    assert_stock_reads(path, nwbfile)


def test_it_is_laid_out_as_stock_lays_it_out(tmp_path: Path) -> None:
    ours, stock = tmp_path / "ours.nwb", tmp_path / "stock.nwb"
    with writing(ours) as io:
        io.write(full_file())
    with pynwb.NWBHDF5IO(stock, "w") as io:
        io.write(full_file())
    with h5py.File(ours) as left, h5py.File(stock) as right:
        assert layouts(left) == layouts(right)


def layouts(file: h5py.File) -> dict[str, object]:
    """What every dataset is made of, but for chunk sizes, where each library has its own rule."""
    found: dict[str, object] = {}

    def note(name: str, node: object) -> None:
        if isinstance(node, h5py.Dataset) and not name.startswith("specifications"):
            kind = h5py.check_string_dtype(node.dtype) or str(node.dtype)
            found[name] = (node.shape, node.maxshape, kind, sorted(node.attrs))

    file.visititems(note)
    return found


def test_table_columns_grow_and_other_arrays_do_not(tmp_path: Path) -> None:
    path = tmp_path / "x.nwb"
    with writing(path) as io:
        io.write(full_file())
    with h5py.File(path) as file:
        assert file["intervals/trials/start_time"].maxshape == (None,)
        assert file["intervals/trials/id"].maxshape == (None,)
        assert file["acquisition/raw/data"].maxshape == (10, 4)
        assert file["acquisition/raw/data"].chunks is None


def test_options_of_hdmfs_wrapper_are_kept(tmp_path: Path) -> None:
    path, nwbfile = tmp_path / "x.nwb", empty_file()
    data = H5DataIO(
        np.arange(20).reshape(10, 2),
        compression="gzip",
        compression_opts=7,
        shuffle=True,
        chunks=(5, 2),
        maxshape=(None, 2),
        fillvalue=-1,
    )
    nwbfile.add_acquisition(series("a", data))
    settings = dict(data.io_settings)
    with writing(path) as io:
        io.write(nwbfile)
    assert data.io_settings == settings
    with h5py.File(path) as file:
        stored = file["acquisition/a/data"]
        assert (stored.compression, stored.compression_opts, stored.shuffle) == ("gzip", 7, True)
        assert (stored.chunks, stored.maxshape, stored.fillvalue) == ((5, 2), (None, 2), -1)
        assert stored[3].tolist() == [6, 7]


class Ramp(GenericDataChunkIterator):
    def _get_data(self, selection: tuple[slice, ...]) -> np.ndarray:
        return np.arange(200, dtype="int16").reshape(100, 2)[selection]

    def _get_maxshape(self) -> tuple[int, int]:
        return (100, 2)

    def _get_dtype(self) -> np.dtype:
        return np.dtype("int16")


@pytest.mark.parametrize("exhaust_dci", [True, False])
def test_iterators_of_hdmf_are_drained(tmp_path: Path, exhaust_dci: bool) -> None:
    path, nwbfile = tmp_path / "x.nwb", empty_file()
    rows = DataChunkIterator(data=(np.full(3, i) for i in range(7)), buffer_size=2)
    nwbfile.add_acquisition(series("rows", rows))
    blocks = Ramp(buffer_shape=(30, 2), chunk_shape=(10, 2))
    nwbfile.add_acquisition(series("blocks", H5DataIO(blocks, compression="gzip")))
    with writing(path) as io:
        io.write(nwbfile, exhaust_dci=exhaust_dci)
    with h5py.File(path) as file:
        assert file["acquisition/rows/data"][:, 0].tolist() == list(range(7))
        stored = file["acquisition/blocks/data"]
        assert (stored.shape, stored.dtype, stored.chunks) == ((100, 2), np.dtype("i2"), (10, 2))
        assert stored[99].tolist() == [198, 199]


def test_an_array_without_content_is_handed_out_to_be_filled(tmp_path: Path) -> None:
    path, nwbfile = tmp_path / "x.nwb", empty_file()
    data = H5DataIO(shape=(5,), dtype=np.dtype("f4"), maxshape=(None,))
    nwbfile.add_acquisition(series("later", data))
    with writing(path) as io:
        io.write(nwbfile)
        assert isinstance(data.dataset, h5py.Dataset)
        data.dataset[:] = range(5)
    with h5py.File(path) as file:
        assert file["acquisition/later/data"][:].tolist() == [0, 1, 2, 3, 4]


def test_a_second_write_of_the_same_writes_nothing(tmp_path: Path) -> None:
    with writing(tmp_path / "x.nwb") as io:
        nwbfile = full_file()
        io.write(nwbfile)
        report = io.write(nwbfile)
    assert (report.groups, report.arrays, report.attributes, report.links) == (0, 0, 0, [])


def test_a_second_write_adds_what_is_new(tmp_path: Path) -> None:
    path, nwbfile = tmp_path / "x.nwb", full_file()
    with writing(path) as io:
        io.write(nwbfile)
        nwbfile.add_acquisition(series("new", np.arange(3.0)))
        report = io.write(nwbfile)
    assert report.arrays_made == ["/acquisition/new/data", "/acquisition/new/starting_time"]
    assert_stock_reads(path, nwbfile)


def test_namespaces_are_cached_unless_told_otherwise(tmp_path: Path) -> None:
    for cache_spec in (True, False):
        path = tmp_path / f"{cache_spec}.nwb"
        with writing(path) as io:
            io.write(empty_file(), cache_spec=cache_spec)
        with h5py.File(path) as file:
            assert ("specifications" in file) == cache_spec
            assert (".specloc" in file.attrs) == cache_spec
    cached = pynwb.NWBHDF5IO.get_namespaces(path=tmp_path / "True.nwb")
    catalog = pynwb.get_manager().namespace_catalog
    assert cached == {name: catalog.get_namespace(name).version for name in catalog.namespaces}


def test_what_fails_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "x.nwb"
    with writing(path) as io:
        io.write(full_file())
    before = path.read_bytes()

    def broken() -> Any:
        yield np.zeros(3)
        msg = "the recording broke off"
        raise RuntimeError(msg)

    nwbfile = empty_file("two")
    nwbfile.add_acquisition(series("a", DataChunkIterator(data=broken(), buffer_size=1)))
    with pytest.raises(Exception, match="broke off"), writing(path) as io:
        io.write(nwbfile)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_a_container_of_the_light_model_is_refused(tmp_path: Path) -> None:
    from hdmf_io_core import Container

    with writing(tmp_path / "x.nwb") as io, pytest.raises(BuildError, match="container of hdmf"):
        io.write(Container("x"))


def test_another_file_is_not_merged_into_one_that_exists(tmp_path: Path) -> None:
    path = tmp_path / "x.nwb"
    with writing(path) as io:
        io.write(full_file())
    with writing(path, "a") as io, pytest.raises(NodeExistsError, match="name already exists"):
        io.write(full_file())


def test_any_backend_holds_a_full_file() -> None:
    nwbfile = full_file()
    with open_io("memory://bridge-write", "w", manager=pynwb.get_manager()) as io:
        io.write(nwbfile)
    with open_io("memory://bridge-write", manager=pynwb.get_manager()) as io:
        assert_same(io.read(), nwbfile)
