"""hdmf-zarr's own classes over this engine: change the import line, no more.

hdmf-zarr need not be installed.
"""

from __future__ import annotations

import importlib.util
from typing import TYPE_CHECKING

from hdmf_io_core.bridge.datasets import (
    BuilderDataset,
    BuilderRecords,
    ContainerDataset,
    ContainerRecords,
)
from hdmf_io_zarr.dropin.dataio import ZarrDataIO
from hdmf_io_zarr.dropin.zarrio import ZarrIO

if TYPE_CHECKING:
    from hdmf_io_zarr.dropin.nwb import NWBZarrIO

if importlib.util.find_spec("hdmf_zarr") is not None:
    # For code that asks for hdmf-zarr's classes of what was read.
    from hdmf_zarr import zarr_utils

    zarr_utils.BuilderZarrReferenceDataset.register(BuilderDataset)
    zarr_utils.BuilderZarrTableDataset.register(BuilderRecords)
    zarr_utils.ContainerZarrReferenceDataset.register(ContainerDataset)
    zarr_utils.ContainerZarrTableDataset.register(ContainerRecords)

__all__ = ["NWBZarrIO", "ZarrDataIO", "ZarrIO"]


def __getattr__(name: str) -> object:
    # pynwb is needed by its own class alone.
    if name != "NWBZarrIO":
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
    from hdmf_io_zarr.dropin.nwb import NWBZarrIO

    return NWBZarrIO
