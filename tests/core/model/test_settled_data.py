"""After a write, data that came from an iterator is the stored array."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from hdmf_io_core import Container, Data, DataChunkIterator, DataIO, open_io

if TYPE_CHECKING:
    from collections.abc import Callable

SOURCES: dict[str, Callable[[], object]] = {
    "generator": lambda: (np.full(3, n) for n in range(4)),
    "iterator": lambda: DataChunkIterator(data=(np.full(3, n) for n in range(4))),
    "wrapped": lambda: DataIO(DataChunkIterator(data=(np.full(3, n) for n in range(4)))),
}


@pytest.mark.parametrize("kind", SOURCES)
def test_a_used_up_iterator_gives_way_to_what_it_gave(kind: str) -> None:
    root = Container("root")
    root.add_child(Data("x", SOURCES[kind]()))
    with open_io(f"memory://settled-{kind}", "w") as io:
        io.write(root)
        assert root.x.shape == (4, 3)
        assert root.x[:, 0].tolist() == [0, 1, 2, 3]
        assert not io.plan(root)


def test_an_array_stays_the_callers_own() -> None:
    values = np.arange(3)
    root = Container("root")
    root.add_child(Data("x", values))
    with open_io("memory://settled-array", "w") as io:
        io.write(root)
    assert root.x.data is values
