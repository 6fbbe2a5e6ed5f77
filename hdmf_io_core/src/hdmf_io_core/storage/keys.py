"""From what a user writes between brackets to a selection and its finish. Pure."""

from __future__ import annotations

import math
import operator
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from hdmf_io_core.errors import HdmfIOError, MemoryLimitError, SelectionError
from hdmf_io_core.storage.layout import RegionRef
from hdmf_io_core.storage.selection import (
    AxisSelection,
    Finish,
    Indices,
    Selection,
    as_slice,
    points_of,
)

if TYPE_CHECKING:
    from hdmf_io_core.types import AnyArray, Shape

__all__ = ["parse_key"]


def parse_key(key: object, shape: Shape) -> tuple[Selection, Finish]:
    """Normalise a key for an array of ``shape``.

    Parameters
    ----------
    key
        What stands between the brackets: integers, slices (any step, clipped as numpy clips),
        ``...``, one-dimensional lists, index arrays (any order, negative, repeated) and boolean
        masks, a boolean mask of the array's own shape, or a :class:`RegionRef`.
    shape
        Shape of the array; ``()`` for a scalar.

    Returns
    -------
    Selection, Finish
        What to read, and how to finish what was read.

    Raises
    ------
    SelectionError
        If the key has too many axes, is out of bounds, adds axes, or cannot be an index.
    MemoryLimitError
        If what it selects, of a shape that is only declared, cannot be listed in memory.

    Notes
    -----
    Several lists select orthogonally: ``[[0, 2], [1, 3]]`` gives a block of 2 by 2, where numpy
    would pair them. A mask of full rank, and points of a region reference, give one dimension.
    """
    try:
        return _parse_region_ref(key, shape) if isinstance(key, RegionRef) else _parse(key, shape)
    except HdmfIOError:
        raise
    except (MemoryError, OverflowError, ValueError) as error:
        # A declared length costs its writer nothing; numpy says by either that it is too large.
        msg = f"the key lists more elements of shape {shape} than there is memory for"
        raise MemoryLimitError(msg, hint="Read a smaller part, or forwards.") from error


def _parse(key: object, shape: Shape) -> tuple[Selection, Finish]:
    parts = key if isinstance(key, tuple) else (key,)
    mask = _full_mask(parts, shape)
    if mask is not None:
        return points_of([axis.astype(np.intp, copy=False) for axis in np.nonzero(mask)])
    expanded, has_ellipsis = _expand(parts, shape)
    axes: list[AxisSelection] = []
    orders: list[Indices | None] = []
    dropped: list[int] = []
    for axis, (part, length) in enumerate(zip(expanded, shape, strict=True)):
        selected, order, is_integer = _parse_axis(part, length, axis)
        axes.append(selected)
        orders.append(order)
        if is_integer:
            dropped.append(axis)
    selection = Selection(tuple(axes))
    result = tuple(
        length if order is None else len(order)
        for axis, (order, length) in enumerate(zip(orders, selection.shape, strict=True))
        if axis not in dropped
    )
    is_scalar = not result and not has_ellipsis
    return selection, Finish(tuple(orders), tuple(dropped), None, result, is_scalar)


def _full_mask(parts: tuple[object, ...], shape: Shape) -> npt.NDArray[np.bool_] | None:
    rest = [part for part in parts if part is not Ellipsis]
    if len(rest) != 1:
        return None
    mask = rest[0]
    if not isinstance(mask, np.ndarray) or mask.dtype != np.bool_ or mask.ndim < 2:
        return None
    if mask.shape != shape:
        msg = f"a boolean mask of shape {mask.shape} does not fit an array of shape {shape}"
        raise SelectionError(msg, hint="A mask has the array's own shape, or selects on one axis.")
    return mask


def _expand(parts: tuple[object, ...], shape: Shape) -> tuple[tuple[object, ...], bool]:
    n_ellipses = sum(part is Ellipsis for part in parts)
    if n_ellipses > 1:
        msg = "a key may hold only one '...'"
        raise SelectionError(msg)
    if any(part is None for part in parts):
        msg = "a key cannot add axes (np.newaxis, None) to stored data"
        raise SelectionError(msg, hint="Read first, then reshape the result.")
    missing = len(shape) - (len(parts) - n_ellipses)
    if missing < 0:
        msg = f"a key of {len(parts) - n_ellipses} axes does not fit an array of shape {shape}"
        raise SelectionError(msg)
    fill = (slice(None),) * missing
    if not n_ellipses:
        return parts + fill, False
    place = next(i for i, part in enumerate(parts) if part is Ellipsis)
    return parts[:place] + fill + parts[place + 1 :], True


