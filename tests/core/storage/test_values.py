"""What a value is stored as follows from the value alone; what has no form on disk is refused."""

import datetime as dt
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from hdmf_io_core.errors import ShapeError, TextEncodingError, UnsupportedDtypeError
from hdmf_io_core.storage.dtypes import (
    ArrayType,
    CompoundField,
    CompoundType,
    EnumType,
    NumberType,
    OpaqueType,
    RefType,
    TextType,
    VlenType,
)
from hdmf_io_core.storage.layout import Empty, ObjectRef, RegionRef
from hdmf_io_core.storage.numpytypes import infer_dtype
from hdmf_io_core.storage.values import infer


def number(name: Any) -> Any:
    return NumberType(np.dtype(name))


UTF8, ASCII = TextType(), TextType("ascii")
REF = ObjectRef("m", path="/x")
REGION = RegionRef(REF, "all")


@pytest.mark.parametrize(
    ("value", "dtype"),
    [
        ("", UTF8),
        ("é", UTF8),
        (np.str_("a"), UTF8),
        (b"a", ASCII),
        (np.bytes_(b"a"), ASCII),
        (True, number("?")),
        (np.True_, number("?")),
        (5, number("i8")),
        (-(2**63), number("i8")),
        (2**63, number("u8")),
        (1.5, number("f8")),
        (np.float64(1.5), number("f8")),
        (1j, number("c16")),
        (np.int8(3), number("i1")),
        (np.float16(3), number("f2")),
        (dt.datetime(2021, 3, 4, 5, 6, 7, 890123, dt.UTC), ASCII),
        (dt.date(2021, 3, 4), ASCII),
        (REF, RefType()),
        (REGION, RefType("region")),
    ],
)
def test_scalars(value: Any, dtype: Any) -> None:
    inferred = infer(value)
    assert inferred.dtype == dtype
    assert not isinstance(inferred.value, np.ndarray)
    assert inferred.attribute().dtype == dtype


def test_scalar_values_are_in_memory_form() -> None:
    assert infer(b"ab").value == "ab"
    assert infer(b"\xff").value == b"\xff"
    assert infer(dt.datetime(2021, 3, 4, 5, 6)).value == "2021-03-04T05:06:00"
    assert type(infer(5).value) is np.int64
    assert type(infer(np.str_("a")).value) is str
    assert infer(REF).value is REF


@pytest.mark.parametrize(
    ("value", "dtype", "shape"),
    [
        ([], number("f8"), (0,)),
        ([[], []], number("f8"), (2, 0)),
        ([1, 2], number("i8"), (2,)),
        ((1, 2.5), number("f8"), (2,)),
        ([True, False], number("?"), (2,)),
        ([True, 2], number("i8"), (2,)),
        ([1, 2**63], number("u8"), (2,)),
        ([[1, 2], [3, 4]], number("i8"), (2, 2)),
        (range(3), number("i8"), (3,)),
        ([np.float32(1), np.float32(2)], number("f4"), (2,)),
        ([np.zeros(2, "i2"), np.ones(2, "i2")], number("i2"), (2, 2)),
        (["a", "b"], UTF8, (2,)),
        ([["a"], ["b"]], UTF8, (2, 1)),
        ([b"a", b"bc"], ASCII, (2,)),
        ([dt.date(2021, 1, 1)], ASCII, (1,)),
        ([REF, None], RefType(), (2,)),
        ([None, REF], RefType(), (2,)),
        ([REGION], RefType("region"), (1,)),
        (np.array(["a", "b"]), UTF8, (2,)),
        (np.array(["a"], dtype=object), UTF8, (1,)),
        (np.array("a"), UTF8, ()),
        (np.array([b"ab", b"c"]), TextType("ascii", 2, "null-padded"), (2,)),
        (np.zeros(2, ">i4"), number(">i4"), (2,)),
        (np.zeros(2, "V3"), OpaqueType(3), (2,)),
        (np.zeros((2, 0), "f4"), number("f4"), (2, 0)),
        (memoryview(b"ab"), number("u1"), (2,)),
        (np.ma.array([1, 2], mask=[False, False]), number("i8"), (2,)),
    ],
)
def test_arrays(value: Any, dtype: Any, shape: Any) -> None:
    inferred = infer(value)
    assert inferred.dtype == dtype
    assert inferred.value.shape == shape
    assert type(inferred.value) is np.ndarray


