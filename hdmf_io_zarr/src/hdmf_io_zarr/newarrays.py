"""New arrays: what ``.zarray`` and ``zarr.json`` will say of them."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from hdmf_io_core.errors import (
    OptionError,
    ShapeError,
    UnsupportedDtypeError,
)
from hdmf_io_core.plan.policy import guess_chunks
from hdmf_io_core.storage.dtypes import CompoundType
from hdmf_io_core.storage.elementjson import element_to_json
from hdmf_io_core.storage.layout import ArrayLayout, CodecSpec
from hdmf_io_core.stores.documents import Node
from hdmf_io_core.stores.hints import HINTS
from hdmf_io_zarr.adapting import stored_codecs
from hdmf_io_zarr.codecs import (
    SHARDING,
    Chain,
    completed,
    default_codecs,
    normalised,
    v2_of_chain,
    v3_of_chain,
)
from hdmf_io_zarr.conventions import CONVENTIONS, ZarrFormat
from hdmf_io_zarr.dtypes import disk_type, type_name, v3_of_numpy
from hdmf_io_zarr.fills import fill_hint, fill_json
from hdmf_io_zarr.layouts import is_sharded, read_layout

if TYPE_CHECKING:
    import numpy as np

    from hdmf_io_core.types import JSON
    from hdmf_io_zarr.layouts import StoredLayout

__all__ = ["array_node", "become", "is_pickled"]


def _v2_json(dtype: np.dtype[Any]) -> JSON:
    if dtype.names is None:
        return dtype.str
    return [[name, _v2_json(dtype[name])] for name in dtype.names]


def array_node(layout: ArrayLayout, zarr_format: ZarrFormat) -> Node:
    """Return the node of a new array.

    Raises
    ------
    UnsupportedDtypeError, UnknownCodecError, OptionError, ShapeError
        Zarr cannot hold it.
    """
    if layout.fill_value is not None or layout.dimension_names is not None:
        return _array_node(layout, zarr_format)
    # Many small arrays are laid out alike; what changes in a node is replaced, never changed.
    made = _known_node(layout, zarr_format)
    return Node("array", dict(made.meta), dict(made.attributes))


def _array_node(layout: ArrayLayout, zarr_format: ZarrFormat) -> Node:
    disk = disk_type(layout.dtype, zarr_format)
    _check_chunks(layout)
    shape = layout.shape if layout.shape is not None else (0,)
    if zarr_format == 2 and shape == ():
        shape = (1,)
    itemsize = 64 if disk.dtype.hasobject else disk.dtype.itemsize
    chunks = layout.chunks
    if chunks is None:
        chunks = guess_chunks(shape, None, itemsize * math.prod(disk.extra)) if shape else ()
    codecs = default_codecs(zarr_format)
    if layout.chunks is not None:
        codecs = stored_codecs(layout.codecs, disk.dtype)
    objects = CodecSpec(disk.object_codec) if disk.object_codec is not None else None
    chain = Chain(tuple(normalised(spec) for spec in codecs), objects)
    if zarr_format == 3:
        # In format 2 the byte order is the type's.
        chain = chain._replace(order=_byte_order(disk.dtype))
    has_order = _has_order(disk.dtype)
    if chain.codecs and chain.codecs[0].name == SHARDING:
        sharding = completed(chain.codecs[0], chain, disk.dtype.itemsize, has_order=has_order)
        chain = chain._replace(codecs=(sharding,))
    common: dict[str, Any] = {
        "shape": [*shape, *disk.extra],
        "fill_value": fill_json(layout.fill_value, disk.dtype, zarr_format),
    }
    chunk_shape = [*chunks, *disk.extra]
    if zarr_format == 2:
        common |= {"chunks": chunk_shape, "dtype": _v2_json(disk.dtype), **v2_of_chain(chain)}
    else:
        grid = {"name": "regular", "configuration": {"chunk_shape": chunk_shape}}
        keys = {"name": "default", "configuration": {"separator": "/"}}
        common |= {
            "data_type": v3_of_numpy(disk.dtype, disk.object_codec),
            "chunk_grid": grid,
            "chunk_key_encoding": keys,
            "codecs": v3_of_chain(chain, disk.dtype.itemsize, has_order=has_order),
            "storage_transformers": [],
        }
        if layout.dimension_names is not None:
            common["dimension_names"] = [*layout.dimension_names, *(None for _ in disk.extra)]
    node = Node("array", common)
    if zarr_format == 2 and layout.dimension_names is not None:
        node.attributes["_ARRAY_DIMENSIONS"] = list(layout.dimension_names)
    _mark(node, layout, zarr_format)
    return node


# Layouts that differ in what is not looked at when they are compared are not asked for here.
_known_node = lru_cache(256)(_array_node)


def _check_chunks(layout: ArrayLayout) -> None:
    if layout.chunks is None:
        if layout.codecs:
            msg = "codecs without chunks"
            raise OptionError(msg, hint="Codecs work on chunks: give chunks.")
        if layout.is_resizable:
            msg = f"maxshape {layout.maxshape} needs chunks"
            raise ShapeError(msg, hint="Give chunks.")
    elif not layout.shape:
        msg = "a scalar or empty array has no chunks"
        raise ShapeError(msg, hint="Leave chunks out.")
    elif any(length < 1 for length in layout.chunks):
        msg = f"chunks {layout.chunks} have an axis shorter than 1"
        raise ShapeError(msg)


def is_pickled(stored: StoredLayout) -> bool:
    """Whether the elements of an array are pickled, as hdmf-zarr before 0.14 did."""
    objects = stored.chain.object_codec
    return objects is not None and objects.name == "pickle"


def become(node: Node, fresh: Node) -> None:
    """Let a node be as a new array, with the user's attributes and where its chunks are."""
    hints = {**(node.attributes.get(HINTS) or {}), **(fresh.attributes.get(HINTS) or {})}
    node.meta = {**node.meta, **fresh.meta}
    node.attributes.update(fresh.attributes)
    if hints:
        node.attributes[HINTS] = hints


