"""What is read by chunks is what plain h5py reads, bit for bit."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from engine_files import chosen_of, make_file, selections, stored_arrays
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hdmf_io_core.chunks import read as reading
from hdmf_io_core.chunks.engine import Engine
from hdmf_io_core.chunks.pool import WorkerPool
from hdmf_io_core.chunks.read import read_chunks, reads_chunks
from hdmf_io_core.errors import CorruptChunkError, CorruptFileError
from hdmf_io_core.storage.selection import Selection, select_all
from hdmf_io_hdf5.io import HDF5IO
from hdmf_io_hdf5.reader import HDF5Reader
from hdmf_io_hdf5.writer import HDF5Writer

FEW = settings(max_examples=40, suppress_health_check=list(HealthCheck))


def by_chunks(array: Any, selection: Selection, pool: WorkerPool) -> Any:
    out = np.full(selection.shape, 77, array.layout.memory_dtype)
    read_chunks(array, selection, out, pool)
    return out


def same(ours: Any, theirs: Any) -> bool:
    return bool(
        ours.dtype == theirs.dtype and ours.tobytes() == np.ascontiguousarray(theirs).tobytes()
    )


@FEW
@given(made=stored_arrays(), data=st.data())
def test_any_selection_is_that_of_h5py(
    pool: WorkerPool, in_new_folder: Callable[..., None], made: Any, data: Any
) -> None:
    selection = data.draw(selections(made["shape"]))
    mode = data.draw(st.sampled_from(["r", "r+"]))

    def check(folder: Path) -> None:
        make_file(folder / "x.h5", made)
        with h5py.File(folder / "x.h5", mode) as file:
            storage = (HDF5Writer if mode == "r+" else HDF5Reader)(file, close_file=False)
            ours = by_chunks(storage.array("/x"), selection, pool)
            assert same(ours, chosen_of(file["x"][()], selection))
            storage.close()

    in_new_folder(check)


@FEW
@given(skipped=st.integers(0, 7), other=st.integers(0, 7))
def test_filters_that_chunks_skipped_are_not_undone(
    pool: WorkerPool, in_new_folder: Callable[..., None], skipped: int, other: int
) -> None:
    from numcodecs import get_codec

    values = np.arange(20, dtype="<i4")
    codecs = [{"id": "shuffle", "elementsize": 4}, {"id": "zlib"}, {"id": "fletcher32"}]

    def encoded(part: Any, mask: int) -> bytes:
        raw = part.tobytes()
        for i, codec in enumerate(codecs):
            if not mask >> i & 1:
                raw = bytes(get_codec(codec).encode(np.frombuffer(raw, "u1")))
        return raw

    def check(folder: Path) -> None:
        with h5py.File(folder / "x.h5", "w") as file:
            dataset = file.create_dataset(
                "x", (20,), "<i4", chunks=(10,), compression="gzip", shuffle=True, fletcher32=True
            )
            for start, mask in ((0, skipped), (10, other)):
                dataset.id.write_direct_chunk(
                    (start,), encoded(values[start : start + 10], mask), mask
                )
        with h5py.File(folder / "x.h5") as file:
            reader = HDF5Reader(file, close_file=False)
            assert same(by_chunks(reader.array("/x"), select_all((20,)), pool), values)
            assert file["x"][()].tolist() == values.tolist()
            reader.close()

    in_new_folder(check)


RECORD = np.dtype([("a", "<i2"), ("b", ">f8"), ("c", "<u4", (2,))])


@pytest.mark.parametrize(
    "dtype",
    [RECORD, np.dtype("V5"), h5py.enum_dtype({"x": 1, "y": 2}, "u1"), np.dtype(("<i2", (3,)))],
    ids=str,
)
@pytest.mark.parametrize("fill", [False, True])
def test_elements_that_are_no_numbers(
    folder: Path, pool: WorkerPool, dtype: Any, fill: bool
) -> None:
    raw = np.random.default_rng(0).integers(0, 99, (50, dtype.itemsize), np.uint8)
    base = dtype.base if dtype.subdtype else dtype
    values = raw.reshape(-1).view(base).reshape(50, *dtype.shape)
    value = (
        np.frombuffer(bytes(range(base.itemsize)), base)[0] if fill and not dtype.shape else None
    )
    with h5py.File(folder / "x.h5", "w") as file:
        made = file.create_dataset(
            "x", (60,), dtype, chunks=(7,), compression="gzip", shuffle=True, fillvalue=value
        )
        made[:50] = values
    with h5py.File(folder / "x.h5") as file:
        reader = HDF5Reader(file, close_file=False)
        array = reader.array("/x")
        out = np.empty((60, *dtype.shape), base)
        read_chunks(array, select_all((60,)), out, pool)
        assert out.tobytes() == file["x"][()].tobytes()
        reader.close()


def test_a_file_behind_a_file_object_is_read_too(folder: Path, pool: WorkerPool) -> None:
    values = np.arange(1000, dtype="i4").reshape(100, 10)
    with h5py.File(folder / "x.h5", "w") as file:
        file.create_dataset("x", data=values, chunks=(7, 3), compression="gzip", shuffle=True)
    with (folder / "x.h5").open("rb") as raw, h5py.File(raw, "r") as file:
        reader = HDF5Reader(file, close_file=False)
        assert same(by_chunks(reader.array("/x"), select_all(values.shape), pool), values)
        reader.close()


def test_no_chunk_is_decoded_by_hdf5(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    values = np.random.default_rng(0).integers(0, 9, (4000, 64)).astype("i2")
    with h5py.File(folder / "x.h5", "w") as file:
        file.create_dataset("x", data=values, chunks=(500, 64), compression="gzip", shuffle=True)
    with HDF5IO(folder / "x.h5", "r", workers=2) as io:
        array = io.storage.array("/x")
        monkeypatch.setattr(array, "read_into", None)
        engine = Engine(2)
        out = np.empty_like(values)
        engine.read(array, select_all(values.shape), out)
        engine.close()
        assert same(out, values)


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ((slice(0, 10, 1), slice(0, 64, 1)), False),
        ((slice(0, 600, 1), slice(0, 64, 1)), True),
        ((slice(0, 4000, 1), slice(0, 3, 1)), False),
        ((slice(0, 4000, 1), slice(0, 20, 1)), True),
        ((slice(0, 400, 1), slice(0, 64, 1)), False),
    ],
    ids=str,
)
def test_small_selections_take_the_librarys_own_path(
    folder: Path, key: Any, expected: bool
) -> None:
    with h5py.File(folder / "x.h5", "w") as file:
        file.create_dataset("x", (4000, 64), "f8", chunks=(500, 64), compression="gzip")
    with HDF5IO(folder / "x.h5", "r") as io:
        assert reads_chunks(io.storage.array("/x"), Selection(key)) is expected


def test_columns_of_more_than_a_library_keeps_are_decoded_here(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "CACHED_BYTES", 1 << 20)
    with h5py.File(folder / "x.h5", "w") as file:
        file.create_dataset("x", (8000, 64), "f8", chunks=(500, 64), compression="gzip")
    with HDF5IO(folder / "x.h5", "r") as io:
        columns = Selection((slice(0, 8000, 1), slice(5, 7, 1)))
        assert reads_chunks(io.storage.array("/x"), columns)


@pytest.mark.parametrize("options", [{"compression": "gzip"}, {"fletcher32": True}], ids=str)
def test_a_damaged_chunk_is_named(folder: Path, options: Any) -> None:
    path = folder / "bad.h5"
    with h5py.File(path, "w") as file:
        made = file.create_dataset("g/x", data=np.arange(50_000), chunks=(10_000,), **options)
        offset = made.id.get_chunk_info(3).byte_offset
    with path.open("r+b") as raw:
        raw.seek(offset + 8)
        raw.write(b"\xff" * 16)
    with HDF5IO(path, "r") as io:
        with pytest.raises(CorruptChunkError, match=r"\(3,\)") as caught:
            io.read()["g/x"].data[:]
        assert (caught.value.path, caught.value.source) == ("/g/x", str(path))
        assert io.read()["g/x"].data[:30_000].tolist() == list(range(30_000))


def test_a_chunk_beyond_the_end_is_named(folder: Path) -> None:
    path = folder / "cut.h5"
    with h5py.File(path, "w", libver="latest") as file:
        made = file.create_dataset("x", data=np.arange(50_000), chunks=(10_000,))
        end = made.id.get_chunk_info(4).byte_offset
    reader = HDF5Reader(h5py.File(path, "r"))
    array = reader.array("/x")
    array.layout  # noqa: B018
    with path.open("r+b") as raw:
        raw.truncate(end + 100)
    pool = WorkerPool(2)
    with pytest.raises(CorruptChunkError, match=r"\(4,\)"):
        by_chunks(array, select_all((50_000,)), pool)
    pool.close()
    reader.close()


FLAT = [
    (slice(0, 3000, 1), slice(0, 40, 1)),
    (slice(7, 2900, 1), slice(0, 40, 1)),
    (slice(7, 2900, 3), slice(0, 40, 1)),
    (slice(100, 110, 1), slice(3, 4, 1)),
    (slice(0, 3000, 1), slice(3, 39, 7)),
    (np.array([1, 5, 2999]), slice(0, 40, 1)),
    (slice(0, 3000, 1), np.array([0, 7, 39])),
    (slice(5, 5, 1), slice(0, 40, 1)),
]


@pytest.mark.parametrize("axes", FLAT, ids=str)
@pytest.mark.parametrize("mode", ["r", "r+"])
@pytest.mark.parametrize("dtype", [">f8", "V5"])
def test_contiguous_data_is_read_past_hdf5(folder: Path, axes: Any, mode: Any, dtype: str) -> None:
    raw = np.random.default_rng(0).integers(0, 255, (3000, 40 * np.dtype(dtype).itemsize), np.uint8)
    values = raw.view(dtype)
    with h5py.File(folder / "x.h5", "w") as file:
        file["x"] = values
    selection = Selection(axes)
    with HDF5IO(folder / "x.h5", mode, workers=2) as io:
        engine = Engine(2)
        array = io.storage.array("/x")
        assert array.flat_reader() is not None
        out = np.empty(selection.shape, dtype)
        engine.read(array, selection, out)
        engine.close()
        assert same(out, chosen_of(values, selection))


def test_contiguous_data_that_hdf5_has_to_read(folder: Path) -> None:
    values = np.arange(50_000)
    with h5py.File(folder / "block.h5", "w", userblock_size=512) as file:
        file["x"] = values
        file.create_dataset("empty", (9,), "i4", fillvalue=3)
    with HDF5IO(folder / "block.h5", "r") as io:
        assert same(io.read()["x"].data[:], values)
        assert io.read()["empty"].data[:].tolist() == [3] * 9


def test_contiguous_data_cut_off_says_so(folder: Path) -> None:
    path = folder / "x.h5"
    with h5py.File(path, "w") as file:
        file["x"] = np.arange(300_000)
    reader = HDF5Reader(h5py.File(path, "r"))
    with path.open("r+b") as raw:
        raw.truncate(1_000_000)
    engine = Engine(2)
    with pytest.raises(CorruptFileError):
        engine.read(reader.array("/x"), select_all((300_000,)), np.empty(300_000, int))
    engine.close()
    reader.close()


def test_many_threads_read_through_one_io(folder: Path) -> None:
    values = np.random.default_rng(0).integers(0, 99, (20_000, 16)).astype("f8")
    with h5py.File(folder / "x.h5", "w") as file:
        file.create_dataset("x", data=values, chunks=(1000, 16), compression="gzip", shuffle=True)
        file["flat"] = values
    barrier = threading.Barrier(6, timeout=60)
    failed: list[Any] = []

    with HDF5IO(folder / "x.h5", "r", workers=3, in_flight_bytes=1 << 20) as io:
        data = [io.read()[name].data for name in ("x", "flat")]

        def work(seed: int) -> None:
            rng = np.random.default_rng(seed)
            barrier.wait()
            for _ in range(15):
                start, stop = sorted(rng.integers(0, 20_000, 2).tolist())
                for lazy in data:
                    if not np.array_equal(lazy[start:stop], values[start:stop]):
                        failed.append((start, stop))

        threads = [threading.Thread(target=work, args=(seed,)) for seed in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(90)
    assert not failed


def test_bytes_that_moved_meanwhile_are_asked_for_again(folder: Path, pool: WorkerPool) -> None:
    """What another writer of the process does after the places were looked up is noticed."""
    rng = np.random.default_rng(0)
    values = rng.integers(0, 3, (40, 100))
    with h5py.File(folder / "x.h5", "w") as file:
        file.create_dataset("x", data=values, chunks=(10, 100), compression="gzip", shuffle=True)
    with HDF5IO(folder / "x.h5", "r+") as one, HDF5IO(folder / "x.h5", "r+") as other:
        array, sink = one.storage.array("/x"), other.storage.open_sink("/x")
        fetchers = list(array.fetchers([(i, 0) for i in range(4)]))
        values[5:25] = rng.integers(0, 2**60, (20, 100))
        sink.write((slice(5, 25), slice(0, 100)), values[5:25])
        assert [fetch() for fetch in fetchers] == [None] * 4
        late = array.fetchers([(i, 0) for i in range(4)])
        taken = [next(late)]
        sink.write((slice(0, 5), slice(0, 100)), values[0:5])
        assert taken[0]() is None
        assert same(by_chunks(array, select_all(values.shape), pool), values)


def test_while_a_change_is_under_way_hdf5_reads(folder: Path, pool: WorkerPool) -> None:
    values = np.arange(400).reshape(40, 10)
    with h5py.File(folder / "x.h5", "w") as file:
        file.create_dataset("x", data=values, chunks=(10, 10), compression="gzip", shuffle=True)
    with HDF5IO(folder / "x.h5", "r+") as io:
        array = io.storage.array("/x")
        with io.storage._homes.own.changes.changing():
            assert same(by_chunks(array, select_all(values.shape), pool), values)
            assert array.read_raw((0, 0)) is not None
