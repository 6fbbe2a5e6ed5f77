"""Options in the wrappers of hdmf reach Zarr."""

from pathlib import Path
from typing import Any

import hdmf.common
import numpy as np
import pytest
from hdmf.backends.hdf5 import H5DataIO

from hdmf_io_core import open_io
from hdmf_io_core.errors import OptionError
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


def test_filters_of_hdf5_become_the_equal_codecs(tmp_path: Path) -> None:
    path = tmp_path / "table.zarr"
    options = {"compression": "gzip", "compression_opts": 7, "shuffle": True, "fletcher32": True}
    with open_io(path, "w", manager=hdmf.common.get_manager()) as io:
        io.write(table(H5DataIO(np.arange(12), chunks=(5,), **options)))
    with ZarrIO(path) as io:
        layout = io.read()["x"].data.layout
    assert layout.chunks == (5,)
    codecs = layout.codecs
    assert [codec.name for codec in codecs] == ["shuffle", "zlib", "fletcher32"]
    assert codecs[1].config["level"] == 7


def test_workers_are_as_asked(tmp_path: Path) -> None:
    path = tmp_path / "table.zarr"
    with open_io(path, "w", manager=hdmf.common.get_manager(), workers=2) as io:
        io.write(table(np.arange(12)))
    with ZarrIO(path, workers=1, in_flight_bytes=2**20) as io:
        assert io.read()["x"].data[:].tolist() == list(range(12))
    with pytest.raises(OptionError):
        ZarrIO(path, workers=0)
