"""The public names: what `__all__` says is what there is, and it changes on purpose only."""

import importlib
import json

import pytest
from sources import PACKAGES, ROOT

# To accept a change: `python tests/packaging/snapshot_names.py`, and a line in CHANGELOG.md.
SNAPSHOT = ROOT / "tests" / "packaging" / "public_names.json"

# The documented API, wherever the import lines say it is.
DOCUMENTED = {
    "hdmf_io_core": {"HDMFIO", "Container", "Data", "open_io", "list_backends"},
    "hdmf_io_hdf5": {
        "HDF5IO",
        "H5DataIO",
        "H5SpecWriter",
        "H5SpecReader",
        "H5Dataset",
        "get_h5_version",
        "check_h5_version",
    },
}


@pytest.mark.parametrize("package", PACKAGES)
def test_public_names_are_those_of_the_snapshot(package: str) -> None:
    expected = json.loads(SNAPSHOT.read_text(encoding="utf-8"))[package]
    assert sorted(importlib.import_module(package).__all__) == expected


@pytest.mark.parametrize("package", PACKAGES)
def test_every_public_name_resolves_and_is_offered(package: str) -> None:
    module = importlib.import_module(package)
    missing = [name for name in module.__all__ if not hasattr(module, name)]
    assert not missing
    assert set(module.__all__) <= set(dir(module))


@pytest.mark.parametrize("package", DOCUMENTED)
def test_the_documented_api_is_public(package: str) -> None:
    assert DOCUMENTED[package] <= set(importlib.import_module(package).__all__)


def test_an_unknown_name_is_an_attribute_error() -> None:
    module = importlib.import_module("hdmf_io_core")
    with pytest.raises(AttributeError, match="no_such_name"):
        _ = module.no_such_name
