"""From ``dataset[key] = values`` and ``append`` to writes of regions.

Values are fitted and shapes compared before anything is written.
"""

from __future__ import annotations

import math
from itertools import pairwise, product
from typing import TYPE_CHECKING, Any

import numpy as np

from hdmf_io_core.errors import SelectionError, ShapeError
from hdmf_io_core.storage.dtypes import CompoundType
from hdmf_io_core.storage.fitting import fit, rank_of
from hdmf_io_core.storage.keys import parse_key
from hdmf_io_core.storage.selection import Selection, select_region

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hdmf_io_core.storage.layout import ArrayLayout
    from hdmf_io_core.storage.protocols import ArraySink
    from hdmf_io_core.storage.selection import AxisSelection, Finish, Indices
    from hdmf_io_core.types import AnyArray, Region, Shape

__all__ = [
    "append_rows",
    "assign",
    "assign_field",
    "grown_shape",
    "resized_shape",
    "rows_to_append",
]

GAP = 8
"""Selected indices with smaller gaps are written together: read, changed, written back."""


def assign(sink: ArraySink, key: Any, values: Any) -> None:
    """Write ``values``, broadcast, where ``key`` selects.

    Raises
    ------
    SelectionError
        If the key selects nothing of the array.
    ShapeError
        If the values cannot be broadcast to what is selected.
    UnsupportedDtypeError, TextEncodingError
        If the values do not fit the elements.
    """
    layout = sink.layout
    if layout.shape is None:
        msg = "an array without a shape has no elements to assign"
        raise SelectionError(msg)
    selection, finish = parse_key(key, layout.shape)
    extra = layout.memory_dtype.shape
    fitted = _broadcast(fit(values, layout.dtype), finish.shape + extra)
    if math.prod(selection.shape) == 0 or 0 in finish.shape:
        return
    block = np.empty(selection.shape, layout.memory_dtype)
    if finish.points is not None:
        _assign_points(sink, selection, finish, fitted)
        return
    finish.spread(fitted, block)
    _write_block(sink, selection, block)


def assign_field(sink: ArraySink, names: tuple[str, ...], key: Any, values: Any) -> None:
    """Write one field of the records that ``key`` selects; the others are read and kept.

    Raises
    ------
    SelectionError
        If there are several names, no such field, or the key selects nothing of the array.
    """
    if len(names) != 1:
        msg = "fields are assigned one at a time"
        raise SelectionError(msg)
    (name,) = names
    layout = sink.layout
    fields = layout.dtype.fields if isinstance(layout.dtype, CompoundType) else ()
    field = next((field for field in fields if field.name == name), None)
    if field is None or layout.shape is None:
        msg = f"no field {name!r}; the fields are {', '.join(f.name for f in fields) or 'none'}"
        raise SelectionError(msg)
    selection, finish = parse_key(key, layout.shape)
    block = np.empty(selection.shape, layout.memory_dtype)
    sink.read_into(selection, block)
    records: Any = finish.apply(block).copy()
    records[name] = _broadcast(fit(values, field.type), records[name].shape)
    assign(sink, key, records)


def append_rows(sink: ArraySink, values: Any, *, path: str) -> None:
    """Grow the first axis and write ``values`` there; on failure the shape is as before.

    Raises
    ------
    ShapeError
        If the values are neither rows nor one row, or the first axis cannot grow.
    UnsupportedDtypeError, TextEncodingError
        If the values do not fit the elements.
    """
    shape = sink.layout.shape or ()
    rows = rows_to_append(sink.layout, values, path=path)
    if len(rows) == 0:
        return
    new = (shape[0] + len(rows), *shape[1:])
    sink.resize(new)
    try:
        region = (slice(shape[0], new[0]), *(slice(0, length) for length in shape[1:]))
        sink.write(region, np.ascontiguousarray(rows))
    except BaseException:
        sink.resize(shape)
        raise


def rows_to_append(layout: ArrayLayout, values: Any, *, path: str) -> AnyArray:
    """Return values as rows that may be appended; nothing is written.

    Raises
    ------
    ShapeError, UnsupportedDtypeError, TextEncodingError
        As :func:`append_rows`.
    """
    shape = layout.shape
    if not shape:
        msg = "a scalar cannot be appended to"
        raise ShapeError(msg, path=path)
    rows = fit(values, layout.dtype)
    row_shape = shape[1:] + layout.memory_dtype.shape
    if rows.shape[:1] == (0,) and rows.ndim == 1 and row_shape != (0,):
        # A list of nothing is no rows, whatever the rank of the data.
        return np.empty((0, *row_shape), rows.dtype)
    given = rows.shape
    if rank_of(rows, layout.dtype) == len(shape) - 1:
        rows = rows[np.newaxis]
    if rank_of(rows, layout.dtype) != len(shape) or rows.shape[1:] != row_shape:
        msg = f"values of shape {given} are neither rows nor one row of shape {row_shape}"
        raise ShapeError(msg, path=path)
    grown_shape(shape, (shape[0] + len(rows), *shape[1:]), layout, path=path)
    return rows


