"""What HDF5 fills and empties: the buffers between a file's types and the values of users."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import h5py
import numpy as np
from h5py import h5t

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
)
from hdmf_io_hdf5.dtypes import file_type

if TYPE_CHECKING:
    from hdmf_io_core.types import AnyArray, Shape

__all__ = ["h5py_dtype", "memory_type", "transfer_buffer", "transfer_dtype"]


@lru_cache(maxsize=256)
def memory_type(element: ElementType) -> h5t.TypeID:
    """Return the datatype of a transfer buffer of :func:`transfer_dtype`.

    Variable-length text and sequences are the Python objects of h5py: the type of the file in their
    place makes HDF5 write addresses into the buffer. Object references are addresses.
    """
    match element:
        case TextType(length=None):
            return h5t.py_create(h5py.string_dtype())
        case RefType(kind="region"):
            return h5t.py_create(h5py.regionref_dtype)
        case VlenType():
            return h5t.py_create(h5py.vlen_dtype(h5py_dtype(element.base)))
        case ArrayType(base=base, shape=shape):
            return h5t.array_create(memory_type(base), shape)
        case CompoundType(fields=fields):
            packed = transfer_dtype(element)
            tid = h5t.create(h5t.COMPOUND, packed.itemsize)
            for field in fields:
                offset = packed.fields[field.name][1] if packed.fields else 0
                name = field.name.encode("utf-8", "surrogateescape")
                tid.insert(name, offset, memory_type(field.type))
            return tid
        case _:
            return file_type(element)


@lru_cache(maxsize=256)
def transfer_dtype(element: ElementType) -> np.dtype[Any]:
    """Return the numpy dtype of the buffer that HDF5 fills.

    It differs from ``memory_dtype`` in text (fixed: bytes; variable: objects) and object references
    (64-bit addresses).
    """
    match element:
        case NumberType(dtype=dtype):
            return dtype
        case EnumType(base=base):
            return base
        case TextType(length=int(length)):
            return np.dtype((np.bytes_, length))
        case OpaqueType(size=size):
            return np.dtype((np.void, size))
        case RefType(kind="object"):
            return np.dtype(np.uint64)
        case CompoundType(fields=fields):
            return np.dtype([(field.name, transfer_dtype(field.type)) for field in fields])
        case ArrayType(base=base_type, shape=shape):
            return np.dtype((transfer_dtype(base_type), shape))
        case _:
            return np.dtype(object)


def transfer_buffer(shape: Shape, element: ElementType) -> AnyArray:
    """Return a buffer for elements of that shape; those that are arrays take further axes."""
    dtype = np.dtype(transfer_dtype(element))
    return np.zeros((*shape, *dtype.shape), dtype.base)


def h5py_dtype(element: ElementType) -> np.dtype[Any]:
    """Return the dtype as h5py has it, with hints: of items of sequences, and fill values."""
    match element:
        case TextType(charset=charset, length=length):
            return _dtype(h5py.string_dtype(charset, length))
        case RefType(kind=kind):
            return _dtype(h5py.ref_dtype if kind == "object" else h5py.regionref_dtype)
        case VlenType(base=base):
            return _dtype(h5py.vlen_dtype(h5py_dtype(base)))
        case CompoundType(fields=fields):
            return np.dtype([(field.name, h5py_dtype(field.type)) for field in fields])
        case ArrayType(base=base_type, shape=shape):
            return np.dtype((h5py_dtype(base_type), shape))
        case EnumType(base=integers, members=members):
            return _dtype(h5py.enum_dtype(dict(members), basetype=integers))
        case _:
            return transfer_dtype(element)


def _dtype(made: Any) -> np.dtype[Any]:
    # h5py has no types; this is where its dtypes get one.
    dtype: np.dtype[Any] = np.dtype(made)
    return dtype
