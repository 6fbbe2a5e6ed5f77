"""hdmf-io-hdf5: HDMF data in HDF5 files, through h5py.

The names below are the public ones. They are imported on first use, so that a plugin listing does
not load h5py.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hdmf_io_hdf5.dataio import H5DataIO
    from hdmf_io_hdf5.dataset import H5Dataset
    from hdmf_io_hdf5.io import HDF5IO
    from hdmf_io_hdf5.reader import HDF5Reader
    from hdmf_io_hdf5.specs import H5SpecReader, H5SpecWriter
    from hdmf_io_hdf5.version import check_h5_version, get_h5_version
    from hdmf_io_hdf5.writer import HDF5Writer

__version__ = "0.1.0"

_HOMES = {
    "H5DataIO": "dataio",
    "H5Dataset": "dataset",
    "H5SpecReader": "specs",
    "H5SpecWriter": "specs",
    "HDF5IO": "io",
    "HDF5Reader": "reader",
    "HDF5Writer": "writer",
    "check_h5_version": "version",
    "get_h5_version": "version",
}

__all__ = [
    "HDF5IO",
    "H5DataIO",
    "H5Dataset",
    "H5SpecReader",
    "H5SpecWriter",
    "HDF5Reader",
    "HDF5Writer",
    "check_h5_version",
    "get_h5_version",
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
