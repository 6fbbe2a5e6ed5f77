"""A Zarr store in other processes: pickled and forked."""

import os
import pickle
import shutil
from pathlib import Path

import numpy as np
import pytest
import zarr

from hdmf_io_core import Container, Data, open_io
from hdmf_io_zarr import ZarrIO

VALUES = np.arange(3000, dtype="i4")


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """Return a store with one array."""
    group = zarr.open_group(tmp_path / "shared.zarr", mode="w")
    group.create_array("values", data=VALUES, chunks=(1000,))
    return tmp_path / "shared.zarr"


def test_an_io_comes_back_open_with_its_options(store: Path) -> None:
    with ZarrIO(store, use_consolidated=False, workers=1) as io:
        sent = pickle.dumps(io)
    with pickle.loads(sent) as other:
        assert other.engine.pool.workers == 1
        np.testing.assert_array_equal(other.read()["values"].data[:], VALUES)


def test_data_outlive_the_io_they_were_sent_from(store: Path) -> None:
    with open_io(store) as io:
        sent = pickle.dumps(io.read()["values"].data)
    np.testing.assert_array_equal(pickle.loads(sent)[:], VALUES)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the system does not fork")
def test_a_forked_child_does_not_move_the_offset_of_its_parents_zip(store: Path) -> None:
    packed = Path(shutil.make_archive(str(store), "zip", store))
    with open_io(packed) as io:
        data = io.read()["values"].data
        np.testing.assert_array_equal(data[:1000], VALUES[:1000])
        descriptor = io.storage.store._archive.fp.fileno()
        before = os.lseek(descriptor, 0, os.SEEK_CUR)
        pid = os.fork()
        if pid == 0:
            status = 1
            try:
                status = 0 if (data[:] == VALUES).all() else 2
            finally:
                os._exit(status)
        assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
        assert os.lseek(descriptor, 0, os.SEEK_CUR) == before
        np.testing.assert_array_equal(data[:], VALUES)


@pytest.mark.filterwarnings("ignore:Consolidated metadata")
@pytest.mark.parametrize("zarr_format", [2, 3])
@pytest.mark.parametrize("consolidated", [True, False])
def test_lazy_data_shows_what_others_append_once_it_is_refreshed(
    tmp_path: Path, zarr_format: int, consolidated: bool
) -> None:
    path = tmp_path / "live.zarr"
    group = zarr.open_group(path, mode="w", zarr_format=zarr_format)  # type: ignore[arg-type]
    theirs = group.create_array("values", data=VALUES, chunks=(1000,))

    def consolidate() -> None:
        if consolidated:
            zarr.consolidate_metadata(path)

    consolidate()
    with open_io(path) as io:
        root = io.read()
        data = root["values"].data  # type: ignore[union-attr]
        for length in (3500, 9000):
            before = data.shape
            theirs.resize((length,))
            theirs[before[0] :] = np.arange(before[0], length)
            consolidate()
            assert data.shape == before
            io.refresh()
            assert data.shape == (length,)
            np.testing.assert_array_equal(data[:], np.arange(length))
            np.testing.assert_array_equal(data[-3:], np.arange(length)[-3:])


def test_a_refresh_keeps_links_to_other_stores(tmp_path: Path, store: Path) -> None:
    with ZarrIO(store) as first, ZarrIO(tmp_path / "second.zarr", "w") as io:
        root = Container("root")
        root.add_child(Data("linked", first.read()["values"].data))
        io.write(root)
    with open_io(tmp_path / "second.zarr") as io:
        data = io.read()["linked"].data  # type: ignore[union-attr]
        for _ in range(2):
            np.testing.assert_array_equal(data[:], VALUES)
            io.refresh()


def test_a_refresh_loses_nothing_that_was_written(store: Path) -> None:
    with ZarrIO(store, "a") as io:
        data = io.read()["values"].data
        data.append(np.arange(3000, 3300, dtype="i4"))
        io.refresh()
        np.testing.assert_array_equal(data[:], np.arange(3300))
        data.append(np.arange(3300, 4500, dtype="i4"))
        io.refresh()
        np.testing.assert_array_equal(data[:], np.arange(4500))
    np.testing.assert_array_equal(zarr.open_array(store / "values", mode="r")[:], np.arange(4500))
