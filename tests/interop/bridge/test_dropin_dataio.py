"""Options in containers of hdmf and pynwb: ours by the drop-in wrappers, and those of stock."""

from pathlib import Path
from typing import Any

import h5py
import hdf5plugin
import numpy as np
import pynwb
import pytest
import zarr
from hdmf.backends.hdf5 import H5DataIO as StockH5DataIO
from hdmf.data_utils import DataChunkIterator
from hdmf.data_utils import DataIO as HdmfDataIO
from nwbcontainers import empty_file, series

import hdmf_io_hdf5
import hdmf_io_zarr
from hdmf_io_core.errors import OptionError
from hdmf_io_hdf5.dropin import HDF5IO, NWBHDF5IO, H5DataIO
from hdmf_io_zarr.dropin import NWBZarrIO, ZarrDataIO, ZarrIO

# zarr-python 3.1 says so of each codec of numcodecs.
pytestmark = pytest.mark.filterwarnings("ignore:Numcodecs codecs are not:UserWarning")
DATA = np.arange(600, dtype="int16").reshape(100, 6)


def in_hdf5(path: Path, data: Any) -> Any:
    nwbfile = empty_file()
    nwbfile.add_acquisition(series("s", data))
    with NWBHDF5IO(path / "x.nwb", "w") as io:
        io.write(nwbfile)
    file = h5py.File(path / "x.nwb")
    return file["acquisition/s/data"]


def in_zarr(path: Path, data: Any) -> Any:
    nwbfile = empty_file()
    nwbfile.add_acquisition(series("s", data))
    with NWBZarrIO(path / "x.nwb.zarr", "w") as io:
        io.write(nwbfile)
    return zarr.open_group(path / "x.nwb.zarr", mode="r")["acquisition/s/data"]


def names(array: Any) -> list[str]:
    return [type(codec).__name__ for codec in array.compressors]


def test_every_option_for_hdf5_is_carried(tmp_path: Path) -> None:
    wrapped = H5DataIO(
        DATA,
        maxshape=(None, 6),
        chunks=[10, 3],
        compression="gzip",
        compression_opts=7,
        shuffle=True,
        fletcher32=True,
        fillvalue=-3,
        track_times=True,
    )
    assert isinstance(wrapped, StockH5DataIO)
    stored = in_hdf5(tmp_path, wrapped)
    assert (stored.maxshape, stored.chunks) == ((None, 6), (10, 3))
    assert (stored.compression, stored.compression_opts) == ("gzip", 7)
    assert stored.shuffle
    assert stored.fletcher32
    assert stored.fillvalue == -3
    assert stored.id.get_create_plist().get_obj_track_times()
    assert np.array_equal(stored[:], DATA)
    stored.file.close()


@pytest.mark.parametrize("io_class", [NWBHDF5IO, pynwb.NWBHDF5IO])
def test_both_libraries_write_what_only_ours_has(tmp_path: Path, io_class: Any) -> None:
    nwbfile = empty_file()
    nwbfile.add_acquisition(series("s", H5DataIO(DATA, scaleoffset=0)))
    with io_class(tmp_path / "x.nwb", "w") as io:
        io.write(nwbfile)
    with h5py.File(tmp_path / "x.nwb") as file:
        assert file["acquisition/s/data"].scaleoffset == 0
        assert np.array_equal(file["acquisition/s/data"][:], DATA)


def test_filters_of_hdf5plugin_are_given_as_objects(tmp_path: Path) -> None:
    with pytest.warns(UserWarning, match="may not be available"):
        wrapped = H5DataIO(DATA, compression=hdf5plugin.Zstd(clevel=5))
    stored = in_hdf5(tmp_path, wrapped)
    assert "32015" in stored._filters
    stored.file.close()


def test_a_bad_option_is_refused_when_it_is_given() -> None:
    with pytest.raises(ValueError, match="0-9"):
        H5DataIO(DATA, compression="gzip", compression_opts=11)
    with pytest.raises(OptionError, match="chunks"):
        H5DataIO(DATA, chunks=(-1, 3))
    with pytest.raises(OptionError):
        ZarrDataIO(DATA, codecs=[{"id": "zstd"}], compressor="zstd")
    with pytest.raises(ValueError, match="'auto'"):
        ZarrDataIO(DATA, shards="some")


def test_every_option_for_zarr_is_carried(tmp_path: Path) -> None:
    wrapped = ZarrDataIO(
        DATA,
        chunks=(10, 3),
        shards=(20, 6),
        filters=[{"id": "delta", "dtype": "<i2"}],
        compressor={"id": "zlib", "level": 3},
        fillvalue=-3,
        dimension_names=["time", "channel"],
    )
    assert isinstance(wrapped, HdmfDataIO)
    stored = in_zarr(tmp_path, wrapped)
    assert (stored.chunks, stored.shards, stored.fill_value) == ((10, 3), (20, 6), -3)
    assert stored.metadata.dimension_names == ("time", "channel")
    assert names(stored) == ["Zlib"]
    assert [type(codec).__name__ for codec in stored.filters] == ["Delta"]
    assert np.array_equal(stored[:], DATA)


