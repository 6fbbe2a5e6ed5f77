"""Attributes of an HDF5 object, read and written with their exact types."""

from __future__ import annotations

import uuid
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
from h5py import h5, h5a, h5i, h5p, h5s

from hdmf_io_core.errors import HdmfIOError, UnsupportedDtypeError, WriteError
from hdmf_io_core.storage.dtypes import (
    ArrayType,
    ElementType,
    NumberType,
    TextType,
    VlenType,
    memory_dtype,
)
from hdmf_io_core.storage.layout import Attribute, AttrValue, Empty
from hdmf_io_hdf5.dtypes import element_type, file_type
from hdmf_io_hdf5.links import to_name, to_text
from hdmf_io_hdf5.references import References
from hdmf_io_hdf5.transfer import memory_type, transfer_buffer
from hdmf_io_hdf5.values import decode, decoded_text, encode

if TYPE_CHECKING:
    from hdmf_io_core.types import AnyArray, Shape
    from hdmf_io_hdf5.homes import Home

__all__ = ["EncodedAttribute", "attribute_names", "encode_attribute", "read_attribute"]

_HDF5_ERRORS = (KeyError, OSError, RuntimeError, ValueError)


def attribute_names(oid: h5i.ObjectID) -> list[bytes]:
    """Return the names of an object's attributes, in order of creation where that is kept."""
    names: list[bytes] = []
    tracked = oid.get_create_plist().get_attr_creation_order() & h5p.CRT_ORDER_TRACKED
    index = h5.INDEX_CRT_ORDER if tracked else h5.INDEX_NAME
    h5a.iterate(oid, names.append, index_type=index)
    return names


def read_attribute(oid: h5i.ObjectID, name: bytes, home: Home, path: str) -> Attribute:
    """Return an attribute; its handle is closed at once, since many open ones slow HDF5 down.

    Raises
    ------
    UnsupportedDtypeError
        The type has no counterpart.
    """
    aid = h5a.open(oid, name)
    try:
        element = element_type(aid.get_type())
        space = aid.get_space()
        extent = space.get_simple_extent_type()
        if extent == h5s.NULL:
            return Attribute(Empty(element), element)
        shape = () if extent == h5s.SCALAR else tuple(map(int, space.get_simple_extent_dims()))
        raw = transfer_buffer(shape, element)
        if raw.size:
            # The memory type is ours: HDF5 would write addresses for the file's variable types.
            aid.read(raw, memory_type(element))
    except UnsupportedDtypeError as error:
        msg = f"attribute {to_text(name)!r}: {error.what}"
        raise UnsupportedDtypeError(
            msg,
            source=home.source,
            path=path,
            hint=error.hint,
        ) from error.__cause__
    finally:
        aid.close()
    if isinstance(element, NumberType):
        return Attribute(raw if shape else raw[()], element)
    if isinstance(element, TextType) and not shape:
        return Attribute(decoded_text(raw.item(), element), element)
    out = np.empty(raw.shape, memory_dtype(_innermost(element)))
    decode(raw, element, out, References(home))
    return Attribute(out if out.ndim else out[()], element)