def grown_shape(
    shape: Shape, needed: Shape, layout: ArrayLayout, *, path: str | None = None
) -> Shape:
    """Return the shape that holds both; ``ShapeError`` if it leaves the ``maxshape``."""
    new = tuple(max(pair) for pair in zip(shape, needed, strict=True))
    limits = layout.maxshape or layout.shape or ()
    for length, limit in zip(new, limits, strict=True):
        if limit is not None and length > limit:
            msg = f"shape {new} lies outside the maxshape {limits}"
            raise ShapeError(
                msg,
                path=path,
                hint="Data that is to grow is created with maxshape, None for an axis without "
                "limit: wrap it in the backend's DataIO with maxshape=(None, ...).",
            )
    return new


def resized_shape(shape: Shape, wanted: Shape | int, axis: int | None) -> Shape:
    """Return the shape that is asked for: a whole one, or the length of one axis."""
    if axis is None:
        return (wanted,) if isinstance(wanted, int) else tuple(wanted)
    if not isinstance(wanted, int) or not -len(shape) <= axis < len(shape):
        msg = f"axis {axis} of {shape} cannot become {wanted} long"
        raise ShapeError(msg)
    lengths = list(shape)
    lengths[axis] = wanted
    return tuple(lengths)


def _broadcast(values: AnyArray, shape: Shape) -> AnyArray:
    while values.ndim > len(shape) and values.shape[0] == 1:
        values = values[0]
    try:
        return np.broadcast_to(values, shape)
    except ValueError as error:
        msg = f"values of shape {values.shape} do not fit a selection of shape {shape}"
        raise ShapeError(msg) from error


def _write_block(sink: ArraySink, selection: Selection, block: AnyArray) -> None:
    """Write the block of an orthogonal selection, in as few regions as its gaps allow."""
    region = selection.region
    if region is not None:
        sink.write(region, block)
        return
    segments = [list(_segments(axis)) for axis in selection.axes]
    for parts in product(*segments):
        target = tuple(part[0] for part in parts)
        source = block[tuple(part[1] for part in parts)]
        if all(part[2] is None for part in parts):
            sink.write(target, np.ascontiguousarray(source))
            continue
        held = _read_region(sink, target)
        places = [
            np.arange(part[0].stop - part[0].start) if part[2] is None else part[2]
            for part in parts
        ]
        held[np.ix_(*places)] = source
        sink.write(target, held)


def _segments(axis: AxisSelection) -> Iterator[tuple[slice, slice, Indices | None]]:
    """Yield runs: where in the array, where in the block, which places of the run (None: all)."""
    if isinstance(axis, slice):
        if axis.step == 1:
            yield axis, slice(0, axis.stop - axis.start), None
            return
        axis = np.arange(axis.start, axis.stop, axis.step, dtype=np.intp)
    cuts = np.flatnonzero(np.diff(axis) > GAP) + 1
    bounds = [0, *cuts.tolist(), len(axis)]
    for first, last in pairwise(bounds):
        run = axis[first:last]
        low, high = int(run[0]), int(run[-1]) + 1
        places = None if high - low == len(run) else run - low
        yield slice(low, high), slice(first, last), places


def _assign_points(sink: ArraySink, selection: Selection, finish: Finish, values: AnyArray) -> None:
    """Write single elements, a row of the first axis at a time."""
    points = finish.points or ()
    coords = [
        np.arange(axis.start, axis.stop, axis.step)[places]
        if isinstance(axis, slice)
        else axis[places]
        for axis, places in zip(selection.axes, points, strict=True)
    ]
    order = np.argsort(coords[0], kind="stable")
    cuts = np.flatnonzero(np.diff(coords[0][order])) + 1
    for chosen in np.split(order, cuts):
        target = tuple(
            slice(int(axis[chosen].min()), int(axis[chosen].max()) + 1) for axis in coords
        )
        held = _read_region(sink, target)
        held[tuple(axis[chosen] - t.start for axis, t in zip(coords, target, strict=True))] = (
            values[chosen]
        )
        sink.write(target, held)


def _read_region(sink: ArraySink, region: Region) -> AnyArray:
    selection = select_region(region)
    held = np.empty(selection.shape, sink.layout.memory_dtype)
    sink.read_into(selection, held)
    return held
