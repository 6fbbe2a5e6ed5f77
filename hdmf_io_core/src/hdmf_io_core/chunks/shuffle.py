"""The shuffle filter: the first bytes of all elements, then all second bytes, and so on.

Only numpy copies, which let other threads run meanwhile; ``numcodecs.Shuffle`` does not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from hdmf_io_core.chunks.buffers import fresh

if TYPE_CHECKING:
    import numpy.typing as npt

    from hdmf_io_core.chunks.buffers import Take
    from hdmf_io_core.types import AnyArray

__all__ = ["byte_cells", "join_planes", "shuffled", "unshuffled", "wide_dtype"]

_CASTING = {2: "<u2", 4: "<u4"}
"""Sizes of elements that shifts and casts take apart faster than strided copies do."""


def shuffled(data: npt.NDArray[np.uint8], size: int, take: Take = fresh) -> npt.NDArray[np.uint8]:
    """Return bytes with those of equal place in their elements together.

    Parameters
    ----------
    data : ndarray, shape (n_bytes,), dtype uint8
        Contiguous. Bytes past the last whole element stay at the end.
    size : int
        Bytes of an element.
    take
        Where memory comes from, as long as the data for each call.
    """
    if size < 2:
        return data
    n = len(data) // size
    out = take(len(data))
    out[n * size :] = data[n * size :]
    planes = out[: n * size].reshape(size, n)
    whole = data[: n * size]
    if size not in _CASTING:
        cells = whole.reshape(n, size)
        for place in range(size):
            planes[place] = cells[:, place]
        return out
    numbers = whole.view(_CASTING[size])
    np.copyto(planes[0], numbers, casting="unsafe")
    shifted = take(n * size).view(_CASTING[size])
    for place in range(1, size):
        np.right_shift(numbers, 8 * place, out=shifted)
        np.copyto(planes[place], shifted, casting="unsafe")
    return out


def unshuffled(data: npt.NDArray[np.uint8], size: int) -> npt.NDArray[np.uint8]:
    """Undo :func:`shuffled`."""
    if size < 2:
        return data
    n = len(data) // size
    out = np.empty(len(data), np.uint8)
    out[n * size :] = data[n * size :]
    join_planes(data[: n * size].reshape(size, n), out[: n * size].reshape(n, size))
    return out


def join_planes(planes: AnyArray, cells: AnyArray) -> None:
    """Put bytes that are apart into their elements.

    Parameters
    ----------
    planes : ndarray, shape (size, ...), dtype uint8
        Any strides; may be a part of the chunk only.
    cells : ndarray, shape (..., size), dtype uint8
        Filled; the last axis is contiguous.
    """
    size = len(planes)
    if size in _CASTING:
        numbers: Any = cells.view(_CASTING[size])[..., 0]
        numbers[...] = planes[size - 1]
        for place in range(size - 2, -1, -1):
            np.left_shift(numbers, 8, out=numbers)
            np.bitwise_or(numbers, planes[place], out=numbers)
        return
    for place in range(size):
        cells[..., place] = planes[place]


def byte_cells(array: AnyArray, n_axes: int) -> npt.NDArray[np.uint8]:
    """Return a contiguous array as the bytes of its elements, one further axis.

    Parameters
    ----------
    array : ndarray
        C-contiguous. Axes after the first ``n_axes`` belong to the element.
    n_axes : int
        Rank of the array as it is stored.
    """
    shape = array.shape[:n_axes]
    n_bytes = array.dtype.itemsize
    for length in array.shape[n_axes:]:
        n_bytes *= length
    flat: npt.NDArray[np.uint8] = array.reshape(-1).view(np.uint8)
    return flat.reshape(*shape, n_bytes)


def wide_dtype(size: int) -> np.dtype[Any]:
    """Return a dtype of that many bytes that numpy copies well."""
    return np.dtype(f"u{size}") if size in {1, 2, 4, 8} else np.dtype((np.void, size))
