"""Layout decisions: what is chunked, how large a chunk is, what may grow. Pure."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from hdmf_io_core.chunks.dataio import WriteOptions
from hdmf_io_core.errors import OptionError, ShapeError
from hdmf_io_core.storage.dtypes import ElementType, memory_dtype
from hdmf_io_core.storage.layout import ArrayLayout

if TYPE_CHECKING:
    from hdmf_io_core.types import MaxShape, Shape

__all__ = ["can_become", "copied_layout", "guess_chunks", "is_expandable_type", "new_layout"]

TARGET_CHUNK_BYTES = 1 << 20
"""A chunk this large amortises its look-up and still suits reading a window of it."""
MIN_GROWING_CHUNK_BYTES = 4 << 10
"""A chunk of a growing array is not smaller: rows appended one by one would each get one."""

_EXPANDABLE = frozenset({"VectorData", "VectorIndex", "ElementIdentifiers", "DynamicTableRegion"})


def is_expandable_type(data_type: str | None) -> bool:
    """Whether arrays of a type grow by rows without being asked (FORMAT: "expandability")."""
    return data_type in _EXPANDABLE


def guess_chunks(shape: Shape, maxshape: MaxShape | None, itemsize: int) -> Shape:
    """Return a chunk shape: whole rows, as many as make up about 1 MiB.

    Parameters
    ----------
    shape, maxshape
        Of the array; axes without limit count with their length of today, at least 1.
    itemsize : int
        Bytes of an element in memory.

    Returns
    -------
    tuple of int
        Every entry at least 1; no axis longer than the array, except a first axis that will grow.
    """
    chunk = [max(1, length) for length in shape]
    itemsize = max(1, itemsize)
    while math.prod(chunk[1:]) * itemsize > TARGET_CHUNK_BYTES:
        widest = max(range(1, len(chunk)), key=lambda axis: chunk[axis])
        chunk[widest] = (chunk[widest] + 1) // 2
    row_bytes = math.prod(chunk[1:]) * itemsize
    rows = max(1, TARGET_CHUNK_BYTES // row_bytes)
    limit = maxshape[0] if maxshape is not None else shape[0]
    if limit is None or limit > shape[0]:
        least = max(1, MIN_GROWING_CHUNK_BYTES // row_bytes)
        rows = min(rows, max(shape[0], least))
        rows = rows if limit is None else min(rows, limit)
    else:
        rows = min(rows, chunk[0])
    return (max(1, rows), *chunk[1:])


def new_layout(
    shape: Shape | None,
    dtype: ElementType,
    options: WriteOptions | None = None,
    *,
    expandable: bool = False,
    maxshape: MaxShape | None = None,
    chunk_hint: Shape | None = None,
) -> ArrayLayout:
    """Return the layout of an array that is made from values or a stream.

    Parameters
    ----------
    shape : tuple of int or None
        None for a null dataspace.
    options : WriteOptions or None
        What the caller asked for.
    expandable : bool
        Whether the array grows by rows without being asked.
    maxshape, chunk_hint
        What a stream says of itself; ``options`` win.

    Raises
    ------
    OptionError
        If chunks or codecs are asked for a scalar.
    ShapeError
        If ``maxshape`` or ``chunks`` do not fit the shape.
    """
    options = options if options is not None else WriteOptions()
    if not shape:
        _refuse_for_scalar(options, shape)
        return ArrayLayout(shape, dtype, fill_value=options.fill_value)
    limit = _limit(shape, options.maxshape if options.maxshape is not None else maxshape)
    if limit is None and expandable:
        limit = (None, *shape[1:])
    codecs = options.codecs or ()
    grows = limit is not None and limit != shape
    chunks = _chunks(options.chunks, chunk_hint, limit)
    if options.chunks is False and (grows or codecs):
        msg = "chunks=False with maxshape or a filter"
        raise OptionError(
            msg,
            hint="An array that can grow, or is compressed, is chunked: leave chunks away.",
        )
    if chunks is None and (grows or codecs or options.chunks is True):
        chunks = guess_chunks(shape, limit, memory_dtype(dtype).itemsize)
    return ArrayLayout(
        shape,
        dtype,
        maxshape=limit if chunks is not None else None,
        chunks=chunks,
        codecs=codecs,
        fill_value=options.fill_value,
        storage_class="compact" if options.is_compact else "contiguous",
        track_times=bool(options.track_times),
        dimension_names=options.dimension_names,
    )


def copied_layout(layout: ArrayLayout, options: WriteOptions | None) -> ArrayLayout:
    """Return the layout of a copy: as it was, but for what ``options`` ask."""
    own = ("contiguous", "compact", "chunked")
    kept = layout if layout.storage_class in own else replace(layout, storage_class="contiguous")
    if options is None or not layout.shape:
        return kept
    codecs = kept.codecs if options.codecs is None else options.codecs
    return new_layout(
        layout.shape,
        layout.dtype,
        replace(
            options,
            chunks=kept.chunks if options.chunks is None else options.chunks,
            codecs=codecs,
            fill_value=layout.fill_value if options.fill_value is None else options.fill_value,
            dimension_names=options.dimension_names or layout.dimension_names,
        ),
        maxshape=kept.maxshape,
    )


def can_become(stored: ArrayLayout, wanted: ArrayLayout) -> bool:
    """Whether the stored array can take the wanted content without being made anew."""
    if stored.shape is None or wanted.shape is None:
        return stored.shape is wanted.shape
    if stored.dtype != wanted.dtype or len(stored.shape) != len(wanted.shape):
        return False
    if stored.shape == wanted.shape:
        return True
    limits = stored.maxshape or stored.shape
    return (
        all(
            length == was if limit == was else limit is None or length <= limit
            for length, was, limit in zip(wanted.shape, stored.shape, limits, strict=True)
        )
        and stored.is_resizable
    )


def _limit(shape: Shape, maxshape: MaxShape | None) -> MaxShape | None:
    if maxshape is None:
        return None
    if len(maxshape) != len(shape):
        msg = f"maxshape {maxshape} has {len(maxshape)} axes, the data has shape {shape}"
        raise ShapeError(
            msg,
            hint="Give one entry an axis, None for one without limit.",
        )
    return tuple(maxshape)


def _chunks(asked: object, hint: Shape | None, limit: MaxShape | None) -> Shape | None:
    if isinstance(asked, tuple):
        return asked
    if asked is False or hint is None or limit is None or len(hint) != len(limit):
        return hint if asked is not False else None
    # A stream does not know of the limit that the caller set.
    return tuple(
        n if most is None else max(1, min(n, most)) for n, most in zip(hint, limit, strict=True)
    )


def _refuse_for_scalar(options: WriteOptions, shape: Shape | None) -> None:
    if options.codecs or options.maxshape or options.chunks:
        what = "a null dataspace" if shape is None else "a scalar"
        msg = f"chunks, filters and maxshape cannot be used for {what}"
        raise OptionError(
            msg,
            hint="Leave them away, or give an array with at least one axis.",
        )
