"""Data to write and read: recordings of neural signals, as near as noise comes to them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import h5py
import numpy as np

if TYPE_CHECKING:
    from pathlib import Path

CHUNKS = (16_384, 64)
GZIP: dict[str, Any] = {"compression": "gzip", "compression_opts": 4, "shuffle": True}


def recording(n_rows: int) -> np.ndarray:
    """Return band-limited noise with spikes on 64 channels, int16."""
    rng = np.random.default_rng(0)
    noise = rng.normal(scale=40, size=(n_rows + 4, 64)).astype("f4")
    signal = sum(noise[i : i + n_rows] for i in range(5))
    assert isinstance(signal, np.ndarray)
    for _ in range(n_rows // 100):
        row, channel = rng.integers(0, max(1, n_rows - 30)), rng.integers(0, 64)
        signal[row : row + 30, channel] -= 200
    return signal.astype("i2")


def stored(folder: Path, name: str, values: np.ndarray) -> Path:
    """Keep an array where every process can map it."""
    path = folder / f"{name}.npy"
    np.save(path, values)
    return path


def kinds(n_rows: int) -> dict[str, np.ndarray]:
    """Return one array of each kind that compresses in its own way."""
    rng = np.random.default_rng(1)
    return {
        "int16 recording": recording(n_rows),
        "float64": rng.normal(size=(n_rows // 4, 64)),
        "int16, low noise": rng.normal(scale=4, size=(n_rows, 64)).astype("i2"),
        "int64, sorted": np.sort(rng.integers(0, 2**40, n_rows * 16)).reshape(-1, 64),
    }


def typed_file(path: Path, values: np.ndarray, **options: Any) -> None:
    """Make a file that stock hdmf reads too, with plain h5py."""
    with h5py.File(path, "w") as file:
        dataset = file.create_dataset("data", data=values, **options)
        dataset.attrs["data_type"] = "Data"
        dataset.attrs["namespace"] = "hdmf-common"
        dataset.attrs["object_id"] = "00000000-0000-4000-8000-000000000000"


def checksum(path: Path, name: str = "data") -> tuple[int, int, str]:
    """Return what any file of the same content gives, as plain h5py reads it."""
    with h5py.File(path, "r") as file:
        values = file[name][()]
    return len(values), int(values.view("u1").sum(dtype="u8")), str(values.dtype)