def _parse_axis(part: Any, length: int, axis: int) -> tuple[AxisSelection, Indices | None, bool]:
    if isinstance(part, slice):
        selected, is_reversed = _parse_slice(part, length)
        count = len(range(selected.start, selected.stop, selected.step))
        order = np.arange(count - 1, -1, -1, dtype=np.intp) if is_reversed else None
        return selected, order, False
    if isinstance(part, (bool, np.bool_)):
        msg = f"a single boolean does not select on axis {axis}"
        raise SelectionError(msg, hint="Give a mask with one boolean an element.")
    if isinstance(part, (list, tuple, range)) or (isinstance(part, np.ndarray) and part.ndim):
        selected_axis, order = _parse_list(part, length, axis)
        return selected_axis, order, False
    try:
        index = operator.index(part)
    except TypeError as error:
        if hasattr(part, "__array__") and np.ndim(part):
            selected_axis, order = _parse_list(np.asarray(part), length, axis)
            return selected_axis, order, False
        msg = f"{part!r} is not an index (axis {axis})"
        raise SelectionError(msg) from error
    if not -length <= index < length:
        msg = f"index {index} is out of bounds for axis {axis} of length {length}"
        raise SelectionError(msg)
    index %= length
    return slice(index, index + 1, 1), None, True


def _parse_slice(part: slice, length: int) -> tuple[slice, bool]:
    try:
        chosen = range(*part.indices(length))
    except (TypeError, ValueError) as error:
        msg = f"{part} is not a slice of integers with a step other than 0"
        raise SelectionError(msg) from error
    if not chosen:
        return slice(0, 0, 1), False
    if chosen.step < 0:
        return slice(chosen[-1], chosen[0] + 1, -chosen.step), True
    return slice(chosen.start, chosen[-1] + 1, chosen.step), False


def _parse_list(
    part: list[object] | tuple[object, ...] | range | AnyArray, length: int, axis: int
) -> tuple[AxisSelection, Indices | None]:
    try:
        array = np.asarray(part)
    except ValueError as error:
        msg = f"the list for axis {axis} is ragged"
        raise SelectionError(msg) from error
    if array.ndim != 1:
        msg = f"an index of {array.ndim} dimensions cannot select on axis {axis}"
        raise SelectionError(
            msg, hint="Lists, index arrays and masks of an axis have one dimension."
        )
    if array.dtype == np.bool_:
        if len(array) != length:
            msg = f"a mask of length {len(array)} does not fit axis {axis} of length {length}"
            raise SelectionError(msg)
        return as_slice(np.flatnonzero(array)), None
    if array.size and array.dtype.kind not in "iu":
        msg = f"indices of dtype {array.dtype} cannot select on axis {axis}"
        raise SelectionError(msg)
    if array.size and not (-length <= int(array.min()) and int(array.max()) < length):
        msg = f"an index of axis {axis} is out of bounds: its length is {length}"
        raise SelectionError(msg)
    indices = array.astype(np.intp)
    indices[indices < 0] += length
    if np.all(indices[1:] > indices[:-1]):
        return as_slice(indices), None
    unique, inverse = np.unique(indices, return_inverse=True)
    return as_slice(unique), inverse.astype(np.intp).reshape(-1)


def _parse_region_ref(ref: RegionRef, shape: Shape) -> tuple[Selection, Finish]:
    if ref.kind == "all":
        return parse_key((), shape)
    corners = np.asarray(ref.corners, dtype=np.intp)
    if ref.kind == "none" or not corners.size:
        return points_of([np.empty(0, np.intp) for _ in shape])
    if corners.shape[-1] != len(shape) or np.any(corners < 0) or np.any(corners >= shape):
        msg = f"a region reference does not lie inside an array of shape {shape}"
        raise SelectionError(msg)
    if ref.kind == "points":
        return points_of(list(corners.T))
    cells = [
        np.ravel_multi_index(
            np.ix_(*(np.arange(lo, hi + 1) for lo, hi in zip(first, last, strict=True))), shape
        ).ravel()
        for first, last in corners
    ]
    coords = np.unravel_index(np.unique(np.concatenate(cells)), shape)
    unique = [np.unique(axis) for axis in coords]
    if math.prod(len(axis) for axis in unique) == len(coords[0]):
        return parse_key(tuple(unique), shape)
    return points_of([axis.astype(np.intp, copy=False) for axis in coords])
