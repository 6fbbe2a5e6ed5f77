"""A process without hdf5plugin and one with it read each other's files."""

import subprocess
import sys
from pathlib import Path

import pytest

SHARED = """
import sys
import h5py, numpy as np

filters = {
    "zstd": (32015, (5,)),
    "zstd_default": (32015, ()),
    "blosc_lz4": (32001, (0, 0, 0, 0, 5, 1, 1)),
    "blosc_bits": (32001, (0, 0, 0, 0, 9, 2, 5)),
    "blosc_default": (32001, ()),
    "lz4": (32004, ()),
    "lz4_small": (32004, (64,)),
    "bitshuffle": (32008, (0, 0)),
    "bitshuffle_lz4": (32008, (0, 2)),
    "bitshuffle_zstd": (32008, (64, 3, 3)),
}
rng = np.random.default_rng(0)
points = np.zeros(70, [("x", "<f4"), ("n", "<i2")])
points["x"] = np.arange(70)
values = {
    "small": (np.arange(63, dtype="<i2").reshape(9, 7), (4, 3)),
    "noise": (rng.integers(0, 2**32, 1000, dtype="<u4"), (300,)),
    "large": (np.arange(200_000).reshape(2000, 100) // 7 * 1.5, (512, 64)),
    "big_endian": (np.arange(600, dtype=">i4"), (100,)),
    "points": (points, (20,)),
    "octets": (np.arange(1000).astype("u1"), (1000,)),
}
"""
WITH = (
    """
import hdf5plugin
"""
    + SHARED
    + """
if sys.argv[1] == "write":
    with h5py.File("theirs.h5", "w") as file:
        for name, (number, given) in filters.items():
            for kind, (data, chunks) in values.items():
                for shuffle in (False, True):
                    file.create_dataset(
                        f"{name}/{kind}{shuffle:d}", data=data, chunks=chunks, shuffle=shuffle,
                        compression=number, compression_opts=given or None,
                    )
else:
    with h5py.File("ours.h5") as ours, h5py.File("theirs.h5") as theirs:
        for name in filters:
            for kind in theirs[name]:
                one, other = ours[name][kind], theirs[name][kind]
                assert one[...].tobytes() == other[...].tobytes(), (name, kind)
                lists = [x.id.get_create_plist() for x in (one, other)]
                filters = [[x.get_filter(i) for i in range(x.get_nfilters())] for x in lists]
                numbers = [[f[0] for f in found] for found in filters]
                assert numbers[0] == numbers[1]
                kept = [found[-1][2] for found in filters]
                if numbers[0][-1] != 32008:
                    assert kept[0] == kept[1], (name, kind, kept)
                else:
                    # After the version of the plugin.
                    assert kept[0][2:] == kept[1][2:], (name, kind, kept)
"""
)
WITHOUT = (
    SHARED
    + """
from hdmf_io_core import Container, Data, open_io
from hdmf_io_hdf5 import H5DataIO

assert not any(h5py.h5z.filter_avail(number) for number, _ in filters.values())
with open_io("theirs.h5") as io:
    root = io.read()
    for name in filters:
        for kind, (data, _) in values.items():
            for shuffle in "01":
                found = root[name][kind + shuffle].data
                assert found[...].tobytes() == data.tobytes(), (name, kind)
                for key in (np.s_[3], np.s_[5:2], np.s_[1::3], [0, 2, 5]):
                    assert np.array_equal(found[key], data[key]), (name, kind, key)
root = Container("root")
for name, (number, given) in filters.items():
    group = Container(name)
    root.add_child(group)
    for kind, (data, chunks) in values.items():
        for shuffle in (False, True):
            options = {"compression": number, "compression_opts": given or None}
            rows = len(data) // 3
            wrapped = H5DataIO(
                data[: len(data) - rows], chunks=chunks, maxshape=(None, *data.shape[1:]),
                shuffle=shuffle, **options
            )
            group.add_child(Data(f"{kind}{shuffle:d}", wrapped))
with open_io("ours.h5", "w") as io:
    io.write(root)
with open_io("ours.h5", "a") as io:
    root = io.read()
    for name in filters:
        for kind, (data, _) in values.items():
            for shuffle in "01":
                target = root[name][kind + shuffle].data
                target.append(data[len(target):])
                target[1:3] = data[1:3]
"""
)


def test_files_of_hdf5plugin_and_ours_read_each_other(tmp_path: Path) -> None:
    pytest.importorskip("hdf5plugin")
    for script, argument in ((WITH, "write"), (WITHOUT, ""), (WITH, "check")):
        done = subprocess.run(
            [sys.executable, "-P", "-W", "error", "-c", script, argument],
            cwd=tmp_path, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
