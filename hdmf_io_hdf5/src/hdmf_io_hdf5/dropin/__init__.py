"""hdmf's and pynwb's own HDF5 classes over this engine: change the import line, no more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hdmf.backends.hdf5 import h5_utils

from hdmf_io_core.bridge.datasets import (
    BuilderDataset,
    BuilderRecords,
    ContainerDataset,
    ContainerRecords,
)
from hdmf_io_hdf5.dropin.dataio import H5DataIO
from hdmf_io_hdf5.dropin.hdf5io import HDF5IO

if TYPE_CHECKING:
    from hdmf_io_hdf5.dropin.nwb import NWBHDF5IO

# For code that asks for hdmf's classes of what was read.
h5_utils.BuilderH5ReferenceDataset.register(BuilderDataset)
h5_utils.BuilderH5TableDataset.register(BuilderRecords)
h5_utils.ContainerH5ReferenceDataset.register(ContainerDataset)
h5_utils.ContainerH5TableDataset.register(ContainerRecords)

__all__ = ["HDF5IO", "NWBHDF5IO", "H5DataIO"]


def __getattr__(name: str) -> object:
    # pynwb is needed by its own class alone.
    if name != "NWBHDF5IO":
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
    from hdmf_io_hdf5.dropin.nwb import NWBHDF5IO

    return NWBHDF5IO
