"""Parameters of plugin filters: those a file keeps, and those to give so that it keeps them."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeAlias

from h5py import h5d, h5f, h5p, h5s, h5t, h5z

from hdmf_io_hdf5.filters import filter_number
from hdmf_io_hdf5.plugincodecs import kept_codec
from hdmf_io_hdf5.scratch import scratch_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hdmf_io_core.storage.layout import CodecSpec
    from hdmf_io_core.types import Shape

__all__ = ["given_codecs"]

_Values: TypeAlias = tuple[int, ...]
# Filters below this are HDF5's own: those overwrite the values they fill in.
_FIRST_PLUGIN = 256
_HDF5_ERRORS = (OSError, RuntimeError, ValueError)


def given_codecs(
    codecs: Sequence[CodecSpec], tid: h5t.TypeID, chunks: Shape
) -> tuple[CodecSpec, ...]:
    """Return codecs with the values to set, where setting their own would store others.

    Some plugins put values of their own (a version, the size of an element) in front of what they
    are given: bitshuffle stores ``(0, 2)`` as ``(0, 5, 8, 0, 2)``. Setting those again would store
    ``(0, 5, 8, 0, 5, 8, 0, 2)``, and the data would no longer be compressed.

    References
    ----------
    HDF5 Reference Manual, ``H5Zregister``: the callback ``set_local``.
    """
    return tuple(_given(codec, tid.encode(), chunks) for codec in codecs)


def _given(codec: CodecSpec, type_code: bytes, chunks: Shape) -> CodecSpec:
    number, stored = filter_number(codec), codec.config.get("values")
    if number < _FIRST_PLUGIN or not isinstance(stored, list):
        return codec
    if not h5z.filter_avail(number):
        itemsize = h5t.decode(type_code).get_size()
        return kept_codec(codec, itemsize, itemsize * math.prod(chunks))
    given: Any = tuple(stored)
    values = _found(number, given, type_code, chunks)
    return replace(codec, config={**codec.config, "values": list(values)})


@lru_cache(maxsize=256)
def _found(number: int, stored: _Values, type_code: bytes, chunks: Shape) -> _Values:
    """Return the longest end of ``stored`` that the plugin turns into it; else all of it."""
    for start in range(len(stored) + 1):
        if _stored_for(number, stored[start:], type_code, chunks) == stored:
            return stored[start:]
    return stored


def _stored_for(number: int, values: _Values, type_code: bytes, chunks: Shape) -> _Values | None:
    """Return what a file in memory keeps of these values; None if the plugin refuses them."""
    access = h5p.create(h5p.FILE_ACCESS)
    access.set_fapl_core(1 << 12, False)  # noqa: FBT003 - no file behind it
    file = h5f.create(scratch_name().encode(), fapl=access)
    try:
        dcpl = h5p.create(h5p.DATASET_CREATE)
        dcpl.set_chunk(chunks)
        dcpl.set_filter(number, h5z.FLAG_MANDATORY, values)
        space = h5s.create_simple(chunks)
        dataset = h5d.create(file, None, h5t.decode(type_code), space, dcpl)
        kept: _Values = dataset.get_create_plist().get_filter(0)[2]
    except _HDF5_ERRORS:
        return None
    else:
        return kept
    finally:
        file.close()
