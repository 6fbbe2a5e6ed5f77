"""What dispatch needs to know of this backend. Imports no h5py: it is read at every start."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hdmf_io_core.plugins.backendspec import BackendSpec, MagicRule
from hdmf_io_core.plugins.hookspecs import hookimpl

if TYPE_CHECKING:
    from collections.abc import Callable

    from hdmf_io_core.chunks.dataio import DataIO

__all__ = ["BACKEND", "hdmf_io_adapt_dataio", "hdmf_io_backends"]

_OPTIONS = {
    "driver": "HDF5 file driver, such as 'core', 'stdio', 'family' or 'ros3'",
    "driver_options": "a mapping of options for the driver",
    "libver": "oldest and newest file format to write: 'earliest', 'v110', 'latest' or a pair",
    "locking": "file locking: True, False or 'best-effort'",
    "rdcc_nbytes": "bytes of the chunk cache of each dataset; 32 MiB unless told",
    "rdcc_nslots": "slots of the chunk cache of each dataset",
    "rdcc_w0": "which chunks leave the cache first, 0 to 1",
    "page_buf_size": "bytes of the page buffer, for files with paged space",
    "fs_strategy": "how a new file manages its space: 'fsm', 'page', 'aggregate' or 'none'",
    "fs_persist": "whether a new file remembers its free space",
    "fs_threshold": "smallest free space, in bytes, that a new file remembers",
    "fs_page_size": "bytes of a page of a new file with fs_strategy='page'",
    "userblock_size": "bytes of the user block of a new file: 0, or a power of two from 512",
    "alignment_threshold": "smallest object, in bytes, that is aligned",
    "alignment_interval": "multiple of bytes at which such objects start",
    "meta_block_size": "bytes that metadata is gathered to",
    "swmr": "read a file while one process writes it",
    "atomic": "whether mode 'w' writes beside the target and replaces it at the first write, "
    "and the modes 'a' and 'r+' keep a rollback journal",
    "allow_external": "where links may lead: 'anywhere', or to files in the 'folder' of this one",
    "workers": "threads that encode and decode chunks; 1 for none but the caller's",
    "in_flight_bytes": "bytes of chunks that are held at once; 64 MiB unless told",
}
_FOREIGN = frozenset({"hdmf.backends.hdf5.h5_utils.H5DataIO"})

BACKEND = BackendSpec(
    name="hdf5",
    io_class="hdmf_io_hdf5.io:HDF5IO",
    distribution="hdmf-io-hdf5",
    suffixes=(".h5", ".hdf5", ".hdf", ".he5", ".h5f", ".hdmf", ".nwb"),
    magic=(MagicRule(b"\x89HDF\r\n\x1a\n", offsets=(0, 512), doubling=True),),
    object_types=("h5py._hl.files:File",),
    options=_OPTIONS,
)


@hookimpl
def hdmf_io_backends() -> list[BackendSpec]:
    """Return the one backend of this distribution."""
    return [BACKEND]


@hookimpl
def hdmf_io_adapt_dataio(kind: type) -> Callable[[Any], DataIO] | None:
    """Take the options of hdmf's H5DataIO, and of classes that derive from it."""
    names = {f"{base.__module__}.{base.__qualname__}" for base in kind.__mro__}
    if not names & _FOREIGN:
        return None
    from hdmf_io_hdf5.foreign import from_foreign

    return from_foreign