def test_structured_arrays_are_compound() -> None:
    array = np.zeros(2, dtype=[("n", "i4"), ("t", object), ("p", "f4", (3,)), ("s", "U3")])
    array["t"] = ["a", "b"]
    inferred = infer(array)
    assert inferred.dtype == CompoundType(
        (
            CompoundField("n", number("i4")),
            CompoundField("t", UTF8),
            CompoundField("p", ArrayType(number("f4"), (3,))),
            CompoundField("s", UTF8),
        )
    )
    assert inferred.value["t"].tolist() == ["a", "b"]
    assert infer(array[0]).value["t"] == "a"


def test_cells_of_sequences_are_vlen() -> None:
    cells = np.empty(2, object)
    cells[0], cells[1] = np.zeros(2, "i4"), np.zeros(0, "i4")
    assert infer(cells).dtype == VlenType(number("i4"))


def test_metadata_of_a_dtype_is_heeded() -> None:
    assert infer_dtype(np.dtype("i1", metadata={"enum": {"a": 1}})) == EnumType(
        np.dtype("i1"), (("a", 1),)
    )
    assert infer_dtype(np.dtype("O", metadata={"vlen": str})) == UTF8
    assert infer_dtype(np.dtype("O", metadata={"vlen": bytes})) == ASCII
    assert infer_dtype(np.dtype("O", metadata={"vlen": np.dtype("i4")})) == VlenType(number("i4"))
    assert infer_dtype(np.dtype("O")) is None
    text = np.array(["a"], dtype=np.dtype("O", metadata={"vlen": bytes}))
    assert infer(text).dtype == ASCII
    numbers = np.zeros(1, np.dtype("i4", metadata={"x": 1}))
    assert infer(numbers).value.dtype.metadata is None


def test_nodes_are_references_to_be() -> None:
    class Node:
        pass

    node = Node()

    def is_node(value: Any) -> Any:
        return isinstance(value, Node)

    assert infer(node, is_node=is_node) == (node, RefType())
    inferred = infer([node, None], is_node=is_node)
    assert inferred.value.tolist() == [node, None]
    with pytest.raises(UnsupportedDtypeError):
        infer(node)


def test_empty_is_itself() -> None:
    assert infer(Empty(UTF8)) == (Empty(UTF8), UTF8)


@pytest.mark.parametrize(
    "value",
    [
        None,
        [None],
        [1, None],
        ["a", 1],
        [1, "a"],
        ["a", b"b"],
        [REF, 1],
        {"a": 1},
        {1},
        object(),
        2**64,
        [-1, 2**63],
        np.datetime64("2021-01-01"),
        np.array(["2021-01-01"], dtype="M8[D]"),
        np.ma.array([1, 2], mask=[True, False]),
        np.array([1, "a"], dtype=object),
    ],
)
def test_what_cannot_be_stored_is_refused(value: Any) -> None:
    with pytest.raises(UnsupportedDtypeError):
        infer(value)


def test_the_offender_is_named() -> None:
    with pytest.raises(UnsupportedDtypeError) as caught:
        infer(["a", "b", 3])
    assert "element 2 is a int" in caught.value.what


@pytest.mark.parametrize("value", [[[1], [2, 3]], [[1], 2], [1, [2]], [(1, "a"), (2,)]])
def test_ragged_lists_raise(value: Any) -> None:
    with pytest.raises(ShapeError):
        infer(value)


@pytest.mark.parametrize("value", ["a\0b", "\ud800", ["a", "b\0"], b"a\0b", np.array(["\ud800"])])
def test_text_that_would_not_come_back_is_refused(value: Any) -> None:
    with pytest.raises(TextEncodingError):
        infer(value)


@given(
    st.one_of(
        hnp.arrays(
            hnp.scalar_dtypes().filter(lambda d: d.kind in "biufc"), hnp.array_shapes(max_side=4)
        )
    )
)
def test_number_arrays_keep_dtype_and_values(array: Any) -> None:
    inferred = infer(array)
    assert inferred.dtype == NumberType(array.dtype)
    np.testing.assert_array_equal(inferred.value, array)
