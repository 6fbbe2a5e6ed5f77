"""Reading arrays: all of them, windows, columns; compressed and contiguous."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import h5py
import numpy as np
from harness import Case
from samples import CHUNKS, GZIP, recording, typed_file

from hdmf_io_core import open_io

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


GOALS = {
    ("all", "gzip 4"): {"hdmf read": 5.5},
    ("1-second windows", "gzip 4"): {"hdmf read": 4.5},
    ("3 of 64 columns", "gzip 4"): {"hdmf read": 14},
    ("all", "contiguous"): {"h5py read": 0.95},
    ("10 rows x 1 column", "contiguous"): {"h5py read": 3},
}
"""What other ways should take at least, in times of ours."""


def cases(folder: Path, *, quick: bool) -> Iterator[Case]:
    """Yield the cases; the files are made in ``folder`` with plain h5py."""
    n_rows = 400_000 if quick else 1_500_000
    repeats = 3 if quick else 5
    values = recording(n_rows)
    rng = np.random.default_rng(2)
    starts = rng.integers(0, n_rows - 30_000, 20).tolist()
    windows = [np.s_[start : start + 30_000] for start in starts]
    pieces = [np.s_[start : start + 10, 5:6] for start in starts * 10]
    keys: dict[str, list[Any]] = {
        "all": [np.s_[:]],
        "1-second windows": windows,
        "3 of 64 columns": [np.s_[:, [3, 20, 40]]],
    }
    for form, options, more in (
        ("gzip 4", {"chunks": CHUNKS, **GZIP}, {}),
        ("contiguous", {}, {"10 rows x 1 column": pieces}),
    ):
        path = folder / f"{form}.h5"
        typed_file(path, values, **options)
        for name, wanted in {**keys, **more}.items():
            ways: dict[str, Callable[[], object]] = {
                "hdmf-io read": partial(ours, path, wanted),
                "h5py read": partial(plain, path, wanted),
                "hdmf read": partial(stock, path, wanted),
            }
            yield Case(f"read {name}, {form}", ways, repeats, GOALS.get((name, form), {}))


def _told(parts: list[np.ndarray]) -> object:
    """Return what tells content apart, for little time beside the reading."""
    return [(part.shape, int(part.ravel()[:: max(1, part.size // 64)].sum())) for part in parts]


def ours(path: Path, keys: list[Any]) -> object:
    with open_io(path) as io:
        data = io.read()["data"].data  # type: ignore[union-attr]
        return _told([data[key] for key in keys])


def plain(path: Path, keys: list[Any]) -> object:
    with h5py.File(path, "r") as file:
        return _told([file["data"][key] for key in keys])


def stock(path: Path, keys: list[Any]) -> object:
    from hdmf.backends.hdf5 import HDF5IO
    from hdmf.common import get_manager

    with HDF5IO(str(path), "r", manager=get_manager()) as io:
        data = io.read_builder().datasets["data"].data
        return _told([data[key] for key in keys])
