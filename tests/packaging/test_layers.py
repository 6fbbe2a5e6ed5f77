"""Who may import whom: inside the core, between the distributions, and from outside."""

import re
import sys
from pathlib import Path

import pytest
from sources import (
    PACKAGES,
    ROOT,
    Import,
    imports,
    inside,
    named_strings,
    package_imports,
    source_files,
)

# Each layer may import its own level and those before it.
LEVELS = (
    ("errors", "types"),
    ("storage",),
    ("chunks",),
    ("model",),
    ("plan",),
    ("durability",),
    ("plugins",),
    ("io",),
    ("stores",),
    ("check",),
    ("bridge", "cli", "testing"),
)
RANK = {layer: rank for rank, level in enumerate(LEVELS) for layer in level}
CORE = "hdmf_io_core"
KNOWN_BACKENDS = ("plugins", "known")
# What each distribution may import besides the standard library and itself: what it
# requires, and the optional accelerators.
ACCELERATORS = {"isal", "deflate", "zlib_ng", "msgspec"}
OUTSIDE = {
    CORE: {"numpy", "pluggy", "numcodecs", "fsspec", *ACCELERATORS},
    "hdmf_io_hdf5": {CORE, "numpy", "h5py", "hdf5plugin", "numcodecs", *ACCELERATORS},
    "hdmf_io_zarr": {CORE, "numpy", "zarr", "numcodecs", "obstore", *ACCELERATORS},
}


def layer_of(parts: tuple[str, ...]) -> str | None:
    """Return the layer of a module of the core; None for the package's own `__init__`."""
    return parts[0] if parts and parts[0] in RANK else None


def test_every_module_of_the_core_is_in_a_layer() -> None:
    stray = [
        path.name
        for path in source_files(CORE)
        if layer_of(inside(path, CORE)) is None and inside(path, CORE) not in {("__init__",)}
    ]
    assert not stray


def upward(imported: Import) -> bool:
    """Return whether an import inside the core points at a later layer."""
    here = layer_of(inside(imported.path, CORE))
    there = layer_of(tuple(imported.module.split(".")[1:]))
    if here is None or not imported.module.startswith(f"{CORE}."):
        return False
    # The package's own lazy `__init__` is above everything: modules import modules.
    return there is None or RANK[there] > RANK[here]


def test_imports_in_the_core_point_one_way() -> None:
    wrong = [str(imported) for imported in package_imports(CORE) if upward(imported)]
    assert not wrong, "\n".join(wrong)


def may_import(package: str, parts: tuple[str, ...]) -> set[str]:
    """Return the top-level modules that one source module may import."""
    allowed = OUTSIDE[package] | {package}
    if "dropin" in parts or (package == CORE and parts[0] == "bridge"):
        allowed |= {"hdmf", "pynwb", "hdmf_zarr"}
    if package == CORE and parts[0] == "testing":
        allowed |= {"pytest", "hypothesis"}
    return allowed


@pytest.mark.parametrize("package", PACKAGES)
def test_modules_import_only_what_their_place_allows(package: str) -> None:
    wrong = [
        str(imported)
        for path in source_files(package)
        for imported in imports(path, package)
        if (top := imported.module.partition(".")[0]) not in sys.stdlib_module_names
        and top not in may_import(package, inside(path, package))
    ]
    assert not wrong, "\n".join(wrong)


def test_the_core_names_backend_packages_in_one_table_only() -> None:
    name = re.compile(r"\bhdmf[_-]io[_-](hdf5|zarr)\b")
    wrong = [
        f"{path.relative_to(ROOT)}:{line} names {value!r}"
        for path in source_files(CORE)
        if inside(path, CORE) != KNOWN_BACKENDS
        for line, value in named_strings(path)
        if name.search(value)
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("package", ["hdmf_io_hdf5", "hdmf_io_zarr"])
def test_the_plugin_module_of_a_backend_imports_no_storage_library(package: str) -> None:
    plugin = ROOT / package / "src" / package / "_plugin.py"
    tops = {imported.module.partition(".")[0] for imported in imports(plugin, package)}
    assert not tops & {"h5py", "zarr", "hdmf"}


def test_a_relative_import_is_read_as_absolute(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sources.ROOT", tmp_path)
    module = tmp_path / CORE / "src" / CORE / "chunks" / "read.py"
    module.parent.mkdir(parents=True)
    module.write_text("from ..plan import steps\nfrom . import grid\n")
    assert [imported.module for imported in imports(module, CORE)] == [
        f"{CORE}.plan.steps",
        f"{CORE}.chunks.grid",
    ]
