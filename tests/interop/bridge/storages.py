"""The storages that the tests of the bridge run on, and NWB files in them."""

from pathlib import Path
from typing import Any

import pynwb

from hdmf_io_core import open_io

STORAGES: dict[str, tuple[str, dict[str, Any]]] = {
    "hdf5": (".nwb", {"backend": "hdf5"}),
    "zarr2": (".nwb.zarr", {"backend": "zarr", "zarr_format": 2}),
    "zarr3": (".nwb.zarr", {"backend": "zarr", "zarr_format": 3}),
}


class Storage:
    """One kind of storage, in one folder."""

    def __init__(self, name: str, folder: Path) -> None:
        self.name = name
        self._folder = folder
        self._suffix, self._options = STORAGES[name]

    def path(self, name: str) -> Path:
        """Where a file of that name lies."""
        return self._folder / f"{name}{self._suffix}"

    def open(self, name: str, mode: str = "r", manager: Any = None) -> Any:
        """Open a file with a manager of pynwb, a new one if none is given."""
        options = self._options if mode == "w" else {}
        manager = manager or pynwb.get_manager()
        return open_io(self.path(name), mode, manager=manager, **options)

    def write(self, name: str, nwbfile: Any, **arguments: Any) -> None:
        """Write a file."""
        with self.open(name, "w") as io:
            io.write(nwbfile, **arguments)
