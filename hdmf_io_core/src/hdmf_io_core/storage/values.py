"""What a user's value is stored as: its form in memory, and its element type.

Pure: it looks at values, never at a storage. Containers are not known here; the caller's
``is_node`` says which objects will become references.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import numpy as np

from hdmf_io_core.errors import ShapeError, UnsupportedDtypeError
from hdmf_io_core.storage.dtypes import (
    ArrayType,
    CompoundField,
    CompoundType,
    ElementType,
    NumberType,
    RefType,
    TextType,
    VlenType,
    memory_dtype,
)
from hdmf_io_core.storage.layout import Attribute, Empty, ObjectRef, RegionRef
from hdmf_io_core.storage.numpytypes import infer_dtype, object_array
from hdmf_io_core.storage.text import are_plain, check_text, decode_text

if TYPE_CHECKING:
    from hdmf_io_core.types import AnyArray, Shape

__all__ = ["Inferred", "NodePredicate", "infer"]

NodePredicate: TypeAlias = Callable[[object], bool]
ASCII = TextType("ascii")
INT64_MAX = 2**63 - 1


_TEXT = TextType()


class Inferred(NamedTuple):
    """A value in memory form (a scalar, an ndarray or ``Empty``) and its element type."""

    value: Any
    dtype: ElementType

    def attribute(self) -> Attribute:
        """Return it as an attribute; nodes must have become references before."""
        return Attribute(self.value, self.dtype)


def infer(value: Any, *, is_node: NodePredicate | None = None) -> Inferred:
    """Tell how a value is stored.

    Parameters
    ----------
    value
        ``str``, ``bytes``, numbers, booleans, dates, references, ``Empty``, numpy scalars and
        arrays (structured ones too), (nested) lists and tuples of these, or an array-like with
        ``__array__``, which is read whole.
    is_node
        Tells the objects that will become references; None for none.

    Returns
    -------
    Inferred
        ``str`` is UTF-8 text, ``bytes`` ASCII text, dates ISO 8601 ASCII text, all of variable
        length; ``S`` arrays are ASCII text of fixed length. A Python int is int64 (uint64 above
        ``2**63 - 1``), a float float64; what is of numpy keeps its dtype. An empty list is
        float64 of length 0.

    Raises
    ------
    UnsupportedDtypeError
        For None, dates of numpy, mixed types, masked elements and whatever else has no form on
        disk; names the first offending element and its type.
    ShapeError
        For ragged lists.
    TextEncodingError
        For text that would not come back as it is.
    """
    if type(value) is str and are_plain((value,), "utf-8"):
        return Inferred(value, _TEXT)
    if isinstance(value, Empty):
        return Inferred(value, value.dtype)
    if isinstance(value, np.ndarray):
        return _infer_array(value, is_node)
    if isinstance(value, (list, tuple, range)):
        leaves, shape = _flatten(value)
        return _infer_leaves(leaves, shape, is_node)
    if _is_leaf(value) or (is_node is not None and is_node(value)):
        inferred = _infer_leaves([value], (), is_node)
        return Inferred(inferred.value.reshape(-1)[0], inferred.dtype)
    if isinstance(value, np.generic):
        inferred = _infer_array(np.asarray(value), is_node)
        return Inferred(inferred.value[()], inferred.dtype)
    if hasattr(value, "__array__") or isinstance(value, memoryview):
        return _infer_array(np.asarray(value), is_node)
    raise _unsupported(value, "the value")


def _is_leaf(value: Any) -> bool:
    return isinstance(
        value,
        (str, bytes, bytearray, bool, int, float, complex, dt.date, ObjectRef, RegionRef),
    ) and not (isinstance(value, np.generic) and not isinstance(value, (str, bytes)))


def _infer_array(array: AnyArray, is_node: NodePredicate | None) -> Inferred:
    if isinstance(array, np.ma.MaskedArray):
        if np.ma.is_masked(array):
            msg = "an array with masked elements cannot be stored"
            raise UnsupportedDtypeError(msg, hint="Fill them first: array.filled(value).")
        array = np.asarray(array.data)
    dtype = infer_dtype(array.dtype)
    if array.dtype.names is not None:
        return _infer_compound(array, is_node)
    if dtype is None or array.dtype.kind in "TO":
        if array.size == 0:
            return Inferred(array.astype(object), dtype or TextType())
        found = _infer_leaves(array.reshape(-1).tolist(), array.shape, is_node)
        same_memory = dtype is not None and memory_dtype(dtype) == memory_dtype(found.dtype)
        return Inferred(found.value, dtype) if same_memory and dtype is not None else found
    if isinstance(dtype, TextType):
        return Inferred(_text_array(array.reshape(-1).tolist(), array.shape, dtype), dtype)
    # The subclass, such as a matrix, goes: what is stored has no more than a shape and a dtype.
    return Inferred(np.asarray(array).view(memory_dtype(dtype)), dtype)


def _infer_compound(array: Any, is_node: NodePredicate | None) -> Inferred:
    fields: list[CompoundField] = []
    columns: dict[str, AnyArray] = {}
    for name in array.dtype.names or ():
        column = array[name]
        inferred = _infer_array(np.asarray(column), is_node)
        extra = column.shape[array.ndim :]
        type_ = ArrayType(inferred.dtype, extra) if extra else inferred.dtype
        fields.append(CompoundField(name, type_))
        columns[name] = inferred.value
    dtype = CompoundType(tuple(fields))
    result = np.empty(array.shape, memory_dtype(dtype))
    for name, column in columns.items():
        result[name] = column
    return Inferred(result, dtype)


def _flatten(value: Sequence[Any]) -> tuple[list[Any], Shape]:
    """Return the elements of nested sequences in C order, and the shape; ragged ones raise."""
    shape: list[int] = [len(value)]
    level = list(value)
    while level and all(_is_row(row) for row in level):
        length = len(level[0])
        for index, row in enumerate(level):
            if len(row) != length:
                msg = (
                    f"ragged lists cannot be stored: row {index} of depth {len(shape)} has "
                    f"{len(row)} elements, row 0 has {length}"
                )
                raise ShapeError(msg, hint="Store the values and an index of where rows end.")
        shape.append(length)
        level = [item for row in level for item in row]
    for index, item in enumerate(level):
        if _is_row(item):
            msg = f"element {index} is a {type(item).__name__}, its neighbours are not"
            raise ShapeError(msg, hint="Rows of tuples need a numpy structured array.")
    return level, tuple(shape)


def _is_row(value: Any) -> bool:
    return isinstance(value, (list, tuple, range)) or (
        isinstance(value, np.ndarray) and value.ndim > 0
    )


def _infer_leaves(leaves: list[Any], shape: Shape, is_node: NodePredicate | None) -> Inferred:
    if not leaves:
        return Inferred(np.empty(shape, np.float64), NumberType(np.dtype(np.float64)))
    first = leaves[0] if leaves[0] is not None else next((x for x in leaves if x is not None), None)
    if isinstance(first, (ObjectRef, RegionRef)) or (is_node is not None and is_node(first)):
        return _infer_references(leaves, shape, is_node)
    if isinstance(first, str):
        _require(leaves, str, "text")
        return Inferred(_text_array(leaves, shape, TextType()), TextType())
    if isinstance(first, (bytes, bytearray)):
        _require(leaves, (bytes, bytearray), "bytes")
        return Inferred(_text_array(leaves, shape, ASCII), ASCII)
    if isinstance(first, dt.date):
        _require(leaves, dt.date, "a date")
        return Inferred(_text_array([x.isoformat() for x in leaves], shape, ASCII), ASCII)
    if isinstance(first, np.ndarray) and first.ndim == 1:
        return _infer_sequences(leaves, shape, is_node)
    return _infer_numbers(leaves, shape)


def _infer_numbers(leaves: list[Any], shape: Shape) -> Inferred:
    plain = {bool, int, float, complex}
    types = set(map(type, leaves))
    if not types <= plain:
        leaves = [x[()] if isinstance(x, np.ndarray) else x for x in leaves]
        _require(leaves, (bool, int, float, complex, np.number, np.bool_), "a number")
        types = set(map(type, leaves))
    if all(issubclass(type_, (bool, int, np.bool_, np.integer)) for type_ in types):
        return _infer_integers(leaves, shape, types)
    array = np.array(leaves).reshape(shape)
    if array.dtype.kind not in "fc":
        raise _unsupported(leaves[0], "element 0")
    return Inferred(array, NumberType(array.dtype))


def _infer_integers(leaves: list[Any], shape: Shape, types: set[type]) -> Inferred:
    if int in types or len(types) > 1:
        lowest, highest = min(map(int, leaves)), max(map(int, leaves))
        if lowest < -INT64_MAX - 1 or highest > 2 * INT64_MAX + 1:
            msg = f"an integer takes more than 64 bits: {lowest if lowest < 0 else highest}"
            raise UnsupportedDtypeError(msg)
        if highest > INT64_MAX and lowest < 0:
            msg = f"no integer type holds both {lowest} and {highest}"
            raise UnsupportedDtypeError(msg, hint="Give a float array, if rounding does no harm.")
        array = np.array(leaves, dtype=np.uint64 if highest > INT64_MAX else np.int64)
    else:
        array = np.array(leaves)
    return Inferred(array.reshape(shape), NumberType(array.dtype))


def _infer_references(leaves: list[Any], shape: Shape, is_node: NodePredicate | None) -> Inferred:
    is_region = any(isinstance(leaf, RegionRef) for leaf in leaves)
    for index, leaf in enumerate(leaves):
        fits = isinstance(leaf, RegionRef) if is_region else isinstance(leaf, ObjectRef)
        if leaf is not None and not fits and not (is_node is not None and is_node(leaf)):
            raise _unsupported(leaf, f"element {index}", "among references")
    return Inferred(object_array(leaves, shape), RefType("region" if is_region else "object"))


def _infer_sequences(leaves: list[Any], shape: Shape, is_node: NodePredicate | None) -> Inferred:
    parts = [_infer_array(leaf, is_node) for leaf in leaves if isinstance(leaf, np.ndarray)]
    base = parts[0].dtype
    for index, part in enumerate(parts):
        if part.dtype != base or part.value.ndim != 1:
            raise _unsupported(leaves[index], f"element {index}", "among sequences of another type")
    if len(parts) != len(leaves):
        _require(leaves, np.ndarray, "a sequence")
    return Inferred(object_array([part.value for part in parts], shape), VlenType(base))


def _text_array(leaves: Sequence[str | bytes], shape: Shape, dtype: TextType) -> AnyArray:
    if dtype.length is None and are_plain(leaves, dtype.charset):
        return object_array(leaves, shape)
    cells: list[str | bytes] = []
    for index, leaf in enumerate(leaves):
        text = str(leaf) if isinstance(leaf, str) else decode_text(bytes(leaf))
        where = f"element {index}" if shape else "the text"
        # Bytes say of themselves that they are ASCII; what they hold is kept either way.
        charset = dtype.charset if isinstance(leaf, str) else "utf-8"
        check_text(text, charset=charset, length=dtype.length, where=where)
        cells.append(text)
    return object_array(cells, shape)


def _require(leaves: Sequence[Any], types: type | tuple[type, ...], what: str) -> None:
    for index, leaf in enumerate(leaves):
        if not isinstance(leaf, types):
            raise _unsupported(leaf, f"element {index}", f"where {what} is expected")


def _unsupported(value: Any, where: str, expected: str = "") -> UnsupportedDtypeError:
    kind = "None" if value is None else f"a {type(value).__name__}"
    msg = f"{where} is {kind}{' ' + expected if expected else ''}, which cannot be stored"
    hint = "Numbers, text, bytes, dates, references and (nested) lists of one of these can be."
    if value is None:
        hint = "Leave it out; in its place nan or '' can stand, or Empty(dtype) for no elements."
    elif isinstance(value, (np.datetime64, np.timedelta64)):
        hint = "Give dates as ISO text, or times as numbers."
    elif isinstance(value, dict):
        hint = "Use a group of attributes, or JSON text."
    return UnsupportedDtypeError(msg, hint=hint)


def as_cells(values: object, dtype: ElementType) -> AnyArray:
    """Return values as an ndarray of the memory dtype; a single object stays one cell."""
    memory = memory_dtype(dtype)
    if memory == np.dtype(object) and not isinstance(values, np.ndarray):
        cell = np.empty((), dtype=object)
        cell[()] = values
        return cell
    return np.asarray(values, dtype=None if memory.hasobject else memory)
