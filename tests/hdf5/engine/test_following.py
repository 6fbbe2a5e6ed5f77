"""A reader follows what another process writes meanwhile, with SWMR, when it is told to look."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from hdmf_io_core import open_io
from hdmf_io_core.errors import ClosedIOError
from hdmf_io_hdf5 import HDF5IO

WRITER = """
import itertools, sys
import h5py, numpy as np

with h5py.File(sys.argv[1], "w", libver="latest") as file:
    options = {"chunks": (100, 4), "maxshape": (None, 4), "dtype": "i4"}
    gzip = file.create_dataset("gzip", (0, 4), compression="gzip", shuffle=True, **options)
    plain = file.create_dataset("group/plain", (0, 4), **options)
    file.swmr_mode = True
    for n in itertools.chain([30], map(int, sys.stdin)):
        for dataset in (gzip, plain):
            start = len(dataset)
            dataset.resize(start + n, axis=0)
            dataset[start:] = np.arange(start, start + n)[:, None] * [1, 2, 3, 4]
            dataset.flush()
        print(len(gzip), flush=True)
"""


class Acquisition:
    """A process that appends as it is told to."""

    def __init__(self, path: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.length = self._told()

    def append(self, n_rows: int) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{n_rows}\n")
        self._process.stdin.flush()
        self.length = self._told()

    def _told(self) -> int:
        assert self._process.stdout is not None
        return int(self._process.stdout.readline())

    def stop(self) -> None:
        self._process.communicate("", timeout=30)
        assert self._process.returncode == 0


@pytest.fixture
def acquisition(tmp_path: Path) -> Iterator[Acquisition]:
    made = Acquisition(tmp_path / "live.h5")
    yield made
    made.stop()


def rows(n: int) -> Any:
    return np.arange(n)[:, None] * np.array([1, 2, 3, 4])


def test_lazy_data_shows_the_rows_of_a_live_acquisition(
    tmp_path: Path, acquisition: Acquisition
) -> None:
    with HDF5IO(tmp_path / "live.h5", "r", swmr=True) as io:
        root = io.read()
        arrays = [root["gzip"].data, root["group/plain"].data]
        for n_rows in (5, 60, 1000, 3, 40_000):
            before = acquisition.length
            acquisition.append(n_rows)
            for data in arrays:
                assert data.shape == (before, 4)
                np.testing.assert_array_equal(data[:], rows(before))
            io.refresh()
            for data in arrays:
                assert data.shape == (acquisition.length, 4)
                np.testing.assert_array_equal(data[:], rows(acquisition.length))
                np.testing.assert_array_equal(data[-7:, 1], rows(acquisition.length)[-7:, 1])
                np.testing.assert_array_equal(data[-1], rows(acquisition.length)[-1])


def test_h5py_and_the_reader_see_the_same(tmp_path: Path, acquisition: Acquisition) -> None:
    with HDF5IO(tmp_path / "live.h5", "r", swmr=True) as io:
        data = io.read()["gzip"].data
        acquisition.append(500)
        io.refresh()
        # The same open dataset: HDF5 2.0 does not follow one that is open twice.
        theirs = data.source.native_array()
        assert data.shape == theirs.shape
        np.testing.assert_array_equal(data[:], theirs[:])


def test_a_file_that_nobody_writes_is_the_same_after_a_refresh(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "x.h5", "w") as file:
        for name, chunks in (("chunked", (10, 4)), ("contiguous", None)):
            file.create_dataset(name, data=rows(100), chunks=chunks)
        file["text"] = ["a", "b"]
        file["refs"] = np.array([file["text"].ref], h5py.ref_dtype)
    with open_io(tmp_path / "x.h5") as io:
        root: Any = io.read()
        arrays = [root[name].data for name in ("chunked", "contiguous")]
        for _ in range(2):
            for data in arrays:
                np.testing.assert_array_equal(data[20:35], rows(100)[20:35])
            assert list(root["text"].data) == ["a", "b"]
            assert root["refs"].data[0].name == "text"
            io.refresh()
            assert io.engine.decoded.held_bytes == 0  # type: ignore[attr-defined]


def test_a_refresh_loses_nothing_that_was_appended(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "x.h5", "w") as file:
        file.create_dataset("x", data=rows(55), chunks=(10, 4), maxshape=(None, 4))
    with HDF5IO(tmp_path / "x.h5", "a") as io:
        data = io.read()["x"].data
        data.append(rows(58)[55:])
        io.refresh()
        np.testing.assert_array_equal(data[:], rows(58))
        data.append(rows(59)[58:])
        np.testing.assert_array_equal(data[:], rows(59))


def test_a_closed_io_does_not_refresh(tmp_path: Path) -> None:
    h5py.File(tmp_path / "x.h5", "w").close()
    with open_io(tmp_path / "x.h5") as io:
        pass
    with pytest.raises(ClosedIOError):
        io.refresh()
