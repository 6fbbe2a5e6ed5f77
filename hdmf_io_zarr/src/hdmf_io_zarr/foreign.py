"""The options of hdmf-zarr's ``ZarrDataIO``, as a wrapper of ours."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import numpy as np

from hdmf_io_core.errors import DataLossWarning
from hdmf_io_core.plan.policy import guess_chunks
from hdmf_io_zarr.codecs import chain_of_v3
from hdmf_io_zarr.dataio import ZarrDataIO

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hdmf_io_core.types import Shape

__all__ = ["from_foreign"]

_SAME = ("chunks", "compressor", "codecs", "maxshape", "dimension_names")
_CHUNKS_A_SHARD = 4
"""Along each axis, where the shape of shards is left to us."""


def from_foreign(wrapper: Any) -> ZarrDataIO:
    """Return a ``ZarrDataIO`` with the options of hdmf-zarr's, and without data.

    Parameters
    ----------
    wrapper
        With ``io_settings``: options by the names of zarr-python, or by ours. Codecs are those of
        zarr-python 3, or what ``ZarrDataIO`` takes.
    """
    settings = dict(wrapper.io_settings)
    options = {name: settings[name] for name in _SAME if settings.get(name) is not None}
    options["fillvalue"] = settings.get("fill_value", settings.get("fillvalue"))
    if settings.get("serializer") is not None:
        _codecs([settings["serializer"]])  # which warns of what it would do
    before = _codecs(_listed(settings.get("filters")))
    if settings.get("compressors") is not None:
        options["codecs"] = [*before, *_codecs(_listed(settings["compressors"]))]
    else:
        options["filters"] = before or None
        if "compressors" in settings:
            options["compressor"] = False
    shards = settings.get("shards")
    if shards is not None:
        options |= _sharding(wrapper, shards, options.get("chunks"))
    return ZarrDataIO(**options)


def _listed(codecs: Any) -> Sequence[Any]:
    if codecs is None:
        return ()
    return codecs if isinstance(codecs, (list, tuple)) else (codecs,)


def _codecs(codecs: Sequence[Any]) -> list[Any]:
    """Return codecs of zarr-python by the names of numcodecs; others as they are."""
    found: list[Any] = []
    for codec in codecs:
        if not hasattr(codec, "to_dict"):
            found.append(codec)
            continue
        entry = codec.to_dict()
        if entry["name"] == "transpose" or entry.get("configuration", {}).get("endian") == "big":
            msg = f"left out, since elements are stored in their own order: {entry['name']}"
            warnings.warn(msg, DataLossWarning, stacklevel=2)
            continue
        specs = chain_of_v3([entry], 0).codecs
        found += [{"id": spec.name, **spec.config} for spec in specs]
    return found


def _sharding(wrapper: Any, shards: Any, chunks: Shape | None) -> Mapping[str, Any]:
    """Return the shapes of shards and of their chunks."""
    if chunks is None:
        shape = wrapper.shape if isinstance(shards, str) else tuple(shards)
        shape = tuple(shape) if shape else np.shape(wrapper.data)
        itemsize = np.dtype(getattr(wrapper, "dtype", None) or float).itemsize
        chunks = guess_chunks(shape, None, itemsize)
        if not isinstance(shards, str):
            # A chunk has to fit into the shard a whole number of times.
            chunks = tuple(
                c if n % c == 0 else int(np.gcd(n, c)) for n, c in zip(shape, chunks, strict=True)
            )
    if isinstance(shards, str):
        shards = tuple(length * _CHUNKS_A_SHARD for length in chunks)
    return {"chunks": tuple(chunks), "shards": tuple(shards)}
