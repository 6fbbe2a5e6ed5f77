"""``H5DataIO``: data, and how HDF5 is to store it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import h5py
import numpy as np
import numpy.typing as npt

from hdmf_io_core.chunks.dataio import DataIO, WriteOptions
from hdmf_io_core.chunks.linkdata import as_lengths, named_array
from hdmf_io_core.errors import LinkTargetError, OptionError
from hdmf_io_core.storage.dtypes import ElementType, NumberType
from hdmf_io_hdf5.dtypes import file_type
from hdmf_io_hdf5.fileobj import FileOptions, open_file
from hdmf_io_hdf5.filters import Compression, codecs_from_options
from hdmf_io_hdf5.plugincodecs import runs_here

if TYPE_CHECKING:
    from hdmf_io_core.storage.layout import LinkTarget
    from hdmf_io_core.types import MaxShape, Shape

__all__ = ["H5DataIO"]


class H5DataIO(DataIO):
    """Data with HDF5 dataset options.

    Parameters
    ----------
    data : array-like, chunk iterator, str or None
        What to store. With ``link_data=True`` a path names a dataset of another HDF5 file:
        ``"file.h5::/group/dataset"``, or ``"file.h5"`` for the dataset of the node's own name, else
        the only one in the file. None with ``dtype`` and ``shape`` makes an array without content.
    compression : str, int, Mapping or None
        ``"gzip"`` (or True), ``"lzf"``, ``"szip"``, the number of a registered filter, or an object
        of the package hdf5plugin.
    compression_opts : int, tuple or None
        gzip: level 0-9, 4 when None. Other filters: their parameters.
    shuffle, fletcher32 : bool
        Whether to add these filters.
    scaleoffset : int, bool or None
        Integers: bits to keep, True for as many as needed. Floats: decimal digits to keep, which
        loses the rest.
    chunks : tuple of int, bool or None
        Chunk shape; True or None for a good one, where chunks are needed.
    maxshape : tuple or None
        Largest shape, None in it for an axis without limit; None for not resizable.
    fillvalue : scalar or None
        Value of elements never written; None for zero.
    track_times : bool or None
        Whether HDF5 keeps times of creation and change; None for no.
    link_data : bool
        Whether ``data`` of another file is linked to instead of copied.
    allow_plugin_filters : bool
        Whether a filter may be asked for by number that is not available here.
    dtype, shape
        Of an array without content, beside ``data=None``.

    Raises
    ------
    OptionError
        If an option has a value that HDF5 would not take.
    UnknownCodecError
        If the filter is not available; names it and the package that has it.

    Notes
    -----
    The wrapper is not changed by a write, but for :attr:`dataset`, which is then the stored array.
    """

    def __init__(
        self,
        data: Any = None,
        *,
        compression: Compression = None,
        compression_opts: int | tuple[Any, ...] | None = None,
        shuffle: bool = False,
        fletcher32: bool = False,
        scaleoffset: int | bool | None = None,
        chunks: Shape | bool | None = None,
        maxshape: MaxShape | int | None = None,
        fillvalue: Any = None,
        track_times: bool | None = None,
        link_data: bool = False,
        allow_plugin_filters: bool = False,
        dtype: npt.DTypeLike | None = None,
        shape: Shape | None = None,
    ) -> None:
        super().__init__(data, dtype=dtype, shape=shape)
        self._settings: dict[str, Any] = {
            "compression": compression,
            "compression_opts": compression_opts,
            "shuffle": shuffle,
            "fletcher32": fletcher32,
            "scaleoffset": scaleoffset,
            "chunks": as_lengths(chunks),
            "maxshape": as_lengths(maxshape),
            "fillvalue": fillvalue,
            "track_times": track_times,
        }
        self._link_data = link_data
        self._allow_plugin_filters = allow_plugin_filters
        self._check()

    def _check(self) -> None:
        """Refuse now what HDF5 would refuse for data of any type."""
        self.options(NumberType(np.dtype(np.int64)))
        for name in ("chunks", "maxshape"):
            value = self._settings[name]
            if isinstance(value, tuple) and not all(_is_length(length, name) for length in value):
                msg = f"{name}={value!r} is no shape"
                raise OptionError(msg, hint="Give a tuple of integers, one an axis.")
        if self._link_data and any(self.io_settings.values()):
            given = ", ".join(sorted(self.io_settings))
            msg = f"linked data keeps the layout it has, so {given} cannot be used"
            raise OptionError(
                msg,
                hint="Set link_data=False to copy the data with these options.",
            )

    @property
    def link_data(self) -> bool:
        """Whether data of another file is linked to."""
        return self._link_data

    @property
    def io_settings(self) -> dict[str, Any]:
        """The dataset options that were given, by h5py's names; a new dict each time."""
        return {
            name: value
            for name, value in self._settings.items()
            if value is not None and value is not False
        }

    def options(self, dtype: ElementType | None = None) -> WriteOptions:
        """Return the options in the form that is the same for every backend."""
        settings = self._settings
        codecs = codecs_from_options(
            itemsize=file_type(dtype).get_size() if dtype is not None else 1,
            compression=settings["compression"],
            compression_opts=settings["compression_opts"],
            shuffle=settings["shuffle"],
            fletcher32=settings["fletcher32"],
            scaleoffset=settings["scaleoffset"],
            allow_plugin_filters=self._allow_plugin_filters,
            is_plain=dtype is None or runs_here(dtype),
            is_float=isinstance(dtype, NumberType) and dtype.dtype.kind == "f",
        )
        return WriteOptions(
            chunks=settings["chunks"],
            maxshape=settings["maxshape"],
            codecs=codecs or None,
            fill_value=settings["fillvalue"],
            track_times=settings["track_times"],
            link_data=self._link_data,
        )

    def link_target(self, name: str) -> LinkTarget | None:
        """Return the dataset that a path with ``link_data=True`` names, for a node called ``name``.

        Raises
        ------
        SourceNotFoundError, LinkTargetError
            If the file, or the dataset, is not there, or it is not clear which is meant; an
            explicit ``::/path`` is taken as it is.
        """
        if not self._link_data or not isinstance(self._data, (str, os.PathLike)):
            return None
        return named_array(self._data, name, _dataset_paths, what="dataset")

    def target_data(self, name: str) -> Any:
        """Return the dataset that a path names, as an array to be copied; other data as it is."""
        target = self.link_target(name)
        if target is None:
            return self._data
        file = open_file(str(target.file), "r", FileOptions())
        found = file.get(target.path)
        if not isinstance(found, h5py.Dataset):
            file.close()
            msg = f"there is no dataset {target.path!r} to copy"
            raise LinkTargetError(msg, source=target.file, path=target.path)
        return found


def _is_length(value: object, name: str) -> bool:
    if value is None:
        return name == "maxshape"
    return isinstance(value, (int, np.integer)) and not isinstance(value, bool) and int(value) >= 0


def _dataset_paths(file: str) -> list[str]:
    found: list[str] = []

    def note(path: str, node: object) -> None:
        if isinstance(node, h5py.Dataset):
            found.append(f"/{path}")

    with open_file(file, "r", FileOptions()) as opened:
        opened.visititems(note)
    return found
