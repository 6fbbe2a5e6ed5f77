"""A wrapper holds data and options, and is the same after a write as before."""

from typing import Any

import numpy as np
import pytest

from hdmf_io_core.chunks.dataio import DataIO, WriteOptions
from hdmf_io_core.errors import OptionError, ShapeError


def test_it_stands_for_its_data() -> None:
    array = np.arange(6.0).reshape(3, 2)
    wrapped = DataIO(array)
    assert wrapped.data is array
    assert (wrapped.shape, wrapped.dtype, len(wrapped)) == ((3, 2), array.dtype, 3)
    np.testing.assert_array_equal(wrapped[1:], array[1:])
    np.testing.assert_array_equal(np.asarray(wrapped), array)
    np.testing.assert_array_equal(list(wrapped), array)
    assert np.asarray(wrapped, dtype="f4").dtype == np.float32
    assert DataIO([1, 2]).shape == (2,)


def test_shape_and_dtype_describe_an_array_without_content() -> None:
    wrapped = DataIO(dtype="f4", shape=(3, 2))
    assert wrapped.is_preallocation
    assert (wrapped.shape, wrapped.dtype, len(wrapped)) == ((3, 2), np.dtype("f4"), 3)
    assert not DataIO([1]).is_preallocation
    with pytest.raises(OptionError):
        wrapped.data = [1]


@pytest.mark.parametrize(
    "options",
    [{"dtype": "f4"}, {"shape": (1,)}, {"data": [1], "dtype": "f4", "shape": (1,)}],
)
def test_contradicting_options_raise(options: Any) -> None:
    with pytest.raises(OptionError):
        DataIO(**options)


def test_data_is_set_once() -> None:
    wrapped = DataIO()
    assert wrapped.shape is None
    with pytest.raises(OptionError):
        len(wrapped)
    wrapped.data = [1]
    assert wrapped[0] == 1
    with pytest.raises(OptionError):
        wrapped.data = [2]


def test_settings_are_a_copy() -> None:
    wrapped = DataIO([1])
    wrapped.io_settings["chunks"] = True
    assert wrapped.io_settings == {}
    assert wrapped.options() == WriteOptions()
    assert wrapped.link_target("x") is None


def test_dataset_is_there_after_a_write() -> None:
    wrapped = DataIO([1])
    assert wrapped.dataset is None
    wrapped.dataset = "stored"
    assert wrapped.dataset == "stored"


def test_append_takes_rows_and_one_row() -> None:
    wrapped = DataIO(np.zeros((1, 2)))
    wrapped.append([1, 2])
    wrapped.append([[3, 4], [5, 6]])
    assert wrapped.data.tolist() == [[0, 0], [1, 2], [3, 4], [5, 6]]
    with pytest.raises(ShapeError):
        wrapped.append([1, 2, 3])


def test_append_to_a_list_is_in_place() -> None:
    values = [1]
    DataIO(values).append(2)
    assert values == [1, 2]


def test_append_to_what_does_not_grow_raises() -> None:
    with pytest.raises(OptionError):
        DataIO((1, 2)).append(3)


def test_a_wrapper_is_true_even_around_nothing() -> None:
    assert DataIO([])
    assert repr(DataIO([])) == "<DataIO of list>"
    assert repr(DataIO(dtype="f4", shape=(1,))) == "<DataIO of shape=(1,)>"
