"""Blocks of an array of known shape, fetched one by one: the geometry is computed by bytes."""

from __future__ import annotations

import math
from abc import abstractmethod
from typing import TYPE_CHECKING, Any

import numpy as np

from hdmf_io_core.chunks.datachunk import AbstractDataChunkIterator, DataChunk
from hdmf_io_core.chunks.grid import ChunkGrid, block_shape
from hdmf_io_core.chunks.progress import ProgressBar, ProgressBarClass, make_progress
from hdmf_io_core.errors import OptionError, ShapeError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hdmf_io_core.types import AnyArray, Region, Shape

__all__ = ["ArrayChunkIterator", "GenericDataChunkIterator", "scaled_shape"]

DEFAULT_BUFFER_GB = 0.032
DEFAULT_CHUNK_MB = 10.0


class GenericDataChunkIterator(AbstractDataChunkIterator):
    """Blocks of an array that a subclass knows how to fetch.

    A subclass gives ``_get_data(selection)``, ``_get_maxshape()`` and ``_get_dtype()``, sets what
    they need and then calls this constructor.

    Parameters
    ----------
    buffer_gb : float or None
        Upper bound of a block in GB (1e9 bytes). None: 0.032, unless ``buffer_shape`` is given.
    buffer_shape : tuple of int or None
        Shape of the blocks; a multiple of the chunk shape, except where it is a whole axis.
    chunk_mb : float or None
        Upper bound of a chunk in MB (1e6 bytes). None: 10, unless ``chunk_shape`` is given.
    chunk_shape : tuple of int or None
        Chunk shape for the stored array.
    display_progress : bool
        Whether progress is shown, by tqdm where it is installed.
    progress_bar_class : callable or None
        Makes the progress bar in place of tqdm.
    progress_bar_options : mapping or None
        Keyword arguments for the progress bar.

    Raises
    ------
    OptionError
        If a size and a shape are both given, a size is not positive, or ``total`` is among the
        options of the progress bar.
    ShapeError
        If the shapes do not fit each other or the array.

    Examples
    --------
    >>> class Squares(GenericDataChunkIterator):
    ...     def _get_data(self, selection):
    ...         return np.arange(selection[0].start, selection[0].stop) ** 2
    ...
    ...     def _get_maxshape(self):
    ...         return (10,)
    ...
    ...     def _get_dtype(self):
    ...         return np.dtype("i8")
    >>> [chunk.data.tolist() for chunk in Squares(chunk_shape=(3,), buffer_shape=(6,))]
    [[0, 1, 4, 9, 16, 25], [36, 49, 64, 81]]
    """

    def __init__(
        self,
        *,
        buffer_gb: float | None = None,
        buffer_shape: Shape | None = None,
        chunk_mb: float | None = None,
        chunk_shape: Shape | None = None,
        display_progress: bool = False,
        progress_bar_class: ProgressBarClass | None = None,
        progress_bar_options: Mapping[str, Any] | None = None,
    ) -> None:
        _check_sizes(buffer_gb, buffer_shape, "buffer_gb", "buffer_shape")
        _check_sizes(chunk_mb, chunk_shape, "chunk_mb", "chunk_shape")
        options = dict(progress_bar_options or {})
        if "total" in options:
            msg = "progress_bar_options holds 'total', which the iterator sets"
            raise OptionError(msg)
        self._dtype = np.dtype(self._get_dtype())
        self._maxshape = tuple(int(length) for length in self._get_maxshape())
        for shape in (chunk_shape, buffer_shape):
            _check_rank(shape, self._maxshape)
        itemsize = max(1, self._dtype.itemsize)
        self.chunk_shape = _given_shape(chunk_shape) or scaled_shape(
            self._maxshape, itemsize, int(1e6 * (chunk_mb or DEFAULT_CHUNK_MB))
        )
        self.buffer_shape = _given_shape(buffer_shape) or block_shape(
            self._maxshape,
            self.chunk_shape,
            itemsize,
            int(1e9 * (buffer_gb or DEFAULT_BUFFER_GB)),
        )
        _check_geometry(self._maxshape, self.chunk_shape, self.buffer_shape)
        grid = ChunkGrid(self._maxshape, self.buffer_shape)
        self.num_buffers = grid.n_chunks
        self.buffer_selection_generator = grid.regions()
        self.display_progress = display_progress
        self.progress_bar: ProgressBar | None = None
        if display_progress:
            self.progress_bar = make_progress(self.num_buffers, progress_bar_class, options)

    @abstractmethod
    def _get_data(self, selection: Region) -> AnyArray:
        """Fetch a region into memory."""

    @abstractmethod
    def _get_maxshape(self) -> Shape:
        """Return the shape of the whole array."""

    @abstractmethod
    def _get_dtype(self) -> np.dtype[Any]:
        """Return the type of the elements."""

    @property
    def dtype(self) -> np.dtype[Any]:
        """Type of the elements."""
        return self._dtype

    @property
    def maxshape(self) -> Shape:
        """Shape of the whole array."""
        return self._maxshape

    def recommended_chunk_shape(self) -> Shape | None:
        """Return the chunk shape."""
        return self.chunk_shape

    def recommended_data_shape(self) -> Shape:
        """Return the shape of the whole array."""
        return self._maxshape

    def __next__(self) -> DataChunk:
        selection = next(self.buffer_selection_generator, None)
        if selection is None:
            if self.progress_bar is not None:
                self.progress_bar.close()
            raise StopIteration
        chunk = DataChunk(self._get_data(selection=selection), selection)
        if self.progress_bar is not None:
            self.progress_bar.update(1)
        return chunk


