"""Between the buffers that HDF5 fills and the values that users see. Text is decoded here, once.

Every function checks all it is given before it returns, so a value that cannot be stored raises
before anything is written.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from hdmf_io_core.errors import TextEncodingError, UnsupportedDtypeError
from hdmf_io_core.storage.dtypes import (
    ArrayType,
    CompoundType,
    ElementType,
    NumberType,
    RefType,
    TextType,
    VlenType,
    element_repr,
    memory_dtype,
)
from hdmf_io_hdf5.transfer import h5py_dtype, transfer_buffer

if TYPE_CHECKING:
    from hdmf_io_core.types import AnyArray
    from hdmf_io_hdf5.references import References

__all__ = ["Utf8InAscii", "decode", "decoded_text", "encode", "is_plain"]


class Utf8InAscii(str):
    """Text read from a field declared ASCII that holds UTF-8.

    Other text that is not ASCII is refused there; this went in so before and may be written back.
    """

    __slots__ = ()


def is_plain(element: ElementType) -> bool:
    """Whether users see the transfer buffer itself, so that HDF5 may fill their own array."""
    match element:
        case TextType() | RefType() | VlenType():
            return False
        case CompoundType(fields=fields):
            return all(is_plain(field.type) for field in fields)
        case ArrayType(base=base):
            return is_plain(base)
        case _:
            return True


def decode(raw: AnyArray, element: ElementType, out: AnyArray, references: References) -> None:
    """Fill ``out`` with the values of a transfer buffer.

    Parameters
    ----------
    raw : ndarray, dtype ``transfer_dtype(element)``
        Elements of :class:`ArrayType` take further axes.
    element
        The element type.
    out : ndarray, shape of ``raw``, dtype ``memory_dtype(element)``
        Every cell is filled.
    references
        Of the file that ``raw`` came from.
    """
    match element:
        case TextType():
            _fill(out, [decoded_text(cell, element) for cell in raw.ravel().tolist()])
        case RefType(kind="object") if raw.dtype.kind == "u":
            _fill(out, [references.at_address(address) for address in raw.ravel().tolist()])
        case RefType(kind="object"):
            _fill(out, [references.from_object(cell) for cell in raw.ravel().tolist()])
        case RefType():
            _fill(out, [references.from_region(cell) for cell in raw.ravel().tolist()])
        case VlenType(base=base):
            _fill(out, [_sequence(cell, base, references) for cell in raw.ravel().tolist()])
        case CompoundType(fields=fields):
            for field in fields:
                decode(_field(raw, field.name), field.type, _field(out, field.name), references)
        case ArrayType(base=base):
            decode(raw, base, out, references)
        case _:
            out[...] = raw


def encode(values: AnyArray, element: ElementType, references: References, path: str) -> AnyArray:
    """Return the transfer buffer that stores ``values``; C-contiguous.

    That is ``values`` itself where it needs no change.

    Parameters
    ----------
    values : ndarray, dtype ``memory_dtype(element)``
        Left as it is.
    element
        The element type.
    references
        Of the file that is written.
    path
        The node, for errors.

    Raises
    ------
    TextEncodingError
        Text with a null character, a lone surrogate, other than ASCII where that is declared, or
        longer than the fixed length.
    UnsupportedDtypeError
        A value is not of the element type.
    UnresolvedReferenceError
        The target of a reference is not in the file.
    """
    dtype = transfer_buffer((), element).dtype
    if values.dtype == dtype and values.flags.c_contiguous and is_plain(element):
        return values
    raw = np.zeros(values.shape, dtype)
    _encode_into(raw, values, element, _Place(references, path))
    return raw


class _Place:
    """Where values go: for errors and references."""

    __slots__ = ("in_sequence", "path", "references")

    def __init__(self, references: References, path: str, *, in_sequence: bool = False) -> None:
        self.references = references
        self.path = path
        self.in_sequence = in_sequence

    def text_error(self, what: str, hint: str) -> TextEncodingError:
        return TextEncodingError(what, source=self.references.source, path=self.path, hint=hint)

    def type_error(self, element: ElementType, seen: object) -> UnsupportedDtypeError:
        return UnsupportedDtypeError(
            f"{seen} cannot be stored as {element_repr(element)}",
            source=self.references.source,
            path=self.path,
            hint="Convert the data, or write it under another element type.",
        )


def _encode_into(raw: AnyArray, values: AnyArray, element: ElementType, place: _Place) -> None:
    references = place.references
    match element:
        case TextType():
            _fill(raw, [_stored_text(cell, element, place) for cell in values.ravel().tolist()])
        case RefType(kind="object") if not place.in_sequence:
            _fill(raw, [references.address_of(cell) for cell in values.ravel().tolist()])
        case RefType(kind="object"):
            _fill(raw, [references.to_object(cell) for cell in values.ravel().tolist()])
        case RefType():
            _fill(raw, [references.to_region(cell) for cell in values.ravel().tolist()])
        case VlenType(base=base):
            _fill(raw, [_stored_sequence(cell, base, place) for cell in values.ravel().tolist()])
        case CompoundType(fields=fields):
            names = tuple(field.name for field in fields)
            if values.dtype.names != names:
                raise place.type_error(element, f"data of dtype {values.dtype}")
            for field in fields:
                inner = _field(values, field.name)
                _encode_into(_field(raw, field.name), inner, field.type, place)
        case ArrayType(base=base):
            _encode_into(raw, values, base, place)
        case _:
            if not np.can_cast(values.dtype, raw.dtype, "safe"):
                raise place.type_error(element, f"data of dtype {values.dtype}")
            raw[...] = values


def _field(array: Any, name: str) -> AnyArray:
    view: AnyArray = array[name]
    return view


def _fill(out: AnyArray, cells: list[Any]) -> None:
    # One cell at a time: numpy would take sequences among the cells for further axes.
    flat = np.empty(len(cells), out.dtype)
    for i, cell in enumerate(cells):
        flat[i] = cell
    out[...] = flat.reshape(out.shape)


def decoded_text(cell: bytes | None, element: TextType) -> str | bytes:
    """Return one cell of a transfer buffer as users see it; bytes where it is no UTF-8."""
    raw = cell or b""
    if element.length is not None:
        if element.padding == "null-terminated":
            raw = raw.split(b"\0", 1)[0]
        elif element.padding == "space-padded":
            raw = raw.rstrip(b" ")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw
    return Utf8InAscii(text) if element.charset == "ascii" and not text.isascii() else text


def _sequence(cell: AnyArray | None, base: ElementType, references: References) -> AnyArray:
    dtype = memory_dtype(base)
    if cell is None or not len(cell):
        return np.empty(0, dtype)
    if isinstance(base, NumberType) and cell.dtype != dtype:
        # h5py labels the numbers of a sequence native, whatever order their bytes have.
        return cell.view(dtype)
    out = np.empty(cell.shape, dtype)
    decode(cell, base, out, references)
    return out


def _stored_text(cell: object, element: TextType, place: _Place) -> bytes:
    if isinstance(cell, str):
        raw = _encoded(cell, element, place)
    elif isinstance(cell, bytes):
        raw = cell
    else:
        raise place.type_error(element, f"a value of type {type(cell).__name__}")
    if element.length is None:
        if b"\0" in raw:
            msg = f"the text {cell!r} holds a null character, which ends text in HDF5"
            raise place.text_error(
                msg,
                "Remove it, or store the data as numbers.",
            )
        return raw
    return _padded(raw, element, place)


def _encoded(text: str, element: TextType, place: _Place) -> bytes:
    if element.charset == "ascii" and not text.isascii() and not isinstance(text, Utf8InAscii):
        msg = f"the text {text!r} is not ASCII, as its type says"
        raise place.text_error(msg, "Declare the text as UTF-8.")
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError as error:
        msg = f"the text {text!r} holds a lone surrogate and has no UTF-8 form"
        raise place.text_error(
            msg,
            "Decode it from its bytes with the encoding it was written in.",
        ) from error


def _padded(raw: bytes, element: TextType, place: _Place) -> bytes:
    if len(raw) > (element.length or 0):
        msg = f"the text {raw!r} has {len(raw)} bytes, its type has {element.length}"
        raise place.text_error(
            msg,
            "Use text of variable length, or a longer type.",
        )
    lost = {"null-terminated": b"\0" in raw, "null-padded": raw.endswith(b"\0")}
    if lost.get(element.padding, raw.endswith(b" ")):
        msg = f"the end of the text {raw!r} would be taken for padding ({element.padding})"
        raise place.text_error(
            msg,
            "Remove it, or use text of variable length.",
        )
    return raw.ljust(element.length or 0) if element.padding == "space-padded" else raw


def _stored_sequence(cell: object, base: ElementType, place: _Place) -> AnyArray:
    values = np.asarray(() if cell is None else cell)
    if not values.size:
        values = np.empty(0, memory_dtype(base))
    if values.ndim != 1:
        raise place.type_error(VlenType(base), f"a value with {values.ndim} dimensions")
    raw = np.zeros(values.shape, h5py_dtype(base))
    inside = _Place(place.references, place.path, in_sequence=True)
    _encode_into(raw, values, base, inside)
    return raw
