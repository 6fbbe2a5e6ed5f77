"""Does hdmf-zarr's side of the conversions: one JSON command a line in, its JSON result out.

It runs under an interpreter that has hdmf-zarr, whose zarr may be another than ours.
"""

from __future__ import annotations

import json
import shutil
import sys
from itertools import count
from pathlib import Path

import numpy as np
from hdmf.backends.hdf5 import HDF5IO
from hdmf.build import DatasetBuilder, GroupBuilder
from hdmf.common import get_manager
from hdmf_zarr import ZarrDataIO, ZarrIO
from zarr.codecs import BloscCodec
from zarr.codecs.numcodecs import Shuffle, Zlib


def convert(source: str, target: str) -> list[int]:
    shutil.rmtree(target, ignore_errors=True)
    Path(target).unlink(missing_ok=True)
    opened, made = (HDF5IO, ZarrIO) if source.endswith(".h5") else (ZarrIO, HDF5IO)
    manager = get_manager()
    with opened(source, mode="r", manager=manager) as src, made(target, mode="w") as dst:
        dst.export(src_io=src, write_args={"link_data": False})
    return []


def read(source: str, field: str) -> int:
    with ZarrIO(source, mode="r", manager=get_manager()) as io:
        builder = io.read_builder()
        *groups, name = field.strip("/").split("/")
        for group in groups:
            builder = builder.groups[group]
        return int(builder.datasets[name].data[2])


def write(data: str, target: str, name: str) -> list[int]:
    values = np.load(data)
    codecs = {
        "zlib 4 and shuffle": [
            Shuffle(elementsize=2), Zlib(level=4),
        ],
        "blosc lz4": [BloscCodec(cname="lz4", clevel=5, shuffle="shuffle")],
    }  # fmt: skip
    wrapped = ZarrDataIO(values, chunks=(16_384, 64), compressors=codecs[name])
    _write(GroupBuilder("root", datasets=[DatasetBuilder("data", wrapped)]), target)
    return _content(values)


def read_all(source: str) -> list[int]:
    with ZarrIO(source, mode="r", manager=get_manager()) as io:
        return _content(np.asarray(io.read_builder().datasets["data"].data[:]))


def write_objects(n: int, target: str) -> int:
    root = GroupBuilder("root")
    for number in range(n // 100):
        group = GroupBuilder(f"group{number}")
        for index in range(99):
            group.set_dataset(DatasetBuilder(f"data{index}", np.arange(5)))
        root.set_group(group)
    _write(root, target)
    return n


def _write(root: GroupBuilder, target: str) -> None:
    # A name that is not taken: removing what is there takes its time too.
    path = next(p for i in count() if not (p := Path(f"{target}.{i}")).exists())
    with ZarrIO(str(path), mode="w") as io:
        io.write_builder(root)


def _content(values: np.ndarray) -> list[int]:
    return [*values.shape, int(values.sum(dtype="i8")), int(values[::997].sum(dtype="i8"))]


def main() -> None:
    verbs = {
        "convert": convert, "read": read, "read_all": read_all, "write": write,
        "write_objects": write_objects,
    }  # fmt: skip
    for line in sys.stdin:
        verb, *arguments = json.loads(line)
        print(json.dumps(verbs[verb](*arguments)), flush=True)


if __name__ == "__main__":
    main()
