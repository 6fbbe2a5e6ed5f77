"""A folder for trials, and how many faults are tried."""

import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture
def trials() -> Iterator[Path]:
    """Return an empty folder, in memory where there is such a place: many files are made."""
    memory = Path("/dev/shm")
    place = memory if os.access(memory, os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="hdmf-io-faults-", dir=place) as folder:
        yield Path(folder)


@pytest.fixture
def most() -> int | None:
    """Return how many faults are picked for each scenario; None for all, as ``nox -s faults``."""
    given = os.environ.get("HDMF_IO_FAULTS", "20")
    return None if given == "all" else int(given)
