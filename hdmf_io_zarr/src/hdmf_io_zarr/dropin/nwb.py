"""``NWBZarrIO`` as hdmf-zarr has it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hdmf_io_core.bridge.nwbio import ReadsNWB, nwb_manager
from hdmf_io_zarr.dropin.zarrio import ZarrIO

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from zarr.abc.store import Store

__all__ = ["NWBZarrIO"]


class NWBZarrIO(ReadsNWB, ZarrIO):
    """``hdmf_zarr.NWBZarrIO`` over this engine.

    Parameters
    ----------
    path, mode, storage_options, force_overwrite
        As for :class:`ZarrIO`.
    manager : hdmf.build.BuildManager or None
        None for one with the namespaces of pynwb, or of the store.
    load_namespaces : bool
        Whether namespaces cached in the store are used; not where one is made, or with ``manager``.
    """

    def __init__(
        self,
        path: str | Path | Store,
        mode: str,
        manager: Any = None,
        storage_options: Mapping[str, object] | None = None,
        force_overwrite: bool = False,
        load_namespaces: bool = True,
    ) -> None:
        def load(type_map: Any) -> None:
            type(self).load_namespaces(type_map, path, storage_options=storage_options)

        manager = nwb_manager(manager, mode, load_namespaces=load_namespaces, load=load)
        super().__init__(path, mode, manager, storage_options, force_overwrite)

    def export(  # type: ignore[override]  # the order of hdmf-zarr
        self,
        src_io: Any,
        nwbfile: Any = None,
        write_args: Mapping[str, Any] | None = None,
        cache_spec: bool = True,
        *,
        consolidate_metadata: bool = True,
    ) -> None:
        """Copy an NWB file, as it is stored or as it was changed; see :meth:`ZarrIO.export`."""
        super().export(
            src_io,
            nwbfile,
            write_args,
            cache_spec=cache_spec,
            consolidate_metadata=consolidate_metadata,
        )

    @staticmethod
    def read_nwb(path: str | Path | Store) -> Any:
        """Return the ``NWBFile`` of a store; its ``read_io`` keeps the store open."""
        is_public = isinstance(path, str) and path.startswith("s3://")
        return NWBZarrIO(path, "r", storage_options={"anon": True} if is_public else None).read()
