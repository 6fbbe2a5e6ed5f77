"""What an array says of itself, derived from its layout."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any

from hdmf_io_core.chunks.grid import ChunkGrid
from hdmf_io_core.errors import ShapeError

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np

    from hdmf_io_core.storage.dtypes import ElementType
    from hdmf_io_core.storage.layout import ArrayLayout, CodecSpec
    from hdmf_io_core.types import MaxShape, Region, Shape

__all__ = ["LayoutFacts"]


class LayoutFacts(ABC):
    """The properties that follow from an :class:`ArrayLayout`; none of them reads data."""

    @property
    @abstractmethod
    def layout(self) -> ArrayLayout:
        """Shape, types, chunks and codecs, as they are now."""

    @property
    def element_type(self) -> ElementType:
        """What an element is on disk."""
        return self.layout.dtype

    @property
    def dtype(self) -> np.dtype[Any]:
        """What an element is in memory; ``object`` for text and references."""
        return self.layout.memory_dtype

    @property
    def shape(self) -> Shape:
        """The shape; ``()`` for a scalar, and for an array without elements of any shape."""
        return self.layout.shape or ()

    @property
    def ndim(self) -> int:
        """The rank."""
        return len(self.shape)

    @property
    def size(self) -> int:
        """How many elements."""
        return self.layout.n_elements

    @property
    def nbytes(self) -> int:
        """Bytes in memory, without those of text and other objects."""
        return self.size * self.dtype.itemsize

    @property
    def maxshape(self) -> MaxShape:
        """How far each axis may grow; None in it for an axis without limit."""
        layout = self.layout
        return layout.maxshape if layout.maxshape is not None else layout.shape or ()

    @property
    def chunks(self) -> Shape | None:
        """Chunk shape; None if the array is not chunked."""
        return self.layout.chunks

    @property
    def codecs(self) -> tuple[CodecSpec, ...]:
        """How chunks are encoded, in the order of encoding."""
        return self.layout.codecs

    @property
    def fill_value(self) -> Any:
        """Value of elements never written; None for the storage's own."""
        return self.layout.fill_value

    def iter_chunks(self) -> Iterator[Region]:
        """Yield the regions of the chunks in C order.

        Raises
        ------
        ShapeError
            If the array is not chunked.
        """
        if self.chunks is None:
            msg = f"an array of shape {self.shape} is not chunked"
            raise ShapeError(msg)
        return ChunkGrid(self.shape, self.chunks).regions()
