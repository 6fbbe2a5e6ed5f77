"""The main job on a real file: find its backend, read, slice, append, export, verify.

The file was written by pynwb and lies in `tests/data`; the work is done on a copy in a
temporary folder. At the end plain h5py, which knows nothing of hdmf-io, checks the results.
"""

import shutil
import tempfile
from pathlib import Path

import h5py
import numpy as np

from hdmf_io_core import Container, Data, list_backends, open_io
from hdmf_io_hdf5 import HDF5IO

SOURCE = Path(__file__).parents[1] / "tests" / "data" / "nwb" / "ecephys_full.nwb"
SERIES = "acquisition/raw/data"
N_NEW = 100


def main() -> None:
    """Run every step and print what it did."""
    with tempfile.TemporaryDirectory() as folder:
        recording = Path(shutil.copy(SOURCE, Path(folder, "recording.nwb")))
        exported = Path(folder, "exported.nwb")
        show_backends()
        rows = read(recording)
        new_rows = append(recording, rows)
        export(recording, exported)
        print("\n5. Verify with plain h5py")
        for path in (recording, exported):
            verify(path, new_rows)
    print("\nDone: what was written is what plain h5py reads.")


def show_backends() -> None:
    """Print which backends can be used."""
    print("1. Backends")
    for backend in list_backends():
        if backend.available:
            print(f"   {backend.name:<8} from {backend.distribution}")


def read(path: Path) -> np.ndarray:
    """Open `path` without naming a backend, summarise its tree and slice one dataset."""
    print(f"\n2. Read {path.name}, {path.stat().st_size:,} bytes, written by pynwb")
    with open_io(path) as io:
        print(f"   open_io found {type(io).__name__}")
        root = io.read()
        print(f"   root: {root.data_type} in namespace {root.namespace}")
        for child in root.children:
            print(f"   {summary(child)}")
        lazy = root[SERIES].data
        print(f"   {SERIES}: {lazy.shape} {lazy.dtype}, nothing read yet")
        rows = np.asarray(lazy[0:N_NEW])
        print(f"   rows 0 to {N_NEW} sliced: mean {rows.mean():.2f}")
    return rows


def summary(node: Container | Data) -> str:
    """Return one line on a node: its name, type and how many children it has."""
    name = f"{node.name:<28} {node.data_type or '(untyped)':<20}"
    return name if isinstance(node, Data) else f"{name} {len(node.children)} children"


def append(path: Path, rows: np.ndarray) -> np.ndarray:
    """Append `rows`, negated, to the series in `path` and return them."""
    new_rows = -rows
    with open_io(path, "a") as io:
        root = io.read()
        before = root[SERIES].shape
        root[SERIES].append(new_rows)
        io.write(root)
        print(f"\n3. Append {len(new_rows)} rows to {SERIES}: {before} -> {root[SERIES].shape}")
    return new_rows


def export(source: Path, target: Path) -> None:
    """Export all of `source` to the new file `target`."""
    with open_io(source) as src_io, HDF5IO(target, "w") as dst_io:
        dst_io.export(src_io)
    print(f"\n4. Export to {target.name}: {target.stat().st_size:,} bytes")


def verify(path: Path, new_rows: np.ndarray) -> None:
    """Compare `path` with the original file and the appended rows, through plain h5py.

    Raises
    ------
    AssertionError
        When a value, a chunk shape, a filter or a name in the tree differs.
    """
    with h5py.File(SOURCE) as original, h5py.File(path) as file:
        expected, found = original[SERIES], file[SERIES]
        np.testing.assert_array_equal(found[: len(expected)], expected[:])
        np.testing.assert_array_equal(found[len(expected) :], new_rows)
        for fact in ("dtype", "chunks", "compression", "maxshape"):
            if getattr(found, fact) != getattr(expected, fact):
                message = f"{path.name}: {fact} of {SERIES} is {getattr(found, fact)}"
                raise AssertionError(message)
        missing = names(original) - names(file)
        if missing:
            message = f"{path.name} lacks {sorted(missing)}"
            raise AssertionError(message)
        print(
            f"   {path.name}: {len(names(file))} objects, {SERIES} {found.shape}, all as expected"
        )


def names(file: h5py.File) -> set[str]:
    """Return the paths of all objects of `file`."""
    found: set[str] = set()
    file.visit(found.add)
    return found


if __name__ == "__main__":
    main()
