"""Pickles read as data, without running their code.

numpy's own classes are not even called: a pickle can lie to them about what memory holds. Stand-ins
take the state down, and the arrays are made from it once every part has been checked. Nothing is
ever pickled.
"""

from __future__ import annotations

import io
import math
import pickle
import re
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from hdmf_io_core.errors import MetadataError
from hdmf_io_core.storage.numpytypes import object_array

if TYPE_CHECKING:
    from collections.abc import Collection

    from hdmf_io_core.types import AnyArray

__all__ = ["unpickle"]

_TYPE = re.compile(r"[biufcSUVO]\d*")
_ITEMS_LIMIT = 1 << 28
_RECORDS_LIMIT_BYTES = 1 << 28
_COPIES, _LEAST_ITEMS = 4, 1 << 16
"""Text that is the same in many elements is pickled once: what is repeated takes two bytes."""


def unpickle(data: bytes, *, dicts: Collection[tuple[str, str]] = ()) -> Any:
    """Return what a pickle holds: text, bytes, numbers, lists, tuples, dicts, arrays of these.

    Parameters
    ----------
    data
        The pickle.
    dicts
        Classes, by module and name, that are dicts of their own; they come as plain ones.

    Raises
    ------
    MetadataError
        The pickle names anything else, contradicts itself, or is damaged.
    """
    try:
        value = _Unpickler(io.BytesIO(data), dicts).load()
        _check_size(value, data)
        return _plain(value)
    except MetadataError:
        raise
    except (RecursionError, MemoryError, Exception) as error:  # a damaged pickle raises anything
        msg = f"a pickled value cannot be read: {error}"
        raise MetadataError(msg) from error


class _Dtype:
    """What a pickled ``numpy.dtype`` says of itself."""

    def __init__(self, code: object, align: object = None, copy: object = None) -> None:
        if _TYPE.fullmatch(str(code)) is None:
            msg = f"a pickled array has elements of type {code!r}"
            raise MetadataError(msg)
        self._code = str(code)
        self._state: tuple[Any, ...] = ()

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        self._state = state

    def make(self) -> np.dtype[Any]:
        """Return the dtype that the state describes."""
        state: Any = self._state or (3, "|", None, None, None, -1)
        _, order, sub, names, fields, size = state[:6]
        if names:
            parts = [fields[name] for name in names]
            layout = {
                "names": list(names),
                "formats": [_dtype(part[0]) for part in parts],
                "offsets": [int(part[1]) for part in parts],
                "itemsize": int(size),
            }
            return np.dtype(layout)  # type: ignore[call-overload,no-any-return]
        if sub is not None:
            return np.dtype((_dtype(sub[0]), tuple(int(length) for length in sub[1])))
        made = np.dtype("O" if self._code[0] == "O" else self._code)
        return made.newbyteorder(order) if order in {"<", ">"} else made


class _Array:
    """What a pickled ``numpy.ndarray`` says of itself."""

    def __init__(self) -> None:
        self._state: tuple[Any, ...] = ()

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        self._state = state

    @property
    def content(self) -> object:
        """What it says it holds: bytes, or a list."""
        return self._state[-1] if self._state else None

    def make(self) -> AnyArray:
        """Return the array that the state describes."""
        _, shape, kind, is_fortran, content = self._state
        dtype = _dtype(kind)
        lengths = tuple(int(length) for length in shape)
        n_items = math.prod(lengths)
        if min(lengths, default=0) < 0 or n_items > _ITEMS_LIMIT:
            msg = f"a pickled array has the shape {lengths}"
            raise MetadataError(msg)
        if dtype.hasobject:
            # A list is in C order, whatever the order that the array had in memory.
            return _items(content, dtype).reshape(lengths)
        return _numbers(content, dtype, n_items).reshape(lengths, order="F" if is_fortran else "C")


class _Dict(dict[str, object]):
    """Stands for a class that is a dict."""


def _build(unpickler: Any) -> None:
    """Give a state to a stand-in that takes one; nothing else is changed by a pickle."""
    state = unpickler.stack.pop()
    target = unpickler.stack[-1]
    if not isinstance(target, (_Dtype, _Array)):
        msg = f"a pickled value sets the state of a {type(target).__name__}, which is refused"
        raise MetadataError(msg)
    target.__setstate__(state)


def _refuse(unpickler: Any) -> None:
    msg = "a pickled value is made in a way that is refused"
    raise MetadataError(msg)


