"""Chunks of elements without a fixed size: text, bytes, JSON, and pickles, which are read only.

What a chunk says of its own length is compared with what the array's metadata say, before memory is
taken for it.
"""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

import numcodecs
import numpy as np

from hdmf_io_core.chunks.codecs import numcodec
from hdmf_io_core.errors import CorruptChunkError, HdmfIOError, UnsupportedFeatureError
from hdmf_io_core.storage.unpickle import unpickle

if TYPE_CHECKING:
    from hdmf_io_core.storage.layout import CodecSpec
    from hdmf_io_core.types import AnyArray

__all__ = ["ObjectCodec"]

_PICKLED_DICTS = (("hdmf_zarr.utils", "ZarrReference"),)
"""What hdmf-zarr before 0.14 pickled beside lists and text."""
_COUNT_BYTES = 4


class ObjectCodec:
    """Codes the elements of a chunk.

    Parameters
    ----------
    spec
        The codec.
    n_items : int
        Elements of a chunk.
    """

    def __init__(self, spec: CodecSpec, n_items: int) -> None:
        self._name = spec.name
        self._n_items = n_items
        self._codec: Any = None if spec.name == "pickle" else numcodec(spec)

    def encode(self, values: AnyArray) -> Any:
        """Return the bytes of all elements, in C order."""
        if self._codec is None:
            msg = "pickled elements are read, never written"
            raise UnsupportedFeatureError(msg, hint="Export the store: the copy is not pickled.")
        if self._name != "vlen-utf8":
            return self._codec.encode(np.ascontiguousarray(values))
        flat: Any = values.reshape(-1)
        if any(isinstance(cell, bytes) for cell in flat):
            # Text that is not UTF-8 is kept as it is; the layout of both codecs is the same.
            cells = [cell if isinstance(cell, bytes) else cell.encode() for cell in flat]
            return numcodecs.VLenBytes().encode(np.array(cells, object))
        return self._codec.encode(flat)

    def decode(self, data: Any) -> AnyArray:
        """Return the elements, of whatever shape.

        Raises
        ------
        CorruptChunkError
            The bytes hold none, or another number of them.
        """
        try:
            return self._decoded(data)
        except HdmfIOError:
            raise
        except Exception as error:  # numcodecs raises whatever its parts do
            msg = f"a chunk holds no elements of {self._name}: {error}"
            raise CorruptChunkError(msg) from error

    def _decoded(self, data: Any) -> AnyArray:
        match self._name:
            case "pickle":
                return np.asarray(unpickle(bytes(data), dicts=_PICKLED_DICTS))
            case "json2":
                text = bytes(data).decode(self._codec.get_config()["encoding"])
                return self._listed(json.loads(text))
            case "msgpack2":
                from numcodecs import msgpacks

                raw = bool(self._codec.get_config()["raw"])
                return self._listed(msgpacks.msgpack.unpackb(bytes(data), raw=raw))
            case _:
                self._check_count(data)
        try:
            return np.asarray(self._codec.decode(data), object)
        except UnicodeDecodeError:
            return np.asarray(numcodecs.VLenBytes().decode(data), object)

    def _check_count(self, data: Any) -> None:
        # The codec allocates what the first four bytes say, up to 32 GiB.
        head = bytes(data[:_COUNT_BYTES])
        found = int.from_bytes(head, "little")
        if found != self._n_items or len(data) < _COUNT_BYTES * (found + 1):
            msg = f"a chunk says it has {found:,} elements, and {self._n_items:,} are due"
            raise CorruptChunkError(msg)

    def _listed(self, items: list[Any]) -> AnyArray:
        """Return the elements that a list holds; its last two are their dtype and their shape."""
        *cells, code, shape = items
        # An array of any size is made of one element, if the shape asks for that.
        if math.prod(map(int, shape)) != self._n_items:
            msg = f"a chunk says it has the shape {shape!r:.60}, and {self._n_items:,} are due"
            raise CorruptChunkError(msg)
        found: AnyArray = np.empty(tuple(shape), np.dtype(code))
        found[...] = cells if shape else cells[0]
        return found
