"""hdmf-io-zarr: HDMF data in Zarr stores, formats 2 and 3.

The names below are the public ones. They are imported on first use, so that a plugin listing does
not load zarr.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hdmf_io_zarr.dataio import ZarrDataIO
    from hdmf_io_zarr.dataset import ZarrDataset
    from hdmf_io_zarr.io import ZarrIO
    from hdmf_io_zarr.reader import ZarrReader
    from hdmf_io_zarr.specs import ZarrSpecReader, ZarrSpecWriter
    from hdmf_io_zarr.version import check_zarr_version, get_zarr_version
    from hdmf_io_zarr.writer import ZarrWriter

__version__ = "0.1.0"

_HOMES = {
    "ZarrDataIO": "dataio",
    "ZarrDataset": "dataset",
    "ZarrIO": "io",
    "ZarrReader": "reader",
    "ZarrSpecReader": "specs",
    "ZarrSpecWriter": "specs",
    "ZarrWriter": "writer",
    "check_zarr_version": "version",
    "get_zarr_version": "version",
}

__all__ = [
    "ZarrDataIO",
    "ZarrDataset",
    "ZarrIO",
    "ZarrReader",
    "ZarrSpecReader",
    "ZarrSpecWriter",
    "ZarrWriter",
    "check_zarr_version",
    "get_zarr_version",
]


def __getattr__(name: str) -> object:
    home = _HOMES.get(name)
    if home is None:
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
    value: object = getattr(import_module(f"{__name__}.{home}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
