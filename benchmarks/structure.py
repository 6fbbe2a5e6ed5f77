"""Many small objects: a whole tree with its attributes read, and written; what importing costs."""

from __future__ import annotations

import subprocess
import sys
from functools import partial
from typing import TYPE_CHECKING, Any

import h5py
import numpy as np
from harness import Case
from opening import PER_GROUP, make_file

from hdmf_io_core import Container, Data, open_io

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

_NAMES = "from hdmf_io_core import open_io, Container, Data, list_backends; list_backends()"


def cases(folder: Path, *, quick: bool) -> Iterator[Case]:
    """Yield the cases; a file of many objects is made in ``folder`` with plain h5py."""
    n_objects = 2_000 if quick else 10_000
    path = folder / "tree.h5"
    make_file(path, n_objects, is_flat=False)
    read: dict[str, Callable[[], object]] = {
        "hdmf-io tree": partial(ours_tree, path),
        "h5py visititems": partial(plain_tree, path),
        "hdmf read_builder()": partial(stock_tree, path),
    }
    yield Case(
        f"whole tree with attributes, {n_objects} objects", read, 5, {"hdmf read_builder()": 5}
    )
    written: dict[str, Callable[[], object]] = {
        "hdmf-io write": partial(ours_write, folder / "ours.h5", n_objects),
        "hdmf write": partial(stock_write, folder / "stock.h5", n_objects),
    }
    files = {"hdmf-io write": folder / "ours.h5", "hdmf write": folder / "stock.h5"}
    yield Case(f"write {n_objects} small objects", written, 3, {"hdmf write": 5}, files)
    started: dict[str, Callable[[], object]] = {
        "hdmf-io names and list_backends()": partial(process, _NAMES),
        "import numpy": partial(process, "import numpy"),
    }
    yield Case("whole process: import", started, 5)


def ours_tree(path: Path) -> int:
    with open_io(path) as io:
        return _attributes(io.tree.root())  # type: ignore[attr-defined]


def _attributes(builder: Any) -> int:
    count = len(builder.attributes)
    if hasattr(builder, "children"):
        count += sum(_attributes(child) for _, child in builder.children.items())  # noqa: PERF102 - values() looks each child up
    return count


def plain_tree(path: Path) -> int:
    with h5py.File(path, "r") as file:
        found = [len(dict(file.attrs))]
        file.visititems(lambda _, node: found.append(len(dict(node.attrs))))
        return sum(found)


def stock_tree(path: Path) -> int:
    from hdmf.backends.hdf5 import HDF5IO
    from hdmf.common import get_manager

    with HDF5IO(str(path), "r", manager=get_manager()) as io:
        return _stock_attributes(io.read_builder())


def _stock_attributes(builder: Any) -> int:
    inner = sum(_stock_attributes(group) for group in builder.groups.values())
    below = sum(len(dataset.attributes) for dataset in builder.datasets.values())
    return len(builder.attributes) + inner + below


def ours_write(path: Path, n_objects: int) -> int:
    root = Container("root")
    for start in range(0, n_objects, PER_GROUP):
        group = Container(f"group_{start:05d}")
        root.add_child(group)
        for number in range(start, start + PER_GROUP):
            group.add_child(Data(f"data_{number:05d}", np.arange(4) + number))
    with open_io(path, "w") as io:
        io.write(root)
    return _total(path)


def stock_write(path: Path, n_objects: int) -> int:
    from hdmf.backends.hdf5 import HDF5IO
    from hdmf.common import SimpleMultiContainer, get_manager
    from hdmf.container import Data as StockData

    groups = []
    for start in range(0, n_objects, PER_GROUP):
        numbers = range(start, start + PER_GROUP)
        data = [StockData(name=f"data_{n:05d}", data=np.arange(4) + n) for n in numbers]
        groups.append(SimpleMultiContainer(name=f"group_{start:05d}", containers=data))
    root = SimpleMultiContainer(name="root", containers=groups)
    with HDF5IO(str(path), "w", manager=get_manager()) as io:
        io.write(root)
    return _total(path)


def _total(path: Path) -> int:
    """Return the sum of all that was written, as plain h5py reads a tenth of it."""
    with h5py.File(path, "r") as file:
        names = [name for name in file if name.startswith("group_")]
        return sum(int(file[name][f"data_{int(name[6:]):05d}"][()].sum()) for name in names)


def process(statement: str) -> int:
    """Run a statement in a Python of its own."""
    return subprocess.run([sys.executable, "-c", statement], check=True).returncode


process.runs_elsewhere = True  # type: ignore[attr-defined]
