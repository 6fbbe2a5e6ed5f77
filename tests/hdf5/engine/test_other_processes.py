"""An IO that reads, and its data, in other processes: pickled, spawned, forked."""

import gc
import multiprocessing
import os
import pickle
import threading
from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pytest

from hdmf_io_core import Container, Data, open_io
from hdmf_io_core.errors import ModeError
from hdmf_io_hdf5 import HDF5IO

VALUES = np.arange(600_000, dtype="i4").reshape(-1, 6)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return a file with an array, text and references."""
    with h5py.File(tmp_path / "shared.h5", "w") as file:
        file.create_dataset("group/values", data=VALUES, chunks=(5000, 6), compression="gzip")
        file["group/text"] = ["a", "b"]
        file.create_dataset("refs", (1,), h5py.ref_dtype)[0] = file["group/text"].ref
    return tmp_path / "shared.h5"


def test_an_io_comes_back_open_with_its_options(path: Path) -> None:
    with HDF5IO(path, workers=1, rdcc_nbytes=1 << 20) as io:
        with pickle.loads(pickle.dumps(io)) as other:
            assert (other.source, other.mode, other.is_open) == (io.source, "r", True)
            assert other.file.id.get_access_plist().get_cache()[2] == 1 << 20
            assert other.engine.pool.workers == 1
            np.testing.assert_array_equal(other.read()["group/values"].data[:], VALUES)
        assert io.is_open


def test_data_outlive_the_io_they_were_sent_from(path: Path) -> None:
    with open_io(path) as io:
        sent = pickle.dumps(io.read()["group/values"].data)
    data = pickle.loads(sent)
    np.testing.assert_array_equal(data[::1000], VALUES[::1000])


def test_data_of_one_file_share_an_io(path: Path) -> None:
    with open_io(path) as io:
        root = io.read()
        sent = pickle.dumps([root["group/values"].data, root["group/text"].data])
    values, text = pickle.loads(sent)
    assert values._owner is text._owner
    assert list(text) == ["a", "b"]


def test_a_file_is_closed_with_the_last_of_its_data(path: Path) -> None:
    with open_io(path) as io:
        sent = pickle.dumps(io.read()["group/values"].data)
    data = pickle.loads(sent)
    assert data.shape == VALUES.shape
    del data
    gc.collect()
    # HDF5 refuses to truncate a file that is open.
    h5py.File(path, "w").close()


def test_references_come_as_containers_again(path: Path) -> None:
    with open_io(path) as io:
        sent = pickle.dumps(io.read()["refs"].data)
    assert pickle.loads(sent)[0].name == "text"


def test_a_spawned_process_reads(path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    with open_io(path) as io, context.Pool(1) as pool:
        found = pool.apply(np.asarray, (io.read()["group/values"].data,))
    np.testing.assert_array_equal(found, VALUES)


@pytest.mark.parametrize("mode", ["a", "r+"])
def test_what_is_open_for_writing_is_not_sent(path: Path, mode: str) -> None:
    with HDF5IO(path, mode) as io:
        for thing in (io, io.read()["group/values"].data):
            with pytest.raises(ModeError, match="cannot be sent"):
                pickle.dumps(thing)


def test_what_was_opened_as_an_object_is_not_sent(path: Path) -> None:
    with h5py.File(path) as file, open_io(file) as io, pytest.raises(ModeError, match="its path"):
        pickle.dumps(io)


def test_data_in_memory_is_not_sent() -> None:
    container = Container("root")
    container.add_child(Data("x", [1, 2]))
    with open_io("memory://not-sent", "w") as io:
        io.write(container)
    with open_io("memory://not-sent") as io, pytest.raises(ModeError):
        pickle.dumps(io.read()["x"].data)


def in_child(work: Callable[[], bool]) -> int:
    """Run something in a forked child; return its exit status."""
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            status = 0 if work() else 2
        finally:
            os._exit(status)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the system does not fork")
def test_a_forked_child_reads_what_its_parent_opened(path: Path) -> None:
    with open_io(path) as io:
        data = io.read()["group/values"].data
        np.testing.assert_array_equal(data[:], VALUES)  # the workers have begun
        assert in_child(lambda: bool((data[:] == VALUES).all())) == 0
        np.testing.assert_array_equal(data[:], VALUES)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the system does not fork")
def test_a_lock_that_another_thread_held_does_not_stop_a_child(path: Path) -> None:
    with open_io(path) as io:
        data = io.read()["group/values"].data
        held, go = threading.Event(), threading.Event()

        def hold() -> None:
            with io.engine.pool._lock:
                held.set()
                go.wait(60)

        thread = threading.Thread(target=hold)
        thread.start()
        held.wait(60)
        try:
            assert in_child(lambda: bool((data[:] == VALUES).all())) == 0
        finally:
            go.set()
            thread.join()
