"""The source files of the project, and the imports in them, as `ast` sees them."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("hdmf_io_core", "hdmf_io_hdf5", "hdmf_io_zarr")


@dataclass(frozen=True)
class Import:
    """One imported module, absolute, and where."""

    module: str
    path: Path
    line: int

    def __str__(self) -> str:
        return f"{self.path.relative_to(ROOT)}:{self.line} imports {self.module}"


def source_files(package: str) -> list[Path]:
    """Return the Python files of `package`."""
    return sorted((ROOT / package / "src" / package).rglob("*.py"))


def inside(path: Path, package: str) -> tuple[str, ...]:
    """Return the parts of `path` below the folder of `package`, the last without its suffix."""
    return path.relative_to(ROOT / package / "src" / package).with_suffix("").parts


def imports(path: Path, package: str) -> Iterator[Import]:
    """Yield every import in `path`, wherever it stands: in functions and for typing as well."""
    here = (package, *inside(path, package))
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            modules = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            # One leading dot is the package the module is in.
            base = ".".join(here[: len(here) - node.level]) if node.level else ""
            stem = ".".join(part for part in (base, node.module) if part)
            # `from hdmf_io_core import chunks` may import a module: keep the name.
            modules = [f"{stem}.{alias.name}" for alias in node.names]
        else:
            continue
        for module in modules:
            yield Import(module, path, node.lineno)


def package_imports(package: str) -> Iterator[Import]:
    """Yield every import of every module of `package`."""
    for path in source_files(package):
        yield from imports(path, package)


def named_strings(path: Path) -> Iterator[tuple[int, str]]:
    """Yield line and value of the string constants in `path`, without docstrings."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    bare = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in bare:
            yield node.lineno, node.value
