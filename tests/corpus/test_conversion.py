"""Every file and store of the corpus converts, and comes back equal but for what is named."""

import importlib
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from accepted import refused
from converting import convert, leave_out, there_and_back
from corpusfiles import CORPUS, hdf5_files, zarr_stores
from files import bring
from h5diff import differences
from page import table
from zarrdiff import differences as store_differences


@pytest.fixture(autouse=True, scope="module")
def _filters() -> Any:
    """Register the third-party filters that some of the files need."""
    return importlib.import_module("hdf5plugin")


@pytest.mark.parametrize("zarr_format", [3, 2])
@pytest.mark.parametrize("name", hdf5_files())
def test_hdf5_to_zarr_and_back(name: str, zarr_format: int, tmp_path: Path) -> None:
    source = bring(name, tmp_path, CORPUS)
    back, losses = there_and_back(source, zarr_format)
    if "foreign" not in name:
        assert losses == []
    assert _reasons(losses) <= set(table("What is lost"))
    leave_out(source, losses)
    assert differences(source, back) == []


@pytest.mark.parametrize("name", zarr_stores())
def test_zarr_to_hdf5_and_back(name: str, tmp_path: Path) -> None:
    folder = tmp_path / "stores"
    shutil.copytree((CORPUS / name).parent, folder)
    source = folder / Path(name).name
    zarr_format = 3 if (source / "zarr.json").exists() else 2
    between, back = source.with_name("between.h5"), source.with_name("back.zarr")
    losses = convert(source, between).losses
    assert _reasons(losses) <= set(table("What is lost"))
    assert convert(between, back, zarr_format=zarr_format).losses == ()
    assert refused(store_differences(source, back), {loss.path for loss in losses}) == []


def _reasons(losses: Iterable[Any]) -> set[str]:
    return {loss.reason for loss in losses}
