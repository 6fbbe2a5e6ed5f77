"""Arrays that lie in one run of bytes, read past the storage's library.

Whole rows go straight into the caller's array, in parallel where they are many; a few elements of
each row are picked out of rows read whole.
"""

from __future__ import annotations

import math
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from hdmf_io_core.chunks.pieces import taken
from hdmf_io_core.chunks.shuffle import byte_cells, wide_dtype
from hdmf_io_core.storage.selection import as_slice

if TYPE_CHECKING:
    import numpy.typing as npt

    from hdmf_io_core.chunks.pool import WorkerPool
    from hdmf_io_core.storage.abilities import FlatRead
    from hdmf_io_core.storage.selection import AxisSelection, Selection
    from hdmf_io_core.types import AnyArray, Shape

__all__ = ["read_flat"]

_JOB_BYTES = 8 << 20
_SPAN_BYTES = 1 << 20
_LEAST_SHARE = 64


def read_flat(
    read: FlatRead, shape: Shape, selection: Selection, out: AnyArray, *, pool: WorkerPool
) -> bool:
    """Fill ``out``; False if the storage's library reads this selection better.

    Parameters
    ----------
    read
        Of the array.
    shape
        Of the array; at least one axis.
    selection
        Of the array.
    out : ndarray, shape ``selection.shape``
        C-contiguous, of the array's bytes.
    pool
        Whose workers read.
    """
    if 0 in selection.shape:
        return True
    cells = byte_cells(out, len(shape))
    row_bytes = math.prod(shape[1:]) * cells.shape[-1]
    rows = selection.axes[0]
    first, last = _ends(rows)
    if last + 1 - first == len(out) and _are_whole(selection.axes[1:], shape[1:]):
        _read_rows(read, first * row_bytes, cells, pool)
        return True
    span = (last + 1 - first) * row_bytes
    if span > _SPAN_BYTES and (row_bytes > _JOB_BYTES or span > _LEAST_SHARE * out.nbytes):
        return False
    if span <= _SPAN_BYTES:
        held = np.empty((last + 1 - first, *shape[1:], cells.shape[-1]), np.uint8)
        read(first * row_bytes, held.reshape(-1).data)
        inside = (_moved(rows, first), *selection.axes[1:])
        wide = wide_dtype(cells.shape[-1])
        cells.view(wide)[..., 0] = taken(held.view(wide)[..., 0], inside)
        return True
    n_rows = max(1, _JOB_BYTES // row_bytes)
    with pool.window(_nothing) as window:
        for start in range(first, last + 1, n_rows):
            stop = min(start + n_rows, last + 1)
            job = partial(_read_part, read, shape, (start, stop), selection, cells=cells)
            window.submit(job, (stop - start) * row_bytes)
    return True


def _read_rows(read: FlatRead, offset: int, cells: npt.NDArray[np.uint8], pool: WorkerPool) -> None:
    """Read one run of bytes, in parallel if it is long."""
    view = cells.reshape(-1).data
    if len(view) <= _SPAN_BYTES:
        read(offset, view)
        return
    with pool.window(_nothing) as window:
        for start in range(0, len(view), _JOB_BYTES):
            part = view[start : start + _JOB_BYTES]
            # The bytes are the caller's array: nothing is held for them.
            window.submit(partial(read, offset + start, part), 0)


def _read_part(
    read: FlatRead,
    shape: Shape,
    rows: tuple[int, int],
    selection: Selection,
    *,
    cells: npt.NDArray[np.uint8],
) -> None:
    """Read some rows whole, and put what is wanted of them where it goes."""
    start, stop = rows
    axis = selection.axes[0]
    indices = np.arange(axis.start, axis.stop, axis.step) if isinstance(axis, slice) else axis
    first, after = np.searchsorted(indices, (start, stop)).tolist()
    if first == after:
        return
    held = np.empty((stop - start, *shape[1:], cells.shape[-1]), np.uint8)
    row_bytes = held.nbytes // (stop - start)
    read(start * row_bytes, held.reshape(-1).data)
    inside = (as_slice(indices[first:after] - start), *selection.axes[1:])
    wide = wide_dtype(cells.shape[-1])
    cells[first:after].view(wide)[..., 0] = taken(held.view(wide)[..., 0], inside)


def _ends(axis: AxisSelection) -> tuple[int, int]:
    """Return the first and the last index."""
    if isinstance(axis, slice):
        places = range(axis.start, axis.stop, axis.step)
        return places[0], places[-1]
    return int(axis[0]), int(axis[-1])


def _moved(axis: AxisSelection, first: int) -> AxisSelection:
    if isinstance(axis, slice):
        return slice(axis.start - first, axis.stop - first, axis.step)
    return axis - first


def _are_whole(axes: tuple[AxisSelection, ...], shape: Shape) -> bool:
    return all(
        isinstance(axis, slice) and (axis.start, axis.stop, axis.step) == (0, length, 1)
        for axis, length in zip(axes, shape, strict=True)
    )


def _nothing(_: None) -> None:
    return None
