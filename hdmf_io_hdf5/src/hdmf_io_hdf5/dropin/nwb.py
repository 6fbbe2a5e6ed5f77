"""``NWBHDF5IO`` as pynwb has it."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import h5py
import pynwb

from hdmf_io_core.bridge.nwbio import ReadsNWB, nwb_manager
from hdmf_io_core.io.modes import starts_anew
from hdmf_io_hdf5.dropin.hdf5io import HDF5IO

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["NWBHDF5IO"]


class NWBHDF5IO(ReadsNWB, HDF5IO):
    """``pynwb.NWBHDF5IO`` over this engine.

    Parameters
    ----------
    path, mode, file, comm, driver, aws_region, herd_path
        As for :class:`HDF5IO`.
    load_namespaces : bool
        Whether namespaces cached in the file are used; not where one is made, or with ``manager``.
    manager : hdmf.build.BuildManager or None
        None for one with the namespaces of pynwb, or of the file.
    """

    def __init__(
        self,
        path: str | Path | None = None,
        mode: str = "r",
        load_namespaces: bool = True,
        manager: Any = None,
        *,
        file: Any = None,
        comm: None = None,
        driver: str | None = None,
        aws_region: str | None = None,
        herd_path: str | None = None,
    ) -> None:
        if starts_anew(mode) and path is not None and not str(path).endswith(".nwb"):
            msg = (
                f"The file path provided: {path} does not end in '.nwb'. It is recommended that "
                "NWB files using the HDF5 backend use the '.nwb' extension."
            )
            warnings.warn(msg, UserWarning, stacklevel=2)

        def load(type_map: Any) -> None:
            type(self).load_namespaces(
                type_map, path, file=file, driver=driver, aws_region=aws_region
            )

        manager = nwb_manager(manager, mode, load_namespaces=load_namespaces, load=load)
        super().__init__(
            path,
            mode,
            manager,
            comm,
            file=file,
            driver=driver,
            aws_region=aws_region,
            herd_path=herd_path,
        )

    @staticmethod
    def can_read(path: str | Path) -> bool:
        """Whether a path is an NWB file of version 2 or later."""
        if not Path(path).is_file():
            return False
        try:
            with h5py.File(path, "r") as file:
                _, version = pynwb.get_nwbfile_version(file)
        except OSError:
            return False
        if version is None:
            why = "missing NWB version in the HDF5 file. The file is not a valid NWB file."
        elif version[0] < 2:
            why = "PyNWB supports NWB files version 2 and above."
        else:
            return True
        warnings.warn(f"Cannot read because {why}", stacklevel=2)
        return False

    def export(
        self,
        src_io: Any,
        nwbfile: Any = None,
        write_args: Mapping[str, Any] | None = None,
        cache_spec: bool = True,
    ) -> None:
        """Copy an NWB file, as it is stored or as it was changed; see :meth:`HDF5IO.export`."""
        super().export(src_io, nwbfile, write_args, cache_spec)

    @staticmethod
    def read_nwb(path: str | Path | None = None, file: h5py.File | None = None) -> Any:
        """Return the ``NWBFile`` of a path or open file; its ``read_io`` keeps the file open."""
        return NWBHDF5IO(path, file=file).read()
