"""NWB files through pynwb: thousands of objects read and written, ours and stock in turn."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from harness import Case

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from typing import Any

PER_SERIES = 3
"""A series is a group and two datasets."""


def cases(folder: Path, *, quick: bool) -> Iterator[Case]:
    """Yield the cases; the file that is read was written by stock pynwb."""
    for n_objects in (900,) if quick else (300, 3_000):
        path = folder / f"objects_{n_objects}.nwb"
        write(path, n_objects, is_ours=False)
        repeats = 3 if n_objects > 1_000 else 5
        reads: dict[str, Callable[[], object]] = {
            "hdmf-io NWBHDF5IO read()": partial(read, path, is_ours=True),
            "pynwb NWBHDF5IO read()": partial(read, path, is_ours=False),
        }
        yield Case(f"NWB read, {n_objects} objects", reads, repeats, {"pynwb NWBHDF5IO read()": 1})
        target = folder / f"written_{n_objects}.nwb"
        writes: dict[str, Callable[[], object]] = {
            "hdmf-io NWBHDF5IO write()": partial(write, target, n_objects, is_ours=True),
            "pynwb NWBHDF5IO write()": partial(write, target, n_objects, is_ours=False),
        }
        goals = {"pynwb NWBHDF5IO write()": 1.0}
        yield Case(f"NWB make and write, {n_objects} objects", writes, repeats, goals)


def io_class(*, is_ours: bool) -> Any:
    """Return the class that reads and writes; importing it is not timed: ways run once before."""
    if is_ours:
        from hdmf_io_hdf5.dropin import NWBHDF5IO as Ours

        return Ours
    import pynwb

    return pynwb.NWBHDF5IO


def read(path: Path, *, is_ours: bool) -> float:
    """Read a file and sum one element of every series."""
    with io_class(is_ours=is_ours)(str(path), "r") as io:
        series = io.read().acquisition
        return float(sum(series[name].data[2] for name in sorted(series)))


def write(path: Path, n_objects: int, *, is_ours: bool) -> float:
    """Write a file, and return what plain h5py finds in it."""
    import h5py
    import pynwb

    start = datetime(2021, 3, 4, tzinfo=UTC)
    nwbfile = pynwb.NWBFile(session_description="s", identifier="i", session_start_time=start)
    for number in range(n_objects // PER_SERIES):
        data, times = np.arange(4.0) + number, np.arange(4.0)
        name = f"series_{number:05d}"
        nwbfile.add_acquisition(pynwb.TimeSeries(name=name, data=data, unit="V", timestamps=times))
    with io_class(is_ours=is_ours)(str(path), "w") as io:
        io.write(nwbfile)
    with h5py.File(path, "r") as file:
        return float(sum(group["data"][2] for group in file["acquisition"].values()))
