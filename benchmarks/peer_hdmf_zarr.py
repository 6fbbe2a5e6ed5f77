"""Does hdmf-zarr's side of the conversions: one JSON command a line in, its JSON result out.

It runs under an interpreter that has hdmf-zarr, whose zarr may be another than ours.
"""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

from hdmf.backends.hdf5 import HDF5IO
from hdmf.common import get_manager
from hdmf_zarr import ZarrIO


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


def main() -> None:
    verbs = {"convert": convert, "read": read}
    for line in sys.stdin:
        verb, *arguments = json.loads(line)
        print(json.dumps(verbs[verb](*arguments)), flush=True)


if __name__ == "__main__":
    main()
