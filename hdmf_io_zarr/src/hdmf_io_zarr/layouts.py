"""What ``.zarray`` and ``zarr.json`` say of an array, and array layouts of core, both ways."""

from __future__ import annotations

import base64
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from hdmf_io_core.errors import (
    HdmfIOError,
    MetadataError,
    OptionError,
    ShapeError,
    UnsupportedDtypeError,
)
from hdmf_io_core.plan.policy import guess_chunks
from hdmf_io_core.storage.dtypes import ArrayType, CompoundType, ElementType, TextType
from hdmf_io_core.storage.layout import ArrayLayout, CodecSpec
from hdmf_io_zarr.adapting import same_bytes, stored_codecs
from hdmf_io_zarr.codecs import (
    SHARDING,
    Chain,
    chain_of_v2,
    chain_of_v3,
    codec_of,
    completed,
    default_codecs,
    normalised,
    v2_of_chain,
    v3_of_chain,
)
from hdmf_io_zarr.conventions import CONVENTIONS, HINTS, ZarrFormat
from hdmf_io_zarr.documents import Node
from hdmf_io_zarr.dtypes import disk_type, natural_element, numpy_of_v3, type_name, v3_of_numpy
from hdmf_io_zarr.elements import element_from_json, element_to_json

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hdmf_io_core.types import JSON, MaxShape, Shape

__all__ = ["StoredLayout", "array_node", "check_layout", "read_layout"]


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
        stored = [normalised(spec) for spec in self.chain.codecs]
        return stored == [same_bytes(spec) for spec in self.logical.codecs]


def read_layout(node: Node, zarr_format: ZarrFormat) -> StoredLayout:
    """Return the layout of an array's node.

    Raises
    ------
    MetadataError
        The documents contradict themselves.
    UnsupportedDtypeError
        The elements have no counterpart.
    """
    try:
        return _read(node, zarr_format)
    except HdmfIOError:
        raise
    except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
        msg = f"the array's metadata is not that of Zarr: {error!r}"
        raise MetadataError(msg) from error


def _read(node: Node, zarr_format: ZarrFormat) -> StoredLayout:
    meta = node.meta
    shape = tuple(int(length) for length in meta["shape"])
    if zarr_format == 2:
        dtype = _v2_dtype(meta["dtype"])
        chunks = tuple(int(length) for length in meta["chunks"])
        chain = chain_of_v2(meta, holds_objects=dtype.hasobject)
        prefix, separator = "", meta.get("dimension_separator") or "."
    else:
        chain = chain_of_v3(meta["codecs"], len(shape))
        dtype, implied = numpy_of_v3(meta["data_type"], _order(meta["codecs"], chain))
        if implied is not None and chain.object_codec is None:
            chain = chain._replace(object_codec=CodecSpec(implied))
        if meta["chunk_grid"]["name"] != "regular":
            msg = f"the chunk grid {meta['chunk_grid']['name']!r} is not regular"
            raise MetadataError(msg)
        chunks = tuple(int(n) for n in meta["chunk_grid"]["configuration"]["chunk_shape"])
        prefix, separator = _key_encoding(meta["chunk_key_encoding"])
    if len(chunks) != len(shape) or any(length < 1 for length in chunks):
        msg = f"chunks {chunks} do not cut the shape {shape}"
        raise MetadataError(msg)
    logical = _logical(node, zarr_format, shape, chunks, dtype, chain)
    return StoredLayout(chunks, dtype, chain, prefix, separator, logical.dtype, logical)


def _order(entries: Any, chain: Chain) -> str:
    """Return the byte order of numbers: the codecs', or, in shards, that of the inner codecs."""
    sharding = next((spec for spec in chain.codecs if spec.name == SHARDING), None)
    if sharding is None:
        return chain.order
    inner: Any = sharding.config["codecs"]
    return chain_of_v3(inner, 0).order


def _v2_dtype(value: Any) -> np.dtype[Any]:
    if not isinstance(value, list):
        return np.dtype(value)
    parts = [
        (str(part[0]), _v2_dtype(part[1]), *(tuple(axes) for axes in part[2:])) for part in value
    ]
    made: np.dtype[Any] = np.dtype(parts)
    return made


def _v2_json(dtype: np.dtype[Any]) -> JSON:
    if dtype.names is None:
        return dtype.str
    return [[name, _v2_json(dtype[name])] for name in dtype.names]


def _key_encoding(entry: Any) -> tuple[str, str]:
    config = entry.get("configuration") or {}
    if entry["name"] == "default":
        separator = str(config.get("separator", "/"))
        return f"c{separator}", separator
    if entry["name"] == "v2":
        return "", str(config.get("separator", "."))
    msg = f"chunk keys are encoded as {entry['name']!r}, which is unknown"
    raise MetadataError(msg)


