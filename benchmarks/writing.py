"""Writing compressed arrays, streams and appended rows."""

from __future__ import annotations

import shutil
from functools import cache, lru_cache, partial
from typing import TYPE_CHECKING, Any

import h5py
import numpy as np
from harness import Case
from samples import CHUNKS, GZIP, checksum, kinds, stored, typed_file

from hdmf_io_core import Container, Data, open_io
from hdmf_io_hdf5 import H5DataIO

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

_TITLES = {"ours": "hdmf-io", "ours_in_place": "hdmf-io, atomic=False", "plain": "h5py"}


GOALS = {
    ("int16 recording", "gzip 4"): 18,
    ("int16 recording", "gzip 5"): 8,
    ("int16 recording", "gzip 4 + fletcher32"): 13,
    ("float64", "gzip 4"): 18,
    ("int16, low noise", "gzip 4"): 10,
    ("int64, sorted", "gzip 4"): 10,
}
"""How many times as long as ours stock hdmf should take at least."""


def cases(folder: Path, *, quick: bool) -> Iterator[Case]:
    """Yield the cases; what is written stays in ``folder`` until the run is over."""
    n_rows = 400_000 if quick else 1_500_000
    repeats = 3 if quick else 5
    for name, values in kinds(n_rows).items():
        data = stored(folder, name, values)
        for label, options in _options(name):
            ways: dict[str, Callable[[], object]] = {
                f"{title} write": partial(run, folder / f"{way}.h5", data, options)
                for (way, title), run in zip(
                    _TITLES.items(), (ours, ours_in_place, plain), strict=True
                )
            }
            ways["hdmf write"] = partial(stock, folder / "stock.h5", data, options)
            files = {f"{title} write": folder / f"{way}.h5" for way, title in _TITLES.items()}
            files["hdmf write"] = folder / "stock.h5"
            goals = {"hdmf write": GOALS[name, label]}
            yield Case(f"write {name}, {label}", ways, repeats, goals, files)
    yield from _growing(folder, n_rows, repeats)


def _options(name: str) -> Sequence[tuple[str, dict[str, Any]]]:
    found = [("gzip 4", GZIP)]
    if name == "int16 recording":
        found.append(("gzip 5", {**GZIP, "compression_opts": 5}))
        found.append(("gzip 4 + fletcher32", {**GZIP, "fletcher32": True}))
    return found


def _growing(folder: Path, n_rows: int, repeats: int) -> Iterator[Case]:
    data = folder / "int16 recording.npy"
    start = folder / "start.h5"
    values = np.load(data, mmap_mode="r")
    typed_file(start, values, chunks=CHUNKS, maxshape=(None, 64), **GZIP)
    for way in ("ours", "ours_in_place", "plain"):
        shutil.copyfile(start, folder / f"{way}.h5")
    n_new = n_rows // 100
    for batch in (n_new, 100):
        ways: dict[str, Callable[[], object]] = {
            "hdmf-io append": partial(ours_append, folder / "ours.h5", data, n_new, batch),
            "hdmf-io, atomic=False append": partial(
                ours_append, folder / "ours_in_place.h5", data, n_new, batch, atomic=False
            ),
            "h5py append": partial(plain_append, folder / "plain.h5", data, n_new, batch),
        }
        goals = {"h5py append": 5.0}
        yield Case(f"append 1 % in batches of {batch} rows", ways, repeats, goals)
    n_streamed = 20_000 if n_rows < 10**6 else n_rows // 10
    streams: dict[str, Callable[[], object]] = {
        "hdmf-io stream of rows": partial(ours_stream, folder / "ours.h5", data, n_streamed),
        "hdmf stream of rows": partial(stock_stream, folder / "stock.h5", data, n_streamed),
    }
    repeated, goals = 1 if n_rows > 10**6 else repeats, {"hdmf stream of rows": 100.0}
    yield Case("write a generator of rows, gzip 4", streams, repeated, goals)
    contiguous: dict[str, Callable[[], object]] = {
        "hdmf-io write": partial(ours, folder / "ours.h5", data, {"chunks": None}),
        "hdmf-io, atomic=False write": partial(
            ours_in_place, folder / "in_place.h5", data, {"chunks": None}
        ),
        "h5py write": partial(plain, folder / "plain.h5", data, {"chunks": None}),
    }
    yield Case("write int16 recording, contiguous", contiguous, repeats, {"h5py write": 0.95})


@lru_cache(maxsize=1)
def loaded(data: Path) -> Any:
    """Return what is written; in memory from the first, untimed run on."""
    return np.load(data)


@cache
def content(path: Path) -> object:
    """Return what the file held after the first, untimed run."""
    return checksum(path)


def ours(path: Path, data: Path, options: dict[str, Any], *, atomic: bool = True) -> object:
    root = Container("root")
    wrapped = H5DataIO(loaded(data), **{"chunks": CHUNKS, **options})
    root.add_child(Data("data", wrapped))
    with open_io(path, "w", atomic=atomic) as io:
        io.write(root)
    return content(path)


def ours_in_place(path: Path, data: Path, options: dict[str, Any]) -> object:
    return ours(path, data, options, atomic=False)


def plain(path: Path, data: Path, options: dict[str, Any]) -> object:
    with h5py.File(path, "w") as file:
        file.create_dataset("data", data=loaded(data), **{"chunks": CHUNKS, **options})
    return content(path)


def stock(path: Path, data: Path, options: dict[str, Any]) -> object:
    from hdmf.backends.hdf5 import H5DataIO as StockDataIO

    _stock_write(path, StockDataIO(loaded(data), chunks=CHUNKS, **options))
    return content(path)


def _stock_write(path: Path, data: Any) -> None:
    from hdmf.backends.hdf5 import HDF5IO
    from hdmf.common import SimpleMultiContainer, get_manager
    from hdmf.container import Data as StockData

    root = SimpleMultiContainer(name="root", containers=[StockData(name="data", data=data)])
    with HDF5IO(str(path), "w", manager=get_manager()) as io:
        io.write(root)


def ours_append(path: Path, data: Path, n_new: int, batch: int, *, atomic: bool = True) -> object:
    values = loaded(data)[:n_new]
    with open_io(path, "a", atomic=atomic) as io:
        target = io.read()["data"].data  # type: ignore[union-attr]
        for start in range(0, n_new, batch):
            target.append(values[start : start + batch])
    return _length(path)


def plain_append(path: Path, data: Path, n_new: int, batch: int) -> object:
    values = loaded(data)[:n_new]
    with h5py.File(path, "r+") as file:
        target = file["data"]
        for start in range(0, n_new, batch):
            stop = min(start + batch, n_new)
            length = len(target)
            target.resize(length + stop - start, axis=0)
            target[length:] = values[start:stop]
    return _length(path)


@cache
def _length(path: Path) -> int:
    """Return how long the first, untimed run left the array."""
    with h5py.File(path, "r") as file:
        return len(file["data"])


def ours_stream(path: Path, data: Path, n_rows: int) -> object:
    rows = loaded(data)[:n_rows]
    root = Container("root")
    root.add_child(Data("data", H5DataIO(iter(rows), **GZIP)))
    with open_io(path, "w") as io:
        io.write(root)
    return content(path)


def stock_stream(path: Path, data: Path, n_rows: int) -> object:
    from hdmf.backends.hdf5 import H5DataIO as StockDataIO
    from hdmf.data_utils import DataChunkIterator

    rows = loaded(data)[:n_rows]
    _stock_write(path, StockDataIO(DataChunkIterator(data=iter(rows)), **GZIP))
    return content(path)
