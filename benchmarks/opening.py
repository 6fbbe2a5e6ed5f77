"""Opening a file and reading one deep field, for 10 to 10,000 objects, nested and flat."""

from __future__ import annotations

import uuid
from functools import partial
from typing import TYPE_CHECKING

import h5py
import numpy as np
from harness import Case

from hdmf_io_core import open_io

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

PER_GROUP = 100


def cases(folder: Path, *, quick: bool) -> Iterator[Case]:
    """Yield the cases; the files are made in ``folder`` with plain h5py."""
    for shape in ("nested", "flat"):
        for n_objects in (10, 1_000) if quick else (10, 1_000, 10_000):
            path = folder / f"{shape}_{n_objects}.h5"
            field = make_file(path, n_objects, is_flat=shape == "flat")
            ways: dict[str, Callable[[], object]] = {
                "hdmf-io open + one field": partial(ours, path, field),
                "h5py open + one field": partial(plain, path, field),
                "hdmf read_builder() + one field": partial(stock, path, field),
            }
            goals = {"hdmf read_builder() + one field": 1_000.0} if n_objects == 10_000 else {}
            repeats = 3 if n_objects > 1_000 else 9
            yield Case(f"open, {n_objects} objects, {shape}", ways, repeats, goals)


def make_file(path: Path, n_objects: int, *, is_flat: bool) -> str:
    """Make a file of typed datasets and return the path of the last one."""
    with h5py.File(path, "w") as file:
        mark(file, "SimpleMultiContainer")
        for number in range(n_objects):
            parent = file
            if not is_flat:
                parent = file.require_group(f"group_{number // PER_GROUP:04d}")
                if "data_type" not in parent.attrs:
                    mark(parent, "SimpleMultiContainer")
            dataset = parent.create_dataset(f"data_{number:05d}", data=np.arange(4) + number)
            mark(dataset, "Data")
        return str(dataset.name)


def mark(node: h5py.Group | h5py.Dataset, data_type: str) -> None:
    """Give a node the attributes that HDMF knows its type by."""
    node.attrs["data_type"] = data_type
    node.attrs["namespace"] = "hdmf-common"
    node.attrs["object_id"] = str(uuid.uuid4())


def ours(path: Path, field: str) -> int:
    """Open, walk to the field, read an element."""
    with open_io(path) as io:
        return int(io.read()[field].data[2])  # type: ignore[union-attr]


def plain(path: Path, field: str) -> int:
    """Do the same with h5py alone: the floor."""
    with h5py.File(path, "r") as file:
        return int(file[field][2])


def stock(path: Path, field: str) -> int:
    """Do the same with stock hdmf, which builds the whole tree."""
    from hdmf.backends.hdf5 import HDF5IO
    from hdmf.common import get_manager

    with HDF5IO(str(path), "r", manager=get_manager()) as io:
        builder = io.read_builder()
        *groups, name = field.strip("/").split("/")
        for group in groups:
            builder = builder.groups[group]
        return int(builder.datasets[name].data[2])