class ArrayChunkIterator(GenericDataChunkIterator):
    """Blocks of any array-like: what has ``shape``, ``dtype`` and slices to an array.

    Parameters
    ----------
    data
        The array-like: of dask, zarr, h5py, xarray, or a lazy dataset. It is sliced, never read
        whole.
    buffer_gb : float or None
        Upper bound of a block in GB (1e9 bytes); None: 0.032.

    Notes
    -----
    Blocks are made of whole chunks of the array-like, where it says what its chunks are.
    """

    def __init__(self, data: Any, *, buffer_gb: float | None = None) -> None:
        self._data = data
        unit = _chunks_of(data) or (1,) * len(data.shape)
        super().__init__(buffer_gb=buffer_gb, chunk_shape=unit)

    def _get_data(self, selection: Region) -> AnyArray:
        return np.asarray(self._data[selection])

    def _get_maxshape(self) -> Shape:
        return tuple(int(length) for length in self._data.shape)

    def _get_dtype(self) -> np.dtype[Any]:
        dtype: np.dtype[Any] = np.dtype(self._data.dtype)
        return dtype

    def recommended_chunk_shape(self) -> Shape | None:
        """Return None: the data says nothing of how it wants to be stored."""
        return None


def scaled_shape(shape: Shape, itemsize: int, limit_bytes: int) -> Shape:
    """Return the largest chunk within a limit that is in proportion to the array.

    Axes that are shorter than their share give it to the others, the last axis first.
    """
    sizes = [max(1, length) for length in shape]
    n_elements = max(1, limit_bytes // itemsize)
    if math.prod(sizes) <= n_elements:
        return tuple(sizes)
    scale = (n_elements / math.prod(sizes)) ** (1 / len(sizes))
    chunk = [max(1, math.floor(length * scale)) for length in sizes]
    while math.prod(chunk) > n_elements:
        # Axes raised to 1 took more than their share; the longest gives it back.
        longest = max(range(len(chunk)), key=chunk.__getitem__)
        others = math.prod(chunk) // chunk[longest]
        chunk[longest] = max(1, min(chunk[longest] - 1, n_elements // others))
    for axis in reversed(range(len(chunk))):
        others = math.prod(chunk) // chunk[axis]
        if math.prod(chunk) * 2 <= n_elements:
            chunk[axis] = min(sizes[axis], n_elements // others)
    return tuple(chunk)


def _given_shape(shape: Shape | None) -> Shape | None:
    return None if shape is None else tuple(int(length) for length in shape)


def _check_sizes(size: float | None, shape: Shape | None, size_name: str, shape_name: str) -> None:
    if size is not None and shape is not None:
        msg = f"{size_name} and {shape_name} are both given"
        raise OptionError(msg, hint="Give one of them.")
    if size is not None and size <= 0:
        msg = f"{size_name} is {size}, and must be above 0"
        raise OptionError(msg)


def _check_rank(shape: Shape | None, maxshape: Shape) -> None:
    if shape is not None and (len(shape) != len(maxshape) or any(n < 1 for n in shape)):
        msg = f"blocks of shape {shape} do not cut an array of shape {maxshape}"
        raise ShapeError(msg)


def _check_geometry(maxshape: Shape, chunk: Shape, buffer: Shape) -> None:
    for name, shape in (("chunk_shape", chunk), ("buffer_shape", buffer)):
        if any(n > max(1, length) for n, length in zip(shape, maxshape, strict=True)):
            msg = f"{name} {shape} is larger than the array, {maxshape}"
            raise ShapeError(msg)
    for c, b, length in zip(chunk, buffer, maxshape, strict=True):
        if b % c and b != length:
            msg = f"buffer_shape {buffer} is not made of whole chunks of {chunk}"
            raise ShapeError(msg)


def _chunks_of(data: Any) -> Shape | None:
    """Return the chunk shape that an array-like tells of; dask gives a tuple of lengths an axis."""
    chunks = getattr(data, "chunks", None)
    if not isinstance(chunks, tuple) or len(chunks) != len(data.shape):
        return None
    firsts = tuple(axis[0] if isinstance(axis, tuple) and axis else axis for axis in chunks)
    if not all(isinstance(length, int) and length > 0 for length in firsts):
        return None
    return tuple(min(c, max(1, n)) for c, n in zip(firsts, data.shape, strict=True))
