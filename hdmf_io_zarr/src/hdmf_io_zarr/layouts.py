"""What ``.zarray`` and ``zarr.json`` say of an array, as a layout of core."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from hdmf_io_core.errors import (
    MetadataError,
    UnsupportedDtypeError,
)
from hdmf_io_core.storage.dtypes import ArrayType, CompoundType, ElementType, memory_dtype
from hdmf_io_core.storage.elementjson import element_from_json
from hdmf_io_core.storage.layout import ArrayLayout, CodecSpec
from hdmf_io_core.stores.hints import HINTS
from hdmf_io_zarr.adapting import same_bytes
from hdmf_io_zarr.codecs import (
    SHARDING,
    Chain,
    chain_of_v2,
    chain_of_v3,
    normalised,
)
from hdmf_io_zarr.conventions import CONVENTIONS, ZarrFormat
from hdmf_io_zarr.dtypes import disk_type, natural_element, numpy_of_v3
from hdmf_io_zarr.fills import fill_value, hinted_fill
from hdmf_io_zarr.wellformed import well_formed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hdmf_io_core.stores.documents import Node
    from hdmf_io_core.types import MaxShape, Shape

_AXES_LIMIT = 32
"""Of numpy 1 and of HDF5."""
_LENGTH_LIMIT = 2**63 - 1

__all__ = ["StoredLayout", "is_sharded", "read_layout"]


@dataclass(frozen=True, slots=True)
class StoredLayout:
    """How an array really lies in its store; shapes include the axes of elements that are arrays.

    Attributes
    ----------
    chunks
        Of a stored chunk: the unit that has a key.
    dtype
        Of decoded elements.
    chain
        How chunks are encoded.
    prefix, separator
        How keys are made.
    element
        What the elements mean.
    logical
        The layout as core sees it, with the shape of the time of reading.
    """

    chunks: Shape
    dtype: np.dtype[Any]
    chain: Chain
    prefix: str
    separator: str
    element: ElementType
    logical: ArrayLayout

    @property
    def has_own_bytes(self) -> bool:
        """Whether chunks are encoded as the logical layout says, byte for byte."""
        chain = self.chain
        stored = [normalised(spec) for spec in chain.codecs]
        return (
            (chain.axes, chain.object_codec) == (None, None)
            and stored == [same_bytes(spec) for spec in self.logical.codecs]
            and _is_packed(self.element)
        )


def _is_packed(element: ElementType) -> bool:
    """Whether decoded bytes are those that numpy, HDF5 and Zarr all have for the type."""
    if isinstance(element, ArrayType):
        return _is_packed(element.base)
    if isinstance(element, CompoundType):
        offset = 0
        for field in element.fields:
            if field.offset not in {None, offset} or not _is_packed(field.type):
                return False
            offset += memory_dtype(field.type).itemsize
        return element.itemsize in {None, offset}
    return not disk_type(element, 3).dtype.hasobject


def read_layout(node: Node, zarr_format: ZarrFormat) -> StoredLayout:
    """Return the layout of an array's node.

    Raises
    ------
    MetadataError
        The documents contradict themselves.
    UnsupportedDtypeError
        The elements have no counterpart.
    """
    with well_formed("the array's metadata"):
        return _read(node, zarr_format)


def _lengths(said: Any, least: int) -> Shape:
    """Return a shape as it is declared, checked: whole numbers, of no more axes than numpy has."""
    lengths = tuple(said)
    if len(lengths) > _AXES_LIMIT:
        msg = f"an array of {len(lengths)} axes, and {_AXES_LIMIT} are the most"
        raise MetadataError(msg)
    for length in lengths:
        if type(length) is not int or not least <= length <= _LENGTH_LIMIT:
            msg = f"an axis is said to have the length {length!r}"
            raise MetadataError(msg)
    return lengths


def _separator(said: object) -> str:
    """Return what stands between the coordinates of a chunk; it must not lead out of the store."""
    if said not in (".", "/"):
        msg = f"the coordinates of chunks are separated by {said!r}, not by '.' or '/'"
        raise MetadataError(msg)
    return str(said)


class _Lie(NamedTuple):
    """How chunks lie in the store, whatever they mean."""

    chunks: Shape
    dtype: np.dtype[Any]
    chain: Chain
    prefix: str
    separator: str


def _read(node: Node, zarr_format: ZarrFormat) -> StoredLayout:
    shape = _lengths(node.meta["shape"], 0)
    lie = _lie_v2(node.meta) if zarr_format == 2 else _lie_v3(node.meta, len(shape))
    if len(lie.chunks) != len(shape):
        msg = f"chunks {lie.chunks} do not cut the shape {shape}"
        raise MetadataError(msg)
    logical = _logical(node, zarr_format, shape, lie)
    return StoredLayout(*lie, logical.dtype, logical)


def _lie_v2(meta: Mapping[str, Any]) -> _Lie:
    dtype = _v2_dtype(meta["dtype"])
    if dtype.subdtype is not None:
        msg = f"the dtype {meta['dtype']!r} is an array, which elements cannot be"
        raise MetadataError(msg)
    chunks = _lengths(meta["chunks"], 1)
    chain = chain_of_v2(meta, holds_objects=dtype.hasobject)
    return _Lie(chunks, dtype, chain, "", _separator(meta.get("dimension_separator") or "."))


def _lie_v3(meta: Mapping[str, Any], ndim: int) -> _Lie:
    chain = chain_of_v3(meta["codecs"], ndim)
    dtype, implied = numpy_of_v3(meta["data_type"], _order(chain))
    if implied is not None and chain.object_codec is None:
        chain = chain._replace(object_codec=CodecSpec(implied))
    if meta["chunk_grid"]["name"] != "regular":
        msg = f"the chunk grid {meta['chunk_grid']['name']!r} is not regular"
        raise MetadataError(msg)
    chunks = _lengths(meta["chunk_grid"]["configuration"]["chunk_shape"], 1)
    return _Lie(chunks, dtype, chain, *_key_encoding(meta["chunk_key_encoding"]))


def _order(chain: Chain) -> str:
    """Return the byte order of numbers: the codecs', or, in shards, that of the inner codecs."""
    sharding = next((spec for spec in chain.codecs if spec.name == SHARDING), None)
    if sharding is None:
        return chain.order
    config: Any = sharding.config
    return chain_of_v3(config["codecs"], len(config["chunk_shape"])).order