class _Unpickler(pickle._Unpickler):
    # The one in C allocates as many memo slots as a damaged pickle says, the one in Python none.

    # BUILD would set attributes of functions and classes here; BYTEARRAY8 takes the memory that it
    # is told to before it reads; the others reach for what is outside of the pickle.
    dispatch: ClassVar[dict[int, Any]] = {
        **pickle._Unpickler.dispatch,
        pickle.BUILD[0]: _build,
        **dict.fromkeys(
            (
                code[0]
                for code in (
                    pickle.BYTEARRAY8,
                    pickle.EXT1,
                    pickle.EXT2,
                    pickle.EXT4,
                    pickle.NEXT_BUFFER,
                    pickle.PERSID,
                    pickle.BINPERSID,
                    pickle.READONLY_BUFFER,
                )
            ),
            _refuse,
        ),
    }

    def __init__(self, file: io.BytesIO, dicts: Collection[tuple[str, str]]) -> None:
        super().__init__(file)
        self._dicts = dicts

    def find_class(self, module: str, name: str) -> Any:
        """Return the stand-in for a name; nothing is imported."""
        if (module, name) in self._dicts:
            return _Dict
        found = _STAND_INS.get((module.replace("numpy.core", "numpy._core"), name))
        if found is None:
            msg = f"a pickled value names {module}.{name}, which is refused"
            raise MetadataError(
                msg,
                hint="Rewrite the data with the program that made it.",
            )
        return found


def _reconstruct(kind: object, shape: object, code: object) -> _Array:
    if kind is not _Array:
        msg = "a pickled array is of no plain class"
        raise MetadataError(msg)
    return _Array()


def _scalar(kind: object, content: object) -> Any:
    dtype = _dtype(kind)
    if dtype.hasobject:
        return _items([content], dtype)[0]
    return _numbers(content, dtype, 1)[0]


_STAND_INS: dict[tuple[str, str], Any] = {
    ("numpy._core.multiarray", "_reconstruct"): _reconstruct,
    ("numpy._core.multiarray", "scalar"): _scalar,
    ("numpy", "ndarray"): _Array,
    ("numpy", "dtype"): _Dtype,
}


def _dtype(kind: object) -> np.dtype[Any]:
    if not isinstance(kind, _Dtype):
        msg = "a pickled array has elements of no numpy type"
        raise MetadataError(msg)
    return kind.make()


def _numbers(content: object, dtype: np.dtype[Any], n_items: int) -> AnyArray:
    if not isinstance(content, (bytes, bytearray)) or len(content) != n_items * dtype.itemsize:
        msg = f"a pickled array of {n_items} {dtype} has content of another size"
        raise MetadataError(msg)
    if not dtype.itemsize:
        return np.zeros(n_items, dtype)
    return np.frombuffer(content, dtype).copy()


def _items(content: object, dtype: np.dtype[Any]) -> AnyArray:
    if not isinstance(content, list):
        msg = "a pickled array of objects has no list of them"
        raise MetadataError(msg)
    if len(content) * dtype.itemsize > _RECORDS_LIMIT_BYTES:
        msg = f"a pickled array has elements of {dtype.itemsize} bytes"
        raise MetadataError(msg)
    items = [_plain(item) for item in content]
    if dtype.names is None:
        return object_array(items, (len(items),))
    return np.array([tuple(item) for item in items], dtype)


def _check_size(value: Any, data: bytes) -> None:
    """Refuse a value that is larger, written out, than a pickle of that length can be.

    A list may be in another one many times, and that one too: a few bytes stand for any number.
    """
    waiting, left = [value], _COPIES * len(data) + _LEAST_ITEMS
    while waiting:
        found = waiting.pop()
        if isinstance(found, _Array):
            found = found.content
        if isinstance(found, dict):
            found = list(found.values())
        if isinstance(found, (list, tuple)):
            left -= len(found)
            waiting.extend(found if left >= 0 else ())
        if left < 0:
            msg = "a pickled value repeats its parts without measure"
            raise MetadataError(msg)


def _plain(value: Any) -> Any:
    """Return a value with arrays made of their stand-ins, whatever it is nested in."""
    if isinstance(value, _Array):
        return value.make()
    if isinstance(value, (list, tuple)):
        return type(value)(_plain(item) for item in value)
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (str, bytes, bool, int, float, complex, np.generic, np.ndarray)):
        return value
    if value is None:
        return None
    msg = f"a pickled value is a {type(value).__name__}, which is refused"
    raise MetadataError(msg)
