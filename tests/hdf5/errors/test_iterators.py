"""An iterator that fails halfway, or yields what does not fit: the file is as it was before."""

from collections.abc import Callable, Iterator
from typing import Any

import h5py
import numpy as np
import pytest

from hdmf_io_core import Container, Data, DataChunk, DataChunkIterator, GenericDataChunkIterator
from hdmf_io_core.errors import ChunkIteratorError, ShapeError, UnsupportedDtypeError
from hdmf_io_hdf5 import HDF5IO, H5DataIO

Refused = Callable[..., Any]


class Sensor(Exception):
    """What a user's source of data might raise."""


def failing(n_rows: int) -> Iterator[Any]:
    """Rows of two numbers, and then the failure."""
    for row in range(n_rows):
        yield np.full(2, float(row))
    msg = "unplugged"
    raise Sensor(msg)


class FailingBlocks(GenericDataChunkIterator):
    """Blocks of which the third fails."""

    def _get_data(self, selection: Any) -> Any:
        if selection[0].start >= 4:
            msg = "unplugged"
            raise Sensor(msg)
        return np.ones(tuple(part.stop - part.start for part in selection))

    def _get_maxshape(self) -> tuple[int, ...]:
        return (10, 2)

    def _get_dtype(self) -> Any:
        return np.dtype("f8")


FAILING: dict[str, Callable[[], Any]] = {
    "at once": lambda: failing(0),
    "generator": lambda: failing(3),
    "rows": lambda: DataChunkIterator(failing(3), buffer_size=1),
    "compressed": lambda: H5DataIO(
        DataChunkIterator(failing(3), buffer_size=1), compression="gzip", chunks=(1, 2)
    ),
    "blocks": lambda: FailingBlocks(chunk_shape=(2, 2), buffer_shape=(2, 2)),
}
FAILURES = pytest.mark.parametrize("make", FAILING.values(), ids=FAILING)
ORDERS = pytest.mark.parametrize("exhaust", [True, False], ids=["one by one", "in turn"])


@FAILURES
@ORDERS
def test_replaced_file_is_not_touched(
    make: Callable[[], Any], exhaust: bool, old: Any, refused: Refused, write: Callable[..., None]
) -> None:
    with refused(ChunkIteratorError, "Sensor", "unplugged", source=str(old), path="/bad"):
        write(make(), exhaust_dci=exhaust)


@FAILURES
@ORDERS
def test_appended_file_is_as_before(
    make: Callable[[], Any], exhaust: bool, old: Any, undone: Refused, write: Callable[..., None]
) -> None:
    with undone(ChunkIteratorError, "Sensor", source=str(old), path="/bad"):
        write(make(), "a", exhaust_dci=exhaust)


@ORDERS
def test_the_users_exception_is_the_cause(exhaust: bool, write: Callable[..., None]) -> None:
    with pytest.raises(ChunkIteratorError) as caught:
        write(DataChunkIterator(failing(2), buffer_size=1), exhaust_dci=exhaust)
    assert isinstance(caught.value.__cause__, Sensor)


def test_interrupt_passes_as_it_is_and_the_file_is_kept(
    old: Any, write: Callable[..., None]
) -> None:
    def interrupted() -> Iterator[float]:
        yield 1.0
        raise KeyboardInterrupt

    before = old.read_bytes()
    with pytest.raises(KeyboardInterrupt):
        write(DataChunkIterator(interrupted(), buffer_size=1))
    assert old.read_bytes() == before


@ORDERS
def test_all_that_a_failed_write_changed_is_back(exhaust: bool, old: Any, undone: Refused) -> None:
    with undone(ChunkIteratorError, path="/zz"), HDF5IO(old, "a") as io:
        container = io.read()
        container.attributes["note"] = "changed"
        container.attributes["more"] = [1, 2]
        del container.x.attributes["namespace"]
        container.x.data = np.arange(5) * 10
        container.grow.data = np.zeros((7, 2))
        container.add_child(Container("made"))
        container.add_child(Data("zz", DataChunkIterator(failing(3), buffer_size=1)))
        io.write(container, exhaust_dci=exhaust)


@ORDERS
def test_removed_and_moved_children_are_back(exhaust: bool, old: Any, undone: Refused) -> None:
    with undone(ChunkIteratorError, path="/zz"), HDF5IO(old, "a") as io:
        container = io.read()
        grow = container.grow
        container.remove_child("x")
        container.remove_child("grow")
        container.add_child(Container("below"))
        container.below.add_child(grow)
        container.add_child(Data("zz", DataChunkIterator(failing(3), buffer_size=1)))
        io.write(container, exhaust_dci=exhaust)


@ORDERS
@pytest.mark.parametrize("name", ["x", "grow"])
def test_data_that_a_failing_iterator_was_to_replace_is_kept(
    exhaust: bool, name: str, old: Any, undone: Refused
) -> None:
    rows = failing(3) if name == "grow" else (row[0] for row in failing(3))
    with undone(ChunkIteratorError, "Sensor", path=f"/{name}"), HDF5IO(old, "a") as io:
        container = io.read()
        maxshape = (5,) if name == "x" else (None, 2)
        container[name].data = DataChunkIterator(
            rows, buffer_size=1, maxshape=maxshape, dtype=container[name].dtype.newbyteorder("=")
        )
        io.write(container, exhaust_dci=exhaust)


