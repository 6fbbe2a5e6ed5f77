"""Chunks cover an array once; blocks keep to their limit."""

import itertools
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hdmf_io_core.chunks.grid import ChunkGrid, block_shape, region_shape
from hdmf_io_core.errors import ShapeError


@st.composite
def grids(draw: Any) -> Any:
    shape = draw(st.lists(st.integers(0, 9), max_size=3).map(tuple))
    return ChunkGrid(shape, tuple(draw(st.integers(1, 5)) for _ in shape))


@st.composite
def regions(draw: Any, shape: Any) -> Any:
    bounds = [sorted((draw(st.integers(0, n)), draw(st.integers(0, n)))) for n in shape]
    return tuple(slice(*pair) for pair in bounds)


@given(grids())
def test_regions_cover_every_element_once(grid: Any) -> None:
    counts = np.zeros(grid.shape, int)
    for region in grid.regions():
        counts[region] += 1
    assert np.all(counts == 1)
    assert len(list(grid.regions())) == grid.n_chunks


@given(grids())
def test_coordinates_come_in_c_order(grid: Any) -> None:
    expected = list(itertools.product(*(range(n) for n in grid.counts)))
    assert list(grid.coords()) == expected


@given(st.data())
def test_coords_of_a_region_are_the_chunks_it_touches(data: Any) -> None:
    grid = data.draw(grids())
    region = data.draw(regions(grid.shape))
    expected = []
    for coords in grid.coords():
        mask = np.zeros(grid.shape, bool)
        mask[region] = True
        if mask[grid.region_of(coords)].any():
            expected.append(coords)
    assert list(grid.coords(region)) == expected


@given(st.data())
def test_overlaps_move_a_region_piece_by_piece(data: Any) -> None:
    grid = data.draw(grids())
    region = data.draw(regions(grid.shape))
    array = np.arange(math.prod(grid.shape)).reshape(grid.shape)
    out = np.full(region_shape(region), -1)
    for coords in grid.coords(region):
        inside, outside = grid.overlap(coords, region)
        out[outside] = array[grid.region_of(coords)][inside]
    np.testing.assert_array_equal(out, array[region])


def test_overlap_with_a_chunk_elsewhere_is_empty() -> None:
    inside, outside = ChunkGrid((9,), (3,)).overlap((2,), (slice(0, 4),))
    assert region_shape(inside) == region_shape(outside) == (0,)


def test_edges_and_alignment() -> None:
    grid = ChunkGrid((5, 4), (2, 4))
    assert [grid.is_edge(coords) for coords in grid.coords()] == [False, False, True]
    assert grid.aligned(np.s_[2:5, 0:4])
    assert not grid.aligned(np.s_[1:5, 0:4])
    assert not grid.aligned(np.s_[0:3, 0:4])


@pytest.mark.parametrize(("shape", "chunks"), [((2,), (1, 1)), ((2,), (0,))])
def test_impossible_chunks_raise(shape: Any, chunks: Any) -> None:
    with pytest.raises(ShapeError):
        ChunkGrid(shape, chunks)


@pytest.mark.parametrize("coords", [(3,), (-1,), (0, 0)])
def test_a_chunk_outside_raises(coords: Any) -> None:
    with pytest.raises(ShapeError):
        ChunkGrid((5,), (2,)).region_of(coords)


@given(st.data())
def test_blocks_are_whole_units_within_the_limit(data: Any) -> None:
    shape = data.draw(st.lists(st.integers(1, 50), max_size=4).map(tuple))
    unit = tuple(data.draw(st.integers(1, 12)) for _ in shape)
    itemsize = data.draw(st.integers(1, 16))
    limit = data.draw(st.integers(1, 10_000))
    block = block_shape(shape, unit, itemsize, limit)
    clipped = tuple(min(u, n) for u, n in zip(unit, shape, strict=True))
    assert itemsize * math.prod(block) <= max(limit, itemsize * math.prod(clipped))
    for b, u, n in zip(block, clipped, shape, strict=True):
        assert b % u == 0 or b == n
        assert b <= n


def test_blocks_fill_the_last_axes_first() -> None:
    assert block_shape((100, 100, 10), (1, 1, 1), 1, 5000) == (5, 100, 10)
