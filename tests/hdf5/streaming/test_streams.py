"""Data that arrives in pieces is in the file as plain h5py shows it, in the chunks asked for."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from hdmf_io_core import Container, Data, DataChunk, DataChunkIterator, GenericDataChunkIterator
from hdmf_io_core.errors import OptionError, ShapeError
from hdmf_io_hdf5 import HDF5IO, H5DataIO

VALUES = np.arange(60, dtype="i4").reshape(20, 3)


class Blocks(GenericDataChunkIterator):
    """Blocks of an array in memory; counts what was fetched."""

    def __init__(self, array: Any, **options: Any) -> None:
        self.array = array
        self.fetched: list[Any] = []
        super().__init__(**options)

    def _get_data(self, selection: Any) -> Any:
        self.fetched.append(selection)
        return self.array[selection]

    def _get_maxshape(self) -> tuple[int, ...]:
        return self.array.shape  # type: ignore[no-any-return]

    def _get_dtype(self) -> Any:
        return self.array.dtype


class Lazy:
    """An array-like of another library: a shape, a dtype, and slices."""

    def __init__(self, array: Any, chunks: Any = None) -> None:
        self._array = array
        self.shape, self.dtype, self.chunks = array.shape, array.dtype, chunks
        self.largest = 0

    def __getitem__(self, key: Any) -> Any:
        part = self._array[key]
        self.largest = max(self.largest, part.size)
        return part


def store(path: Path, **data: Any) -> None:
    """Write a container with these children."""
    container = Container("session")
    for name, value in data.items():
        container.add_child(Data(name, value))
    with HDF5IO(path, "w") as io:
        io.write(container)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "streams.h5"


SOURCES: dict[str, Callable[[Path], Any]] = {
    "generator": lambda _: (row for row in VALUES),
    "iterator": lambda _: iter(list(VALUES)),
    "rows": lambda _: DataChunkIterator(iter(VALUES), buffer_size=3),
    "rows of known length": lambda _: DataChunkIterator(VALUES, buffer_size=7),
    "rows along another axis": lambda _: DataChunkIterator(
        iter(VALUES.T), iter_axis=1, buffer_size=2
    ),
    "blocks": lambda _: Blocks(VALUES, chunk_shape=(4, 3), buffer_shape=(8, 3)),
    "lazy": lambda _: Lazy(VALUES),
    "lazy with chunks": lambda _: Lazy(VALUES, chunks=(5, 2)),
    "lazy with chunks of many lengths": lambda _: Lazy(VALUES, chunks=((8, 8, 4), (3,))),
    "array": lambda _: VALUES,
}


@pytest.mark.parametrize("make", SOURCES.values(), ids=SOURCES)
@pytest.mark.parametrize("wrap", [False, True], ids=["bare", "compressed"])
def test_what_arrives_in_pieces_is_stored_whole(
    make: Callable[[Path], Any], wrap: bool, file: Path
) -> None:
    data = make(file)
    store(file, x=H5DataIO(data, compression="gzip", shuffle=True) if wrap else data)
    with h5py.File(file) as h5:
        np.testing.assert_array_equal(h5["x"][:], VALUES)
        assert h5["x"].dtype == VALUES.dtype
        assert h5["x"].compression == ("gzip" if wrap else None)
    with HDF5IO(file) as io:
        np.testing.assert_array_equal(io.read().x[:], VALUES)


@pytest.mark.parametrize("read", [lambda h5, _: h5["x"], lambda _, c: c.x.data, lambda _, c: c.x])
def test_stored_data_is_copied_from_an_open_file(read: Any, file: Path, tmp_path: Path) -> None:
    store(file, x=VALUES)
    copy = tmp_path / "copy.h5"
    with h5py.File(file) as h5, HDF5IO(file) as io, HDF5IO(copy, "w") as out:
        container = Container("copy")
        container.add_child(Data("y", read(h5, io.read())))
        out.write(container, link_data=False)
    with h5py.File(copy) as h5:
        assert h5.get("y", getlink=True).__class__ is h5py.HardLink
        np.testing.assert_array_equal(h5["y"][:], VALUES)


def test_lazy_data_with_arithmetic_in_between_is_data(file: Path, tmp_path: Path) -> None:
    store(file, x=VALUES)
    with HDF5IO(file) as io:
        store(tmp_path / "twice.h5", x=io.read().x * 2)
    with h5py.File(tmp_path / "twice.h5") as h5:
        np.testing.assert_array_equal(h5["x"][:], VALUES * 2)


@pytest.mark.parametrize(
    ("rows", "dtype"),
    [
        (["a", "é", "", "long " * 50], None),
        ([b"a", b"b"], None),
        ([True, False], "?"),
        ([1 + 2j, 3j], "c16"),
        ([np.datetime64("2020").astype(str)] * 2, None),
    ],
    ids=["text", "bytes", "bool", "complex", "dates as text"],
)
def test_rows_of_every_kind(rows: list[Any], dtype: Any, file: Path) -> None:
    store(file, x=DataChunkIterator(iter(rows), buffer_size=1))
    with h5py.File(file) as h5:
        raw = h5["x"]
        found = raw.asstr()[:] if h5py.check_string_dtype(raw.dtype) else raw[:]
        expected = [r.decode() if isinstance(r, bytes) else r for r in rows]
        assert list(found) == expected
        if dtype is not None:
            assert raw.dtype == np.dtype(dtype)


def test_array_of_unknown_length_grows_and_can_grow_on(file: Path) -> None:
    store(file, x=DataChunkIterator((np.full(3, i) for i in range(100)), buffer_size=7))
    with h5py.File(file) as h5:
        assert (h5["x"].shape, h5["x"].maxshape) == ((100, 3), (None, 3))
    with HDF5IO(file, "a") as io:
        io.read().x.append([1, 2, 3])
    with h5py.File(file) as h5:
        assert h5["x"][100].tolist() == [1, 2, 3]


def test_array_of_known_length_is_made_once(file: Path) -> None:
    store(file, x=Blocks(VALUES, chunk_shape=(4, 3)))
    with h5py.File(file) as h5:
        assert (h5["x"].maxshape, h5["x"].chunks) == ((20, 3), (4, 3))


def test_empty_iterator_makes_an_empty_array(file: Path) -> None:
    store(file, x=DataChunkIterator(iter(()), dtype="i2", maxshape=(None, 4)))
    with h5py.File(file) as h5:
        assert (h5["x"].shape, h5["x"].dtype) == ((0, 4), np.dtype("i2"))


def test_missing_rows_are_fill_values(file: Path) -> None:
    rows = iter([np.ones(2), None, np.ones(2) * 3, None])
    store(file, x=H5DataIO(DataChunkIterator(rows, buffer_size=1), fillvalue=-1.0))
    with h5py.File(file) as h5:
        assert h5["x"][:].tolist() == [[1, 1], [-1, -1], [3, 3]]


def test_chunks_may_come_in_any_order(file: Path) -> None:
    class Backwards:
        dtype, maxshape = np.dtype("i4"), (None, 3)

        def __init__(self) -> None:
            self.left = list(range(20))

        def recommended_chunk_shape(self) -> tuple[int, ...]:
            return (5, 3)

        def __next__(self) -> DataChunk:
            if not self.left:
                raise StopIteration
            row = self.left.pop()
            return DataChunk(VALUES[row], (row, slice(None)))

    store(file, x=Backwards())
    with h5py.File(file) as h5:
        np.testing.assert_array_equal(h5["x"][:], VALUES)


def test_array_like_is_read_in_blocks_of_its_own_chunks(file: Path) -> None:
    lazy = Lazy(np.zeros((4000, 3000)), chunks=(100, 3000))
    store(file, x=lazy)
    assert lazy.largest * 8 <= 32_000_000


def numbered(name: str, n: int, log: list[str]) -> Iterator[int]:
    for i in range(n):
        log.append(f"{name}{i}")
        yield i


@pytest.mark.parametrize(
    ("exhaust", "order"),
    [(True, "a0 a1 a2 b0 c0 c1"), (False, "a0 b0 c0 a1 c1 a2")],
)
def test_order_of_the_iterators(exhaust: bool, order: str, file: Path) -> None:
    log: list[str] = []
    container = Container("session")
    for name, n in {"a": 3, "b": 1, "c": 2}.items():
        rows = DataChunkIterator(
            numbered(name, n, log), buffer_size=1, dtype="i8", maxshape=(None,)
        )
        container.add_child(Data(name, H5DataIO(rows, chunks=(4,))))
    with HDF5IO(file, "w") as io:
        io.write(container, exhaust_dci=exhaust)
    assert log == order.split()
    with h5py.File(file) as h5:
        assert [h5[name][:].tolist() for name in "abc"] == [[0, 1, 2], [0], [0, 1]]


def test_streams_in_turn_come_after_everything_else(file: Path) -> None:
    seen: list[list[str]] = []
    container = Container("session")
    with HDF5IO(file, "w") as io:

        def looking() -> Iterator[int]:
            seen.append(sorted(io.file))
            yield 1

        rows = DataChunkIterator(looking(), dtype="i8", maxshape=(None,))
        container.add_child(Data("a", H5DataIO(rows, chunks=(4,))))
        container.add_child(Data("z", [1]))
        io.write(container, exhaust_dci=False)
    assert seen == [["a", "z"]]


def test_one_block_is_fetched_once(file: Path) -> None:
    blocks = Blocks(VALUES, chunk_shape=(4, 3), buffer_shape=(8, 3))
    store(file, x=H5DataIO(blocks, compression="gzip"))
    assert [part[0].start for part in blocks.fetched] == [0, 8, 16]


class Bar:
    """What a progress bar of a user's own is asked to do."""

    made: list["Bar"] = []

    def __init__(self, *, total: int, desc: str) -> None:
        self.total, self.desc, self.done, self.is_closed = total, desc, 0, False
        Bar.made.append(self)

    def update(self, n: int) -> None:
        self.done += n

    def close(self) -> None:
        self.is_closed = True


