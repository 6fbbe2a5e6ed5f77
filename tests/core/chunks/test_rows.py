"""Rows of any iterator, gathered: none is lost, none moves."""

import itertools
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hdmf_io_core.chunks.iterators import DataChunkIterator
from hdmf_io_core.errors import ShapeError


def gathered(rows: DataChunkIterator, shape: tuple[int, ...], missing: float) -> Any:
    found = np.full(shape, missing)
    for chunk in rows:
        found[chunk.selection] = chunk.data
    return found


@given(
    present=st.lists(st.booleans(), min_size=1, max_size=40),
    buffer_size=st.integers(1, 9),
    shape=st.sampled_from([(), (1,), (3,), (2, 2), (0,)]),
)
def test_rows_stay_where_they_came(
    present: list[bool], buffer_size: int, shape: tuple[int, ...]
) -> None:
    expected = np.full((len(present), *shape), -1.0)
    expected[present] = np.random.default_rng(0).normal(size=(sum(present), *shape))
    source = (row if is_there else None for row, is_there in zip(expected, present, strict=True))
    rows = DataChunkIterator(source, (None, *shape), "f8", buffer_size)
    assert np.array_equal(gathered(rows, expected.shape, -1.0), expected)


def test_a_row_left_out_now_and_then_costs_no_recursion() -> None:
    source = itertools.chain.from_iterable((np.ones(1), None) for _ in range(20_000))
    rows = DataChunkIterator(source, (None, 1), "f8", 4096)
    assert sum(len(chunk.data) for chunk in rows) == 20_000


@pytest.mark.parametrize(
    "second", [np.zeros(2), np.zeros((3, 1)), np.zeros((3, 3)), 0.0, np.zeros(0)]
)
def test_a_row_of_another_shape_is_named(second: Any) -> None:
    rows = DataChunkIterator(iter([np.zeros(3), np.zeros(3), second]))
    with pytest.raises(ShapeError, match=r"row 2 has shape .*, the rows before it \(3,\)"):
        list(rows)


def test_rows_of_several_types_are_promoted() -> None:
    (chunk,) = DataChunkIterator(iter([np.zeros(2, "i2"), np.ones(2, "f4"), np.ones(2, ">i2")]))
    assert chunk.data.tolist() == [[0, 0], [1, 1], [1, 1]]
    assert chunk.data.dtype == "f4"


@pytest.mark.parametrize("n_buffers", [1, 2, 8])
@pytest.mark.parametrize("kind", ["array", "view", "list"])
def test_rows_in_memory_that_is_filled_again_are_kept(n_buffers: int, kind: str) -> None:
    buffers = np.zeros((n_buffers, 3))
    lists: list[list[float]] = [[0.0] * 3 for _ in range(n_buffers)]

    def counting() -> Any:
        arrays = list(buffers)
        for i in range(200):
            at = i % n_buffers
            buffers[at] = i
            lists[at][:] = [float(i)] * 3
            yield {"array": arrays[at], "view": buffers[at], "list": lists[at]}[kind]

    (chunk,) = DataChunkIterator(counting(), (None, 3), "f8")
    assert chunk.data[:, 2].tolist() == list(range(200))
