"""The formats to convert to and from; real files and stores; the comparers, made importable."""

import importlib
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

# Importlib mode leaves the tests' folders out of `sys.path`.
HERE = Path(__file__).parent
sys.path += [str(HERE), str(HERE.parent / "hdf5" / "roundtrip")]


@pytest.fixture(autouse=True, scope="session")
def _filters() -> Any:
    """Register the third-party filters that some of the files need."""
    return importlib.import_module("hdf5plugin")


@pytest.fixture(params=[3, 2], ids=["v3", "v2"])
def zarr_format(request: pytest.FixtureRequest) -> Any:
    """Run a test with both formats of Zarr."""
    return request.param


@pytest.fixture
def stores_of(data_dir: Path, tmp_path: Path) -> Callable[[str], Path]:
    """Return a function that unpacks a store such as ``zarr2/zoo.zarr``, beside all it links to."""

    def unpack(name: str) -> Path:
        folder, _, own = name.partition("/")
        for packed in (data_dir / folder).glob("*.zip"):
            with zipfile.ZipFile(packed) as archive:
                archive.extractall(tmp_path / packed.stem)
        return tmp_path / own

    return unpack
