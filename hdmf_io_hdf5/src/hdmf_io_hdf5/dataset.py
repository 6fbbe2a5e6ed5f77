"""``H5Dataset``: an ``h5py.Dataset`` with HDMF's values: text decoded, references resolved."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hdmf_io_core.chunks.lazy import LazyDataset
from hdmf_io_core.errors import OptionError
from hdmf_io_core.model.node import BrokenLink
from hdmf_io_core.storage.layout import ObjectRef, RegionRef

if TYPE_CHECKING:
    import h5py

    from hdmf_io_hdf5.io import HDF5IO

__all__ = ["H5Dataset"]


class H5Dataset(LazyDataset):
    """A dataset of an open :class:`HDF5IO`, as a lazy array.

    Parameters
    ----------
    dataset : h5py.Dataset
        Of the IO's file, or of one that it links to. It is not owned.
    io : HDF5IO
        Open; closing it closes the dataset.

    Raises
    ------
    OptionError
        If ``dataset`` is no ``h5py.Dataset``.
    ClosedIOError
        If the IO is closed.

    Notes
    -----
    ``dataset[key]`` reads what is asked: ``str`` for text, containers for references. ``astype``
    gives a view that converts; assignment and ``append`` need a mode that writes.
    """

    def __init__(self, dataset: h5py.Dataset, io: HDF5IO) -> None:
        stored = io.storage.adopt(dataset)
        if stored is None:
            msg = f"H5Dataset wraps an h5py.Dataset, not {type(dataset).__name__}"
            raise OptionError(
                msg,
                hint="Take it from io.file, as in H5Dataset(io.file['/group/dataset'], io).",
            )

        def resolve(ref: ObjectRef | RegionRef) -> object:
            if isinstance(ref, RegionRef):
                return ref
            builder = io.tree.resolve(ref)
            if builder is None:
                return BrokenLink(stored.path, str(ref.key), reason="dangling reference")
            return io.manager.construct(builder)

        super().__init__(
            stored.array,
            path=stored.path,
            storage_name=stored.source,
            resolver=resolve,
            open_sink=io.tree.sink_opener(stored.path),
        )
        self._native = dataset

    @property
    def native(self) -> h5py.Dataset:
        """The dataset as h5py gives it."""
        return self._native
