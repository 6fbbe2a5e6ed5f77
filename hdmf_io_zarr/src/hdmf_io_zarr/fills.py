"""Fill values as the two formats write them, and in memory. Pure."""

from __future__ import annotations

import base64
import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from hdmf_io_core.storage.dtypes import CompoundType, ElementType, TextType, memory_dtype
from hdmf_io_core.storage.nans import has_payload, hex_bits

if TYPE_CHECKING:
    from hdmf_io_core.types import JSON
    from hdmf_io_zarr.conventions import ZarrFormat

__all__ = ["fill_hint", "fill_json", "fill_value", "hinted_fill"]


def fill_value(stored: Any, dtype: np.dtype[Any], element: ElementType) -> object:
    """Return the fill value in memory form; None for what storages fill with anyway."""
    if isinstance(element, TextType):
        return stored if isinstance(stored, str) and stored else None
    if dtype.hasobject or dtype.kind == "U" or stored is None:
        return None
    if isinstance(element, CompoundType):
        return _record_fill(stored, dtype, element)
    value = _parsed_fill(stored, dtype)
    return None if value.tobytes() == bytes(dtype.itemsize) else value


def _record_fill(stored: Any, dtype: np.dtype[Any], element: CompoundType) -> object:
    """Return the fill value of records; None for zeros, and for records with text."""
    memory = memory_dtype(element)
    if memory.hasobject or memory.names != dtype.names:
        return None
    value = _parsed_fill(stored, dtype)
    if value.tobytes() == bytes(dtype.itemsize):
        return None
    cell = np.zeros((), memory)
    cell[()] = value
    return cell[()]


def _parsed_fill(stored: Any, dtype: np.dtype[Any]) -> Any:
    if dtype.names is not None and isinstance(stored, Mapping):
        record = np.zeros((), dtype)
        for name in dtype.names:
            if name in stored and dtype[name].kind != "U":
                record[name] = _parsed_fill(stored[name], dtype[name])
        return record[()]
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


def fill_json(value: object, dtype: np.dtype[Any], zarr_format: ZarrFormat) -> JSON:
    """Return a fill value as a document has it; None for what storages fill with anyway."""
    if dtype.hasobject:
        text = value if isinstance(value, str) else ""
        return text if zarr_format == 3 else (text or 0)
    if dtype.names is not None and zarr_format == 3:
        record: Any = value if isinstance(value, np.void) else {}
        return {
            name: fill_json(record[name] if len(record) else None, dtype[name], 3)
            for name in dtype.names
        }
    if dtype.kind == "U":
        return ""
    cell: Any = np.zeros((), dtype) if value is None else np.array(value, dtype)
    if dtype.kind in "SV":
        return base64.b64encode(cell.tobytes()).decode("ascii")
    if dtype.kind == "c":
        return [_float_json(float(cell.real)), _float_json(float(cell.imag))]
    if dtype.kind == "f" and zarr_format == 3 and has_payload(cell):
        return hex_bits(cell)
    return _float_json(cell.item()) if dtype.kind == "f" else cell.item()


def fill_hint(value: object, seen: object) -> str | None:
    """Return what a document does not say of a fill value; None if it is ``seen`` as it is.

    The bits of a NaN, where format 2, or a complex number, has one word for them all.
    """
    if not isinstance(value, np.generic) or value.dtype.kind not in "fc":
        return None
    bits = value.tobytes()
    same = seen is not None and np.asarray(seen).tobytes() == bits
    return None if same or not np.isnan(value) else base64.b64encode(bits).decode("ascii")


def hinted_fill(hint: object, seen: object) -> object:
    """Return a fill value as a hint has it, if that still fits what a document says."""
    if not isinstance(hint, str) or not isinstance(seen, np.generic):
        return seen
    try:
        value = np.frombuffer(base64.b64decode(hint), seen.dtype)
    except ValueError:
        return seen
    return value[0] if np.array_equal(value, np.array([seen]), equal_nan=True) else seen


def _float_json(value: float) -> JSON:
    if math.isnan(value):
        return "NaN"
    return value if math.isfinite(value) else ("Infinity" if value > 0 else "-Infinity")
