"""HDF5 to Zarr and back, beside hdmf-zarr and a bare copy of the file; opening large stores.

hdmf-zarr takes part if ``HDMF_IO_PEER_PYTHON`` names an interpreter that has it.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import h5py
from harness import Case
from opening import make_file, mark
from samples import CHUNKS, GZIP, recording, typed_file

from hdmf_io_core import open_io

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

VARIABLE = "HDMF_IO_PEER_PYTHON"


def cases(folder: Path, *, quick: bool) -> Iterator[Case]:
    """Yield the cases: 200 MB of gzip and shuffle int16, and 10,000 objects."""
    source, store = folder / "source.h5", folder / "source.zarr"
    typed_file(source, recording(400_000 if quick else 1_562_500), chunks=CHUNKS, **GZIP)
    with h5py.File(source, "r+") as file:
        mark(file, "SimpleMultiContainer")
    convert(source, store)
    for name, start, suffix in (
        ("HDF5 to Zarr", source, ".zarr"), ("Zarr to HDF5", store, ".h5"),
    ):  # fmt: skip
        ways: dict[str, Callable[[], object]] = {
            "hdmf-io export": partial(convert, start, folder / f"ours{suffix}"),
            "bare copy": partial(copy, start, folder / f"copy{start.suffix}"),
        }
        if VARIABLE in os.environ:
            target = str(folder / f"peer{suffix}")
            ways["hdmf-zarr export"] = partial(peer, "convert", str(start), target)
        goals = {"hdmf-zarr export": 50.0 if suffix == ".zarr" else 7.0}
        yield Case(f"{name}, gzip and shuffle int16", ways, 3 if quick else 5, goals)
    yield from _opening(folder, n_objects=1_000 if quick else 10_000)


def _opening(folder: Path, *, n_objects: int) -> Iterator[Case]:
    path = folder / "objects.h5"
    field = make_file(path, n_objects, is_flat=False)
    store = folder / "objects.zarr"
    convert(path, store)
    ways: dict[str, Callable[[], object]] = {"hdmf-io open": partial(read, store, field)}
    if VARIABLE in os.environ:
        ways["hdmf-zarr read_builder()"] = partial(peer, "read", str(store), field)
    yield Case(f"open a store of {n_objects} objects, one field", ways, 3)


def convert(source: Path, target: Path) -> list[Any]:
    """Export with our package."""
    with open_io(source) as src, open_io(target, "w") as dst:
        dst.export(src)
    return []


def copy(source: Path, target: Path) -> list[Any]:
    """Copy the bytes, which is the floor."""
    if source.is_dir():
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(source, target)
    else:
        shutil.copyfile(source, target)
    return []


def read(store: Path, field: str) -> int:
    """Open, walk to the field, read an element."""
    with open_io(store) as io:
        return int(io.read()[field].data[2])  # type: ignore[union-attr]


def peer(*command: str | int) -> Any:
    """Have the peer's process do something; it starts with the first call, which is not timed."""
    process = _peer_process()
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(json.dumps(command) + "\n")
    process.stdin.flush()
    return json.loads(process.stdout.readline())


peer.runs_elsewhere = True  # type: ignore[attr-defined]


@cache
def _peer_process() -> subprocess.Popen[str]:
    script = Path(__file__).with_name("peer_hdmf_zarr.py")
    return subprocess.Popen(
        [os.environ[VARIABLE], "-P", str(script)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
