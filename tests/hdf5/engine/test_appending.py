"""Rows appended are seen at once, are in the file when they have to be, and leave no holes."""

import threading
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from engine_files import chosen_of, selections
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hdmf_io_core.chunks.encode import ChunkEncoder
from hdmf_io_core.errors import ModeError, ShapeError, UnsupportedDtypeError, WriteError
from hdmf_io_hdf5.io import HDF5IO

GZIP: dict[str, Any] = {"compression": "gzip", "shuffle": True}


def growing(path: Path, values: Any, chunk_rows: int, **options: Any) -> None:
    with h5py.File(path, "w") as file:
        file.create_dataset(
            "x",
            data=values,
            chunks=(chunk_rows, *values.shape[1:]),
            maxshape=(None, *values.shape[1:]),
            **GZIP,
            **options,
        )


def stored(path: Path) -> Any:
    with h5py.File(path) as file:
        return file["x"][()]


@settings(max_examples=40, suppress_health_check=list(HealthCheck))
@given(
    sizes=st.lists(st.integers(0, 25), min_size=1, max_size=8),
    chunk_rows=st.integers(1, 9),
    first=st.integers(0, 20),
    data=st.data(),
)
def test_any_appends_are_seen_and_stored(
    tmp_path_factory: pytest.TempPathFactory, sizes: Any, chunk_rows: int, first: int, data: Any
) -> None:
    path = tmp_path_factory.mktemp("append") / "x.h5"
    values = np.random.default_rng(0).integers(-99, 99, (first + sum(sizes), 3)).astype(">i4")
    growing(path, values[:first], chunk_rows)
    with HDF5IO(path, "a", workers=2) as io:
        lazy = io.read()["x"].data
        length = first
        for size in sizes:
            lazy.append(values[length : length + size])
            length += size
            assert lazy.shape == (length, 3)
            if length:
                selection = data.draw(selections((length, 3)))
                out = lazy.read(selection)
                assert (out == chosen_of(values[:length], selection)).all()
        assert (lazy[...] == values).all()
        if data.draw(st.booleans()):
            io.flush()
            assert io.file["x"].shape == (length, 3)
    assert stored(path).tobytes() == values.tobytes()


def test_many_small_appends_leave_a_file_as_small_as_one_write(tmp_path: Path) -> None:
    values = np.random.default_rng(0).normal(scale=30, size=(20_000, 8)).astype("i2")
    for name in ("once.h5", "often.h5"):
        growing(tmp_path / name, values[:0], 2048)
    with HDF5IO(tmp_path / "once.h5", "a") as io:
        io.read()["x"].data.append(values)
    with HDF5IO(tmp_path / "often.h5", "a") as io:
        lazy = io.read()["x"].data
        for start in range(0, 20_000, 20):
            lazy.append(values[start : start + 20])
    assert stored(tmp_path / "often.h5").tobytes() == values.tobytes()
    sizes = [(tmp_path / name).stat().st_size for name in ("once.h5", "often.h5")]
    assert sizes[1] <= 1.05 * sizes[0]


def test_a_small_append_encodes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    values = np.arange(400).reshape(100, 4)
    growing(tmp_path / "x.h5", values, 64)
    encoded: list[Any] = []
    put = ChunkEncoder.put
    monkeypatch.setattr(ChunkEncoder, "put", lambda *a: encoded.append(a[1]) or put(*a))
    with HDF5IO(tmp_path / "x.h5", "a") as io:
        lazy = io.read()["x"].data
        for _ in range(20):
            lazy.append(values[0])
        assert encoded == []
        lazy.append(values[:10])
        assert encoded == [(1, 0)]
    assert encoded == [(1, 0), (2, 0)]


@pytest.mark.parametrize(
    "look",
    [
        lambda io, lazy: io.file["x"][()],
        lambda io, lazy: io.storage.native("/x")[()],
        lambda io, lazy: io.flush() or h5py.File(io.source, locking=False)["x"][()],
        lambda io, lazy: io.read()["x"].data[...],
        lambda io, lazy: np.asarray(lazy.source.layout.shape) * 0 + lazy[...][-1, 0] * 0 + lazy,
        lambda io, lazy: np.array(list(lazy)),
        lambda io, lazy: lazy.astype("f8")[...],
    ],
    ids=["file", "native", "flush", "read", "source", "rows", "astype"],
)
def test_every_way_to_look_sees_what_was_appended(tmp_path: Path, look: Any) -> None:
    values = np.arange(24).reshape(12, 2)
    growing(tmp_path / "x.h5", values[:5], 8)
    with HDF5IO(tmp_path / "x.h5", "a") as io:
        lazy = io.read()["x"].data
        lazy.append(values[5:])
        assert (look(io, lazy) == values).all()


def test_a_write_stores_what_was_appended_and_nothing_else(tmp_path: Path) -> None:
    values = np.arange(24).reshape(12, 2)
    growing(tmp_path / "x.h5", values[:5], 8)
    with HDF5IO(tmp_path / "x.h5", "a") as io:
        root = io.read()
        root["x"].append(values[5:])
        assert not io.plan(root)
        root["x"].append(values[0])
        report = io.write(root)
        assert report.bytes_written == 0
        with h5py.File(tmp_path / "x.h5", locking=False) as file:
            assert file["x"][()].tolist() == [*values.tolist(), [0, 1]]


