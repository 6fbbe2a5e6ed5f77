"""Filters of hdf5plugin. Importing it is for the whole process, so each test has its own."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

WRITE = """
import h5py, hdf5plugin, numpy as np
from hdmf_io_core.storage.dtypes import NumberType
from hdmf_io_core.storage.layout import ArrayLayout
from hdmf_io_hdf5.filters import codecs_from_options
from hdmf_io_hdf5.writer import HDF5Writer

data = np.arange(40, dtype="<i2")
file = h5py.File("new.h5", "w")
codecs = codecs_from_options(itemsize=2, compression=hdf5plugin.Zstd(clevel=3))
layout = ArrayLayout((40,), NumberType(data.dtype), chunks=(10,), codecs=codecs)
HDF5Writer(file, close_file=False).create_array("/ours", layout).write((slice(0, 40),), data)
file.create_dataset("theirs", data=data, chunks=(10,), **hdf5plugin.Zstd(clevel=3))
lists = [file[name].id.get_create_plist().get_filter(0) for name in ("ours", "theirs")]
assert lists[0] == lists[1], lists
assert file["ours"][:].tolist() == data.tolist()
"""

READ = """
import h5py, hdf5plugin, numpy as np
from hdmf_io_core.storage.selection import Selection
from hdmf_io_hdf5.reader import HDF5Reader

reader = HDF5Reader(h5py.File("dci_filters.nwb", "r"))
for name in ("plug_blosc", "plug_zstd", "plug_bshuf"):
    array = reader.array(f"/acquisition/{name}/data")
    shape = array.layout.shape
    out = np.empty(shape, array.layout.memory_dtype)
    array.read_into(Selection(tuple(slice(0, n, 1) for n in shape)), out)
    assert out.tolist() == reader.file[f"/acquisition/{name}/data"][:].tolist(), name
"""


@pytest.mark.parametrize("script", [WRITE, READ], ids=["write", "read"])
def test_filters_of_hdf5plugin(script: str, data_dir: Path, tmp_path: Path) -> None:
    shutil.copy(data_dir / "nwb" / "dci_filters.nwb", tmp_path)
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
