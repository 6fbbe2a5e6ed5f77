"""Zarr: writing and reading compressed arrays, and many small objects, beside hdmf-zarr.

hdmf-zarr takes part if ``HDMF_IO_PEER_PYTHON`` names an interpreter that has it.
"""

from __future__ import annotations

import os
from functools import partial
from itertools import count
from typing import TYPE_CHECKING, Any

import numpy as np
import zarr
from converting import VARIABLE, peer
from harness import Case
from samples import CHUNKS, recording, stored

from hdmf_io_core import Container, Data, open_io
from hdmf_io_zarr import ZarrDataIO

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

CODECS: dict[str, list[dict[str, Any]]] = {
    "zlib 4 and shuffle": [{"id": "shuffle", "elementsize": 2}, {"id": "zlib", "level": 4}],
    "blosc lz4": [{"id": "blosc", "cname": "lz4", "clevel": 5, "shuffle": 1}],
}


def cases(folder: Path, *, quick: bool) -> Iterator[Case]:
    """Yield the cases; what is written stays in ``folder`` until the run is over."""
    repeats = 3 if quick else 5
    data = stored(folder, "int16 recording", recording(400_000 if quick else 1_500_000))
    for name in CODECS:
        ways: dict[str, Callable[[], object]] = {
            "hdmf-io write": partial(write, data, folder / "ours.zarr", name)
        }
        if VARIABLE in os.environ:
            target = str(folder / "peer.zarr")
            ways["hdmf-zarr write"] = partial(peer, "write", str(data), target, name)
        goals = {"hdmf-zarr write": 10.0} if "zlib" in name else {}
        yield Case(f"Zarr write int16, {name}", ways, repeats, goals)
        write(data, folder / f"{name}.zarr", name)
        source = folder / f"{name}.0.zarr"
        ways = {
            "hdmf-io read": partial(read, source),
            "zarr-python read": partial(plain_read, source),
        }
        if VARIABLE in os.environ:
            ways["hdmf-zarr read"] = partial(peer, "read_all", str(source))
        goals = {"hdmf-zarr read": 4.0 if "zlib" in name else 3.0}
        yield Case(f"Zarr read int16, {name}", ways, repeats, goals)
    n = 1_000 if quick else 10_000
    ways = {"hdmf-io write": partial(write_objects, n, folder / "objects.zarr")}
    if VARIABLE in os.environ:
        target = str(folder / "peer objects.zarr")
        ways["hdmf-zarr write"] = partial(peer, "write_objects", n, target)
    yield Case(f"Zarr write {n} small objects", ways, 3, {"hdmf-zarr write": 8})


def write(data: Path, target: Path, name: str) -> list[int]:
    """Write an array; return what tells its content, as plain zarr-python reads it."""
    values = np.load(data)
    root = Container("root")
    root.add_child(Data("data", ZarrDataIO(values, chunks=CHUNKS, codecs=CODECS[name])))
    with open_io(_free(target), "w") as io:
        io.write(root)
    return _content(values)


def read(source: Path) -> list[int]:
    """Read all, with our package."""
    with open_io(source) as io:
        return _content(io.read()["data"].data[...])  # type: ignore[union-attr]


def plain_read(source: Path) -> list[int]:
    """Read all, with zarr-python."""
    return _content(np.asarray(zarr.open_group(source, mode="r")["data"][...]))


def write_objects(n: int, target: Path) -> int:
    """Write groups of 99 small arrays."""
    root = Container("root")
    for number in range(n // 100):
        group = Container(f"group{number}")
        for index in range(99):
            group.add_child(Data(f"data{index}", np.arange(5)))
        root.add_child(group)
    with open_io(_free(target), "w") as io:
        io.write(root)
    return n


def _free(target: Path) -> Path:
    """Return a name that is not taken: removing what is there takes its time too."""
    return next(p for i in count() if not (p := target.with_suffix(f".{i}.zarr")).exists())


def _content(values: np.ndarray) -> list[int]:
    return [*values.shape, int(values.sum(dtype="i8")), int(values[::997].sum(dtype="i8"))]
