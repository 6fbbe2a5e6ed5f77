"""Changes of files and stores that happen as a whole, for all backends."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from hdmf_io_core import Container, Data, open_io
from hdmf_io_core.testing.faults import Scenario
from hdmf_io_hdf5 import H5DataIO
from hdmf_io_zarr import ZarrDataIO

if TYPE_CHECKING:
    from pathlib import Path

OPTIONS: dict[str, dict[str, Any]] = {
    "a.h5": {},
    "three.zarr": {},
    "two.zarr": {"zarr_format": 2},
    "a.zarr.zip": {},
    "a.jsontree": {},
}


def growing(name: str, rows: Any) -> Any:
    """Wrap rows so that more can be appended, where the backend has growing arrays."""
    if name.endswith(".h5"):
        return H5DataIO(rows, maxshape=(None, 3), chunks=(4, 3))
    return ZarrDataIO(rows, maxshape=(None, 3), chunks=(4, 3)) if ".zarr" in name else rows


def tree(name: str, n_rows: int) -> Container:
    """Return a tree with an array that grows, one that does not, and attributes."""
    root = Container(name="root", attributes={"note": f"{n_rows} rows"})
    rows = np.arange(3 * n_rows, dtype="i4").reshape(n_rows, 3)
    root.add_child(Data(name="rows", data=growing(name, rows)))
    root.add_child(Data(name="noise", data=np.arange(3000, dtype="f8")))
    return root


def write(path: Path, n_rows: int, mode: Any = "w") -> None:
    with open_io(path, mode, **OPTIONS[path.name]) as io:
        io.write(tree(path.name, n_rows), cache_spec=False)


def write_in(folder: Path, *, name: str, n_rows: int) -> None:
    write(folder / name, n_rows)


def write_twice(folder: Path, *, name: str) -> None:
    with open_io(folder / name, "w", **OPTIONS[name]) as io:
        root = tree(name, 8)
        io.write(root, cache_spec=False)
        root.add_child(Data(name="more", data=[1, 2]))
        io.write(root, cache_spec=False)


def append(folder: Path, *, name: str) -> None:
    """Grow an array, change elements and an attribute, add an array: one commit."""
    with open_io(folder / name, "a") as io:
        root = io.read()
        if name != "a.jsontree":
            root["rows"].append(np.full((6, 3), 7, "i4"))
        root.attributes["note"] = "11 rows"
        root.add_child(Data(name="more", data=np.arange(100)))
        io.write(root, cache_spec=False)


def transact(folder: Path, *, name: str) -> None:
    """Change a file in two writes and by lazy data: one commit."""
    with open_io(folder / name, "a") as io, io.transaction():
        root = io.read()
        root["rows"].append(np.full((6, 3), 7, "i4"))
        io.write(root, cache_spec=False)
        root["noise"].data[100:900] = 7.0
        root.attributes["note"] = "11 rows"
        io.write(root, cache_spec=False)


def export(folder: Path, *, name: str) -> None:
    source = folder / f"source-{name}"
    with open_io(source) as src, open_io(folder / name, "w", **OPTIONS[name]) as io:
        io.export(src)


def prepare_export(folder: Path, *, name: str) -> None:
    write(folder / name, 5)
    write(folder / name, 9)
    (folder / name).rename(folder / f"source-{name}")
    write(folder / name, 5)


def describe(folder: Path, *, name: str) -> object:
    path = folder / name
    if not path.exists():
        return None
    with open_io(path) as io:
        root = io.read()
        arrays = {child: np.asarray(root[child].data[:]).tolist() for child in sorted(root)}
        return {"note": root.attributes.get("note"), **arrays}


def recover(folder: Path, *, name: str) -> None:
    """Open for writing and close: what dead writers left goes."""
    path = folder / name
    if path.suffix == ".zip" or not path.exists():
        # Nothing is written, and nothing published.
        with suppress(LookupError), open_io(path, "w", **OPTIONS[name]):
            raise LookupError
    else:
        with open_io(path, "r+"):
            pass


def nothing(folder: Path) -> None:
    """Prepare no old content."""


def scenario(kind: str, name: str) -> Scenario:
    """Return what is done to a file of a name."""
    first = partial(write_in, name=name, n_rows=8)
    prepare, act, steps = {
        "new": (nothing, first, ()),
        "w": (partial(write_in, name=name, n_rows=5), first, ()),
        "w twice": (
            partial(write_in, name=name, n_rows=5),
            partial(write_twice, name=name),
            (first,),
        ),
        "a": (partial(write_in, name=name, n_rows=5), partial(append, name=name), ()),
        "transaction": (partial(write_in, name=name, n_rows=5), partial(transact, name=name), ()),
        "export": (partial(prepare_export, name=name), partial(export, name=name), ()),
    }[kind]
    looked, again = partial(describe, name=name), partial(recover, name=name)
    return Scenario(f"{kind} {name}", prepare, act, looked, again, steps)
