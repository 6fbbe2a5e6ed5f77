"""What dispatch needs to know of this backend. Imports no zarr: it is read at every start."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hdmf_io_core.plugins.backendspec import BackendSpec
from hdmf_io_core.plugins.hookspecs import hookimpl
from hdmf_io_core.plugins.probe import Match, Probe

if TYPE_CHECKING:
    from collections.abc import Callable

    from hdmf_io_core.chunks.dataio import DataIO

__all__ = ["BACKEND", "hdmf_io_adapt_dataio", "hdmf_io_backends", "hdmf_io_sniff"]

_OPTIONS = {
    "zarr_format": "format of a new store: 3 or 2",
    "use_consolidated": "whether consolidated metadata is taken for all there is",
    "consolidate": "whether each write ends with consolidated metadata",
    "storage_options": "a mapping of options for the file system behind a URL",
    "allow_unfinished": "whether to open a store that a writer left unfinished",
    "atomic": "whether changes wait beside the target until they are whole; False: in place",
    "allow_external": "where links may lead: 'anywhere', or to stores in the 'folder' of this one",
    "workers": "threads that encode and decode chunks; 1 for none but the caller's",
    "in_flight_bytes": "bytes of chunks that are held at once; 64 MiB unless told",
}
_MARKERS = ("zarr.json", ".zgroup", ".zarray", ".zmetadata")
_FOREIGN = frozenset({"hdmf_zarr.utils.ZarrDataIO", "hdmf_io_zarr.dropin.dataio.ZarrDataIO"})

BACKEND = BackendSpec(
    name="zarr",
    io_class="hdmf_io_zarr.io:ZarrIO",
    distribution="hdmf-io-zarr",
    suffixes=(".zarr", ".nwb.zarr", ".zarr.zip"),
    markers=_MARKERS,
    object_types=(
        "zarr.abc.store:Store",
        "zarr.core.group:Group",
        "zarr.storage._common:StorePath",
    ),
    options=_OPTIONS,
)


@hookimpl
def hdmf_io_backends() -> list[BackendSpec]:
    """Return the one backend of this distribution."""
    return [BACKEND]


@hookimpl
def hdmf_io_sniff(probe: Probe) -> Match | None:
    """Recognise a zip that holds a Zarr root."""
    if probe.source.kind != "path" or probe.is_folder or probe.read_at(0, 4) != b"PK\x03\x04":
        return None
    import zipfile  # Dear, and needed for few sources.

    try:
        with zipfile.ZipFile(probe.source.location) as archive:
            found = [name for name in _MARKERS if name in archive.NameToInfo]
    except (OSError, zipfile.BadZipFile):
        return None
    return Match(BACKEND.name, f"zip with entry {found[0]}") if found else None


@hookimpl
def hdmf_io_adapt_dataio(kind: type) -> Callable[[Any], DataIO] | None:
    """Take the options of hdmf-zarr's ZarrDataIO, and of classes that derive from it."""
    names = {f"{base.__module__}.{base.__qualname__}" for base in kind.__mro__}
    if not names & _FOREIGN:
        return None
    from hdmf_io_zarr.foreign import from_foreign

    return from_foreign