def _v2_dtype(value: Any) -> np.dtype[Any]:
    if isinstance(value, list):
        value = [
            (str(part[0]), _v2_dtype(part[1]), *(tuple(axes) for axes in part[2:]))
            for part in value
        ]
    made: np.dtype[Any] = np.dtype(value)
    return made


def _key_encoding(entry: Any) -> tuple[str, str]:
    config = entry.get("configuration") or {}
    if entry["name"] == "default":
        separator = _separator(config.get("separator", "/"))
        return f"c{separator}", separator
    if entry["name"] == "v2":
        return "", _separator(config.get("separator", "."))
    msg = f"chunk keys are encoded as {entry['name']!r}, which is unknown"
    raise MetadataError(msg)


def _logical(node: Node, zarr_format: ZarrFormat, shape: Shape, lie: _Lie) -> ArrayLayout:
    """Return the layout as core sees it: as stored, seen through the hints that still fit it."""
    hints = _hints(node)
    element = _element(node, zarr_format, shape, lie)
    if hints.get("shape") == "null":
        return ArrayLayout(None, element)
    extra = len(disk_type(element, zarr_format).extra) if isinstance(element, ArrayType) else 0
    outer = shape[: len(shape) - extra]
    is_marked = node.attributes.get(CONVENTIONS[zarr_format].dtype) == "scalar"
    is_scalar = hints.get("shape") == "scalar" or (is_marked and shape == (1,))
    fill = hinted_fill(
        hints.get("fill_value"), fill_value(node.meta.get("fill_value"), lie.dtype, element)
    )
    if is_scalar or not outer:
        return ArrayLayout((), element, fill_value=fill)
    storage: Any = hints.get("storage")
    is_chunked = storage not in {"contiguous", "compact"}
    maxshape = _maxshape(hints, outer)
    names = node.meta.get("dimension_names")
    return ArrayLayout(
        outer,
        element,
        maxshape=None if maxshape == outer or not is_chunked else maxshape,
        chunks=lie.chunks[: len(outer)] if is_chunked else None,
        codecs=_codecs(hints, lie.chain) if is_chunked else (),
        fill_value=fill,
        storage_class="chunked" if is_chunked else storage,
        track_times=bool(hints.get("track_times")),
        dimension_names=None if names is None else tuple(names[: len(outer)]),
    )


def _hints(node: Node) -> Mapping[str, Any]:
    hints = node.attributes.get(HINTS)
    return hints if isinstance(hints, dict) else {}


def _element(node: Node, zarr_format: ZarrFormat, shape: Shape, lie: _Lie) -> ElementType:
    """Return what the elements are: as a hint says, if the array can hold that, else as stored."""
    conventions = CONVENTIONS[zarr_format]
    hinted = _hinted_element(_hints(node), lie.dtype, zarr_format)
    if hinted is not None:
        extra = disk_type(hinted, zarr_format).extra
        if not extra or extra == shape[-len(extra) :] == lie.chunks[-len(extra) :]:
            return hinted
    objects = lie.chain.object_codec.name if lie.chain.object_codec is not None else None
    fields = node.attributes.get(conventions.reference_fields) or ()
    return natural_element(lie.dtype, objects, node.attributes.get(conventions.dtype), fields)


def _codecs(hints: Mapping[str, Any], chain: Chain) -> tuple[CodecSpec, ...]:
    """Return the codecs as they were asked for, where some could not be run on these elements."""
    if "codecs" not in hints:
        return chain.codecs
    return tuple(CodecSpec(str(name), dict(config)) for name, config in hints["codecs"])


def is_sharded(layout: ArrayLayout) -> bool:
    """Whether the chunks of a layout are shards."""
    return bool(layout.codecs) and layout.codecs[0].name == SHARDING


def _hinted_element(
    hints: Mapping[str, Any], dtype: np.dtype[Any], zarr_format: ZarrFormat
) -> ElementType | None:
    """Return the hinted type, if the array that is there can hold it."""
    if "dtype" not in hints:
        return None
    try:
        element = element_from_json(hints["dtype"])
        wanted = disk_type(element, zarr_format).dtype
    except (MetadataError, UnsupportedDtypeError):
        return None
    return element if _same_kind(wanted, dtype) else None


def _same_kind(one: np.dtype[Any], other: np.dtype[Any]) -> bool:
    if one.names is not None or other.names is not None:
        return one.names == other.names and all(
            _same_kind(one[name], other[name]) for name in one.names or ()
        )
    return one == other or (one.kind == other.kind == "U")


def _maxshape(hints: Mapping[str, Any], shape: Shape) -> MaxShape:
    """Return how far an array may grow: without limit, as any of Zarr, unless made with one."""
    limits = hints.get("maxshape")
    if not isinstance(limits, list) or len(limits) != len(shape):
        return (None,) * len(shape)
    return tuple(
        None if limit is None else max(int(limit), length)
        for limit, length in zip(limits, shape, strict=True)
    )
