"""Fixtures that every part of the tests may use."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings

# No test is timed: a busy machine is no bug.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

DATA = Path(__file__).parent / "data"


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """The folder of real files. They are shared: read them in place, change only copies."""
    return DATA


@pytest.fixture
def copy_of(tmp_path: Path) -> Callable[[str], Path]:
    """Return a function that copies a real file into the test's own folder."""

    def copy(name: str) -> Path:
        return Path(shutil.copy(DATA / name, tmp_path))

    return copy
