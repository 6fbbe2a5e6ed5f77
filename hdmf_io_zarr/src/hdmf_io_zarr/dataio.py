"""``ZarrDataIO``: data, and how Zarr is to store it."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeAlias

from hdmf_io_core.chunks.codecs import numcodec
from hdmf_io_core.chunks.dataio import DataIO, WriteOptions
from hdmf_io_core.chunks.lazy import LazyDataset
from hdmf_io_core.chunks.linkdata import as_lengths, named_array
from hdmf_io_core.errors import OptionError
from hdmf_io_core.storage.layout import CodecSpec, LinkTarget
from hdmf_io_zarr.codecs import default_codecs, normalised, sharded
from hdmf_io_zarr.opening import StoreOptions, open_storage

if TYPE_CHECKING:
    import numpy.typing as npt

    from hdmf_io_core.storage.dtypes import ElementType
    from hdmf_io_core.types import MaxShape, Shape

__all__ = ["Codec", "ZarrDataIO"]

Codec: TypeAlias = Any
"""A numcodecs codec, its configuration as a mapping with ``id``, or its name."""


class ZarrDataIO(DataIO):
    """Data with Zarr array options.

    Parameters
    ----------
    data : array-like, chunk iterator, str or None
        What to store. With ``link_data=True`` a path names an array of another store:
        ``"store.zarr::/group/array"``, or ``"store.zarr"`` for the array of the node's own name,
        else the only one in the store. None with ``dtype`` and ``shape`` makes an array without
        content.
    chunks : tuple of int, bool or None
        Chunk shape; True or None for a good one.
    shards : tuple of int or None
        Shape of shards, whole multiples of ``chunks``; None for none. Format 3 only.
    filters : sequence of Codec or None
        Run before the compressor, in order.
    compressor : Codec, bool or None
        A numcodecs codec, its name or configuration; True or None for the default, Zstandard;
        False for none.
    codecs : sequence of Codec or None
        All codecs in order, in place of ``filters`` and ``compressor``.
    maxshape : tuple or None
        Largest shape, None in it for an axis without limit; None for not resizable.
    fillvalue : scalar or None
        Value of elements never written; None for zero.
    dimension_names : sequence of str or None
        Names of the axes.
    link_data : bool
        Whether ``data`` of another store is linked to instead of copied.
    dtype, shape
        Of an array without content, beside ``data=None``.

    Raises
    ------
    OptionError
        If options contradict each other, or have a value that Zarr would not take.
    UnknownCodecError
        If a codec is not available; names the package that has it, where that is known.

    Notes
    -----
    The wrapper is not changed by a write, but for :attr:`dataset`, which is then the stored array.
    """

    def __init__(
        self,
        data: Any = None,
        *,
        chunks: Shape | bool | None = None,
        shards: Shape | None = None,
        filters: Sequence[Codec] | None = None,
        compressor: Codec = None,
        codecs: Sequence[Codec] | None = None,
        maxshape: MaxShape | int | None = None,
        fillvalue: Any = None,
        dimension_names: Sequence[str | None] | None = None,
        link_data: bool = False,
        dtype: npt.DTypeLike | None = None,
        shape: Shape | None = None,
    ) -> None:
        super().__init__(data, dtype=dtype, shape=shape)
        if codecs is not None and (filters is not None or compressor is not None):
            msg = "codecs are all there is: leave filters and compressor away"
            raise OptionError(msg)
        self._settings: dict[str, Any] = {
            "chunks": as_lengths(chunks),
            "shards": as_lengths(shards),
            "filters": filters,
            "compressor": compressor,
            "codecs": codecs,
            "maxshape": as_lengths(maxshape),
            "fillvalue": fillvalue,
            "dimension_names": None if dimension_names is None else tuple(dimension_names),
        }
        self._link_data = link_data
        if shards is not None and not isinstance(self._settings["chunks"], tuple):
            msg = "shards are made of chunks: give the shape of these too"
            raise OptionError(msg)
        if link_data and self.io_settings:
            msg = (
                f"linked data keeps the layout it has, so {sorted(self.io_settings)} cannot be used"
            )
            raise OptionError(msg, hint="Set link_data=False to copy the data with these options.")
        # Refuse now what could not be stored whatever the data.
        self.options()

    @property
    def link_data(self) -> bool:
        """Whether data of another store is linked to."""
        return self._link_data

    @property
    def io_settings(self) -> dict[str, Any]:
        """The array options that were given; a new dict each time."""
        return {name: value for name, value in self._settings.items() if value is not None}

    def options(self, dtype: ElementType | None = None) -> WriteOptions:
        """Return the options in the form that is the same for every backend."""
        settings = self._settings
        codecs, chunks = self._codecs(), settings["chunks"]
        if settings["shards"] is not None:
            codecs, chunks = (sharded(chunks, codecs),), settings["shards"]
        return WriteOptions(
            chunks=chunks,
            maxshape=settings["maxshape"],
            codecs=None if self._link_data else codecs,
            fill_value=settings["fillvalue"],
            link_data=self._link_data,
            dimension_names=settings["dimension_names"],
        )

    def portable_options(self, dtype: ElementType | None = None) -> WriteOptions:
        """Return the options for another backend: no default codecs, and chunks without shards."""
        settings, options = self._settings, self.options(dtype)
        is_asked = any(settings[name] is not None for name in ("codecs", "filters", "compressor"))
        codecs = self._codecs() if is_asked and not self._link_data else None
        return replace(options, chunks=settings["chunks"], codecs=codecs)

    def _codecs(self) -> tuple[CodecSpec, ...]:
        settings = self._settings
        if settings["codecs"] is not None:
            return tuple(_spec(codec) for codec in settings["codecs"])
        before = tuple(_spec(codec) for codec in settings["filters"] or ())
        compressor = settings["compressor"]
        if compressor is False:
            return before
        if compressor is None or compressor is True:
            return (*before, *default_codecs(3))
        return (*before, _spec(compressor))

    def link_target(self, name: str) -> LinkTarget | None:
        """Return the array that a path with ``link_data=True`` names, for a node called ``name``.

        Raises
        ------
        SourceNotFoundError, LinkTargetError
            If the store, or the array, is not there, or it is not clear which is meant; an
            explicit ``::/path`` is taken as it is.
        """
        if not self._link_data or not isinstance(self._data, (str, os.PathLike)):
            return None
        return named_array(self._data, name, _array_paths)

    def target_data(self, name: str) -> Any:
        """Return the array that a path names, to be copied; other data as it is."""
        target = self.link_target(name)
        if target is None:
            return self._data
        storage = open_storage(target.file, "r", StoreOptions()).storage
        array = storage.array(target.path)
        return LazyDataset(array, path=array.path, storage_name=storage.source)


def _array_paths(store: str) -> list[str]:
    storage = open_storage(store, "r", StoreOptions()).storage
    try:
        return storage.array_paths()
    finally:
        storage.close()


def _spec(codec: Codec) -> CodecSpec:
    if isinstance(codec, str):
        codec = {"id": codec}
    config = codec if isinstance(codec, Mapping) else getattr(codec, "get_config", dict)()
    if "id" not in config:
        msg = f"{codec!r} is no codec"
        raise OptionError(msg, hint="Give a numcodecs codec, or its configuration with 'id'.")
    spec = CodecSpec(str(config["id"]), {k: v for k, v in config.items() if k != "id"})
    numcodec(spec)
    return normalised(spec)
