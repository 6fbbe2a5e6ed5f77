"""NWB files of any backend, without choosing a class."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hdmf_io_core.bridge.manager import HdmfManager
from hdmf_io_core.bridge.needs import needed
from hdmf_io_core.io.open import open_io

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["read_nwb"]


def read_nwb(source: str | Path, *, backend: str | None = None) -> Any:
    """Read an NWB file or store as pynwb's ``NWBFile``.

    Parameters
    ----------
    source : str or Path
        Path or URL, of any backend that is installed.
    backend : str or None
        Name of a backend; None to find it, as ``open_io`` does.

    Returns
    -------
    pynwb.NWBFile
        Its ``read_io`` keeps the source open: close that when it is no longer needed.

    Raises
    ------
    MissingDependencyError
        If pynwb is not installed.
    HdmfIOError
        As ``open_io``.

    Notes
    -----
    The namespaces cached in the file are used, extensions among them. Arrays are not loaded.
    """
    with needed("pynwb"):
        import pynwb

    manager = HdmfManager(pynwb.get_type_map(), load_namespaces=True)
    io = open_io(source, manager=manager, backend=backend)
    try:
        return io.read()
    except BaseException:
        io.close()
        raise
