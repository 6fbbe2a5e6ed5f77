"""The Zarr storage keeps the rules of the storage protocols; zarr-python looks past it."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import zarr

from hdmf_io_core.testing.suites.storage import StorageSuite
from hdmf_io_zarr.conventions import ZarrFormat
from hdmf_io_zarr.opening import StoreOptions, open_storage
from hdmf_io_zarr.reader import ZarrReader
from hdmf_io_zarr.writer import ZarrWriter

LINKS = {2: "zarr_link", 3: "_LINKS"}


class TestZarrV3Storage(StorageSuite):
    """Raw access is plain zarr-python, without consolidated metadata."""

    zarr_format: ZarrFormat = 3

    def create(self, folder: Path, name: str) -> ZarrWriter:
        options = StoreOptions(zarr_format=self.zarr_format, atomic=False)
        return self._opened(folder, name, "w-", options)

    def open_reader(self, folder: Path, name: str) -> ZarrReader:
        return open_storage(folder / f"{name}.zarr", "r", StoreOptions()).storage

    def open_writer(self, folder: Path, name: str) -> ZarrWriter:
        return self._opened(folder, name, "r+", StoreOptions())

    def _opened(self, folder: Path, name: str, mode: Any, options: StoreOptions) -> ZarrWriter:
        opened = open_storage(folder / f"{name}.zarr", mode, options)
        assert isinstance(opened.storage, ZarrWriter)
        if opened.lock is not None:
            # The suite opens and closes storages, which do not know of locks.
            opened.lock.release()
        return opened.storage

    def link_name(self, name: str) -> str:
        return f"{name}.zarr"

    def raw_names(self, folder: Path, name: str, path: str) -> set[str]:
        group = self._node(folder, name, path)
        entries: Any = group.attrs.get(LINKS[self.zarr_format], [])
        return {*group, *(entry["name"] for entry in entries)}

    def raw_array(self, folder: Path, name: str, path: str) -> Any:
        array = self._node(folder, name, path)
        values = np.asarray(array[...])
        if self.zarr_format == 3 and _is_big_endian(folder / f"{name}.zarr{path}"):
            # In format 3 the byte order is a codec's, and zarr-python hands out native numbers.
            values = values.astype(values.dtype.newbyteorder(">"))
        if "zarr_dtype" in array.attrs and array.attrs["zarr_dtype"] == "scalar":
            values = values[0]
        return values.astype(object) if values.dtype.kind == "T" else values

    def raw_attribute(self, folder: Path, name: str, path: str, attribute: str) -> Any:
        attributes = self._node(folder, name, path).attrs
        hints: Any = attributes.get("_hdmf_io", {})
        hint = hints.get("attributes", {}).get(attribute)
        value = attributes[attribute]
        # JSON has no types of numbers: the hint is all that the store says of them.
        is_number = hint is not None and isinstance(hint["dtype"], str)
        return np.array(value, hint["dtype"])[()] if is_number else value

    def _node(self, folder: Path, name: str, path: str) -> Any:
        return zarr.open(
            folder / f"{name}.zarr",
            path=path.strip("/"),
            mode="r",
            zarr_format=self.zarr_format,
            use_consolidated=False,
        )


def _is_big_endian(folder: Path) -> bool:
    codecs = json.loads((folder / "zarr.json").read_text("utf-8"))["codecs"]
    return {"name": "bytes", "configuration": {"endian": "big"}} in codecs


class TestZarrV2Storage(TestZarrV3Storage):
    """The same in format 2."""

    zarr_format: ZarrFormat = 2