def _byte_order(dtype: np.dtype[Any]) -> str:
    if dtype.names is not None:
        orders = {_byte_order(dtype[name]) for name in dtype.names if _has_order(dtype[name])}
        if len(orders) > 1:
            msg = "Zarr cannot hold a compound of both byte orders"
            raise UnsupportedDtypeError(msg)
        return orders.pop() if orders else "<"
    return ">" if dtype.byteorder == ">" else "<"


def _has_order(dtype: np.dtype[Any]) -> bool:
    if dtype.names is not None:
        return any(_has_order(dtype[name]) for name in dtype.names)
    return dtype.byteorder != "|" and not dtype.hasobject


def _mark(node: Node, layout: ArrayLayout, zarr_format: ZarrFormat) -> None:
    """Add the reserved attributes: the markers of hdmf-zarr, and the hints that are needed."""
    conventions = CONVENTIONS[zarr_format]
    marker = type_name(layout.dtype, zarr_format, is_scalar=layout.shape == ())
    if marker is not None:
        node.attributes[conventions.dtype] = marker
    if isinstance(layout.dtype, CompoundType) and conventions.reference_fields:
        names = [
            f.name
            for f in layout.dtype.fields
            if type_name(f.type, 3, is_scalar=False) == "object_reference"
        ]
        if names:
            node.attributes[conventions.reference_fields] = names
    seen = read_layout(node, zarr_format).logical
    hints: dict[str, Any] = {}
    if seen.dtype != layout.dtype:
        hints["dtype"] = element_to_json(layout.dtype)
    if layout.shape is None or (layout.shape == () and seen.shape != ()):
        hints["shape"] = "null" if layout.shape is None else "scalar"
    if layout.shape and layout.chunks is None:
        hints["storage"] = "compact" if layout.storage_class == "compact" else "contiguous"
    elif layout.shape:
        limits = layout.maxshape if layout.maxshape is not None else layout.shape
        if any(limit is not None for limit in limits):
            hints["maxshape"] = list(limits)
        if not is_sharded(layout) and seen.codecs != tuple(map(normalised, layout.codecs)):
            hints["codecs"] = [[spec.name, dict(spec.config)] for spec in layout.codecs]
    if layout.track_times:
        hints["track_times"] = True
    fill = fill_hint(layout.fill_value, seen.fill_value)
    if fill is not None:
        hints["fill_value"] = fill
    if hints:
        node.attributes[HINTS] = hints
