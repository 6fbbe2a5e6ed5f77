"""Stored values for the eye, and as JSON: attributes, layouts, codecs."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING

import numpy as np

from hdmf_io_core.cli.output import printable, shortened
from hdmf_io_core.storage.dtypes import element_repr
from hdmf_io_core.storage.layout import Empty, ObjectRef, RegionRef

if TYPE_CHECKING:
    from collections.abc import Callable

    from hdmf_io_core.storage.layout import ArrayLayout, CodecSpec
    from hdmf_io_core.types import JSON

__all__ = ["codec_text", "layout_json", "layout_text", "value_json", "value_text"]

_TEXT_LIMIT = 72
_TYPE_LIMIT = 60
# Of a codec's config, what says nothing to a reader.
_HIDDEN = frozenset({"name", "flags", "values", "elementsize"})


def layout_text(layout: ArrayLayout) -> str:
    """Describe an array: ``int16 (1000, 4)  chunks (100, 4)  shuffle, zlib(level=4)``."""
    parts = [f"{shortened(printable(element_repr(layout.dtype)), _TYPE_LIMIT)} {_shape(layout)}"]
    if layout.is_resizable:
        parts.append(f"maxshape {layout.maxshape}")
    if layout.chunks is not None:
        parts.append(f"chunks {layout.chunks}")
    elif layout.storage_class not in {"contiguous", "chunked"}:
        parts.append(layout.storage_class)
    if layout.codecs:
        parts.append(", ".join(map(codec_text, layout.codecs)))
    return "  ".join(parts)


def _shape(layout: ArrayLayout) -> str:
    if layout.shape is None:
        return "null"
    return str(layout.shape) if layout.shape else "scalar"


def codec_text(codec: CodecSpec) -> str:
    """Name a codec and what it is set to."""
    own = codec.config.get("name")
    # Filters that carry their own name often add where they are described.
    name = own.partition(";")[0].strip() if isinstance(own, str) and own else codec.name
    settings = ", ".join(
        f"{key}={value}"
        for key, value in codec.config.items()
        if key not in _HIDDEN and isinstance(value, (bool, int, float, str))
    )
    return printable(f"{name}({settings})" if settings else name)


def layout_json(layout: ArrayLayout) -> dict[str, JSON]:
    """Return an array's layout."""
    return {
        "dtype": element_repr(layout.dtype),
        "shape": None if layout.shape is None else list(layout.shape),
        "maxshape": None if layout.maxshape is None else list(layout.maxshape),
        "chunks": None if layout.chunks is None else list(layout.chunks),
        "codecs": [{"name": codec.name, "config": dict(codec.config)} for codec in layout.codecs],
        "storage_class": layout.storage_class,
    }


def value_text(value: object, path_of: Callable[[ObjectRef], str | None]) -> str:
    """Describe an attribute's value in one short line.

    Parameters
    ----------
    value : object
        As in ``Attribute.value``.
    path_of : callable
        From a reference to the path of its target; None if it dangles.
    """
    if isinstance(value, Empty):
        return f"null {element_repr(value.dtype)}"
    if isinstance(value, np.ndarray) and value.size > 16:
        kind = "object" if value.dtype == object else str(value.dtype)
        return f"{kind} {value.shape}"
    plain = value_json(value, path_of)
    if isinstance(plain, dict):
        return printable(f"-> {plain.get('reference') or plain.get('bytes')}")
    return shortened(printable(json.dumps(plain, ensure_ascii=False)), _TEXT_LIMIT)


def value_json(value: object, path_of: Callable[[ObjectRef], str | None]) -> JSON:
    """Return an attribute's value as strict JSON.

    Bytes come as ``{"bytes": hex}``, references as ``{"reference": path}``, complex numbers as
    ``[real, imaginary]``, compounds as objects, and what is not finite as text.
    """
    match value:
        case np.ndarray() if value.dtype.names is None or value.shape:
            return [value_json(item, path_of) for item in value]
        case np.void() | np.ndarray() if value.dtype.names is not None:
            return {name: value_json(value[name], path_of) for name in value.dtype.names}
        case np.void():
            return {"bytes": value.tobytes().hex()}
        case np.generic():
            return value_json(value.item(), path_of)
        case bytes():
            return {"bytes": value.hex()}
        case ObjectRef():
            return {"reference": path_of(value)}
        case RegionRef():
            return {"reference": path_of(value.target), "region": value.kind}
        case complex():
            return [value_json(value.real, path_of), value_json(value.imag, path_of)]
        case float() if not math.isfinite(value):
            return str(value)
        case None | bool() | int() | float() | str():
            return value
        case _:
            return str(value)