def test_codecs_of_zarr_python_are_understood(tmp_path: Path) -> None:
    blosc = zarr.codecs.BloscCodec(cname="lz4", clevel=2, shuffle="bitshuffle")
    stored = in_zarr(tmp_path, ZarrDataIO(DATA, chunks=(10, 6), compressors=blosc))
    config = stored.compressors[0].to_dict()["configuration"]
    assert (config["cname"], config["clevel"], config["shuffle"]) == ("lz4", 2, "bitshuffle")
    uncompressed = ZarrDataIO(DATA, chunks=(10, 6), compressors=False)
    assert names(in_zarr(tmp_path, uncompressed)) == []
    assert names(in_zarr(tmp_path, ZarrDataIO(DATA, chunks=(10, 6)))) == ["ZstdCodec"]
    assert in_zarr(tmp_path, ZarrDataIO(DATA, shards="auto")).shards is not None


def test_wrappers_of_the_other_backend_keep_their_codecs(tmp_path: Path) -> None:
    wrapped = StockH5DataIO(DATA, compression="gzip", compression_opts=7, shuffle=True)
    stored = in_zarr(tmp_path, wrapped)
    assert names(stored) == ["Shuffle", "Zlib"]
    assert stored.compressors[1].to_dict()["configuration"] == {"level": 7}
    zlib = ZarrDataIO(DATA, chunks=(10, 6), compressor={"id": "zlib", "level": 7})
    back = in_hdf5(tmp_path, zlib)
    assert (back.chunks, back.compression, back.compression_opts) == ((10, 6), "gzip", 7)
    back.file.close()
    sharded = in_hdf5(tmp_path, ZarrDataIO(DATA, chunks=(10, 6), shards=(20, 6)))
    assert (sharded.chunks, sharded.compression) == ((10, 6), None)
    sharded.file.close()


def test_an_array_without_content_is_written_later(tmp_path: Path) -> None:
    for io_class, wrapper in (
        (NWBHDF5IO, H5DataIO(shape=(4,), dtype=float)),
        (NWBZarrIO, ZarrDataIO(shape=(4,), dtype=float)),
    ):
        nwbfile = empty_file()
        nwbfile.add_acquisition(series("s", wrapper))
        with io_class(tmp_path / "x.nwb", "w") as io:
            io.write(nwbfile)
            wrapper.dataset[:] = [1, 2, 3, 4]
        with io_class(tmp_path / "x.nwb", "r") as io:
            assert io.read().acquisition["s"].data[:].tolist() == [1, 2, 3, 4]
        path = tmp_path / "x.nwb"
        if path.is_file():
            path.unlink()


@pytest.mark.parametrize("data", [DATA, None], ids=["array", "iterator"])
def test_options_are_set_on_a_container(tmp_path: Path, data: Any) -> None:
    made = DataChunkIterator(data=DATA, buffer_size=10) if data is None else data
    written = series("s", made)
    written.set_data_io("data", H5DataIO, {"compression": "gzip", "scaleoffset": None})
    stored = in_hdf5(tmp_path, written.data)
    assert stored.compression == "gzip"
    assert np.array_equal(stored[:], DATA)
    stored.file.close()
    again = series("s", DATA)
    again.set_data_io("data", ZarrDataIO, {"compressor": "lz4", "chunks": (10, 6)})
    assert names(in_zarr(tmp_path, again.data)) == ["LZ4"]


def test_an_io_makes_wrappers() -> None:
    assert type(HDF5IO.set_dataio(DATA, compression="gzip")) is H5DataIO
    assert type(ZarrIO.set_dataio(data=DATA, chunks=(10, 6))) is ZarrDataIO


def test_hdmf_makes_a_wrapper_like_one_that_it_has() -> None:
    for wrapped in (
        H5DataIO(DATA, chunks=(10, 3), scaleoffset=2, track_times=True),
        ZarrDataIO(DATA, chunks=(10, 3), compressors=False, maxshape=(None, 6)),
    ):
        again = type(wrapped)(data=DATA, **wrapped.get_io_params())
        assert again.get_io_params() == wrapped.get_io_params()


@pytest.mark.parametrize("module", [hdmf_io_hdf5, hdmf_io_zarr], ids=["hdf5", "zarr"])
def test_a_plain_wrapper_of_ours_is_refused_with_the_one_to_use(
    tmp_path: Path, module: Any
) -> None:
    name = "H5DataIO" if module is hdmf_io_hdf5 else "ZarrDataIO"
    plain = getattr(module, name)
    nwbfile = empty_file()
    nwbfile.add_acquisition(series("s", DATA))
    nwbfile.acquisition["s"].set_data_io("data", plain, {})
    with (
        NWBHDF5IO(tmp_path / "x.nwb", "w") as io,
        pytest.raises(OptionError, match=rf"Use {module.__name__}\.dropin\.{name}"),
    ):
        io.write(nwbfile)


def test_an_array_keeps_its_layout_when_it_changes_the_backend(tmp_path: Path) -> None:
    in_hdf5(tmp_path, H5DataIO(DATA, chunks=(10, 3), compression="gzip", shuffle=True)).file.close()
    with NWBHDF5IO(tmp_path / "x.nwb") as source, NWBZarrIO(tmp_path / "y.zarr", "w") as io:
        nwbfile = source.read()
        nwbfile.set_modified()
        nwbfile.acquisition["s"].set_modified()
        io.export(source, nwbfile, write_args={"link_data": False})
    stored = zarr.open_group(tmp_path / "y.zarr", mode="r")["acquisition/s/data"]
    assert stored.chunks == (10, 3)
    assert names(stored) == ["Shuffle", "Zlib"]
    assert np.array_equal(stored[:], DATA)
