"""Pools of workers, and folders that every example of hypothesis gets anew."""

import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hdmf_io_core.chunks.pool import WorkerPool

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture(scope="session", params=[1, 2, 5], ids=lambda n: f"{n} workers")
def pool(request: pytest.FixtureRequest) -> Iterator[WorkerPool]:
    made = WorkerPool(request.param, 4096)
    yield made
    made.close()


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder, also for each example of hypothesis."""
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


@pytest.fixture
def in_new_folder() -> Callable[[Callable[[Path], None]], None]:
    def run(work: Callable[[Path], None]) -> None:
        with tempfile.TemporaryDirectory() as name:
            work(Path(name))

    return run
