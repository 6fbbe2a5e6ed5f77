"""Many threads on one IO, and reading while others append: the same as one after the other."""

import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from hdmf_io_core import open_io
from hdmf_io_hdf5 import HDF5IO

IN_CALLBACK = """
import sys, threading
import numpy as np
from hdmf_io_hdf5 import HDF5IO

with HDF5IO(sys.argv[1], "a", workers=2) as io:
    x = io.read()["x"].data

    def append():
        for _ in range(200):
            x.append(np.ones((40, 8), "i2"))

    thread = threading.Thread(target=append)
    thread.start()
    file = io.file
    while thread.is_alive():
        file.visititems(lambda name, node: None if len(x[0:2]) + len(x[-2:]) == 4 else x.shape)
    thread.join()
    print(x.shape[0])
"""


def rows(first: int, n: int) -> Any:
    """Rows that tell where they belong."""
    return np.arange(first, first + n, dtype="i4")[:, None] * np.array([1, -1, 3], "i4")


def make(path: Path, n_rows: int, names: str = "x") -> None:
    with h5py.File(path, "w") as file:
        for name in names:
            options: dict[str, Any] = {"compression": "gzip", "shuffle": True}
            file.create_dataset(
                name, data=rows(0, n_rows), chunks=(100, 3), maxshape=(None, 3), **options
            )


def run(works: list[Callable[[], None]]) -> None:
    """Run all at once; raise the first error of any."""
    errors: list[BaseException] = []
    start = threading.Barrier(len(works))

    def guarded(work: Callable[[], None]) -> None:
        try:
            start.wait(30)
            work()
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=guarded, args=(work,), daemon=True) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive(), "a thread hangs"
    if errors:
        raise errors[0]


def test_data_is_read_in_a_callback_of_h5py_while_another_thread_appends(tmp_path: Path) -> None:
    path = tmp_path / "x.h5"
    with h5py.File(path, "w") as file:
        file.create_dataset("x", (0, 8), "i2", chunks=(64, 8), maxshape=(None, 8))
        file["x"].resize((4, 8))
    command = [sys.executable, "-P", "-c", IN_CALLBACK, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout.strip()) == (0, "8004"), done.stderr


def check(data: Any, seed: int, times: int, n_rows: Callable[[], int] | None = None) -> None:
    """Read parts of what grows; each must be what belongs there."""
    rng = np.random.default_rng(seed)
    for _ in range(times):
        length = len(data) if n_rows is None else n_rows()
        start = int(rng.integers(0, length))
        stop = int(rng.integers(start, min(length, start + 2000))) + 1
        step = int(rng.integers(1, 4))
        np.testing.assert_array_equal(data[start:stop:step], rows(start, stop - start)[::step])
        chosen = np.unique(rng.integers(0, length, 5)).tolist()
        np.testing.assert_array_equal(data[chosen, 1], -np.array(chosen))
        assert len(data) >= length


def test_many_threads_read_what_others_of_the_same_io_append_to(tmp_path: Path) -> None:
    path = tmp_path / "x.h5"
    make(path, 1050, "xy")
    with HDF5IO(path, "a", workers=3) as io:
        root = io.read()
        arrays = [root[name].data for name in "xy"]

        def append(data: Any, n: int) -> None:
            length = len(data)
            for _ in range(60):
                data.append(rows(length, n))
                length += n

        def flush() -> None:
            for _ in range(20):
                io.flush()

        run(
            [
                lambda: append(arrays[0], 37),
                lambda: append(arrays[1], 230),
                lambda: check(arrays[0], 1, 60),
                lambda: check(arrays[0], 2, 60),
                lambda: check(arrays[1], 3, 60),
                lambda: check(arrays[1], 4, 60),
                flush,
            ]
        )
    with h5py.File(path) as file:
        np.testing.assert_array_equal(file["x"][()], rows(0, 1050 + 60 * 37))
        np.testing.assert_array_equal(file["y"][()], rows(0, 1050 + 60 * 230))


def test_threads_that_append_to_one_array_take_turns(tmp_path: Path) -> None:
    path = tmp_path / "x.h5"
    make(path, 0)
    with HDF5IO(path, "a", workers=2) as io:
        data = io.read()["x"].data

        def append(number: int) -> None:
            for n in range(1, 40):
                data.append(np.full((n, 3), number))

        run([lambda i=i: append(i) for i in range(4)])  # type: ignore[misc]
    with h5py.File(path) as file:
        found = file["x"][:, 0]
    assert np.bincount(found).tolist() == [sum(range(40))] * 4
    # No append is torn apart by another.
    assert len(np.flatnonzero(np.diff(found))) + 1 <= 4 * 39


def test_one_io_reads_while_another_of_the_process_appends(tmp_path: Path) -> None:
    path = tmp_path / "x.h5"
    make(path, 5000)
    with HDF5IO(path, "a", workers=2) as writing, open_io(writing.file) as reading:
        plain = writing.file
        grows = writing.read()["x"].data
        seen = reading.read()["x"].data
        # HDF5 makes an array longer before the rows are written, and others see that.
        done = [5000]

        def append() -> None:
            for i in range(40):
                grows.append(rows(5000 + 130 * i, 130))
                writing.flush()
                done[0] += 130

        def read() -> None:
            for seed in range(25):
                check(seen, seed, 3, lambda: done[0])
                length = done[0]
                np.testing.assert_array_equal(seen[:length], plain["x"][:length])

        run([append, read, read])
        np.testing.assert_array_equal(seen[:], rows(0, 5000 + 40 * 130))


@pytest.mark.parametrize("chunks", [(100, 3), None], ids=["chunked", "contiguous"])
def test_many_threads_read_one_io(tmp_path: Path, chunks: Any) -> None:
    path = tmp_path / "x.h5"
    with h5py.File(path, "w") as file:
        file.create_dataset("x", data=rows(0, 30_000), chunks=chunks)
    with open_io(path, workers=2) as io:
        data = io.read()["x"].data
        run([lambda seed=seed: check(data, seed, 40) for seed in range(8)])  # type: ignore[misc]
