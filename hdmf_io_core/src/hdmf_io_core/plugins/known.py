"""The backends that the project knows of, so that a file of an absent one is recognised.

The one place of the core that names backend distributions; it imports nothing of them.
"""

from __future__ import annotations

from hdmf_io_core.plugins.backendspec import BackendSpec, MagicRule

__all__ = ["KNOWN", "pip_line"]

KNOWN: tuple[BackendSpec, ...] = (
    BackendSpec(
        name="hdf5",
        io_class="hdmf_io_hdf5:HDF5IO",
        distribution="hdmf-io-hdf5",
        suffixes=(".h5", ".hdf5", ".hdf", ".nwb", ".he5"),
        # HDF5 file format 3.0, II.A: at 0, 512, 1024, 2048, ... behind a user block.
        magic=(MagicRule(b"\x89HDF\r\n\x1a\n", offsets=(0, 512), doubling=True),),
        object_types=("h5py._hl.files:File",),
    ),
    BackendSpec(
        name="zarr",
        io_class="hdmf_io_zarr:ZarrIO",
        distribution="hdmf-io-zarr",
        suffixes=(".zarr", ".nwb.zarr", ".zarr.zip"),
        markers=(".zgroup", ".zarray", "zarr.json"),
        object_types=("zarr.abc.store:Store", "zarr.core.group:Group"),
    ),
)
"""What the backends of the project look for; used only while they are not registered."""

_EXTRAS = {"hdmf-io-hdf5": "hdf5", "hdmf-io-zarr": "zarr"}


def pip_line(distribution: str) -> str:
    """Return the command that installs a backend's distribution."""
    extra = _EXTRAS.get(distribution)
    return f'pip install "hdmf-io-core[{extra}]"' if extra else f"pip install {distribution}"
