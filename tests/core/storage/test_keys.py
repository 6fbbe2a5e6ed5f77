"""Keys select what numpy (orthogonally: ``numpy.ix_``) selects."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from hdmf_io_core.errors import MemoryLimitError, SelectionError
from hdmf_io_core.storage.keys import parse_key
from hdmf_io_core.storage.layout import ObjectRef, RegionRef
from hdmf_io_core.storage.selection import Selection


def block_of(array: Any, selection: Any) -> Any:
    """What a strict storage hands out; checks that the selection is one."""
    indices = []
    for axis, length in zip(selection.axes, array.shape, strict=True):
        if isinstance(axis, slice):
            assert 0 <= axis.start <= axis.stop <= length
            assert axis.step >= 1
            indices.append(np.arange(axis.start, axis.stop, axis.step))
        else:
            assert axis.dtype == np.intp
            assert np.all(axis[1:] > axis[:-1])
            assert axis[0] >= 0
            assert axis[-1] < length
            indices.append(axis)
    return array[np.ix_(*indices)] if indices else array.copy()


def select(array: Any, key: Any) -> Any:
    selection, finish = parse_key(key, array.shape)
    block = block_of(array, selection)
    assert block.shape == selection.shape
    result = finish.apply(block)
    assert result.shape == finish.shape
    return result[()] if finish.is_scalar else result


SHAPES = hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=7)


@st.composite
def basic_cases(draw: Any) -> Any:
    shape = draw(SHAPES)
    return np.arange(np.prod(shape, dtype=int)).reshape(shape), draw(
        hnp.basic_indices(shape, allow_newaxis=False)
    )


@given(basic_cases())
def test_integers_slices_and_ellipsis_select_as_numpy(case: Any) -> None:
    array, key = case
    expected = array[key]
    found = select(array, key)
    assert np.shape(found) == np.shape(expected)
    np.testing.assert_array_equal(found, expected)
    assert isinstance(found, np.ndarray) == isinstance(expected, np.ndarray)


def axis_keys(length: Any) -> Any:
    slices = st.slices(length)
    masks = hnp.arrays(bool, length)
    options = [slices, masks, masks.map(list)]
    if length:
        integers = st.integers(-length, length - 1)
        lists = st.lists(integers, max_size=9)
        options += [integers, lists, lists.map(lambda x: np.array(x, dtype="i8"))]
    return st.one_of(options)


@st.composite
def orthogonal_cases(draw: Any) -> Any:
    shape = draw(hnp.array_shapes(max_dims=3, max_side=6))
    return np.arange(np.prod(shape)).reshape(shape), tuple(draw(axis_keys(n)) for n in shape)


@given(orthogonal_cases())
def test_lists_masks_and_slices_select_orthogonally(case: Any) -> None:
    array, key = case
    expected = array
    dropped = []
    for axis, (part, length) in enumerate(zip(key, array.shape, strict=True)):
        indices = np.arange(length)[part if not isinstance(part, list) or part else slice(0)]
        expected = np.take(expected, np.atleast_1d(indices), axis=axis)
        if isinstance(part, int):
            dropped.append(axis)
    np.testing.assert_array_equal(select(array, key), np.squeeze(expected, tuple(dropped)))


@st.composite
def mask_cases(draw: Any) -> Any:
    shape = draw(hnp.array_shapes(min_dims=2, max_dims=3, min_side=0, max_side=6))
    return np.arange(np.prod(shape)).reshape(shape), draw(hnp.arrays(bool, shape))


@given(mask_cases())
def test_a_mask_of_full_rank_gives_one_dimension(case: Any) -> None:
    array, mask = case
    np.testing.assert_array_equal(select(array, mask), array[mask])
    np.testing.assert_array_equal(select(array, (mask, ...)), array[mask])


@given(mask_cases())
def test_halves_of_points_give_the_whole_in_order(case: Any) -> None:
    array, mask = case
    selection, finish = parse_key(mask, array.shape)
    parts = [part.apply(block_of(array, sel)) for sel, part in finish.halves(selection)]
    np.testing.assert_array_equal(np.concatenate(parts), array[mask])


@given(orthogonal_cases())
def test_spread_puts_back_what_apply_took(case: Any) -> None:
    array, key = case
    selection, finish = parse_key(key, array.shape)
    values = finish.apply(block_of(array, selection))
    block = np.full(selection.shape, -1)
    finish.spread(values, block)
    np.testing.assert_array_equal(block, block_of(array, selection))


def test_of_repeated_cells_the_last_wins() -> None:
    _, finish = parse_key([1, 0, 1], (3,))
    block = np.zeros(2, int)
    finish.spread(np.array([5, 6, 7]), block)
    assert block.tolist() == [6, 7]


def test_regular_indices_become_a_slice() -> None:
    selection, _ = parse_key([1, 3, 5], (9,))
    assert selection.axes == (slice(1, 6, 2),)


def test_index_array_of_another_library_is_an_index_array() -> Any:
    class Indices:
        ndim = 1

        def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
            return np.array([2, 0])

    assert select(np.arange(4), Indices()).tolist() == [2, 0]


def test_elements_that_are_arrays_keep_their_axes() -> None:
    selection, finish = parse_key((0, [2, 1]), (2, 3))
    block = np.arange(1 * 2 * 4).reshape((*selection.shape, 4))
    np.testing.assert_array_equal(finish.apply(block), block[0, ::-1])


@pytest.mark.parametrize(
    "key",
    [
        5,
        -6,
        (0, 3),
        (0, 0, 0),
        np.newaxis,
        (Ellipsis, Ellipsis),
        1.5,
        "x",
        True,
        [0.5],
        [[0, 1]],
        [0, 5],
        [[0], [1, 2]],
        np.zeros(4, bool),
        np.zeros((5, 4), bool),
        slice(0.5, 2),
        slice(0, 2, 0),
        {0},
    ],
)
def test_what_selects_nothing_raises(key: Any) -> None:
    with pytest.raises(SelectionError):
        parse_key(key, (5, 3))


def test_selection_error_is_an_index_error() -> None:
    with pytest.raises(IndexError):
        parse_key(9, (5,))


REF = ObjectRef("a")


@pytest.mark.parametrize(
    ("ref", "expected"),
    [
        (RegionRef(REF, "all"), np.s_[:, :]),
        (RegionRef(REF, "blocks", (((1, 0), (2, 1)),)), np.s_[1:3, 0:2]),
        (RegionRef(REF, "blocks", (((0, 0), (0, 3)), ((2, 0), (2, 3)))), np.s_[::2]),
    ],
)
def test_region_of_blocks_keeps_its_shape(ref: Any, expected: Any) -> None:
    array = np.arange(12).reshape(3, 4)
    np.testing.assert_array_equal(select(array, ref), array[expected])


def test_other_regions_give_one_dimension() -> None:
    array = np.arange(12).reshape(3, 4)
    points = RegionRef(REF, "points", ((2, 3), (0, 1), (2, 3)))
    assert select(array, points).tolist() == [11, 1, 11]
    blocks = RegionRef(REF, "blocks", (((0, 0), (1, 1)), ((1, 1), (2, 2))))
    assert select(array, blocks).tolist() == [0, 1, 4, 5, 6, 9, 10]
    assert select(array, RegionRef(REF, "none")).tolist() == []


def test_region_outside_the_array_raises() -> None:
    with pytest.raises(SelectionError):
        parse_key(RegionRef(REF, "points", ((9, 9),)), (3, 4))


def test_region_of_a_selection_is_none_unless_contiguous() -> None:
    assert parse_key(np.s_[1:3, :], (4, 5))[0].region == (slice(1, 3, 1), slice(0, 5, 1))
    assert parse_key(np.s_[::2, :], (4, 5))[0].region is None
    assert Selection(()).region == ()


@pytest.mark.parametrize(
    ("shape", "key"),
    [
        ((1 << 62,), slice(None, None, -1)),
        ((1 << 62,), range(1 << 62)),
        ((1 << 70,), slice(None)),
        ((1 << 70,), [1]),
        ((1 << 61, 4), RegionRef(ObjectRef("/x"), "blocks", (((0, 0), ((1 << 61) - 1, 3)),))),
    ],
)
def test_keys_that_cannot_be_listed_in_memory_are_refused(shape: Any, key: Any) -> None:
    with pytest.raises(MemoryLimitError, match="more elements"):
        parse_key(key, shape)
