"""hdmf-zarr's own classes over this engine: change the import line, no more.

hdmf-zarr need not be installed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hdmf_io_zarr.dropin.dataio import ZarrDataIO
from hdmf_io_zarr.dropin.zarrio import ZarrIO

if TYPE_CHECKING:
    from hdmf_io_zarr.dropin.nwb import NWBZarrIO

__all__ = ["NWBZarrIO", "ZarrDataIO", "ZarrIO"]


def __getattr__(name: str) -> object:
    # pynwb is needed by its own class alone.
    if name != "NWBZarrIO":
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
    from hdmf_io_zarr.dropin.nwb import NWBZarrIO

    return NWBZarrIO
