"""References inside arrays: each replaced by what a function makes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from hdmf_io_core.storage.dtypes import (
    ArrayType,
    CompoundType,
    RefType,
    VlenType,
    has_references,
    memory_dtype,
)
from hdmf_io_core.storage.numpytypes import object_array

if TYPE_CHECKING:
    from collections.abc import Callable

    from hdmf_io_core.storage.dtypes import ElementType
    from hdmf_io_core.storage.layout import ObjectRef, RegionRef
    from hdmf_io_core.types import AnyArray

__all__ = ["resolve_cells", "resolve_value"]


def resolve_cells(
    array: AnyArray, element: ElementType, resolve: Callable[[ObjectRef | RegionRef], object]
) -> AnyArray:
    """Return a copy of an array with every reference in it replaced; null references stay None.

    Parameters
    ----------
    array : ndarray, dtype ``memory_dtype(element)``
        Left as it is.
    element
        Element type of the array; without references the array itself is returned.
    resolve
        Called once for each reference.
    """
    if not has_references(element):
        return array
    match element:
        case RefType():
            cells = [None if cell is None else resolve(cell) for cell in array.reshape(-1).tolist()]
            return object_array(cells, array.shape)
        case ArrayType(base=base):
            return resolve_cells(array, base, resolve)
        case VlenType(base=base):
            cells = [resolve_cells(cell, base, resolve) for cell in array.reshape(-1).tolist()]
            return object_array(cells, array.shape)
        case CompoundType(fields=fields):
            result: Any = np.empty(array.shape, memory_dtype(element))
            source: Any = array
            for field in fields:
                result[field.name] = resolve_cells(source[field.name], field.type, resolve)
            return result  # type: ignore[no-any-return]
        case _:
            return array


def resolve_value(
    value: Any, element: ElementType, resolve: Callable[[ObjectRef | RegionRef], object]
) -> Any:
    """Return a scalar or an array with every reference in it replaced, as :func:`resolve_cells`."""
    if isinstance(value, np.ndarray):
        return resolve_cells(value, element, resolve)
    if isinstance(value, np.void):
        return resolve_cells(np.array(value, dtype=value.dtype), element, resolve)[()]
    return value if value is None or not has_references(element) else resolve(value)
