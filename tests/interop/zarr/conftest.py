"""The peer, and what it writes. ``nox -s interop_zarr`` makes its environment."""

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parent))

from makers import STORES
from peerprocess import INTERPRETER, Peer


@pytest.fixture(scope="session")
def peer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Peer]:
    """hdmf-zarr, of the version that the environment names."""
    interpreter = os.environ.get(INTERPRETER)
    if interpreter is None:
        pytest.fail(
            f"{INTERPRETER} is not set: run these with `nox -s interop_zarr`", pytrace=False
        )
    running = Peer(interpreter, tmp_path_factory.mktemp("peer") / "log.txt")
    yield running
    running.close()


@pytest.fixture(scope="session")
def their_stores(peer: Peer, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Every store that the peer can make. Read them; change copies only."""
    folder = tmp_path_factory.mktemp("theirs")
    return {name: peer.make(name, folder / f"{name}.zarr") for name in STORES}


@pytest.fixture
def copy_of_theirs(their_stores: dict[str, Path], tmp_path: Path) -> Callable[[str], Path]:
    """Return a function that copies one of the peer's stores, and those it links to."""

    def copy(name: str) -> Path:
        for path in their_stores[name].parent.glob(f"*{name}.zarr"):
            shutil.copytree(path, tmp_path / path.name)
        return tmp_path / f"{name}.zarr"

    return copy
