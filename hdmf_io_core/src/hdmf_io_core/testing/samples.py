"""One small array of every element type: what a storage must give back unchanged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from hdmf_io_core.storage.dtypes import (
    ArrayType,
    CompoundField,
    CompoundType,
    ElementType,
    EnumType,
    NumberType,
    OpaqueType,
    TextType,
    VlenType,
    memory_dtype,
)
from hdmf_io_core.storage.numpytypes import object_array

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hdmf_io_core.types import AnyArray

__all__ = ["SAMPLES", "Sample", "same_cells"]


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """An element type and values of it: an array of rank 1."""

    name: str
    dtype: ElementType
    values: AnyArray

    def __str__(self) -> str:
        return self.name


def same_cells(one: Any, other: Any) -> bool:
    """Whether two arrays or elements are equal in shape, type and value; NaN equals NaN."""
    first, second = np.asarray(one), np.asarray(other)
    if first.shape != second.shape or first.dtype != second.dtype:
        return False
    if first.dtype.names is not None:
        return all(same_cells(first[name], second[name]) for name in first.dtype.names)
    if first.dtype.kind == "O":
        pairs = zip(first.reshape(-1).tolist(), second.reshape(-1).tolist(), strict=True)
        return all(type(a) is type(b) and _same_object(a, b) for a, b in pairs)
    return first.tobytes() == second.tobytes() or bool(
        np.array_equal(first, second, equal_nan=first.dtype.kind in "fc")
    )


def _same_object(one: Any, other: Any) -> bool:
    return same_cells(one, other) if isinstance(one, np.ndarray) else bool(one == other)


def _numbers(name: str, values: Sequence[Any]) -> Sample:
    dtype = np.dtype(name)
    return Sample(f"numbers {name}", NumberType(dtype), np.array(values, dtype))


def _cells(name: str, dtype: ElementType, values: Sequence[Any]) -> Sample:
    return Sample(name, dtype, object_array(values, (len(values),)))


_INT32 = NumberType(np.dtype("i4"))
_RECORD = CompoundType(
    (
        CompoundField("count", NumberType(np.dtype("u2"))),
        CompoundField("label", TextType()),
        CompoundField("point", ArrayType(NumberType(np.dtype("f4")), (2,))),
    )
)

SAMPLES: tuple[Sample, ...] = (
    *(_numbers(name, [0, 1, 127]) for name in ("i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8")),
    *(_numbers(name, [0, -1, 1000]) for name in (">i2", ">i4", ">i8")),
    _numbers("u8", [0, 2**63, 2**64 - 1]),
    *(_numbers(name, [0.0, -1.5, np.inf, np.nan]) for name in ("f2", "f4", "f8", ">f4", ">f8")),
    *(_numbers(name, [1 + 2j, 0]) for name in ("c8", "c16")),
    _numbers("?", [True, False, True]),
    _cells("text", TextType(), ["", "a", "é 漢 𝄞", "two words"]),
    _cells("ascii text", TextType("ascii"), ["", "abc"]),
    _cells("text that is not UTF-8", TextType(), ["a", b"\xff\xfe"]),
    _cells("fixed text, null-terminated", TextType("utf-8", 5), ["", "é", "abcd"]),
    _cells("fixed text, null-padded", TextType("ascii", 4, "null-padded"), ["", "abcd"]),
    _cells("fixed text, space-padded", TextType("ascii", 4, "space-padded"), ["ab", "abcd"]),
    Sample(
        "enum",
        EnumType(np.dtype("i2"), (("low", -1), ("high", 300))),
        np.array([-1, 300], "i2"),
    ),
    Sample("opaque", OpaqueType(3, "a tag"), np.array([b"abc", b"\0\1\2"], "V3")),
    Sample(
        "compound",
        _RECORD,
        np.array([(1, "a", (0, 1)), (2, "é", (2, 3))], memory_dtype(_RECORD)),
    ),
    Sample("arrays", ArrayType(_INT32, (2, 2)), np.arange(12, dtype="i4").reshape(3, 2, 2)),
    _cells("sequences", VlenType(_INT32), [np.arange(3, dtype="i4"), np.zeros(0, "i4")]),
)
"""Samples without references, which need nodes to point to."""
