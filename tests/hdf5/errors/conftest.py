"""A file worth keeping, and the proof that a refused operation left it alone."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from hdmf_io_core import Container, Data
from hdmf_io_core.errors import HdmfIOError
from hdmf_io_hdf5 import HDF5IO, H5DataIO

Refused = Callable[..., AbstractContextManager[None]]


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A file with fixed data `x`, data `grow` of two columns that can grow, and an attribute."""
    path = tmp_path / "old.h5"
    container = Container("session", attributes={"note": "keep me"})
    container.add_child(Data("x", np.arange(5)))
    grow = H5DataIO(np.arange(6.0).reshape(3, 2), maxshape=(None, 2), chunks=(2, 2))
    container.add_child(Data("grow", grow))
    with HDF5IO(path, "w") as io:
        io.write(container)
    return path


def content(path: Path) -> dict[str, Any]:
    """Every node and attribute of a file, as plain h5py shows them."""
    found: dict[str, Any] = {}

    def note(name: str, node: Any) -> None:
        found[name] = {key: str(value) for key, value in node.attrs.items()}
        if isinstance(node, h5py.Dataset):
            found[name]["="] = (node.shape, node.dtype, np.asarray(node[()]).tolist())

    with h5py.File(path) as file:
        note("/", file)
        file.visititems(note)
    return found


@contextmanager
def _kept(path: Path, look: Callable[[Path], object]) -> Iterator[None]:
    before, names = look(path), sorted(path.parent.iterdir())
    yield
    assert look(path) == before
    assert sorted(path.parent.iterdir()) == names, "litter"


@contextmanager
def _refusing(
    error: type[HdmfIOError], parts: tuple[str, ...], where: dict[str, str | None]
) -> Iterator[None]:
    with pytest.raises(error) as caught:
        yield
    for part in parts:
        assert part in str(caught.value)
    for name, value in where.items():
        assert getattr(caught.value, name) == value


@pytest.fixture
def refused(old: Path) -> Refused:
    """Return a context: what is in it raises, with these words, and `old` keeps every byte."""

    @contextmanager
    def check(error: type[HdmfIOError], *parts: str, **where: str | None) -> Iterator[None]:
        with _kept(old, Path.read_bytes), _refusing(error, parts, where):
            yield

    return check


@pytest.fixture
def undone(old: Path) -> Refused:
    """Return a context: as `refused`, but for what h5py shows of `old`, not for its bytes."""

    @contextmanager
    def check(error: type[HdmfIOError], *parts: str, **where: str | None) -> Iterator[None]:
        with _kept(old, content), _refusing(error, parts, where):
            yield

    return check


@pytest.fixture
def write(old: Path) -> Callable[..., None]:
    """Return a function that writes a container with one child `bad` over `old`, or into it."""

    def write(data: Any, mode: str = "w", **options: Any) -> None:
        with HDF5IO(old, mode) as io:
            container = io.read() if mode == "a" else Container("session")
            container.add_child(Data("bad", data))
            io.write(container, **options)

    return write
