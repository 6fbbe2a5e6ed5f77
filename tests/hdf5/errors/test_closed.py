"""Everything of a closed IO says that it is closed, and which file it was."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hdmf_io_core import Container
from hdmf_io_core.errors import ClosedIOError
from hdmf_io_hdf5 import HDF5IO

USES: dict[str, Callable[[Any], object]] = {
    "read": lambda io: io.read(),
    "write": lambda io: io.write(Container("c")),
    "export": lambda io: io.export(io),
    "file": lambda io: io.file,
    "storage": lambda io: io.storage,
    "flush": lambda io: io.flush(),
}


@pytest.mark.parametrize("use", USES.values(), ids=USES)
def test_closed_io_refuses(use: Callable[[Any], object], old: Path) -> None:
    io = HDF5IO(old, "a")
    io.close()
    with pytest.raises(ClosedIOError) as caught:
        use(io)
    assert caught.value.source == str(old)
    assert "again" in str(caught.value)


def test_closing_twice_is_idle(old: Path) -> None:
    io = HDF5IO(old)
    io.close()
    io.close()
    assert not io.is_open


@pytest.mark.parametrize(
    "use",
    [lambda x: x[:2], np.asarray, len, lambda x: x.shape, list, lambda x: x * 2],
    ids=["slice", "asarray", "len", "shape", "iterate", "arithmetic"],
)
def test_lazy_data_of_a_closed_file_names_file_and_node(
    use: Callable[[Any], object], old: Path
) -> None:
    with HDF5IO(old) as io:
        lazy = io.read().x.data
    with pytest.raises(ClosedIOError) as caught:
        use(lazy)
    assert (caught.value.source, caught.value.path) == (str(old), "/x")


def test_child_of_a_closed_file_names_the_file(old: Path) -> None:
    with HDF5IO(old) as io:
        container = io.read()
    with pytest.raises(ClosedIOError) as caught:
        container.x  # noqa: B018 - loads it
    assert caught.value.source == str(old)


def test_append_to_a_closed_file_names_file_and_node(old: Path) -> None:
    with HDF5IO(old, "a") as io:
        grow = io.read().grow
    before = old.read_bytes()
    with pytest.raises(ClosedIOError) as caught:
        grow.append([[1.0, 2.0]])
    assert (caught.value.source, caught.value.path) == (str(old), "/grow")
    assert old.read_bytes() == before
