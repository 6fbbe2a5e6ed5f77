"""Where the real files outside the clone are, and which of them are HDF5."""

import os
from pathlib import Path

import h5py

VARIABLE = "HDMF_IO_CORPUS"
ROOT = Path(__file__).parents[2]
# Relative paths are those of the root, wherever the tests are started.
CORPUS = (ROOT / os.environ.get(VARIABLE, "../shared/data")).resolve()
ORACLES = CORPUS / "oracles"


def hdf5_files() -> list[str]:
    """Return the HDF5 files of the corpus, told by their content; empty if it is not there."""
    return sorted(
        path.relative_to(CORPUS).as_posix()
        for path in CORPUS.rglob("*")
        if path.is_file() and path.stat().st_size and h5py.is_hdf5(path)
    )


def zarr_stores() -> list[str]:
    """Return the Zarr stores of the corpus that are folders, told by the document of their root."""
    roots = {path.parent for name in (".zgroup", "zarr.json") for path in CORPUS.rglob(name)}
    tops = (root for root in roots if not roots.intersection(root.parents))
    return sorted(root.relative_to(CORPUS).as_posix() for root in tops)
