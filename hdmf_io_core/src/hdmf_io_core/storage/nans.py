"""Floats as JSON, with the bits of those that are no numbers: JSON has one word for them all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from hdmf_io_core.types import AnyArray

__all__ = ["float_words", "floats_of", "has_payload", "hex_bits", "real_type"]

_PREFIX = "0x"


def float_words(values: AnyArray) -> list[Any]:
    """Return floats as JSON, in C order; a NaN of other bits than the usual as the hex of them."""
    flat = np.ascontiguousarray(values).reshape(-1)
    words: list[Any] = flat.tolist()
    for index in np.flatnonzero(np.isnan(flat)).tolist():
        if has_payload(flat[index : index + 1]):
            words[index] = hex_bits(flat[index : index + 1])
    return words


def floats_of(words: list[Any], dtype: np.dtype[Any]) -> AnyArray:
    """Return the floats that JSON says, along one axis.

    Raises
    ------
    ValueError, TypeError
        A word is no float.
    """
    hexes = [index for index, word in enumerate(words) if isinstance(word, str)]
    if not hexes:
        return np.array(words, dtype)
    found = np.array([0.0 if isinstance(word, str) else word for word in words], dtype)
    for index in hexes:
        if not words[index].startswith(_PREFIX):
            msg = f"{words[index]!r} is no float"
            raise ValueError(msg)
        bits = np.frombuffer(bytes.fromhex(words[index][2:]), dtype.newbyteorder(">"))
        found[index : index + 1] = bits.astype(dtype)
    return found


def has_payload(cell: AnyArray) -> bool:
    """Whether a float is a NaN of other bits than the usual one."""
    return bool(np.isnan(cell).all()) and cell.tobytes() != np.array(np.nan, cell.dtype).tobytes()


def hex_bits(cell: AnyArray) -> str:
    """Return the bits of a float, the most significant first."""
    return f"{_PREFIX}{cell.astype(cell.dtype.newbyteorder('>')).tobytes().hex()}"


def real_type(dtype: np.dtype[Any]) -> np.dtype[Any]:
    """Return the type of the two parts of complex numbers."""
    return np.dtype(f"{dtype.byteorder}f{dtype.itemsize // 2}")
