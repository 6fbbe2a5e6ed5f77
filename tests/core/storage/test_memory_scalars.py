"""A scalar of text in memory is text, not an array around it."""

import numpy as np
import pytest

from hdmf_io_core import Container, Data, open_io


@pytest.mark.parametrize("value", ["some text", b"bytes", 7, 2.5])
def test_a_scalar_comes_back_as_it_was(value: object) -> None:
    container = Container("scalars")
    container.add_child(Data("x", value))
    with open_io("memory://scalars", "w") as io:
        io.write(container)
    with open_io("memory://scalars") as io:
        found = io.read()["x"].value
    assert not isinstance(found, np.ndarray)
    assert found == (value.decode() if isinstance(value, bytes) else value)