class EncodedAttribute:
    """An attribute that was checked and is ready to be stored.

    Parameters
    ----------
    name : bytes
        Its name.
    element : ElementType
        Its type.
    shape : tuple of int or None
        Of its dataspace; None for a null one.
    raw : ndarray
        Its transfer buffer.
    """

    def __init__(
        self, name: bytes, element: ElementType, shape: Shape | None, raw: AnyArray
    ) -> None:
        self.name = name
        self.element = element
        self.shape = shape
        self.raw = raw

    def store(self, oid: h5i.ObjectID, home: Home, path: str, *, is_new: bool = False) -> None:
        """Create or replace the attribute; ``is_new`` says that the node has none yet.

        Raises
        ------
        WriteError
            HDF5 refused; above 64 KiB it does in the default file format.
        """
        try:
            if is_new or not h5a.exists(oid, self.name):
                self._create(oid, self.name)
            elif not self._overwritten(oid):
                # The old value stays until the new one is complete.
                beside = uuid.uuid4().hex.encode("ascii")
                self._create(oid, beside)
                h5a.delete(oid, self.name)
                h5a.rename(oid, beside, self.name)
        except _HDF5_ERRORS as error:
            msg = f"HDF5 could not store attribute {to_text(self.name)!r}, {self.raw.nbytes} bytes"
            raise WriteError(
                msg,
                source=home.source,
                path=path,
                hint="In the default file format an attribute holds 64 KiB: "
                "store it as a dataset, or open the new file with libver='latest'.",
            ) from error

    def _create(self, oid: h5i.ObjectID, name: bytes) -> None:
        aid = h5a.create(oid, name, file_type(self.element), self._space())
        try:
            self._fill(aid)
        finally:
            aid.close()

    def _overwritten(self, oid: h5i.ObjectID) -> bool:
        aid = h5a.open(oid, self.name)
        try:
            space = aid.get_space()
            is_null = space.get_simple_extent_type() == h5s.NULL
            shape = None if is_null else tuple(space.get_simple_extent_dims())
            if shape != self.shape or not aid.get_type().equal(file_type(self.element)):
                return False
            self._fill(aid)
            return True
        finally:
            aid.close()

    def _fill(self, aid: h5a.AttrID) -> None:
        if self.shape is not None and self.raw.size:
            aid.write(self.raw, memory_type(self.element))

    def _space(self) -> h5s.SpaceID:
        if self.shape is None:
            return h5s.create(h5s.NULL)
        return h5s.create_simple(self.shape) if self.shape else _scalar()


@cache
def _scalar() -> h5s.SpaceID:
    return h5s.create(h5s.SCALAR)


def encode_attribute(
    name: str, attribute: Attribute, references: References, path: str
) -> EncodedAttribute:
    """Check an attribute and return what stores it.

    Raises
    ------
    UnsupportedDtypeError, TextEncodingError, UnresolvedReferenceError
        The value cannot be stored as its type says.
    """
    element, value = attribute.dtype, attribute.value
    where = {"source": references.source, "path": path}
    try:
        file_type(element)
        encoded_name = to_name(name)
        if isinstance(value, Empty):
            return EncodedAttribute(encoded_name, element, None, np.empty(0))
        values = _array_of(value, element)
        raw = encode(values, element, references, path)
    except HdmfIOError as error:
        msg = f"attribute {name!r}: {error.what}"
        raise type(error)(msg, hint=error.hint, **where) from error.__cause__
    except (OverflowError, TypeError, ValueError) as error:
        msg = f"attribute {name!r}: the value {value!r} does not fit its type"
        raise UnsupportedDtypeError(msg, **where) from error
    extra = transfer_buffer((), element).ndim
    return EncodedAttribute(encoded_name, element, values.shape[: values.ndim - extra], raw)


def _array_of(value: AttrValue, element: ElementType) -> AnyArray:
    dtype: np.dtype[Any] = memory_dtype(_innermost(element))
    if isinstance(value, np.ndarray) and not _is_cell(value, element):
        return value
    if isinstance(value, str):
        text = np.empty((), object)
        text[()] = value
        return text
    if isinstance(value, int) and dtype.kind in "iu":
        limits: np.iinfo[Any] = np.iinfo(str(dtype))
        if not limits.min <= value <= limits.max:
            raise OverflowError(value)  # numpy 1 takes the low bits
    cells = np.empty((), dtype)
    cells[()] = value
    if dtype.kind in "biufc" and not isinstance(value, np.generic):
        # Python numbers have no type of their own: what counts is that the value survives.
        same = bool(cells[()] == value) or value != value
        if not same:
            raise ValueError(value)
    elif isinstance(value, np.generic) and dtype.kind in "biufc":
        return np.asarray(value)
    return cells


def _is_cell(value: AnyArray, element: ElementType) -> bool:
    """Whether an array is one sequence, not an array of sequences."""
    if not isinstance(element, VlenType):
        return False
    return value.dtype != object or not all(isinstance(cell, np.ndarray) for cell in value.flat)


def _innermost(element: ElementType) -> ElementType:
    while isinstance(element, ArrayType):
        element = element.base
    return element
