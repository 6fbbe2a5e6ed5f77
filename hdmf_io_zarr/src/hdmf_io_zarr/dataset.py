"""``ZarrDataset``: a ``zarr.Array`` with HDMF's values: text decoded, references resolved."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hdmf_io_core.chunks.lazy import LazyDataset
from hdmf_io_core.errors import OptionError
from hdmf_io_core.model.node import BrokenLink
from hdmf_io_core.storage.layout import ObjectRef, RegionRef

if TYPE_CHECKING:
    import zarr

    from hdmf_io_zarr.io import ZarrIO

__all__ = ["ZarrDataset"]


class ZarrDataset(LazyDataset):
    """An array of an open :class:`ZarrIO`, as a lazy array.

    Parameters
    ----------
    array : zarr.Array or str
        Of the IO's store; or its path there, for arrays that zarr-python cannot open. It is not
        owned.
    io : ZarrIO
        Open; closing it closes the array.

    Raises
    ------
    OptionError
        If ``array`` is neither.
    NodeNotFoundError
        If there is no array at the path.
    ClosedIOError
        If the IO is closed.

    Notes
    -----
    ``array[key]`` reads what is asked: ``str`` for text, containers for references. ``astype``
    gives a view that converts; assignment and ``append`` need a mode that writes.
    """

    def __init__(self, array: zarr.Array[Any] | str, io: ZarrIO) -> None:
        storage = io.storage
        stored = storage.at(array) if isinstance(array, str) else storage.adopt(array)
        if stored is None:
            msg = f"ZarrDataset wraps a zarr.Array or a path, not {type(array).__name__}"
            raise OptionError(
                msg, hint="Take it from io.file, as in ZarrDataset(io.file['group/array'], io)."
            )

        def resolve(ref: ObjectRef | RegionRef) -> object:
            builder = None if isinstance(ref, RegionRef) else io.tree.resolve(ref)
            if builder is None:
                return BrokenLink(stored.path, str(ref), reason="dangling reference")
            return io.manager.construct(builder)

        super().__init__(
            stored.array,
            path=stored.path,
            storage_name=stored.source,
            resolver=resolve,
            open_sink=io.tree.sink_opener(stored.path),
        )