def test_progress_counts_blocks_to_the_end(file: Path) -> None:
    blocks = Blocks(
        VALUES,
        chunk_shape=(4, 3),
        buffer_shape=(4, 3),
        display_progress=True,
        progress_bar_class=Bar,
        progress_bar_options={"desc": "saving"},
    )
    store(file, x=blocks)
    bar = Bar.made.pop()
    assert (bar.total, bar.done, bar.desc, bar.is_closed) == (5, 5, "saving", True)


def test_progress_is_shown_without_any_package(
    file: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    store(file, x=Blocks(VALUES, chunk_shape=(4, 3), buffer_shape=(4, 3), display_progress=True))
    assert capsys.readouterr().err.splitlines()[-1] == "Writing: 5 of 5"


def test_total_of_the_progress_bar_is_not_the_callers() -> None:
    with pytest.raises(OptionError, match="total"):
        Blocks(VALUES, display_progress=True, progress_bar_options={"total": 3})


LARGE = np.lib.stride_tricks.as_strided(np.zeros(1, "f4"), (200_000, 384), (0, 0))


@pytest.mark.parametrize("chunk_mb", [0.5, 1.0, 10.0])
@pytest.mark.parametrize("buffer_gb", [0.01, 0.05])
def test_geometry_keeps_to_the_bytes_that_are_given(chunk_mb: float, buffer_gb: float) -> None:
    if buffer_gb * 1e9 < chunk_mb * 1e6:
        return
    blocks = Blocks(LARGE, chunk_mb=chunk_mb, buffer_gb=buffer_gb)
    chunk, buffer = np.prod(blocks.chunk_shape) * 4, np.prod(blocks.buffer_shape) * 4
    assert chunk_mb * 0.4e6 <= chunk <= chunk_mb * 1e6
    assert chunk <= buffer <= buffer_gb * 1e9
    for c, b, n in zip(blocks.chunk_shape, blocks.buffer_shape, LARGE.shape, strict=True):
        assert b % c == 0 or b == n


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"chunk_mb": 1.0, "chunk_shape": (1, 3)}, OptionError),
        ({"buffer_gb": 1.0, "buffer_shape": (1, 3)}, OptionError),
        ({"buffer_gb": 0.0}, OptionError),
        ({"chunk_mb": -1.0}, OptionError),
        ({"chunk_shape": (1,)}, ShapeError),
        ({"chunk_shape": (21, 3)}, ShapeError),
        ({"chunk_shape": (4, 3), "buffer_shape": (6, 3)}, ShapeError),
        ({"chunk_shape": (0, 3)}, ShapeError),
    ],
    ids=str,
)
def test_geometry_that_cannot_be_is_refused(options: dict[str, Any], error: Any) -> None:
    with pytest.raises(error):
        Blocks(VALUES, **options)


def test_wrapper_is_the_same_after_a_write(file: Path) -> None:
    wrapper = H5DataIO(VALUES, compression="gzip", chunks=True)
    before = dict(wrapper.io_settings)
    store(file, x=wrapper)
    store(file, x=wrapper)
    assert wrapper.io_settings == before
