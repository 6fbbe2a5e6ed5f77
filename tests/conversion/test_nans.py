"""The bits of a not-a-number survive where Zarr has JSON: attributes, fill values, sequences."""

import json
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
import zarr
from converting import there_and_back
from h5diff import differences

from hdmf_io_core import open_io

F8 = np.array([0xFFF8DEADBEEF0001, 0x7FF0000000000001], "u8").view("f8")
F4 = np.array([0xFFC00001, 0x3F800000], "u4").view("f4")
F2 = np.array([0x7E01], "u2").view("f2")
C16 = np.array([F8[0], 1.0]).view("c16")
RECORDS = np.array([(1, F8[0]), (2, 0.5)], [("a", "i4"), ("b", "f8")])


def sequences() -> Any:
    cells = np.empty(2, h5py.vlen_dtype("f8"))
    cells[0], cells[1] = F8, np.arange(3.0)
    return cells


VALUES: dict[str, Any] = {
    "float64": F8[0],
    "float64 array": F8.reshape(2, 1),
    "big-endian": F8.astype(">f8"),
    "float32": F4[0],
    "float32 array": F4,
    "float16 array": F2,
    "complex": C16[0],
    "complex array": C16,
    "record": RECORDS[0],
    "records": RECORDS,
    "sequences": sequences(),
}


@pytest.mark.parametrize("name", VALUES)
def test_attributes_come_back_bit_for_bit(name: str, tmp_path: Path, zarr_format: Any) -> None:
    source, value = tmp_path / "s.h5", VALUES[name]
    with h5py.File(source, "w") as file:
        file.attrs.create("value", value, dtype=value.dtype)
    back, losses = there_and_back(source, zarr_format)
    assert losses == []
    assert differences(source, back) == []


@pytest.mark.parametrize("name", ["sequences", "records"])
def test_elements_come_back_bit_for_bit(name: str, tmp_path: Path, zarr_format: Any) -> None:
    source, value = tmp_path / "s.h5", VALUES[name]
    with h5py.File(source, "w") as file:
        file.create_dataset("x", data=value, dtype=value.dtype)
    back, _ = there_and_back(source, zarr_format)
    assert differences(source, back) == []


@pytest.mark.parametrize("value", [F8[0], F4[0], C16[0]], ids=["float64", "float32", "complex"])
def test_fill_values_come_back_bit_for_bit(value: Any, tmp_path: Path, zarr_format: Any) -> None:
    source = tmp_path / "s.h5"
    with h5py.File(source, "w") as file:
        file.create_dataset("x", (20,), value.dtype, chunks=(5,), fillvalue=value)
    back, losses = there_and_back(source, zarr_format)
    assert losses == []
    with h5py.File(back) as file:
        assert file["x"].fillvalue.tobytes() == value.tobytes()
        expected = file["x"][...]
    with open_io(tmp_path / "between.zarr") as io:
        assert io.read()["x"].data[...].tobytes() == expected.tobytes()
    assert np.isnan(zarr.open_array(tmp_path / "between.zarr" / "x", mode="r")[...]).all()


def test_others_read_a_plain_nan(tmp_path: Path, zarr_format: Any) -> None:
    with h5py.File(tmp_path / "s.h5", "w") as file:
        file.attrs["one"] = F8[0]
        file.attrs["many"] = F4
        file.attrs["usual"] = np.nan
    there_and_back(tmp_path / "s.h5", zarr_format)
    attributes = zarr.open_group(tmp_path / "between.zarr", mode="r").attrs
    assert np.isnan(attributes["one"])
    assert np.isnan(attributes["many"][0])
    assert attributes["many"][1] == 1.0
    assert set(attributes["_hdmf_io"]["attributes"]) == {"one", "many"}


def test_a_value_that_another_program_changed_is_what_counts(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "s.h5", "w") as file:
        file.attrs["one"] = F4[0]
    there_and_back(tmp_path / "s.h5", 3)
    document = tmp_path / "between.zarr" / "zarr.json"
    content = json.loads(document.read_text())
    content["attributes"]["one"] = 2.5
    document.write_text(json.dumps(content))
    with open_io(tmp_path / "between.zarr") as io:
        assert io.read().attributes["one"] == np.float32(2.5)