@ORDERS
def test_iterator_replaces_data_when_it_ends(exhaust: bool, old: Any) -> None:
    with HDF5IO(old, "a") as io:
        container = io.read()
        rows = (np.full(2, float(i)) for i in range(9))
        container.grow.data = DataChunkIterator(rows, buffer_size=2)
        io.write(container, exhaust_dci=exhaust)
    with h5py.File(old) as file:
        assert file["grow"][:, 0].tolist() == list(range(9))
        assert [name for name in file if name.startswith(".")] == []


def test_a_failed_write_can_be_tried_again(old: Any) -> None:
    with HDF5IO(old, "a") as io:
        container = io.read()
        container.add_child(Data("new", DataChunkIterator(failing(2), buffer_size=1)))
        with pytest.raises(ChunkIteratorError):
            io.write(container)
        container.new.data = [1.0, 2.0]
        io.write(container)
    with h5py.File(old) as file:
        assert file["new"][:].tolist() == [1.0, 2.0]


def test_closing_after_a_failed_write_keeps_the_old_file(old: Any, refused: Refused) -> None:
    container = Container("session")
    container.add_child(Data("bad", {}))
    with refused(UnsupportedDtypeError):
        io = HDF5IO(old, "w")
        try:
            io.write(container)
        finally:
            io.close()


def test_second_write_that_fails_leaves_the_first(old: Any) -> None:
    container = Container("fresh")
    with HDF5IO(old, "w") as io:
        io.write(container)
        container.add_child(Data("bad", DataChunkIterator(failing(2), buffer_size=1)))
        with pytest.raises(ChunkIteratorError):
            io.write(container)
    with h5py.File(old) as file:
        assert sorted(file) == ["specifications"]
        assert file.attrs["object_id"] == container.object_id


def growing() -> Iterator[Any]:
    yield np.zeros(4)
    yield np.zeros(5)


class Chunks:
    """Chunks as they are given, by the protocol alone."""

    dtype, maxshape = np.dtype("f8"), (4, 4)

    def __init__(self, *chunks: DataChunk) -> None:
        self._chunks = iter(chunks)

    def recommended_chunk_shape(self) -> None:
        return None

    def __next__(self) -> DataChunk:
        return next(self._chunks)


WRONG: dict[str, tuple[Callable[[], Any], Any, tuple[str, ...]]] = {
    "longer row in a chunk": (growing, ShapeError, ("row 1", "(5,)", "(4,)")),
    "longer row in a later chunk": (
        lambda: DataChunkIterator(growing(), buffer_size=1),
        ShapeError,
        ("0:5", "4"),
    ),
    "other rank": (
        lambda: (np.zeros((4,) * n) for n in (1, 2)),
        ShapeError,
        ("row 1", "(4, 4)"),
    ),
    "more rows than maxshape": (
        lambda: DataChunkIterator(iter(np.zeros((5, 2))), maxshape=(3, 2), buffer_size=1),
        ShapeError,
        ("3:4", "maxshape", "None"),
    ),
    "chunk of another shape than its selection": (
        lambda: Chunks(DataChunk(np.zeros((2, 3)), (slice(0, 2), slice(0, 2)))),
        ShapeError,
        ("(2, 3)", "(2, 2)"),
    ),
    "chunk outside": (
        lambda: Chunks(DataChunk(np.zeros((2, 4)), (slice(3, 5), slice(0, 4)))),
        ShapeError,
        ("3:5", "maxshape"),
    ),
    "chunk of too many axes": (
        lambda: Chunks(DataChunk(np.zeros((1, 1, 1)), (0, 0, 0))),
        ShapeError,
        ("3 axes",),
    ),
    "text among numbers": (
        lambda: iter([1, "two"]),
        UnsupportedDtypeError,
        ("element 1", "a str"),
    ),
    "text after numbers": (
        lambda: DataChunkIterator(iter([1, "two"]), buffer_size=1),
        UnsupportedDtypeError,
        ("int64",),
    ),
    "fractions after integers": (
        lambda: DataChunkIterator(iter([1, 2.5]), buffer_size=1),
        UnsupportedDtypeError,
        ("float64", "int64", "astype"),
    ),
    "values that the dtype does not hold": (
        lambda: DataChunkIterator(iter([1, 300]), dtype="u1", buffer_size=1),
        UnsupportedDtypeError,
        ("uint8",),
    ),
}


@pytest.mark.parametrize(("make", "error", "parts"), WRONG.values(), ids=WRONG)
@pytest.mark.parametrize("mode", ["w", "a"])
@ORDERS
def test_chunk_that_does_not_fit_is_refused_with_its_place(
    make: Callable[[], Any],
    error: Any,
    parts: tuple[str, ...],
    mode: str,
    exhaust: bool,
    old: Any,
    undone: Refused,
    write: Callable[..., None],
) -> None:
    with undone(error, *parts, source=str(old), path="/bad"):
        write(make(), mode, exhaust_dci=exhaust)
