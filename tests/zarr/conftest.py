"""Real stores, unpacked; and the two formats."""

import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def store_of(data_dir: Path, tmp_path: Path) -> Callable[[str], Path]:
    """Return a function that unpacks a real store, such as ``zarr2/zoo.zarr``."""

    def unpack(name: str) -> Path:
        target = tmp_path / name
        with zipfile.ZipFile(data_dir / f"{name}.zip") as archive:
            archive.extractall(target)
        return target

    return unpack


@pytest.fixture(params=[3, 2], ids=["v3", "v2"])
def zarr_format(request: pytest.FixtureRequest) -> Any:
    """Run a test in both formats."""
    return request.param
