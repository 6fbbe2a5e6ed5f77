"""The real hdmf and pynwb over any backend.

hdmf is imported here and in the ``dropin`` modules of the backends, nowhere else. Importing this
package imports it not yet: using a name of it does, and so does the built-in plugin when an IO is
given one of hdmf's managers.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from hdmf_io_core.bridge.needs import needed

if TYPE_CHECKING:
    from hdmf_io_core.bridge.hdmfio import StorageHDMFIO
    from hdmf_io_core.bridge.manager import HdmfManager
    from hdmf_io_core.bridge.nwb import read_nwb
    from hdmf_io_core.bridge.validation import validate

__all__ = ["HdmfManager", "StorageHDMFIO", "read_nwb", "validate"]

_PLACES = {
    "HdmfManager": "manager",
    "StorageHDMFIO": "hdmfio",
    "read_nwb": "nwb",
    "validate": "validation",
}


def __getattr__(name: str) -> object:
    if name not in _PLACES:
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
    with needed("hdmf"):
        module = import_module(f"{__name__}.{_PLACES[name]}")
    return getattr(module, name)


def __dir__() -> list[str]:
    return sorted(__all__)