def _logical(
    node: Node, zarr_format: ZarrFormat, shape: Shape, chunks: Shape, dtype: np.dtype[Any],
    chain: Chain,
) -> ArrayLayout:  # fmt: skip
    """Return the layout as core sees it: what is stored, seen through the hints that still fit it."""
    conventions = CONVENTIONS[zarr_format]
    marker = node.attributes.get(conventions.dtype)
    objects = chain.object_codec.name if chain.object_codec is not None else None
    fields = node.attributes.get(conventions.reference_fields) or ()
    element = natural_element(dtype, objects, marker, fields)
    hints = node.attributes.get(HINTS) or {}
    hinted = _hinted_element(hints, dtype, zarr_format)
    element = element if hinted is None else hinted
    kind = hints.get("shape")
    if kind == "null":
        return ArrayLayout(None, element)
    extra = len(disk_type(element, zarr_format).extra) if isinstance(element, ArrayType) else 0
    outer = shape[: len(shape) - extra]
    if marker == "scalar" and shape == (1,):
        kind = "scalar"
    fill = _fill_value(node.meta.get("fill_value"), dtype, element)
    if kind == "scalar" or not outer:
        return ArrayLayout((), element, fill_value=fill)
    maxshape = _maxshape(hints, outer)
    storage = hints.get("storage")
    named = node.meta.get("dimension_names")
    names = None if named is None else tuple(named[: len(outer)])
    if storage in {"contiguous", "compact"}:
        return ArrayLayout(
            outer,
            element,
            fill_value=fill,
            storage_class=storage,
            track_times=bool(hints.get("track_times")),
            dimension_names=names,
        )
    return ArrayLayout(
        outer,
        element,
        maxshape=None if maxshape == outer else maxshape,
        chunks=chunks[: len(outer)],
        codecs=_codecs(hints, chain),
        fill_value=fill,
        storage_class="chunked",
        track_times=bool(hints.get("track_times")),
        dimension_names=names,
    )


def _codecs(hints: Mapping[str, Any], chain: Chain) -> tuple[CodecSpec, ...]:
    """Return the codecs as they were asked for, where some could not be run on these elements."""
    if "codecs" not in hints:
        return chain.codecs
    return tuple(CodecSpec(str(name), config) for name, config in hints["codecs"])


def _is_sharded(layout: ArrayLayout) -> bool:
    return bool(layout.codecs) and layout.codecs[0].name == SHARDING


def _hinted_element(
    hints: Mapping[str, Any], dtype: np.dtype[Any], zarr_format: ZarrFormat
) -> ElementType | None:
    """Return the hinted type if the array that is there can hold it; the array wins."""
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
    """Return how far an array may grow: without limit, as any of Zarr, unless it was made with one."""
    limits = hints.get("maxshape")
    if not isinstance(limits, list) or len(limits) != len(shape):
        return (None,) * len(shape)
    return tuple(
        None if limit is None else max(int(limit), length)
        for limit, length in zip(limits, shape, strict=True)
    )


# Fill values


def _fill_value(stored: Any, dtype: np.dtype[Any], element: ElementType) -> object:
    """Return the fill value in memory form; None for what storages fill with anyway."""
    if isinstance(element, TextType):
        return stored if isinstance(stored, str) and stored else None
    if dtype.hasobject or dtype.kind == "U" or isinstance(element, CompoundType):
        return None
    if stored is None:
        return None
    value = _parsed_fill(stored, dtype)
    return None if value.tobytes() == bytes(dtype.itemsize) else value


def _parsed_fill(stored: Any, dtype: np.dtype[Any]) -> Any:
    if dtype.kind == "c" and isinstance(stored, (list, tuple)):
        parts = [float(_parsed_fill(part, np.dtype(np.float64))) for part in stored]
        return np.array(complex(*parts), dtype)[()]
    if isinstance(stored, str) and dtype.kind in "SV":
        return np.frombuffer(base64.b64decode(stored), dtype)[0]
    if isinstance(stored, str) and stored.startswith("0x"):
        big = np.frombuffer(bytes.fromhex(stored[2:]), dtype.newbyteorder(">"))
        return big.astype(dtype)[0]
    if isinstance(stored, (list, tuple)):
        return np.frombuffer(bytes(stored), dtype)[0]
    return np.array(float(stored) if isinstance(stored, str) else stored).astype(dtype)[()]


def _fill_json(value: object, dtype: np.dtype[Any], zarr_format: ZarrFormat) -> JSON:
    if dtype.hasobject:
        text = value if isinstance(value, str) else ""
        return text if zarr_format == 3 else (text or 0)
    if dtype.names is not None and zarr_format == 3:
        zeros = {name: _fill_json(None, dtype[name], 3) for name in dtype.names}
        return zeros
    if dtype.kind == "U":
        return ""
    cell: Any = np.zeros((), dtype) if value is None else np.array(value, dtype)
    if dtype.kind in "SV":
        return base64.b64encode(cell.tobytes()).decode("ascii")
    if dtype.kind == "c":
        return [_float_json(float(cell.real)), _float_json(float(cell.imag))]
    return _float_json(cell.item()) if dtype.kind == "f" else cell.item()


def _float_json(value: float) -> JSON:
    if math.isnan(value):
        return "NaN"
    return value if math.isfinite(value) else ("Infinity" if value > 0 else "-Infinity")


# New arrays


def check_layout(layout: ArrayLayout, zarr_format: ZarrFormat) -> None:
    """Raise what makes an array impossible.

    Raises
    ------
    UnsupportedDtypeError, UnknownCodecError, OptionError, ShapeError
    """
    disk_type(layout.dtype, zarr_format)
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
    array_node(layout, zarr_format)


def array_node(layout: ArrayLayout, zarr_format: ZarrFormat) -> Node:
    """Return the node of a new array; errors as :func:`check_layout`."""
    disk = disk_type(layout.dtype, zarr_format)
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
        "fill_value": _fill_json(layout.fill_value, disk.dtype, zarr_format),
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
        if not _is_sharded(layout) and seen.codecs != tuple(map(normalised, layout.codecs)):
            hints["codecs"] = [[spec.name, dict(spec.config)] for spec in layout.codecs]
    if layout.track_times:
        hints["track_times"] = True
    if hints:
        node.attributes[HINTS] = hints
