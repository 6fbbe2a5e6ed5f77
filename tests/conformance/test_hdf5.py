"""The HDF5 storage keeps the rules of the storage protocols; plain h5py looks past it."""

from pathlib import Path
from typing import Any

import h5py

from hdmf_io_core.testing.suites.storage import StorageSuite
from hdmf_io_hdf5.reader import HDF5Reader
from hdmf_io_hdf5.writer import HDF5Writer


class TestHDF5Storage(StorageSuite):
    """Raw access is plain h5py."""

    def create(self, folder: Path, name: str) -> HDF5Writer:
        return HDF5Writer(h5py.File(folder / f"{name}.h5", "w-"))

    def open_reader(self, folder: Path, name: str) -> HDF5Reader:
        return HDF5Reader(h5py.File(folder / f"{name}.h5", "r"))

    def open_writer(self, folder: Path, name: str) -> HDF5Writer:
        return HDF5Writer(h5py.File(folder / f"{name}.h5", "r+"))

    def link_name(self, name: str) -> str:
        return f"{name}.h5"

    def raw_names(self, folder: Path, name: str, path: str) -> set[str]:
        with h5py.File(folder / f"{name}.h5") as file:
            return set(file[path])

    def raw_array(self, folder: Path, name: str, path: str) -> Any:
        with h5py.File(folder / f"{name}.h5") as file:
            dataset = file[path]
            is_text = h5py.check_string_dtype(dataset.dtype) is not None
            return dataset.asstr()[()] if is_text else dataset[()]

    def raw_attribute(self, folder: Path, name: str, path: str, attribute: str) -> Any:
        with h5py.File(folder / f"{name}.h5") as file:
            return file[path].attrs[attribute]
