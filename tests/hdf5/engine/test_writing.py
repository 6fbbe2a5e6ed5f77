"""What is encoded here, plain h5py reads, bit for bit; and the files are as small as asked for."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from engine_files import stored_arrays
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hdmf_io_core.chunks import write as writing
from hdmf_io_core.chunks.iterators import AbstractDataChunkIterator, DataChunk, DataChunkIterator
from hdmf_io_core.chunks.pool import WorkerPool
from hdmf_io_core.chunks.rows import RowBuffer, split_rows
from hdmf_io_core.chunks.streams import adapt_stream
from hdmf_io_core.chunks.streamwriter import StreamWriter
from hdmf_io_core.chunks.write import interleave, write_array, write_stream
from hdmf_io_core.durability import beside, syscalls
from hdmf_io_core.errors import ChunkIteratorError, UnsupportedDtypeError, WriteError
from hdmf_io_core.model.container import Container, Data
from hdmf_io_core.storage.selection import Selection
from hdmf_io_hdf5 import H5DataIO
from hdmf_io_hdf5.io import HDF5IO
from hdmf_io_hdf5.writer import HDF5Writer

FEW = settings(max_examples=40, suppress_health_check=list(HealthCheck))


@pytest.fixture(autouse=True)
def encode_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "ENCODED_BYTES", 0)


def empty_dataset(file: Any, made: dict[str, Any], shape: Any = None) -> Any:
    return file.create_dataset(
        "x",
        made["shape"] if shape is None else shape,
        made["values"].dtype,
        chunks=made["chunks"],
        maxshape=(None,) * len(made["shape"]),
        **made["options"],
    )


def same(ours: Any, theirs: Any) -> bool:
    return bool(ours.dtype == theirs.dtype and ours.tobytes() == theirs.tobytes())


@FEW
@given(made=stored_arrays())
def test_arrays_are_those_that_h5py_reads(
    pool: WorkerPool, in_new_folder: Callable[..., None], made: Any
) -> None:
    def check(folder: Path) -> None:
        with h5py.File(
            folder / "x.h5", "w", userblock_size=made["userblock"], libver=made["libver"]
        ) as file:
            empty_dataset(file, made)
            writer = HDF5Writer(file, close_file=False)
            n_bytes = write_array(made["values"], writer.open_sink("/x"), pool=pool)
            assert n_bytes == made["values"].nbytes
            writer.close()
        with h5py.File(folder / "x.h5", "r+") as file:
            assert same(file["x"][()], made["values"])
            # What lay past the edge is the fill value once it lies inside.
            larger = tuple(length + 3 for length in made["shape"])
            file["x"].resize(larger)
            grown = np.full(larger, file["x"].fillvalue, made["values"].dtype)
            grown[tuple(slice(0, n) for n in made["shape"])] = made["values"]
            assert same(file["x"][()], grown)

    in_new_folder(check)


@st.composite
def regions(draw: Any, shape: tuple[int, ...]) -> Any:
    """Regions in any order that may overlap; and runs of rows."""
    found = []
    for _ in range(draw(st.integers(1, 6))):
        if draw(st.booleans()):
            start = draw(st.integers(0, shape[0] - 1))
            for _ in range(draw(st.integers(1, 3))):
                stop = min(shape[0], start + draw(st.integers(1, 5)))
                found.append((slice(start, stop), *(slice(0, n) for n in shape[1:])))
                if stop == shape[0]:
                    break
                start = stop
            continue
        starts = [draw(st.integers(0, n - 1)) for n in shape]
        stops = [draw(st.integers(a + 1, n)) for a, n in zip(starts, shape, strict=True)]
        found.append(tuple(slice(a, b) for a, b in zip(starts, stops, strict=True)))
    return found


@FEW
@given(made=stored_arrays(), data=st.data(), preallocated=st.booleans())
def test_regions_in_any_order_end_where_they_belong(
    pool: WorkerPool,
    in_new_folder: Callable[..., None],
    made: Any,
    data: Any,
    preallocated: bool,
) -> None:
    shape = made["shape"]
    chosen = data.draw(regions(shape))

    def check(folder: Path) -> None:
        rng = np.random.default_rng(0)
        with h5py.File(folder / "x.h5", "w") as file:
            dataset = empty_dataset(file, made, shape if preallocated else (0,) * len(shape))
            expected = np.full(shape, dataset.fillvalue, made["values"].dtype)
            writer = HDF5Writer(file, close_file=False)
            with StreamWriter(writer.open_sink("/x"), pool) as stream:
                for region in chosen:
                    values = rng.integers(0, 99, expected[region].shape).astype(expected.dtype)
                    expected[region] = values
                    stream.write(region, values)
                    values[...] = 0  # It is the caller's again.
            reached = tuple(max(r[i].stop for r in chosen) for i in range(len(shape)))
            found = file["x"][()]
            writer.close()
        assert found.shape == (shape if preallocated else reached)
        assert same(found, np.ascontiguousarray(expected[tuple(slice(0, n) for n in found.shape)]))

    in_new_folder(check)


@pytest.mark.parametrize("n_rows", [0, 1, 999, 1000, 1001, 3700])
def test_rows_of_a_generator(folder: Path, pool: WorkerPool, n_rows: int) -> None:
    values = np.arange(n_rows * 5, dtype="i2").reshape(n_rows, 5)
    with h5py.File(folder / "x.h5", "w") as file:
        file.create_dataset("x", (0, 5), "i2", chunks=(100, 5), maxshape=(None, 5), compression=4)
        writer = HDF5Writer(file, close_file=False)
        stream = adapt_stream(
            DataChunkIterator(iter(values), maxshape=(None, 5), dtype=values.dtype, buffer_size=37)
        )
        assert stream is not None
        write_stream(stream, writer.open_sink("/x"), pool=pool)
        assert same(file["x"][()], values)
        assert file["x"].id.get_num_chunks() == -(-n_rows // 100)
        writer.close()


def test_streams_in_turn(folder: Path, pool: WorkerPool) -> None:
    values = np.arange(4000, dtype="i4").reshape(1000, 4)
    with h5py.File(folder / "x.h5", "w") as file:
        writer = HDF5Writer(file, close_file=False)
        pairs = []
        for name in "abc":
            file.create_dataset(
                name, (0, 4), "i4", chunks=(64, 4), maxshape=(None, 4), shuffle=True
            )
            stream = adapt_stream(DataChunkIterator(iter(values), buffer_size=50))
            assert stream is not None
            pairs.append((stream, writer.open_sink(f"/{name}")))
        interleave(pairs, pool=pool)
        for name in "abc":
            assert same(file[name][()], values)
        writer.close()


def test_an_iterator_that_raises_leaves_no_thread_at_work(folder: Path) -> None:
    def rows() -> Iterator[Any]:
        for i in range(500):
            if i == 300:
                msg = "no more"
                raise RuntimeError(msg)
            yield np.full(4, i, "i4")

    before = threading.active_count()
    pool = WorkerPool(2)
    with h5py.File(folder / "x.h5", "w") as file:
        file.create_dataset("x", (0, 4), "i4", chunks=(16, 4), maxshape=(None, 4), compression=4)
        writer = HDF5Writer(file, close_file=False)
        stream = adapt_stream(DataChunkIterator(rows(), buffer_size=10))
        assert stream is not None
        with pytest.raises(ChunkIteratorError):
            write_stream(stream, writer.open_sink("/x"), pool=pool)
        assert pool._bytes == 0
        writer.close()
    pool.close()
    assert threading.active_count() == before


def test_values_that_do_not_fit_stop_the_write(folder: Path, pool: WorkerPool) -> None:
    values = np.zeros((1000, 4))
    values[900, 2] = 0.5
    with h5py.File(folder / "x.h5", "w") as file:
        file.create_dataset("x", (1000, 4), "i4", chunks=(16, 4), compression=4)
        writer = HDF5Writer(file, close_file=False)
        with pytest.raises(UnsupportedDtypeError):
            write_array(values, writer.open_sink("/x"), pool=pool)
        assert pool._bytes == 0
        writer.close()


def test_what_hdf5_refuses_names_the_chunk(
    folder: Path, pool: WorkerPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    with h5py.File(folder / "x.h5", "w") as file:
        file.create_dataset("g/x", (1000, 4), "i4", chunks=(16, 4), compression=4)
        writer = HDF5Writer(file, close_file=False)
        sink = writer.open_sink("/g/x")
        stored = sink.write_raw

        def full(coords: Any, chunk: Any) -> None:
            if coords == (3, 0):
                msg = "HDF5 could not write chunk (3, 0)"
                raise WriteError(msg, source="x.h5", path="/g/x")
            stored(coords, chunk)

        monkeypatch.setattr(sink, "write_raw", full)
        with pytest.raises(WriteError, match=r"\(3, 0\)") as caught:
            write_array(np.ones((1000, 4), "i4"), sink, pool=pool)
        assert caught.value.path == "/g/x"
        assert file["g/x"].id.get_num_chunks() == 3
        writer.close()


@pytest.mark.parametrize("source", ["array", "chunks", "rows", "lazy"])
def test_containers_are_written_in_parallel_and_small(folder: Path, source: str) -> None:
    from hdmf_io_core import Container, Data

    values = np.random.default_rng(0).normal(scale=40, size=(30_000, 32)).astype("i2")
    options: dict[str, Any] = {"compression": "gzip", "compression_opts": 4, "shuffle": True}
    with h5py.File(folder / "plain.h5", "w") as file:
        file.create_dataset("data", data=values, chunks=(4096, 32), **options)
        theirs = file["data"].id.get_storage_size()

    class Chunks(AbstractDataChunkIterator):
        dtype, maxshape = np.dtype("i2"), (30_000, 32)
        _left = list(range(0, 30_000, 4096))[::-1]

        def __iter__(self) -> Any:
            return self

        def __next__(self) -> DataChunk:
            if not self._left:
                raise StopIteration
            start = self._left.pop()
            stop = min(start + 4096, 30_000)
            return DataChunk(values[start:stop], np.s_[start:stop, 0:32])

        def recommended_chunk_shape(self) -> Any:
            return (4096, 32)

        def recommended_data_shape(self) -> Any:
            return self.maxshape

    def write(data: Any) -> None:
        wrapped = H5DataIO(data, chunks=(4096, 32), **options)
        root = Container("root")
        root.add_child(Data("data", wrapped))
        with HDF5IO(folder / "x.h5", "w", workers=2) as io:
            io.write(root)

    if source == "lazy":
        with HDF5IO(folder / "plain.h5", "r") as io:
            write(io.read()["data"].data.astype("i2"))
    else:
        write({"array": values, "chunks": Chunks(), "rows": iter(values)}[source])
    with h5py.File(folder / "x.h5") as file:
        assert same(file["data"][()], values)
        assert file["data"].compression_opts == 4
        assert file["data"].shuffle
        assert file["data"].id.get_storage_size() <= 1.05 * theirs


def test_rows_kept_are_those_that_fill_no_chunk(folder: Path, pool: WorkerPool) -> None:
    values = np.arange(46, dtype="i4").reshape(23, 2)
    with h5py.File(folder / "x.h5", "w") as file:
        made = file.create_dataset("x", (4, 2), "i4", chunks=(10, 2), maxshape=(None, 2))
        made[:] = values[:4]
        writer = HDF5Writer(file, close_file=False)
        with RowBuffer(writer.open_sink("/x"), pool, 4) as rows:
            rows.append(values[4:9], copy=True)
            before = rows.kept()
            assert (before.first, before.length, made.shape) == (0, 9, (4, 2))
            rows.append(values[9:23], copy=True)
            kept = rows.kept()
            assert (kept.first, kept.length, made.shape) == (20, 23, (20, 2))
            taken = kept.taken(Selection((slice(1, 3, 1), np.array([1]))))
            assert taken.tolist() == values[21:23, 1:].tolist()
            assert before.taken(Selection((slice(0, 9, 1),))).tolist() == values[:9].tolist()
            rows.flush()
        assert made[:].tolist() == values.tolist()
        writer.close()


@given(data=st.data(), row=st.integers(0, 30))
def test_rows_split_into_those_before_and_those_from_a_row(data: Any, row: int) -> None:
    from engine_files import chosen_of, selections

    array = np.arange(30)
    selection = data.draw(selections((30,)))
    before, after = split_rows(selection, row)
    parts = [chosen_of(array[:row], before), chosen_of(array[row:], after)]
    assert np.concatenate(parts).tolist() == chosen_of(array, selection).tolist()
    assert before.shape[0] + after.shape[0] == selection.shape[0]


@pytest.mark.parametrize("chunks", [None, (256, 64)])
def test_the_disk_begins_while_chunks_are_written_and_one_sync_ends_it(
    folder: Path, monkeypatch: pytest.MonkeyPatch, chunks: Any
) -> None:
    monkeypatch.setattr(beside, "_START_BYTES", 64 << 10)
    values = np.random.default_rng(0).integers(0, 1 << 16, (2048, 64)).astype("u2")
    root = Container("root")
    for i in range(3):
        root.add_child(Data(f"x{i}", H5DataIO(values, chunks=chunks)))
    calls: list[str] = []
    with syscalls.observed(lambda name, *_: calls.append(name)), HDF5IO(folder / "x.h5", "w") as io:
        io.write(root)
    assert calls.count("fsync") == 1
    assert 3 <= calls[: calls.index("fsync")].count("start_writing") == calls.count("start_writing")
