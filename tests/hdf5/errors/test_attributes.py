"""Attributes that HDF5 cannot hold: the format's limit of 64 KiB, and the way round it."""

from collections.abc import Callable
from typing import Any

import h5py
import numpy as np
import pytest

from hdmf_io_core import Container
from hdmf_io_core.errors import WriteError
from hdmf_io_hdf5 import HDF5IO

Refused = Callable[..., Any]
LARGE: dict[str, Any] = {"numbers": np.zeros(70_000, "u1"), "texts": ["x"] * 10_000}
VALUES = pytest.mark.parametrize("value", LARGE.values(), ids=LARGE)


@VALUES
@pytest.mark.parametrize("mode", ["w", "a"])
def test_attribute_above_64_kib_names_itself_and_the_remedies(
    value: Any, mode: str, old: Any, undone: Refused
) -> None:
    with (
        undone(WriteError, "'large'", "a dataset", "libver", source=str(old), path="/"),
        HDF5IO(old, mode) as io,
    ):
        container = io.read() if mode == "a" else Container("session")
        container.attributes["note"] = "changed"
        container.attributes["large"] = value
        io.write(container)


@VALUES
def test_newer_format_holds_large_attributes(value: Any, tmp_path: Any) -> None:
    container = Container("session", attributes={"large": value})
    with HDF5IO(tmp_path / "new.h5", "w", libver="v108") as io:
        io.write(container)
    with h5py.File(tmp_path / "new.h5") as file:
        assert len(file.attrs["large"]) == len(value)
    with HDF5IO(tmp_path / "new.h5") as io:
        assert len(io.read().attributes["large"]) == len(value)


def test_long_text_is_no_large_attribute(tmp_path: Any) -> None:
    container = Container("session", attributes={"text": "x" * 200_000})
    with HDF5IO(tmp_path / "new.h5", "w") as io:
        io.write(container)
    with h5py.File(tmp_path / "new.h5") as file:
        assert file.attrs["text"] == "x" * 200_000
