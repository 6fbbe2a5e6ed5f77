"""Values fit an element type if storing them changes nothing but float rounding."""

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
    memory_dtype,
)
from hdmf_io_core.storage.fitting import fit, rank_of
from hdmf_io_core.storage.layout import ObjectRef

INT = NumberType(np.dtype("i4"))
REF = ObjectRef("m", path="/x")
PAIR = CompoundType((CompoundField("n", INT), CompoundField("t", TextType())))

INTEGERS = ["i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8", "?"]


@given(st.lists(st.integers(-(2**63), 2**64 - 1), min_size=1), st.sampled_from(INTEGERS))
def test_integers_fit_exactly_or_not_at_all(values: Any, name: Any) -> None:
    dtype = np.dtype(name)
    limits = (0, 1) if name == "?" else (np.iinfo(dtype).min, np.iinfo(dtype).max)
    if all(limits[0] <= value <= limits[1] for value in values):
        assert [int(x) for x in fit(values, NumberType(dtype))] == values
    else:
        with pytest.raises(UnsupportedDtypeError):
            fit(values, NumberType(dtype))


@given(hnp.arrays("f8", 3), st.sampled_from(INTEGERS))
def test_floats_fit_integers_only_if_integral_and_in_range(values: Any, name: Any) -> None:
    dtype = np.dtype(name)
    limits = (0, 1) if name == "?" else (np.iinfo(dtype).min, np.iinfo(dtype).max)
    fits = all(float(v).is_integer() and limits[0] <= int(v) <= limits[1] for v in values)
    if fits:
        assert [int(x) for x in fit(values, NumberType(dtype))] == [int(v) for v in values]
    else:
        with pytest.raises(UnsupportedDtypeError):
            fit(values, NumberType(dtype))


@pytest.mark.parametrize(
    ("values", "element", "shape"),
    [
        (5, INT, ()),
        ([[1, 2]], INT, (1, 2)),
        (np.arange(3, dtype=">i4"), INT, (3,)),
        (np.array([1, 2], dtype=object), INT, (2,)),
        (3, EnumType(np.dtype("i1"), (("a", 3),)), ()),
        ("a", TextType(), ()),
        (["a", b"b", np.str_("c")], TextType(), (3,)),
        (np.array(["a"]), TextType(), (1,)),
        ("abc", TextType("utf-8", 3), ()),
        (REF, RefType(), ()),
        ([REF, None], RefType(), (2,)),
        (b"abc", OpaqueType(3), ()),
        ([b"abc", b"def"], OpaqueType(3), (2,)),
        (np.zeros(2, "V3"), OpaqueType(3), (2,)),
        ((1, "a"), PAIR, ()),
        ([(1, "a"), (2, "b")], PAIR, (2,)),
        ([[(1, "a")], [(2, "b")]], PAIR, (2, 1)),
        ([], PAIR, (0,)),
        (np.zeros(2, [("n", "i8"), ("t", "U2")]), PAIR, (2,)),
        ([[1, 2], [3, 4]], ArrayType(INT, (2,)), (2, 2)),
        ([1, 2, 3], VlenType(INT), ()),
        ([[1], [2, 3]], VlenType(INT), (2,)),
        (np.zeros((2, 3)), VlenType(INT), (2,)),
        ([], VlenType(INT), ()),
    ],
)
def test_values_that_fit(values: Any, element: Any, shape: Any) -> None:
    fitted = fit(values, element)
    assert fitted.shape == shape
    assert fitted.dtype == np.empty(0, memory_dtype(element)).dtype


def test_rank_leaves_out_the_axes_of_elements() -> None:
    assert rank_of(fit([[1, 2]], ArrayType(INT, (2,))), ArrayType(INT, (2,))) == 1


def test_fitting_what_fits_copies_nothing() -> None:
    array = np.zeros(3, "i4")
    assert fit(array, INT) is array


@pytest.mark.parametrize(
    ("values", "element"),
    [
        ("1", INT),
        (None, INT),
        ([1, "a"], INT),
        (1j, INT),
        (1.5, EnumType(np.dtype("i1"), ())),
        (1, TextType()),
        (["a", None], TextType()),
        ("a", RefType()),
        (REF, RefType("region")),
        (b"ab", OpaqueType(3)),
        ((1,), PAIR),
        ([(1, 2)], PAIR),
        (1, PAIR),
        (np.zeros(2, [("x", "i8")]), PAIR),
    ],
)
def test_values_that_do_not_fit_are_refused(values: Any, element: Any) -> None:
    with pytest.raises(UnsupportedDtypeError):
        fit(values, element)


@pytest.mark.parametrize(
    ("values", "element"),
    [
        ("é", TextType("ascii")),
        ("é", TextType("utf-8", 1)),
        ("a\0", TextType()),
        (["a", "\ud800"], TextType()),
    ],
)
def test_text_that_does_not_fit_is_refused(values: Any, element: Any) -> None:
    with pytest.raises(TextEncodingError):
        fit(values, element)


@pytest.mark.parametrize(
    ("values", "element"),
    [
        ([["a"], ["b", "c"]], TextType()),
        ([[(1, "a")], []], PAIR),
        ([1, 2, 3], ArrayType(INT, (2,))),
        (1, VlenType(INT)),
    ],
)
def test_ragged_values_raise(values: Any, element: Any) -> None:
    with pytest.raises(ShapeError):
        fit(values, element)
