"""``HDF5IO`` as hdmf has it."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import h5py
from hdmf.backends.errors import UnsupportedOperation
from hdmf.backends.hdf5 import HDF5IO as StockHDF5IO
from hdmf.build import TypeMap
from hdmf.spec import NamespaceCatalog

from hdmf_io_core.bridge.hdmfio import is_of_backend
from hdmf_io_core.bridge.manager import HdmfManager
from hdmf_io_core.bridge.parts import WritesParts
from hdmf_io_core.bridge.specs import cached_versions, load_documents
from hdmf_io_core.errors import ClosedIOError, OptionError
from hdmf_io_hdf5.dropin.dataio import H5DataIO
from hdmf_io_hdf5.dropin.sources import (
    check_exists,
    check_source,
    driver_options,
    opened_file,
    telling_specs,
)
from hdmf_io_hdf5.io import HDF5IO as HDF5StorageIO

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from hdmf_io_hdf5.reader import HDF5Reader

__all__ = ["HDF5IO"]


class HDF5IO(WritesParts):
    """``hdmf.backends.hdf5.HDF5IO`` over this engine.

    Parameters
    ----------
    path : str, Path or None
        The file; None with ``file``.
    mode : {"r", "r+", "a", "w", "w-", "x"}
        As in ``h5py.File``. ``w`` replaces the file when the first ``write`` has succeeded.
    manager : hdmf.build.BuildManager, hdmf.build.TypeMap or None
        None for an empty one, with which builders are read and written.
    comm : None
        MPI is not supported.
    file : h5py.File, binary file object or None
        An open file; closed with the IO.
    driver, aws_region : str or None
        HDF5 file driver, and the region for ``ros3``.
    herd_path : str or None
        Where a HERD file is; None for none.

    Raises
    ------
    UnsupportedOperation
        If the file does not exist, or must not.
    ValueError
        If neither ``path`` nor ``file`` is given, or they do not agree.
    """

    set_dataio = H5DataIO
    """Makes data with options for HDF5."""

    def __init__(
        self,
        path: str | Path | None = None,
        mode: str = "r",
        manager: Any = None,
        comm: None = None,
        *,
        file: Any = None,
        driver: str | None = None,
        aws_region: str | None = None,
        herd_path: str | None = None,
    ) -> None:
        if comm is not None:
            msg = "MPI communicators are not supported"
            raise OptionError(msg, hint="Use hdmf's own HDF5IO for parallel HDF5.")
        check_source(path, file)
        if file is None and driver != "ros3":
            check_exists(str(path), mode)
        if manager is None:
            manager = TypeMap(NamespaceCatalog())
        self._given_file = file
        self._driver, self._aws_region = driver, aws_region
        inner = HDF5StorageIO(
            file if file is not None else path,
            mode,
            HdmfManager(manager),
            driver=driver,
            driver_options=driver_options(driver, aws_region),
        )
        self._last_file = inner.file
        self._linked: list[Callable[[], None]] = []
        super().__init__(inner, herd_path=herd_path)

    @property
    def comm(self) -> None:
        """The MPI communicator; always None."""
        return

    @property
    def driver(self) -> str | None:
        """HDF5 file driver; None for the default."""
        return self._driver

    @property
    def aws_region(self) -> str | None:
        """The region for ``ros3``."""
        return self._aws_region

    @property
    def _file(self) -> h5py.File:
        """The ``h5py.File``, as pynwb asks for it; a closed one when the IO is closed."""
        with suppress(ClosedIOError):
            self._last_file = cast("HDF5Reader", self._io.storage).file
        return self._last_file

    def close(self, *, close_links: bool = True) -> None:
        """Close the file, and those that it links to; a second call does nothing.

        With ``close_links=False`` what was read through links stays open until
        :meth:`close_linked_files`.
        """
        if not close_links and self.is_open():
            self._linked.append(cast("HDF5Reader", self._io.storage).release_links())
        super().close()
        if self._given_file is not None:
            self._given_file.close()

    def close_linked_files(self) -> None:
        """Close the files that links lead to, if :meth:`close` left them open."""
        while self._linked:
            self._linked.pop()()

    @staticmethod
    def can_read(path: str | Path) -> bool:
        """Whether a path is a readable HDF5 file."""
        if not Path(path).is_file():
            return False
        try:
            with h5py.File(path, "r"):
                return True
        except OSError:
            return False

    @classmethod
    def load_namespaces(
        cls,
        namespace_catalog: Any,
        path: str | Path | None = None,
        namespaces: list[str] | None = None,
        io: Any = None,
        *,
        file: h5py.File | None = None,
        driver: str | None = None,
        aws_region: str | None = None,
    ) -> dict[str, Any]:
        """Load the namespaces cached in a file into a catalog or type map of hdmf.

        Parameters
        ----------
        namespace_catalog : hdmf.spec.NamespaceCatalog or hdmf.build.TypeMap
            Changed.
        path, file, driver, aws_region
            As for the class; ``file`` stays open.
        namespaces : list of str or None
            Names; None for all.
        io : StorageHDMFIO or None
            An open IO to read from instead.
        """
        if io is not None:
            return super().load_namespaces(namespace_catalog, namespaces=namespaces, io=io)
        with opened_file(path, file, driver, aws_region) as opened:
            return _load(opened.storage, namespace_catalog, namespaces)

    def load_namespaces_io(
        self, namespace_catalog: Any, namespaces: list[str] | None = None
    ) -> dict[str, Any]:
        """Load the namespaces cached in this file into a catalog or type map of hdmf.

        Raises
        ------
        UnsupportedOperation
            If the IO is closed.
        """
        self.check_open("load namespaces")
        return _load(self._io.storage, namespace_catalog, namespaces)

    @classmethod
    def get_namespaces(
        cls,
        path: str | Path | None = None,
        file: h5py.File | None = None,
        driver: str | None = None,
        aws_region: str | None = None,
    ) -> dict[str, str]:
        """Return the newest cached version of each namespace, by number and not by alphabet."""
        with opened_file(path, file, driver, aws_region) as opened:
            return cached_versions(telling_specs(opened.storage))

    @classmethod
    def export_io(
        cls,
        path: str,
        src_io: Any,
        comm: None = None,
        container: Any = None,
        *,
        write_args: Mapping[str, Any] | None = None,
        cache_spec: bool = True,
    ) -> None:
        """Copy what an IO holds to a new file; see :meth:`export`."""
        with cls(path, "w", comm=comm) as io:
            io.export(src_io, container, write_args, cache_spec)

    def write_link(
        self, parent: h5py.Group, builder: Any, export_source: str | None = None
    ) -> h5py.SoftLink | h5py.ExternalLink:
        """Store a ``LinkBuilder`` of hdmf in a group, and return the link."""
        super().write_link(parent, builder, export_source)
        return self._file[parent.name].get(builder.name, getlink=True)

    @classmethod
    def get_type(cls, data: Any) -> Any:
        """Return the type that hdmf stores data as: one of numpy or h5py, or a Python type."""
        return StockHDF5IO.get_type(data)

    @staticmethod
    def generate_dataset_html(dataset: Any) -> str:
        """Return a table about a dataset, as hdmf shows it in a notebook."""
        html: str = StockHDF5IO.generate_dataset_html(dataset)
        return html

    def _check_links(self, src_io: Any, *, link_data: bool) -> None:
        ours = is_of_backend(src_io, self._io.backend)
        if link_data and not ours and not isinstance(src_io, StockHDF5IO):
            msg = (
                f"Cannot export from non-HDF5 backend {type(src_io).__name__} to HDF5 with write "
                "argument link_data=True."
            )
            raise UnsupportedOperation(msg)


def _load(storage: Any, catalog: Any, namespaces: list[str] | None) -> dict[str, Any]:
    documents = telling_specs(storage)
    if not documents:
        return {}
    return load_documents(catalog, documents, source=storage.source, namespaces=namespaces)
