"""What is foreign to HDF5 is never read while HDF5's lock is held.

Each test reads from something that needs a lock which another thread holds while that thread uses
h5py: whoever kept HDF5's lock during the read would wait for ever.
"""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from hdmf_io_core import Container, Data, DataChunkIterator, open_io
from hdmf_io_core.io.base import StorageIO
from hdmf_io_core.storage.dtypes import NumberType
from hdmf_io_core.storage.layout import ArrayLayout, CodecSpec
from hdmf_io_core.storage.memory import MemoryFile, MemoryReader, MemoryStorage
from hdmf_io_zarr import ZarrIO

VALUES = np.arange(4000, dtype="f4").reshape(40, 100)
TIMEOUT_S = 30


class Rival:
    """A thread that uses h5py while it holds a lock, each time that somebody wants this lock."""

    def __init__(self) -> None:
        self.n_turns = 0
        self._lock = threading.Lock()
        self._one_at_a_time = threading.Lock()
        self._wanted, self._taken = threading.Semaphore(0), threading.Semaphore(0)
        self._ends = False
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def meet(self) -> None:
        """Wait for the lock while the other thread has it, and needs HDF5's to give it back."""
        with self._one_at_a_time:
            self._wanted.release()
            assert self._taken.acquire(timeout=TIMEOUT_S)
            assert self._lock.acquire(timeout=TIMEOUT_S), "HDF5's lock was held meanwhile"
            self._lock.release()

    def end(self) -> None:
        self._ends = True
        self._wanted.release()
        self._thread.join(TIMEOUT_S)
        assert not self._thread.is_alive()

    def _run(self) -> None:
        while self._wanted.acquire() and not self._ends:
            with self._lock:
                self._taken.release()
                with h5py.File("rival", "w", driver="core", backing_store=False) as file:
                    file["x"] = np.arange(10)
                self.n_turns += 1


@pytest.fixture
def rival() -> Iterator[Rival]:
    made = Rival()
    yield made
    made.end()


class Foreign:
    """An array that meets the rival at each read."""

    def __init__(self, array: Any, rival: Rival) -> None:
        self._array, self._rival = array, rival

    @property
    def layout(self) -> ArrayLayout:
        return self._array.layout

    def read_into(self, selection: Any, out: Any) -> None:
        self._rival.meet()
        self._array.read_into(selection, out)


class ForeignRaw(Foreign):
    """One with raw chunks."""

    def read_raw(self, coords: Any) -> Any:
        self._rival.meet()
        return self._array.read_raw(coords)


class ForeignReader(MemoryReader):
    """A file that meets the rival whenever it is asked for something."""

    def __init__(self, file: MemoryFile, rival: Rival, kind: type[Foreign]) -> None:
        super().__init__(file)
        self._rival, self._kind = rival, kind

    def array(self, path: str) -> Any:
        self._rival.meet()
        return self._kind(super().array(path), self._rival)

    def attributes(self, path: str) -> Any:
        self._rival.meet()
        return super().attributes(path)

    def children(self, path: str) -> Any:
        for child in super().children(path):
            self._rival.meet()
            yield child


def memory_file(*codecs: CodecSpec) -> MemoryFile:
    file = MemoryFile("foreign")
    element = NumberType(VALUES.dtype)
    layout = ArrayLayout(VALUES.shape, element, chunks=(10, 100), codecs=codecs)
    MemoryStorage(file).create_array("/x", layout).write((slice(0, 40), slice(0, 100)), VALUES)
    return file


def check(target: Path) -> None:
    with h5py.File(target) as file:
        assert np.array_equal(file["x"][...], VALUES)


@pytest.mark.parametrize(
    ("kind", "codecs"),
    [(Foreign, ()), (Foreign, (CodecSpec("zlib", {"level": 1}),)), (ForeignRaw, ())],
)
def test_export_into_hdf5(
    kind: type[Foreign], codecs: tuple[CodecSpec, ...], rival: Rival, tmp_path: Path
) -> None:
    source = StorageIO(ForeignReader(memory_file(*codecs), rival, kind), "r")
    target = tmp_path / "target.h5"
    with source, open_io(target, "w") as io:
        io.export(source)
    assert rival.n_turns > 2
    check(target)


def test_a_container_of_another_backend(rival: Rival, tmp_path: Path) -> None:
    source = StorageIO(ForeignReader(memory_file(), rival, Foreign), "r")
    target = tmp_path / "target.h5"
    with source, open_io(target, "w") as io:
        io.write(source.read())
    assert rival.n_turns > 2
    check(target)


def test_an_iterator(rival: Rival, tmp_path: Path) -> None:
    def rows() -> Iterator[Any]:
        for row in VALUES:
            rival.meet()
            yield row

    target = tmp_path / "target.h5"
    container = Container("root")
    container.add_child(Data("x", DataChunkIterator(rows(), buffer_size=7)))
    with open_io(target, "w") as io:
        io.write(container)
    assert rival.n_turns == len(VALUES)
    check(target)


def test_something_that_looks_like_an_array(rival: Rival, tmp_path: Path) -> None:
    class Remote:
        shape, dtype = VALUES.shape, VALUES.dtype

        def __getitem__(self, key: Any) -> Any:
            rival.meet()
            return VALUES[key]

    target = tmp_path / "target.h5"
    container = Container("root")
    container.add_child(Data("x", Remote()))
    with open_io(target, "w") as io:
        io.write(container)
    assert rival.n_turns
    check(target)


def test_a_store_of_zarr(rival: Rival, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store, target = tmp_path / "store.zarr", tmp_path / "target.h5"
    with StorageIO(MemoryReader(memory_file()), "r") as src, ZarrIO(store, "w") as dst:
        dst.export(src)
    with ZarrIO(store) as src, open_io(target, "w") as dst:
        bytes_of = type(src.storage._store)
        real = bytes_of.get

        def get(self: Any, *args: Any, **kwargs: Any) -> Any:
            rival.meet()
            return real(self, *args, **kwargs)

        monkeypatch.setattr(bytes_of, "get", get)
        dst.export(src)
    assert rival.n_turns >= 4
    check(target)
