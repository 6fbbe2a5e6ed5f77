"""Appends to an HDF5 file that end, or fail, at one call after the other; run as a program.

Imports once, then forks a child for each call: it opens a copy of the file, appends, and is killed
by SIGKILL, or gets an error, when it has made so many calls. The parent lets the next open recover,
and compares what plain h5py reads with what was committed. Prints one line of JSON.

    killing.py FOLDER kill|28|5 FIRST STEP COUNT
"""

import json
import os
import shutil
import signal
import sys
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from hdmf_io_core import Container, Data
from hdmf_io_core.durability import syscalls
from hdmf_io_core.errors import HdmfIOError
from hdmf_io_hdf5 import H5DataIO
from hdmf_io_hdf5.io import HDF5IO

ROWS = np.arange(4000, dtype="i8").reshape(1000, 4)


def make(path: Path) -> None:
    """Make the file that is appended to."""
    with HDF5IO(path, "w") as io:
        root = Container("root")
        growing = H5DataIO(ROWS, chunks=(64, 4), maxshape=(None, 4), compression="gzip")
        root.add_child(Data("x", growing))
        root.add_child(Data("fixed", np.zeros(5000)))
        io.write(root)


def append(path: Path) -> Any:
    """Change the file in three commits; yields after each."""
    with HDF5IO(path, "a") as io:
        root = io.read()
        root["x"].data.append(ROWS[:300] + 1)
        io.flush()
        yield
        root["x"].data.append(ROWS[:300] + 2)
        root["fixed"].data[100:4000] = 7.0
        root.add_child(Data("more", ROWS * 3))
        io.write(root)
        yield
        io.file.attrs["note"] = "by h5py"
        io.file["x"][:10] = -1
    yield


def dump(path: Path) -> dict[str, Any]:
    """Return all that plain h5py finds."""
    found: dict[str, Any] = {}

    def look(name: str, node: Any) -> None:
        # Identifiers are made up anew in every run.
        found[name] = [repr([(k, v) for k, v in sorted(node.attrs.items()) if k != "object_id"])]
        if isinstance(node, h5py.Dataset):
            found[name] += [node.shape, str(node.dtype), repr(np.asarray(node[()]).tolist())]

    with h5py.File(path) as file:
        found["/"] = [str(file.attrs.get("note"))]
        file.visititems(look)
    return found


class Ending:
    """Kills, or lets fail, at one call."""

    def __init__(self, at: int, how: str) -> None:
        self.left = at
        self.how = how

    def __call__(self, name: str, *arguments: Any) -> None:
        self.left -= 1
        if self.left:
            return
        if self.how != "kill":
            raise OSError(int(self.how), os.strerror(int(self.how)))
        if name == "pwrite":
            os.pwrite(arguments[0], arguments[1][: len(arguments[1]) // 2], arguments[2])
        os.kill(os.getpid(), signal.SIGKILL)


def child(path: Path, at: int, how: str) -> None:
    """Append until the end comes; exit 0 if it did not, 1 if an error of ours told of it."""
    try:
        with syscalls.observed(Ending(at, how)):
            for _ in append(path):
                pass
    except HdmfIOError:
        os._exit(1)
    except BaseException:
        import traceback

        traceback.print_exc()
        os._exit(2)
    os._exit(0)


def outcomes(folder: Path) -> list[dict[str, Any]]:
    """Return what the file holds before the first commit and after each."""
    path = folder / "model.h5"
    make(path)
    found = [dump(path)]
    copy = folder / "copy.h5"
    for step in (1, 2, 3):
        shutil.copy(path, copy)
        changes = append(copy)
        for _ in range(step):
            next(changes)
        # What is on the disk now, whatever is still open.
        shutil.copy(copy, folder / "now.h5")
        found.append(dump(folder / "now.h5"))
        for _ in changes:
            pass
    return found


def main() -> None:
    """Run, and print what came of it."""
    folder, how = Path(sys.argv[1]), sys.argv[2]
    first, step, count = map(int, sys.argv[3:6])
    states = outcomes(folder)
    path = folder / "data.h5"
    told: dict[str, Any] = {"runs": 0, "ended": 0, "states": [], "wrong": []}
    for at in range(first, first + step * count, step):
        shutil.copy(folder / "model.h5", path)
        pid = os.fork()
        if pid == 0:
            child(path, at, how)
        _, status = os.waitpid(pid, 0)
        ended = status != 0
        had_journal = (folder / ".data.h5.journal").exists()
        with HDF5IO(path, "a"):
            pass
        left = sorted(p.name for p in folder.iterdir() if p.name.startswith("."))
        state = next((n for n, known in enumerate(states) if known == dump(path)), None)
        told["runs"] += 1
        told["ended"] += ended
        told["states"].append(state)
        if state is None or left or (not ended and state != 3) or os.WEXITSTATUS(status) == 2:
            told["wrong"].append([at, state, left, status, had_journal])
    print(json.dumps(told))


if __name__ == "__main__":
    main()
