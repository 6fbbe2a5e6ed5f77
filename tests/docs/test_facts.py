"""Tables and listings in the documentation say what the code says."""

import builtins
import re
from pathlib import Path
from textwrap import indent

import pytest

import hdmf_io_core
import hdmf_io_hdf5
import hdmf_io_zarr
from hdmf_io_core import errors
from hdmf_io_core.cli.exitcodes import ExitCode
from hdmf_io_core.io.open import list_backends
from hdmf_io_core.plugins import hookspecs

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
EXAMPLE = ROOT / "examples" / "example_backend"


def text(name: str) -> str:
    """Return a page."""
    return (DOCS / name).read_text(encoding="utf-8")


def rows(page: str, pattern: str) -> dict[str, str]:
    """Return the two-column table rows of a page whose first cell fits `pattern`."""
    found = re.findall(rf"^\| ({pattern}) \| (.*) \|$", text(page), re.MULTILINE)
    return {first.strip("`"): second for first, second in found}


@pytest.mark.parametrize(("page", "name"), [("user/opening.md", "hdf5"), ("user/zarr.md", "zarr")])
def test_the_table_of_options_is_that_of_the_backend(page: str, name: str) -> None:
    (backend,) = (info for info in list_backends() if info.name == name)
    (table,) = re.findall(r"\| option \|.*?\n\n", text(page), re.DOTALL)
    described = dict(re.findall(r"^\| `(\w+)` \| (.*) \|$", table, re.MULTILINE))
    assert described == dict(backend.options)


def test_the_table_of_exit_codes_is_complete() -> None:
    assert set(rows("user/command.md", r"\d+")) == {str(code.value) for code in ExitCode}


def test_every_hook_is_described() -> None:
    names = {name for name in dir(hookspecs) if name.startswith("hdmf_io_")}
    described = re.findall(r"^\| `(hdmf_io_\w+)\(", text("authors/hooks.md"), re.MULTILINE)
    assert set(described) == names


def test_every_field_of_a_spec_is_described() -> None:
    described = rows("authors/hooks.md", r"`[a-z_]+`")
    assert set(described) == set(hdmf_io_core.BackendSpec.__dataclass_fields__)


@pytest.mark.parametrize(
    ("page", "package"),
    [
        ("api/core.md", hdmf_io_core),
        ("api/hdf5.md", hdmf_io_hdf5),
        ("api/zarr.md", hdmf_io_zarr),
    ],
)
def test_every_public_name_is_in_the_reference(page: str, package: object) -> None:
    name = package.__name__
    documented = re.findall(rf":: {name}\.(\w+)$", text(page), re.MULTILINE)
    assert sorted(documented) == sorted(package.__all__)


def test_every_error_that_a_page_names_exists() -> None:
    for page in DOCS.rglob("*.md"):
        named = set(re.findall(r"`([A-Z]\w+(?:Error|Warning))`", page.read_text(encoding="utf-8")))
        unknown = {n for n in named if not hasattr(errors, n) and not hasattr(builtins, n)}
        assert unknown == set(), page


def test_files_that_the_architecture_names_exist() -> None:
    core = ROOT / "hdmf_io_core" / "src" / "hdmf_io_core"
    hdf5 = ROOT / "hdmf_io_hdf5" / "src" / "hdmf_io_hdf5"
    zarr = ROOT / "hdmf_io_zarr" / "src" / "hdmf_io_zarr"
    first, second = text("explain/architecture.md").split("The HDF5 backend:")
    for room, files in re.findall(r"^\| `(\w+)/` \| .* \| (.*)\|$", first, re.MULTILINE):
        for name in re.findall(r"`([\w/]+\.py)`", files):
            assert (core / room / name).is_file(), f"{room}/{name}"
    tables = second.split("## ")[0].split("The Zarr backend:")
    for folder, table in zip((hdf5, zarr), tables, strict=True):
        for name in re.findall(r"`(\w+\.py)`", table):
            assert (folder / name).is_file(), name


def test_every_room_of_the_core_is_in_the_architecture() -> None:
    core = ROOT / "hdmf_io_core" / "src" / "hdmf_io_core"
    rooms = {path.parent.name for path in core.glob("*/__init__.py")}
    named = set(re.findall(r"^\| `(\w+)/` \|", text("explain/architecture.md"), re.MULTILINE))
    assert rooms <= named


@pytest.mark.parametrize("page", ["authors/first-backend.md"])
def test_code_of_the_example_stands_in_its_files(page: str) -> None:
    blocks = re.findall(r"^```python (\S+)\n(.*?)^```$", text(page), re.MULTILINE | re.DOTALL)
    assert blocks
    for name, code in blocks:
        source = (EXAMPLE / "src" / name).read_text(encoding="utf-8")
        # Methods are shown without the indentation of their class.
        for part in re.split(r"\n\n+(?=def |@|class )", code.rstrip()):
            assert part in source or indent(part, "    ") in source, f"{name}: {part}"


def test_the_module_shown_for_conformance_is_the_real_one() -> None:
    code = (ROOT / "tests" / "conformance" / "test_hdf5.py").read_text(encoding="utf-8")
    assert code in text("authors/conformance.md")


def test_the_metadata_shown_for_the_example_is_its_own() -> None:
    (shown,) = re.findall(r"```toml\n(.*?)```", text("authors/first-backend.md"), re.DOTALL)
    assert shown in (EXAMPLE / "pyproject.toml").read_text(encoding="utf-8")