def test_elements_are_assigned_after_an_append(tmp_path: Path) -> None:
    values = np.arange(24).reshape(12, 2)
    growing(tmp_path / "x.h5", values[:5], 8)
    with HDF5IO(tmp_path / "x.h5", "a") as io:
        lazy = io.read()["x"].data
        lazy.append(values[5:])
        lazy[10] = [7, 7]
        lazy.append([1, 1])
        lazy.resize(12, axis=0)
        lazy.append([2, 2])
    expected = [*values[:10].tolist(), [7, 7], values[11].tolist(), [2, 2]]
    assert stored(tmp_path / "x.h5").tolist() == expected


def test_export_takes_what_was_appended(tmp_path: Path) -> None:
    values = np.arange(24).reshape(12, 2)
    growing(tmp_path / "x.h5", values[:5], 8)
    with HDF5IO(tmp_path / "x.h5", "a") as io, HDF5IO(tmp_path / "y.h5", "w") as out:
        io.read()["x"].append(values[5:])
        out.export(io)
    assert stored(tmp_path / "y.h5").tolist() == values.tolist()


@pytest.mark.parametrize("bad", [[[1, 2, 3]], [["a", "b"]], [[0.5, 1]]], ids=str)
def test_rows_that_do_not_fit_change_nothing(tmp_path: Path, bad: Any) -> None:
    values = np.arange(24).reshape(12, 2)
    growing(tmp_path / "x.h5", values[:5], 8)
    with HDF5IO(tmp_path / "x.h5", "a") as io:
        lazy = io.read()["x"].data
        for _ in range(2):
            with pytest.raises((ShapeError, UnsupportedDtypeError)) as caught:
                lazy.append(bad)
            assert caught.value.path == "/x"
            lazy.append(values[5])
    assert stored(tmp_path / "x.h5").tolist() == values[[0, 1, 2, 3, 4, 5, 5]].tolist()


def test_rows_beyond_maxshape_change_nothing(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "x.h5", "w") as file:
        file.create_dataset("x", data=[1, 2], maxshape=(5,), chunks=(2,))
    with HDF5IO(tmp_path / "x.h5", "a") as io:
        lazy = io.read()["x"].data
        lazy.append([3])
        with pytest.raises(ShapeError, match="maxshape"):
            lazy.append([4, 5, 6])
        assert lazy[:].tolist() == [1, 2, 3]
    assert stored(tmp_path / "x.h5").tolist() == [1, 2, 3]


def test_after_a_failed_append_the_rows_are_as_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    values = np.arange(80).reshape(40, 2)
    growing(tmp_path / "x.h5", values[:5], 8)
    with HDF5IO(tmp_path / "x.h5", "a") as io:
        lazy = io.read()["x"].data
        lazy.append(values[5:7])
        sink = lazy.access.sink()
        lazy.append(values[7:7])
        lazy.append(values[7:8])
        write_raw = type(sink).write_raw

        def failing(self: Any, coords: Any, chunk: Any) -> None:
            if coords == (2, 0):
                msg = "disk full"
                raise WriteError(msg)
            write_raw(self, coords, chunk)

        monkeypatch.setattr(type(sink), "write_raw", failing)
        with pytest.raises(WriteError, match="disk full"):
            lazy.append(values[8:40])
        assert lazy.shape == (8, 2)
        assert lazy[:].tolist() == values[:8].tolist()
        monkeypatch.undo()
        lazy.append(values[8:20])
    assert stored(tmp_path / "x.h5").tolist() == values[:20].tolist()


def test_reading_only_says_so(tmp_path: Path) -> None:
    growing(tmp_path / "x.h5", np.arange(4).reshape(2, 2), 8)
    with HDF5IO(tmp_path / "x.h5", "r") as io, pytest.raises(ModeError):
        io.read()["x"].data.append([1, 2])


@pytest.mark.parametrize("dtype", ["S4", h5py.string_dtype(), "i4,f8"], ids=str)
def test_what_is_not_encoded_here_grows_as_well(tmp_path: Path, dtype: Any) -> None:
    values: Any = np.array([(1, 2.0)] * 3, dtype) if dtype == "i4,f8" else ["a", "b", "c"]
    with h5py.File(tmp_path / "x.h5", "w") as file:
        made = file.create_dataset("x", (0,), dtype, maxshape=(None,), chunks=(2,))
        assert made.shape == (0,)
    with HDF5IO(tmp_path / "x.h5", "a") as io:
        io.read()["x"].data.append(values)
    assert len(stored(tmp_path / "x.h5")) == 3


def test_one_io_reads_while_another_appends(tmp_path: Path) -> None:
    """Both in one process: HDF5 gives them one open file, and moves chunks about in it.

    As with plain h5py, rows of an append that has not returned may show as fill values.
    """
    path = tmp_path / "x.h5"
    rng = np.random.default_rng(0)
    values = rng.integers(0, 1000, (60_000, 8))
    growing(path, values[:10_000], 1000)
    barrier = threading.Barrier(4, timeout=60)
    wrong: list[Any] = []
    done = [10_000]

    with HDF5IO(path, "a", workers=2) as writing, HDF5IO(path, "r", workers=2) as reading:
        lazy, seen = writing.read()["x"].data, reading.read()["x"].data

        def append() -> None:
            barrier.wait()
            for start in range(10_000, 60_000, 700):
                lazy.append(values[start : start + 700])
                writing.flush()
                done.append(min(start + 700, 60_000))

        def read(seed: int) -> None:
            choose = np.random.default_rng(seed)
            barrier.wait()
            for _ in range(40):
                length = done[-1]
                start = int(choose.integers(0, length - 4000))
                found = seen[start : start + 4000]
                if not np.array_equal(found, values[start : start + 4000]):
                    wrong.append(start)

        threads = [threading.Thread(target=append)]
        threads += [threading.Thread(target=read, args=(seed,)) for seed in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(100)
    assert not wrong
    assert stored(path).tobytes() == values.tobytes()
