"""Pickles of older stores are read as data; whatever else they name is refused."""

import os
import pickle
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hdmf_io_core.errors import MetadataError
from hdmf_io_core.storage.unpickle import unpickle


class Evil:
    """Runs a command when it is unpickled."""

    def __reduce__(self) -> Any:
        return os.system, ("false",)


@pytest.mark.parametrize(
    "array",
    [
        np.array(["a", None, {"path": "/x"}], object),
        np.asfortranarray(np.array([["a", "b"], ["c", "d"], ["e", "f"]], object)),
        np.array([np.float32(1.5), np.int64(3), True, 2.5, b"x"], object),
        np.array([(1, "a"), (2, {"path": "/y"})], [("i", "i4"), ("r", "O")]),
        np.array([np.void((1, "é"), [("x", "i4"), ("s", "U5")])], object),
        np.zeros((0, 3), object),
    ],
    ids=lambda array: f"{array.dtype.kind}{array.shape}",
)
@pytest.mark.parametrize("protocol", [3, 4, 5])
def test_arrays_come_back(array: Any, protocol: int) -> None:
    found = unpickle(pickle.dumps(array, protocol))
    assert (found.dtype, found.shape) == (array.dtype, array.shape)
    assert found.tolist() == array.tolist()


@pytest.mark.parametrize("value", [Evil(), [Evil()], np.array([Evil()], object), os.system, int])
def test_anything_that_runs_is_refused(value: Any) -> None:
    with pytest.raises(MetadataError, match="refused"):
        unpickle(pickle.dumps(value))


def test_an_array_of_pointers_cannot_be_forged() -> None:
    """Bytes for objects would be taken for addresses."""
    function, args, state = np.array([1], object).__reduce__()[:3]
    forged = (*state[:4], b"\x01" * 8)

    class Forged:
        def __reduce__(self) -> Any:
            return function, args, forged

    with pytest.raises(MetadataError, match="list"):
        unpickle(pickle.dumps(Forged()))


def test_a_shape_that_is_too_large_is_refused() -> None:
    function, args, state = np.zeros(1, "V0").__reduce__()[:3]

    class Huge:
        def __reduce__(self) -> Any:
            return function, args, (state[0], (2**40,), *state[2:])

    with pytest.raises(MetadataError, match="shape"):
        unpickle(pickle.dumps(Huge()))


@given(st.binary(max_size=200))
def test_garbage_raises_one_error(data: bytes) -> None:
    try:
        unpickle(data)
    except MetadataError:
        return


@given(st.data())
def test_a_damaged_pickle_raises_one_error(data: st.DataObject) -> None:
    whole = bytearray(pickle.dumps(np.array([{"path": "/x"}, "a"], object)))
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    try:
        unpickle(bytes(whole))
    except MetadataError:
        return
