"""A user's values as elements of an array that exists: converted, or refused.

Pure. What is refused would be changed by storing it: text among numbers, fractions into integers,
numbers out of range, text that does not fit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from hdmf_io_core.errors import ShapeError, UnsupportedDtypeError
from hdmf_io_core.storage.dtypes import (
    ArrayType,
    CompoundType,
    ElementType,
    EnumType,
    NumberType,
    OpaqueType,
    RefType,
    TextType,
    VlenType,
    element_repr,
    memory_dtype,
)
from hdmf_io_core.storage.layout import ObjectRef, RegionRef
from hdmf_io_core.storage.numpytypes import object_array
from hdmf_io_core.storage.text import are_plain, check_text, decode_text
from hdmf_io_core.storage.values import infer

if TYPE_CHECKING:
    from hdmf_io_core.types import AnyArray, Shape

__all__ = ["fit", "rank_of"]


def fit(values: Any, element: ElementType) -> AnyArray:
    """Return values as an array of ``memory_dtype(element)``.

    Parameters
    ----------
    values
        One element, a (nested) list of them, or an array or array-like, which is read whole.
    element
        Element type of the array that the values go to.

    Returns
    -------
    ndarray
        Of the values' shape; rank 0 for one element. Elements that are arrays add their axes. It
        may be ``values`` itself.

    Raises
    ------
    UnsupportedDtypeError
        If a value cannot become such an element, or would be changed by more than the rounding
        of floats: a fraction for an integer, a number out of range, text for a number.
    TextEncodingError
        If text does not fit the character set or the length.
    ShapeError
        If nested lists are ragged.
    """
    match element:
        case NumberType(dtype=dtype) | EnumType(base=dtype):
            return _fit_numbers(values, dtype, element)
        case TextType():
            return _fit_text(values, element)
        case RefType(kind=kind):
            return _fit_references(values, kind, element)
        case OpaqueType(size=size):
            return _fit_opaque(values, size, element)
        case CompoundType():
            return _fit_compound(values, element)
        case ArrayType(base=base, shape=shape):
            return _fit_arrays(values, base, shape)
        case VlenType(base=base):
            return _fit_sequences(values, base)


def rank_of(fitted: AnyArray, element: ElementType) -> int:
    """Return the rank of fitted values, without the axes of elements that are arrays."""
    return fitted.ndim - memory_dtype(element).ndim


def _fit_numbers(values: Any, dtype: np.dtype[Any], element: ElementType) -> AnyArray:
    if isinstance(values, np.ndarray) and values.dtype == dtype:
        return values
    array = infer(values).value if not isinstance(values, np.ndarray) else values
    array = np.asarray(array)
    if array.dtype.kind == "O" and array.size:
        array = np.asarray(infer(array).value)
    if array.dtype.kind not in "biufc" and array.size:
        raise _refused(array, element)
    if array.size == 0 or np.can_cast(array.dtype, dtype, "safe"):
        return array.astype(dtype, copy=False)
    if array.dtype.kind == "c" and dtype.kind != "c":
        raise _refused(array, element)
    with np.errstate(all="ignore"):
        fitted: AnyArray = array.astype(dtype)
    if not _is_kept(array, fitted):
        raise _refused(array, element, " without changing it")
    return fitted


def _is_kept(array: Any, fitted: Any) -> bool:
    """Whether a cast kept the values: exactly for integers, up to rounding for floats."""
    if fitted.dtype.kind in "fc":
        return bool(np.all(np.isfinite(fitted) | ~np.isfinite(array)))
    if array.dtype.kind == "f":
        if not np.all(np.isfinite(array)):
            return False
        return bool(np.all(fitted.astype(array.dtype) == array)) and _is_in_range(array, fitted)
    if fitted.dtype.kind == "b":
        return bool(np.all((array == 0) | (array == 1)))
    return _is_in_range(array, fitted)


def _is_in_range(array: Any, fitted: Any) -> bool:
    if fitted.dtype.kind == "b":
        return bool(np.all((array == 0) | (array == 1)))
    limits = np.iinfo(fitted.dtype)
    # Python numbers: numpy would compare int64 with uint64 as floats.
    return int(array.min()) >= int(limits.min) and int(array.max()) <= int(limits.max)


def _cells(values: Any) -> tuple[list[Any], Shape]:
    """Return the elements of an array or of nested lists (tuples are rows too), and the shape."""
    if isinstance(values, (list, tuple)):
        if not values:
            return [], (0,)
        parts = [_cells(value) for value in values]
        if any(shape != parts[0][1] for _, shape in parts):
            msg = "ragged lists do not fit an array"
            raise ShapeError(msg)
        return [cell for cells, _ in parts for cell in cells], (len(values), *parts[0][1])
    if isinstance(values, (str, bytes, ObjectRef, RegionRef)) or not hasattr(values, "__array__"):
        return [values], ()
    array = np.asarray(values)
    return array.reshape(-1).tolist(), array.shape


def _fit_text(values: Any, element: TextType) -> AnyArray:
    leaves, shape = _cells(values)
    if element.length is None and are_plain(leaves, element.charset):
        return object_array(leaves, shape)
    cells: list[str | bytes] = []
    for index, leaf in enumerate(leaves):
        if not isinstance(leaf, (str, bytes)):
            raise _refused_cell(leaf, index, element)
        text = str(leaf) if isinstance(leaf, str) else decode_text(bytes(leaf))
        where = f"element {index}" if shape else "the text"
        charset = element.charset if isinstance(leaf, str) else "utf-8"
        check_text(text, charset=charset, length=element.length, where=where)
        cells.append(text)
    return object_array(cells, shape)


def _fit_references(values: Any, kind: str, element: ElementType) -> AnyArray:
    leaves, shape = _cells(values)
    wanted = RegionRef if kind == "region" else ObjectRef
    for index, leaf in enumerate(leaves):
        if leaf is not None and not isinstance(leaf, wanted):
            raise _refused_cell(leaf, index, element)
    return object_array(leaves, shape)


def _fit_opaque(values: Any, size: int, element: ElementType) -> AnyArray:
    dtype = np.dtype((np.void, size))
    if isinstance(values, (np.ndarray, np.void)) and values.dtype == dtype:
        return np.asarray(values)
    leaves, shape = _cells(values)
    for index, leaf in enumerate(leaves):
        if not isinstance(leaf, (bytes, bytearray)) or len(leaf) != size:
            raise _refused_cell(leaf, index, element)
    return np.frombuffer(b"".join(leaves), dtype=dtype).reshape(shape)


def _fit_compound(values: Any, element: CompoundType) -> AnyArray:
    names = tuple(field.name for field in element.fields)
    columns, shape = _columns(values, names, element)
    fitted: Any = np.empty(shape, memory_dtype(element))
    for field, column in zip(element.fields, columns, strict=True):
        part = fit(column, field.type)
        fitted[field.name] = part.reshape(fitted[field.name].shape)
    return fitted  # type: ignore[no-any-return]


def _columns(values: Any, names: tuple[str, ...], element: ElementType) -> tuple[list[Any], Shape]:
    if isinstance(values, (list, tuple)) and any(isinstance(v, np.void) for v in values):
        values = np.asarray(values)
    if isinstance(values, (np.ndarray, np.void)):
        if values.dtype.names != names:
            raise _refused(np.asarray(values), element)
        return [values[name] for name in names], values.shape
    rows, shape = ([values], ()) if isinstance(values, tuple) else _rows(values)
    for index, row in enumerate(rows):
        if not isinstance(row, tuple) or len(row) != len(names):
            raise _refused_cell(row, index, element)
    columns = [list(column) for column in zip(*rows, strict=True)] if rows else [[] for _ in names]
    return columns, shape


def _rows(values: Any) -> tuple[list[Any], Shape]:
    if not isinstance(values, list):
        return [values], ()
    if not values or not isinstance(values[0], list):
        return values, (len(values),)
    if any(not isinstance(value, list) or len(value) != len(values[0]) for value in values):
        msg = "ragged lists do not fit an array"
        raise ShapeError(msg)
    return [row for value in values for row in value], (len(values), len(values[0]))


def _fit_arrays(values: Any, base: ElementType, shape: Shape) -> AnyArray:
    fitted = fit(values, base)
    if rank_of(fitted, base) < len(shape) or fitted.shape[fitted.ndim - len(shape) :] != shape:
        msg = f"values of shape {fitted.shape} do not end in the element's shape {shape}"
        raise ShapeError(msg)
    return fitted


def _fit_sequences(values: Any, base: ElementType) -> AnyArray:
    """Take each row of the last axis as one element; an object array has one element a cell."""
    if isinstance(values, np.ndarray) and values.dtype.kind == "O":
        cells = [fit(cell, base) for cell in values.reshape(-1)]
        return object_array(cells, values.shape)
    if isinstance(values, list) and values and isinstance(values[0], (list, tuple, np.ndarray)):
        return object_array([fit(cell, base) for cell in values], (len(values),))
    cells_of = fit(values, base)
    if cells_of.ndim == 0:
        msg = f"a single value is not a sequence of {element_repr(base)}"
        raise ShapeError(msg)
    rows = cells_of.reshape(-1, cells_of.shape[-1]) if cells_of.ndim > 1 else cells_of[np.newaxis]
    return object_array(list(rows), cells_of.shape[:-1])


def _refused(array: AnyArray, element: ElementType, why: str = "") -> UnsupportedDtypeError:
    msg = f"values of dtype {array.dtype} do not fit {element_repr(element)}{why}"
    return UnsupportedDtypeError(msg, hint="Convert them first, if that is meant: values.astype().")


def _refused_cell(cell: Any, index: int, element: ElementType) -> UnsupportedDtypeError:
    kind = "None" if cell is None else f"a {type(cell).__name__}"
    msg = f"element {index} is {kind} and does not fit {element_repr(element)}"
    return UnsupportedDtypeError(msg)
