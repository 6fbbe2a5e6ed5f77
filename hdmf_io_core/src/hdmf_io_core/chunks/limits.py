"""How much memory a file may ask for by what it declares. A declaration costs its writer nothing.

Arrays of any size may be declared; it is a chunk that has to be decoded whole.
"""

from __future__ import annotations

import math
import os
from typing import TYPE_CHECKING, Any

import numpy as np

from hdmf_io_core.errors import MemoryLimitError, OptionError

if TYPE_CHECKING:
    from hdmf_io_core.types import AnyArray, Shape

__all__ = ["CHUNK_LIMIT_VARIABLE", "allocated", "check_chunk", "chunk_limit_bytes"]

CHUNK_LIMIT_VARIABLE = "HDMF_IO_CHUNK_LIMIT"
_DEFAULT_BYTES = 4 << 30
"""What HDF5 allows to a chunk, whatever the file says."""


def chunk_limit_bytes() -> int:
    """Return how many bytes a chunk may have when decoded.

    4 GiB, or what the environment variable ``HDMF_IO_CHUNK_LIMIT`` says.

    Raises
    ------
    OptionError
        The variable holds no positive number.
    """
    said = os.environ.get(CHUNK_LIMIT_VARIABLE)
    if not said:
        return _DEFAULT_BYTES
    if not said.isdecimal() or int(said) < 1:
        msg = f"{CHUNK_LIMIT_VARIABLE}={said!r} is no number of bytes"
        raise OptionError(msg, hint="Unset it, or set it to a whole number.")
    return int(said)


def check_chunk(shape: Shape, itemsize: int, what: str = "a chunk") -> None:
    """Refuse a chunk, before anything is allocated for it.

    Raises
    ------
    MemoryLimitError
        It is declared larger than the limit.
    """
    n_bytes = math.prod(shape) * max(1, itemsize)
    limit = chunk_limit_bytes()
    if n_bytes > limit:
        msg = f"{what} is declared with {n_bytes:,} bytes, and {limit:,} are allowed"
        hint = f"If you trust the file, set {CHUNK_LIMIT_VARIABLE}={n_bytes} in the environment."
        raise MemoryLimitError(msg, hint=hint)


def allocated(shape: Shape, dtype: np.dtype[Any]) -> AnyArray:
    """Return memory for elements, of any content.

    Raises
    ------
    MemoryLimitError
        There is not that much.
    """
    try:
        return np.empty(shape, dtype)
    except (MemoryError, OverflowError, ValueError) as error:
        n_bytes = math.prod(shape) * dtype.itemsize
        msg = f"{n_bytes:,} bytes for elements of shape {shape} cannot be had"
        raise MemoryLimitError(msg, hint="Read a smaller part.") from error
