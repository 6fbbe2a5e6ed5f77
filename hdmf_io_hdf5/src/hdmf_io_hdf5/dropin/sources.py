"""What hdmf's HDF5 classes are given to open."""

from __future__ import annotations

import os
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hdmf.backends.errors import UnsupportedOperation

from hdmf_io_hdf5.io import HDF5IO as HDF5StorageIO
from hdmf_io_hdf5.speccache import SPECLOC

if TYPE_CHECKING:
    from hdmf_io_core.storage.layout import SpecDocuments
    from hdmf_io_hdf5.reader import HDF5Reader

__all__ = ["check_exists", "check_source", "driver_options", "opened_file", "telling_specs"]


def driver_options(driver: str | None, aws_region: str | None) -> dict[str, object] | None:
    """Return the options of a file driver; None where it has none."""
    is_region = driver == "ros3" and aws_region is not None
    return {"aws_region": str(aws_region).encode("ascii")} if is_region else None


def opened_file(
    path: str | Path | None, file: Any, driver: str | None, aws_region: str | None
) -> HDF5StorageIO:
    """Open a file to look at its namespaces; one that is open already stays open."""
    check_source(path, file)
    source = file if file is not None else path
    options = driver_options(driver, aws_region)
    return HDF5StorageIO(source, driver=driver, driver_options=options)


def check_source(path: str | Path | None, file: Any) -> None:
    """Raise ``ValueError`` unless there is a path or a file, and both mean one file."""
    if path is None and file is None:
        msg = "Either the 'path' or 'file' argument must be supplied."
        raise ValueError(msg)
    if path is None or file is None:
        return
    name = getattr(file, "filename", None)
    if name is not None and os.path.abspath(name) != os.path.abspath(path):  # noqa: PTH100
        msg = (
            f"You argued '{path}' as this object's path, but supplied a file with filename: {name}"
        )
        raise ValueError(msg)


def check_exists(path: str, mode: str) -> None:
    """Raise hdmf's ``UnsupportedOperation`` unless a file is there, or not, as the mode needs."""
    exists = Path(path).exists()
    if not exists and mode in {"r", "r+"}:
        msg = f"Unable to open file {path} in '{mode}' mode. File does not exist."
        raise UnsupportedOperation(msg)
    if exists and mode in {"w-", "x"}:
        msg = f"Unable to open file {path} in '{mode}' mode. File already exists."
        raise UnsupportedOperation(msg)


def telling_specs(storage: HDF5Reader) -> SpecDocuments:
    """Return the namespaces cached in a file that says where they are; hdmf looks for no others."""
    if SPECLOC in storage.file.attrs:
        return storage.specs()
    warnings.warn(f"No cached namespaces found in {storage.source}", stacklevel=3)
    return {}
