"""An IO that nobody closes is closed by Python, with a warning, and what it wrote is there."""

import gc
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from hdmf_io_core import Container, Data, StorageIO
from hdmf_io_core.storage.memory import MemoryFile, MemoryStorage
from hdmf_io_core.testing.forks import in_child


def written() -> MemoryFile:
    file = MemoryFile("m")
    root = Container("root")
    root.add_child(Data("x", np.arange(3)))
    with StorageIO(MemoryStorage(file), "w") as io:
        io.write(root)
    return file


def forget(held: list[StorageIO]) -> None:
    held.clear()
    gc.collect()


def test_a_forgotten_writer_warns_and_closes() -> None:
    storage = MemoryStorage(written())
    held = [StorageIO(storage, "a")]
    with pytest.warns(ResourceWarning, match="not closed"):
        forget(held)
    with pytest.raises(ValueError, match="closed"):
        storage.node("/")


def test_a_forgotten_reader_goes_on_for_its_data() -> None:
    data = StorageIO(MemoryStorage(written()), "r").read()["x"].data
    gc.collect()
    assert list(data[:]) == [0, 1, 2]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_forked_child_leaves_it_alone() -> None:
    storage = MemoryStorage(written())
    io = StorageIO(storage, "a")

    def forget() -> None:
        io.close_forgotten()
        assert io.is_open

    assert in_child(forget) == 0
    io.close()


SCRIPT = """
import sys
import numpy as np
from hdmf_io_core import Container, Data, open_io
io = open_io(sys.argv[1], "w", backend=sys.argv[2])
root = Container("root")
root.add_child(Data("x", np.arange(3)))
io.write(root)
root.attributes["late"] = "never written"
unwritten = open_io(sys.argv[1] + ".other", "w", backend=sys.argv[2])
"""


@pytest.mark.parametrize("backend", ["hdf5", "zarr"])
def test_the_end_of_python_closes_what_was_published_and_drops_the_rest(
    backend: str, tmp_path: Path
) -> None:
    pytest.importorskip(f"hdmf_io_{backend}")
    path = tmp_path / "x"
    run = subprocess.run(
        [sys.executable, "-P", "-W", "always", "-c", SCRIPT, str(path), backend],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    assert run.stderr.count("was not closed") == 2
    assert [entry.name for entry in tmp_path.iterdir()] == ["x"]
