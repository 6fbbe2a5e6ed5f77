"""Raw chunks: only where bytes mean the same elsewhere, past HDF5 where that is safe."""

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from hdmf_io_core.errors import ClosedIOError, CorruptChunkError, ShapeError
from hdmf_io_core.storage.abilities import SupportsRawChunks, SupportsRawChunkWrites
from hdmf_io_core.storage.layout import RawChunk
from hdmf_io_core.storage.selection import Selection
from hdmf_io_hdf5.reader import HDF5Reader
from hdmf_io_hdf5.writer import HDF5Writer

SHAPE, CHUNKS = (50, 30), (7, 8)


@pytest.fixture(params=[None, 512, 4096], ids=lambda size: f"userblock {size}")
def stored(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    """A file on disk with half of the chunks written."""
    path = tmp_path / "raw.h5"
    with h5py.File(path, "w", userblock_size=request.param) as file:
        made = file.create_dataset("x", SHAPE, ">f4", chunks=CHUNKS, compression="gzip")
        made[:20] = np.random.default_rng(0).random((20, 30))
    return path


def test_chunks_are_those_of_h5py_and_absent_ones_none(stored: Any) -> None:
    reader = HDF5Reader(h5py.File(stored, "r"))
    array, low = reader.array("/x"), reader.file["x"].id
    for coords in np.ndindex(8, 4):
        chunk = array.read_raw(coords)
        if coords[0] >= 3:
            assert chunk is None
        else:
            offset = (coords[0] * 7, coords[1] * 8)
            mask = low.get_chunk_info_by_coord(offset).filter_mask
            data = low.read_direct_chunk(offset)[1]
            assert (chunk.data, chunk.skipped) == (data, mask)
    reader.close()


def test_threads_read_the_same_chunks(stored: Any) -> None:
    reader = HDF5Reader(h5py.File(stored, "r"))
    array, barrier = reader.array("/x"), threading.Barrier(4)

    def read(_: Any) -> Any:
        barrier.wait()
        return [array.read_raw(c) for c in np.ndindex(8, 4)]

    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(read, range(4)))
    assert all(result == results[0] for result in results)
    reader.close()


def test_chunks_written_since_are_seen(h5: h5py.File, writer: HDF5Writer) -> None:
    h5.create_dataset("x", (8,), "i4", chunks=(2,), maxshape=(None,))
    sink = writer.open_sink("/x")
    assert [sink.read_raw((i,)) for i in range(4)] * 3 == [None] * 12
    sink.write((slice(2, 4),), np.array([5, 6], "i4"))
    assert sink.read_raw((1,)) == RawChunk(np.array([5, 6], "i4").tobytes(), 0)
    sink.resize((10,))
    sink.write_raw((4,), RawChunk(memoryview(bytes(8)), 0))
    assert sink.read_raw((4,)).data == bytes(8)
    assert h5["x"].shape == (10,)


@pytest.mark.parametrize("coords", [(9,), (-1,), (0, 0), ()])
def test_there_is_no_chunk_outside_the_grid(h5: h5py.File, writer: HDF5Writer, coords: Any) -> None:
    h5.create_dataset("x", (8,), "i4", chunks=(2,))
    with pytest.raises(ShapeError):
        writer.open_sink("/x").read_raw(coords)
    with pytest.raises(ShapeError):
        writer.open_sink("/x").write_raw(coords, RawChunk(b""))


@pytest.mark.parametrize(
    "dtype",
    [h5py.string_dtype(), h5py.ref_dtype, h5py.vlen_dtype("i4")],
    ids=["text", "ref", "vlen"],
)
def test_addresses_are_not_handed_out_raw(h5: h5py.File, reader: HDF5Reader, dtype: Any) -> None:
    h5.create_dataset("x", (4,), dtype, chunks=(2,))
    assert not isinstance(reader.array("/x"), SupportsRawChunks)


def test_what_has_no_chunks_has_no_raw_ones(h5: h5py.File, reader: HDF5Reader) -> None:
    h5["x"] = np.arange(4)
    assert not isinstance(reader.array("/x"), SupportsRawChunks)


def test_chunked_numbers_claim_both_directions(h5: h5py.File, writer: HDF5Writer) -> None:
    h5.create_dataset("x", (4,), "i4", chunks=(2,))
    sink = writer.open_sink("/x")
    assert isinstance(sink, SupportsRawChunks)
    assert isinstance(sink, SupportsRawChunkWrites)
    assert not sink.concurrent


def damage(path: Any, offset: Any) -> None:
    with path.open("r+b") as file:
        file.seek(offset)
        file.write(b"\xff" * 16)


@pytest.mark.parametrize("options", [{"compression": "gzip"}, {"fletcher32": True}], ids=str)
def test_a_damaged_chunk_is_named(tmp_path: Path, options: Any) -> None:
    path = tmp_path / "bad.h5"
    with h5py.File(path, "w") as file:
        made = file.create_dataset("g/x", data=np.arange(500), chunks=(100,), **options)
        offset = made.id.get_chunk_info(2).byte_offset
    damage(path, offset + 8)
    reader = HDF5Reader(h5py.File(path, "r"))
    out = np.empty(500, int)
    with pytest.raises(CorruptChunkError) as caught:
        reader.array("/g/x").read_into(Selection((slice(0, 500, 1),)), out)
    assert (caught.value.path, caught.value.source) == ("/g/x", str(path))
    good = np.empty(100, int)
    reader.array("/g/x").read_into(Selection((slice(0, 100, 1),)), good)
    assert good.tolist() == list(range(100))
    reader.close()


def test_after_close_everything_says_closed(stored: Any) -> None:
    reader = HDF5Reader(h5py.File(stored, "r"))
    array = reader.array("/x")
    reader.close()
    reader.close()
    for call in (
        lambda: array.read_raw((0, 0)),
        lambda: array.layout,
        lambda: array.read_into(Selection((slice(0, 1, 1),) * 2), np.empty((1, 1), ">f4")),
        lambda: reader.node("/"),
        lambda: list(reader.children("/")),
        lambda: reader.attributes("/"),
        lambda: reader.array("/x"),
        lambda: reader.specs(),
        lambda: reader.refresh(),
    ):
        with pytest.raises(ClosedIOError):
            call()
