"""What a user prints after the file was closed says so; it does not raise."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from hdmf_io_core import Container, Data
from hdmf_io_hdf5 import HDF5IO

if TYPE_CHECKING:
    from pathlib import Path


def test_repr_of_nodes_of_a_closed_file_says_so(tmp_path: Path) -> None:
    root = Container("experiment")
    root.add_child(Data("x", np.arange(3)))
    with HDF5IO(tmp_path / "x.h5", "w") as io:
        io.write(root)
    with HDF5IO(tmp_path / "x.h5") as io:
        read = io.read()
        data = read.x
    assert str(read) == "<Container 'experiment' of a closed file>"
    assert repr(read) == "<Container '/' (SimpleMultiContainer)>"
    assert repr(data) == "<Data 'x' of a closed file>"
    assert repr(data.data) == "<closed LazyDataset '/x'>"
