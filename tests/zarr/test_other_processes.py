"""A Zarr store in other processes: pickled and forked."""

import os
import pickle
import shutil
from pathlib import Path

import numpy as np
import pytest
import zarr

from hdmf_io_core import open_io
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
