"""Any selection reads what numpy takes from the whole array; blocks stay within their bounds."""

from typing import Any

import h5py
import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hdmf_io_core.storage.selection import Selection
from hdmf_io_hdf5.reader import HDF5Reader
from hdmf_io_hdf5.selections import blocks

SHAPE = (23, 7, 11)


def axis(length: Any) -> Any:
    slices = st.tuples(st.integers(0, length), st.integers(0, length), st.integers(1, 4)).map(
        lambda t: slice(min(t[:2]), max(t[:2]), t[2])
    )
    indices = st.sets(st.integers(0, length - 1)).map(
        lambda chosen: np.array(sorted(chosen), dtype=np.intp)
    )
    return slices | indices


selections = st.tuples(*(axis(n) for n in SHAPE)).map(Selection)


def taken(whole: Any, selection: Any) -> Any:
    for number, chosen in enumerate(selection.axes):
        at = np.arange(whole.shape[number])[chosen]
        whole = np.take(whole, at, axis=number)
    return whole


def check(array: Any, whole: Any, selection: Any) -> None:
    out = np.empty(selection.shape, array.layout.memory_dtype)
    array.read_into(selection, out)
    assert out.tolist() == taken(whole, selection).tolist()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(selection=selections)
def test_selections_of_numbers(h5: h5py.File, reader: HDF5Reader, selection: Any) -> None:
    whole = np.arange(np.prod(SHAPE), dtype=">i4").reshape(SHAPE)
    if "x" not in h5:
        h5.create_dataset("x", data=whole, chunks=(5, 3, 4), compression="gzip")
        h5.create_dataset("y", data=whole)
    check(reader.array("/x"), whole, selection)
    check(reader.array("/y"), whole, selection)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(first=axis(23), second=axis(7))
def test_selections_of_text(h5: h5py.File, reader: HDF5Reader, first: Any, second: Any) -> None:
    whole = np.array([[f"é{i}.{j}" for j in range(7)] for i in range(23)], object)
    if "t" not in h5:
        h5.create_dataset("t", data=whole)
    check(reader.array("/t"), whole, Selection((first, second)))


@given(selections, st.integers(1, 30))
def test_blocks_fill_every_cell_once(selection: Any, gap: Any) -> None:
    filled = np.zeros(selection.shape, int)
    for block in blocks(selection, gaps=(gap,) * 3, itemsize=4):
        filled[block.target] += 1
    assert (filled == 1).all()


@given(st.sets(st.integers(0, 10**6), min_size=1, max_size=50))
def test_blocks_of_indices_are_bounded(indices: Any) -> None:
    chosen = np.array(sorted(indices), dtype=np.intp)
    selection = Selection((chosen, slice(0, 1000, 1)))
    for block in blocks(selection, gaps=(10**7, 1), itemsize=8):
        assert block.count[0] * block.count[1] * 8 <= max(32 * 2**20, 8000)


def test_a_view_that_is_not_contiguous_is_filled(h5: h5py.File, reader: HDF5Reader) -> None:
    h5["n"] = np.arange(12).reshape(3, 4)
    target = np.zeros((4, 3), int).T
    reader.array("/n").read_into(Selection((slice(0, 3, 1), slice(0, 4, 1))), target)
    assert target.tolist() == h5["n"][:].tolist()
