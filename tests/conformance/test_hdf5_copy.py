"""Copies between HDF5 files, as plain h5py sees them."""

from dataclasses import replace
from pathlib import Path

import h5py
import numpy as np
import pytest

from hdmf_io_core.chunks.copy import CopyReport, copy_array
from hdmf_io_hdf5.reader import HDF5Reader
from hdmf_io_hdf5.writer import HDF5Writer

ARRAY = np.arange(5000, dtype="i4").reshape(100, 50)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "a.h5"
    with h5py.File(path, "w") as file:
        options = {"compression": "gzip", "shuffle": True, "fletcher32": True}
        file.create_dataset("x", data=ARRAY, chunks=(7, 50), maxshape=(None, 50), **options)
    return path


def copied(source: Path, **changes: object) -> CopyReport:
    reader = HDF5Reader(h5py.File(source, "r"))
    writer = HDF5Writer(h5py.File(source.with_name("b.h5"), "w"))
    array = reader.array("/x")
    layout = replace(array.layout, **changes)
    report = copy_array(array, writer.create_array("/x", layout))
    writer.commit()
    writer.close()
    reader.close()
    return report


def test_equal_layouts_share_encoded_bytes(source: Path) -> None:
    report = copied(source)
    with h5py.File(source) as one, h5py.File(source.with_name("b.h5")) as other:
        sizes = [one["x"].id.get_chunk_info(i).size for i in range(one["x"].id.get_num_chunks())]
        assert report == CopyReport(sum(sizes), "raw")
        for i in range(len(sizes)):
            offset = one["x"].id.get_chunk_info(i).chunk_offset
            assert other["x"].id.read_direct_chunk(offset) == one["x"].id.read_direct_chunk(offset)
        np.testing.assert_array_equal(other["x"][()], ARRAY)
        assert other["x"].maxshape == (None, 50)


@pytest.mark.parametrize("changes", [{"chunks": (10, 20)}, {"codecs": ()}], ids=str)
def test_other_layouts_are_encoded_anew(source: Path, changes: dict[str, object]) -> None:
    assert copied(source, **changes).way == "stream"
    with h5py.File(source.with_name("b.h5")) as other:
        np.testing.assert_array_equal(other["x"][()], ARRAY)
