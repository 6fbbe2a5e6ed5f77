"""Fill values of every kind go there and back, and are what chunks never written read as."""

from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from converting import there_and_back
from h5diff import differences

from hdmf_io_core import open_io

RECORD = np.dtype([("a", "<i4"), ("b", "<f8"), ("c", "<u2")])
PAYLOAD = np.array([0x7FF8DEADBEEF0001], "u8").view("f8")[0]
FILLS: dict[str, Any] = {
    "record": np.array((-3, 2.5, 7), RECORD),
    "record with NaN and infinity": np.array((1, np.nan, 0), RECORD),
    "integer": np.int32(-7),
    "NaN": np.float64("nan"),
    "negative zero": np.float32(-0.0),
    "complex": np.complex64(1 - 2j),
    "bytes": np.bytes_(b"ab"),
}


def make(path: Path, fill: Any) -> Path:
    with h5py.File(path, "w") as file:
        data = file.create_dataset("x", (20,), fill.dtype, chunks=(5,), fillvalue=fill)
        data[5:7] = np.zeros(2, fill.dtype)
    return path


@pytest.mark.parametrize("name", FILLS)
def test_there_and_back(name: str, tmp_path: Path, zarr_format: Any) -> None:
    source = make(tmp_path / "s.h5", FILLS[name])
    back, losses = there_and_back(source, zarr_format)
    assert losses == []
    assert differences(source, back) == []
    with h5py.File(source) as one, h5py.File(back) as other:
        assert one["x"].fillvalue.tobytes() == other["x"].fillvalue.tobytes()
        assert other["x"].id.get_num_chunks() == 1
        expected = one["x"][...]
    with open_io(tmp_path / "between.zarr") as io:
        found = np.asarray(io.read()["x"].data[...]).astype(expected.dtype)
    assert found.tobytes() == expected.tobytes()


def test_the_payload_of_a_nan_in_format_3(tmp_path: Path) -> None:
    source = make(tmp_path / "s.h5", PAYLOAD)
    back, _ = there_and_back(source, 3)
    with h5py.File(back) as file:
        assert file["x"].fillvalue.tobytes() == PAYLOAD.tobytes()
