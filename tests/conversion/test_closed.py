"""What was read of a closed file does not keep it: another program may open and change it."""

from pathlib import Path

import h5py
import numpy as np
import pytest

from hdmf_io_core import open_io


@pytest.mark.parametrize("options", [{}, {"chunks": (100,)}, {"chunks": (100,), "compression": 1}])
def test_data_that_outlives_its_io_keeps_no_lock(
    options: dict[str, object], tmp_path: Path
) -> None:
    source = tmp_path / "source.h5"
    with h5py.File(source, "w") as file:
        file.create_dataset("x", data=np.arange(50_000), **options)
    with open_io(source) as io, open_io(tmp_path / "copy.zarr", "w") as copy:
        container = io.read()
        data = container["x"].data
        assert data[::2].shape == (25_000,)
        copy.export(io)
    with h5py.File(source, "r+") as file:
        file.attrs["changed"] = True
    assert container["x"].data is data
