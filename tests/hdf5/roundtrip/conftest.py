"""Makes the comparers importable, and a small file to append to."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from hdmf_io_hdf5 import HDF5IO

# Importlib mode leaves the tests' folders out of `sys.path`.
sys.path.append(str(Path(__file__).parent))


@pytest.fixture
def growing(tmp_path: Path) -> Path:
    path = tmp_path / "growing.h5"
    with h5py.File(path, "w") as file:
        group = file.create_group("group")
        group.attrs.update({"text": "a", "number": 1})
        group.create_dataset(
            "rows", data=np.arange(20.0).reshape(10, 2), maxshape=(None, 2), chunks=(4, 2)
        )
        group.create_dataset("texts", data=["a", "b"], maxshape=(None,), dtype=h5py.string_dtype())
        file["fixed"] = np.arange(3)
        file.create_dataset("references", data=[group.ref], maxshape=(None,), dtype=h5py.ref_dtype)
    return path


@pytest.fixture
def appending(growing: Path) -> Callable[..., Any]:
    """Return a function that changes the container, writes it, and says what differs then."""
    from h5diff import changed_paths  # importable only since the line above

    before = growing.with_name("before.h5")
    before.write_bytes(growing.read_bytes())

    def run(change: Callable[[Any], Any]) -> Any:
        with HDF5IO(growing, "a") as io:
            container = io.read()
            change(container)
            io.write(container)
            assert not io.plan(container), f"a second write would do {io.plan(container)}"
        return changed_paths(before, growing)

    return run
