"""``ZarrIO`` as hdmf-zarr has it."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING, Any, cast

from hdmf.backends.errors import UnsupportedOperation
from hdmf.build import TypeMap
from hdmf.spec import NamespaceCatalog

from hdmf_io_core.bridge.hdmfio import is_of_backend
from hdmf_io_core.bridge.manager import HdmfManager
from hdmf_io_core.bridge.order import EXPANDABLE
from hdmf_io_core.bridge.specs import load_documents
from hdmf_io_zarr.dropin.dataio import ZarrDataIO
from hdmf_io_zarr.dropin.ondisk import BuildersOnDisk, name_axes
from hdmf_io_zarr.dropin.sources import (
    absolute,
    check_options,
    clear_way,
    describe,
    is_store,
    located,
    opened,
    target_of,
)
from hdmf_io_zarr.io import ZarrIO as ZarrStorageIO
from hdmf_io_zarr.objectstore import ObjectStore
from hdmf_io_zarr.writer import ZarrWriter

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import zarr
    from zarr.abc.store import Store

__all__ = ["ZarrIO"]

_STOCK = "hdmf_zarr.backend.ZarrIO"


class ZarrIO(BuildersOnDisk):
    """``hdmf_zarr.ZarrIO`` over this engine.

    Parameters
    ----------
    path : str, Path or zarr Store
        The store.
    mode : {"r", "r-", "r+", "a", "w", "w-", "x"}
        As in zarr-python; ``r-`` reads without consolidated metadata. ``w`` replaces a local store
        when the first ``write`` has succeeded.
    manager : hdmf.build.BuildManager, hdmf.build.TypeMap or None
        None for an empty one, with which builders are read and written.
    storage_options : Mapping or None
        Of the file system behind a URL; only for reading.
    force_overwrite : bool
        Whether mode ``w`` removes at once what is no Zarr store, a file for example.

    Raises
    ------
    SourceNotFoundError, SourceExistsError
        If there is no store, or one that must not be. They are the built-in errors as well.
    ValueError
        If ``storage_options`` are given for another mode than ``r``.

    Notes
    -----
    Stores of both formats are read, and appended to in the format that they have.
    """

    set_dataio = ZarrDataIO
    """Makes data with options for Zarr."""

    def __init__(
        self,
        path: str | Path | Store,
        mode: str,
        manager: Any = None,
        storage_options: Mapping[str, object] | None = None,
        force_overwrite: bool = False,
    ) -> None:
        check_options(mode, storage_options)
        self._path = absolute(path)
        self._given_mode, self._storage_options = mode, storage_options
        source = located(path)
        if force_overwrite and mode == "w":
            clear_way(source)
        if manager is None:
            manager = TypeMap(NamespaceCatalog())
        inner = opened(
            source,
            "r" if mode == "r-" else mode,
            HdmfManager(manager),
            use_consolidated=False if mode == "r-" else None,
            storage_options=storage_options,
        )
        super().__init__(inner)

    def __del__(self) -> None:
        # As with h5py and zarr-python, whose files nobody has to close: the lock must not stay.
        with suppress(Exception):
            self.close()

    @property
    def path(self) -> Any:
        """The store: a local path made absolute, anything else as it was given."""
        return self._path

    @property
    def abspath(self) -> str:
        """The absolute path of the store."""
        return os.path.abspath(str(self.source))  # noqa: PTH100 - a URL is no path

    @property
    def mode(self) -> str:
        """The mode it was opened with."""
        return self._given_mode

    @property
    def storage_options(self) -> Mapping[str, object] | None:
        """Of the file system behind a URL."""
        return self._storage_options

    @property
    def synchronizer(self) -> None:
        """What older releases of zarr-python locked with; always None."""
        return

    def is_remote(self) -> bool:
        """Whether the store is behind a URL."""
        return "://" in self.source and isinstance(self._store(), ObjectStore)

    def _store(self) -> object:
        return cast("ZarrStorageIO", self._io).storage.store

    # reading

    @staticmethod
    def can_read(path: Any) -> bool:
        """Whether there is a Zarr store that can be opened."""
        return is_store(path)

    @classmethod
    def load_namespaces(  # type: ignore[override]  # the order of hdmf-zarr
        cls,
        namespace_catalog: Any,
        path: Any = None,
        file: zarr.Group | None = None,
        storage_options: Mapping[str, object] | None = None,
        namespaces: list[str] | None = None,
        *,
        io: Any = None,
    ) -> dict[str, Any]:
        """Load the namespaces cached in a store into a catalog or type map of hdmf.

        Parameters
        ----------
        namespace_catalog : hdmf.spec.NamespaceCatalog or hdmf.build.TypeMap
            Changed.
        path, storage_options
            As for the class.
        file : zarr.Group or None
            The root group, in place of ``path``.
        namespaces : list of str or None
            Names; None for all.
        io : StorageHDMFIO or None
            An open IO to read from instead.
        """
        if io is not None:
            return super().load_namespaces(namespace_catalog, namespaces=namespaces, io=io)
        if (path is None) == (file is None):
            msg = "Only one of 'path' and 'file' must be provided."
            raise ValueError(msg)
        source = located(path) if file is None else file
        with ZarrStorageIO(source, storage_options=storage_options) as source_io:
            storage = source_io.storage
            return load_documents(
                namespace_catalog, storage.specs(), source=storage.source, namespaces=namespaces
            )

    def resolve_ref(self, zarr_ref: Any) -> tuple[str, Any]:
        """Return the name and the object of zarr-python that a stored reference leads to.

        Raises
        ------
        ValueError
            If nothing is there.
        """
        return target_of(zarr_ref, self._file, self.source)

    @staticmethod
    def generate_dataset_html(dataset: Any) -> str:
        """Return a table about an array, as hdmf shows it in a notebook."""
        return str(describe(dataset))

    # writing

    def write(  # type: ignore[override]  # the arguments of hdmf-zarr
        self,
        container: Any,
        cache_spec: bool = True,
        link_data: bool = True,
        exhaust_dci: bool = True,
        number_of_jobs: int = 1,
        max_threads_per_process: int | None = None,
        multiprocessing_context: str | None = None,
        consolidate_metadata: bool = True,
    ) -> None:
        """Store a container.

        Parameters
        ----------
        container, cache_spec, link_data, exhaust_dci
            As for any IO of hdmf.
        number_of_jobs, max_threads_per_process, multiprocessing_context
            Not used: threads of this process encode the chunks.
        consolidate_metadata : bool
            Whether the write ends with consolidated metadata.
        """
        self._set_consolidation(consolidate_metadata)
        super().write(
            container, cache_spec=cache_spec, link_data=link_data, exhaust_dci=exhaust_dci
        )

    def write_builder(  # type: ignore[override]  # the arguments of hdmf-zarr
        self,
        builder: Any,
        link_data: bool = True,
        exhaust_dci: bool = True,
        export_source: str | None = None,
        consolidate_metadata: bool | None = None,
        *,
        expandable: Sequence[str] = EXPANDABLE,
        cache_spec: bool = False,
        src_io: Any = None,
    ) -> None:
        """Store a tree of hdmf's builders.

        Parameters
        ----------
        consolidate_metadata : bool or None
            Whether it ends with consolidated metadata; None for as the last write did.
        builder, link_data, exhaust_dci, export_source, expandable, cache_spec, src_io
            As for any IO of hdmf.
        """
        if consolidate_metadata is not None:
            self._set_consolidation(consolidate_metadata)
        name_axes(builder)
        super().write_builder(
            builder,
            link_data,
            exhaust_dci,
            export_source,
            expandable,
            cache_spec=cache_spec,
            src_io=src_io,
        )

    def export(  # type: ignore[override]  # the order of hdmf-zarr
        self,
        src_io: Any,
        container: Any = None,
        write_args: Mapping[str, Any] | None = None,
        clear_cache: bool = False,
        cache_spec: bool = True,
        number_of_jobs: int = 1,
        max_threads_per_process: int | None = None,
        multiprocessing_context: str | None = None,
        consolidate_metadata: bool = True,
    ) -> None:
        """Copy what another IO of hdmf holds, as it is stored or as it was changed in memory.

        Raises
        ------
        UnsupportedOperation
            If the mode is not ``w``, or data of another backend would be linked to.
        """
        self._set_consolidation(consolidate_metadata)
        super().export(src_io, container, write_args, cache_spec)

    def _set_consolidation(self, consolidates: bool) -> None:
        if self.is_open() and isinstance(self._io.storage, ZarrWriter):
            self._io.storage.consolidates = consolidates

    def _check_links(self, src_io: Any, *, link_data: bool) -> None:
        names = {f"{base.__module__}.{base.__qualname__}" for base in type(src_io).__mro__}
        if link_data and not is_of_backend(src_io, self._io.backend) and _STOCK not in names:
            msg = (
                f"Cannot export from non-Zarr backend {type(src_io).__name__} to Zarr with write "
                "argument link_data=True. Set write_args={'link_data': False}"
            )
            raise UnsupportedOperation(msg)
