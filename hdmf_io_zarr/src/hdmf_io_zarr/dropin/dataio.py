"""``ZarrDataIO`` as hdmf-zarr has it, with all options of ours."""

from __future__ import annotations

import importlib.util
from typing import TYPE_CHECKING, Any

import numpy as np
import zarr
from hdmf.data_utils import DataIO as HdmfDataIO

from hdmf_io_core.chunks.linkdata import as_lengths
from hdmf_io_zarr.foreign import from_foreign

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from hdmf_io_core.types import MaxShape, Shape
    from hdmf_io_zarr.dataio import Codec

__all__ = ["ZarrDataIO"]

if importlib.util.find_spec("hdmf_zarr") is not None:
    from hdmf_zarr.utils import ZarrDataIO as _Stock
else:
    _Stock = HdmfDataIO


class ZarrDataIO(_Stock):  # type: ignore[misc]  # hdmf has no types
    """``hdmf_zarr.ZarrDataIO`` with the options of ``hdmf_io_zarr.ZarrDataIO``.

    It goes into containers of hdmf and pynwb. Where hdmf-zarr is installed, it is one of its own.

    Parameters
    ----------
    data : array-like, chunk iterator, zarr.Array or None
        What to store; None with ``dtype`` and ``shape`` makes an array without content.
    chunks, fillvalue, filters, link_data
        As for ``hdmf_io_zarr.ZarrDataIO``; ``filters`` may be codecs of zarr-python 3 too.
    compressors : codec, sequence of codecs, bool or None
        Codecs of zarr-python 3 or of numcodecs; True or None for the default, False for none.
    serializer : codec or None
        Taken, and not used: numbers are stored in little-endian order.
    shards : tuple of int, "auto" or None
        Shape of shards; ``"auto"`` for a good one.
    compressor, codecs, maxshape, dimension_names, shape, dtype
        As for ``hdmf_io_zarr.ZarrDataIO``.

    Raises
    ------
    OptionError, UnknownCodecError
        As there.
    ValueError
        If ``shards`` is another word than ``"auto"``.
    """

    def __init__(
        self,
        data: Any = None,
        chunks: Shape | bool | None = None,
        fillvalue: Any = None,
        compressors: Any = None,
        compressor: Codec = None,
        filters: Sequence[Codec] | None = None,
        serializer: Any = None,
        shards: Shape | str | None = None,
        link_data: bool = False,
        *,
        codecs: Sequence[Codec] | None = None,
        maxshape: MaxShape | int | None = None,
        dimension_names: Sequence[str | None] | None = None,
        shape: Shape | None = None,
        dtype: npt.DTypeLike | None = None,
        fill_value: Any = None,
    ) -> None:
        if isinstance(shards, str) and shards != "auto":
            msg = "'shards' must be a shape or 'auto'."
            raise ValueError(msg)
        self._settings = _given(
            chunks=as_lengths(chunks),
            fill_value=fillvalue if fillvalue is not None else fill_value,
            compressor=compressor,
            filters=None if filters is None else list(filters),
            serializer=serializer,
            shards=shards if isinstance(shards, str) else as_lengths(shards),
            codecs=codecs,
            maxshape=as_lengths(maxshape),
            dimension_names=dimension_names,
        )
        if compressors is not None and compressors is not True:
            self._settings["compressors"] = None if compressors is False else compressors
        self._links = link_data and isinstance(data, zarr.Array)
        # Not hdmf-zarr's: that takes neither our options, nor an array without content.
        element = None if dtype is None else np.dtype(dtype)
        HdmfDataIO.__init__(self, data=data, dtype=element, shape=as_lengths(shape))
        # Refuse now what could not be stored whatever the data.
        from_foreign(self)

    @property
    def link_data(self) -> bool:
        """Whether a stored array is linked to, not copied."""
        return self._links

    @property
    def io_settings(self) -> dict[str, Any]:
        """The options that were given; a new dict each time."""
        return dict(self._settings)

    def get_io_params(self) -> dict[str, Any]:
        """Return the arguments that make a wrapper like this one, without the data."""
        settings = self.io_settings
        if "compressors" in settings and settings["compressors"] is None:
            settings["compressors"] = False
        return {**settings, "link_data": self._links}


def _given(**settings: Any) -> dict[str, Any]:
    return {name: value for name, value in settings.items() if value is not None}
