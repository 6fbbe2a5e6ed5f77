"""What the three distributions say of themselves."""

import importlib
import tomllib
from importlib import metadata
from typing import Any

import pytest
from sources import PACKAGES, ROOT

PROJECTS: dict[str, dict[str, Any]] = {
    package: tomllib.loads((ROOT / package / "pyproject.toml").read_text(encoding="utf-8"))[
        "project"
    ]
    for package in PACKAGES
}
EXTRAS = PROJECTS["hdmf_io_core"]["optional-dependencies"]


@pytest.mark.parametrize("package", PACKAGES)
def test_version_is_the_same_everywhere(package: str) -> None:
    declared = PROJECTS[package]["version"]
    assert metadata.version(package.replace("_", "-")) == declared
    assert importlib.import_module(package).__version__ == declared


@pytest.mark.parametrize("package", PACKAGES)
def test_pythons_are_311_to_313(package: str) -> None:
    prefix = "Programming Language :: Python :: 3."
    minors = [c.removeprefix(prefix) for c in PROJECTS[package]["classifiers"] if prefix in c]
    assert minors == ["11", "12", "13"]
    assert PROJECTS[package]["requires-python"] == ">=3.11"


def test_extra_all_is_every_extra_but_testing() -> None:
    (every,) = EXTRAS["all"]
    named = set(every.removeprefix("hdmf-io-core[").removesuffix("]").split(","))
    assert named == set(EXTRAS) - {"all", "testing"}


def test_core_requires_no_storage_library() -> None:
    required = " ".join(PROJECTS["hdmf_io_core"]["dependencies"])
    assert not [name for name in ("h5py", "zarr", "hdmf", "pandas") if name in required]


@pytest.mark.parametrize("package", ["hdmf_io_hdf5", "hdmf_io_zarr"])
def test_backends_bring_the_fast_deflate_and_the_core_says_which(package: str) -> None:
    assert "hdmf-io-core[deflate]" in PROJECTS[package]["dependencies"]
    assert [entry.split(">")[0] for entry in EXTRAS["deflate"]] == ["isal", "deflate"]
    assert all("platform_machine in" in entry for entry in EXTRAS["deflate"])
    assert "hdmf-io-core[deflate]" in EXTRAS["fast"]


def test_backends_register_through_the_entry_point_group() -> None:
    found = {entry.name: entry.value for entry in metadata.entry_points(group="hdmf_io")}
    declared = {
        name: value
        for project in PROJECTS.values()
        for name, value in project.get("entry-points", {}).get("hdmf_io", {}).items()
    }
    assert declared.items() <= found.items()


def test_the_command_is_installed() -> None:
    scripts = {entry.name: entry.value for entry in metadata.entry_points(group="console_scripts")}
    assert scripts["hdmf-io"] == "hdmf_io_core.cli:main"
