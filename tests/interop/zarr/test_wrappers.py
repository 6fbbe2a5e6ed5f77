"""Options in the wrappers of hdmf reach Zarr, or are named where it does not have them."""

from pathlib import Path
from typing import Any

import hdmf.common
import numpy as np
import pytest
from hdmf.backends.hdf5 import H5DataIO

from hdmf_io_core import open_io
from hdmf_io_core.errors import DataLossWarning, OptionError
from hdmf_io_zarr import ZarrIO


def table(data: Any) -> Any:
    column = hdmf.common.VectorData(name="x", description="x", data=data)
    return hdmf.common.DynamicTable(
        name="root", description="d", columns=[column], id=list(range(12))
    )


def test_chunks_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "table.zarr"
    with open_io(path, "w", manager=hdmf.common.get_manager()) as io:
        io.write(table(H5DataIO(np.arange(12), chunks=(5,), maxshape=(None,))))
    with ZarrIO(path) as io:
        assert io.file["x"].chunks == (5,)


def test_an_option_that_zarr_does_not_have_is_named(tmp_path: Path) -> None:
    path = tmp_path / "table.zarr"
    with open_io(path, "w", manager=hdmf.common.get_manager()) as io:
        wrapped = H5DataIO(np.arange(12), chunks=(5,), compression="gzip", shuffle=True)
        with pytest.warns(DataLossWarning, match="compression, shuffle of H5DataIO"):
            io.write(table(wrapped))
    with ZarrIO(path) as io:
        assert io.file["x"].chunks == (5,)


def test_workers_are_as_asked(tmp_path: Path) -> None:
    path = tmp_path / "table.zarr"
    with open_io(path, "w", manager=hdmf.common.get_manager(), workers=2) as io:
        io.write(table(np.arange(12)))
    with ZarrIO(path, workers=1, in_flight_bytes=2**20) as io:
        assert io.read()["x"].data[:].tolist() == list(range(12))
    with pytest.raises(OptionError):
        ZarrIO(path, workers=0)
