"""Rules on the files themselves: length, typing markers, no traces of one machine."""

import re
import shutil
import subprocess
from importlib import metadata, resources
from pathlib import Path

import pytest
from sources import PACKAGES, ROOT, source_files

MAX_LINES = 300
# The exception tree is one picture, mostly docstrings; a tree in two files is not.
LONGER = {"errors.py": 450}
# In two parts, so that this file does not find itself.
MACHINE_PATH = re.compile(r"(?<![\w.~*$}-])/" + r"(?:home|Users|root|work|tmp|opt|mnt|srv)/\w")
REGISTRY = re.compile(r"--(?:extra-)?index" + r"-url|file:" + r"///")


@pytest.mark.parametrize("package", PACKAGES)
def test_source_modules_are_short(package: str) -> None:
    lengths = {
        str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines())
        for path in source_files(package)
    }
    assert lengths, f"{package} has no source files"
    limits = {path: LONGER.get(Path(path).name, MAX_LINES) for path in lengths}
    assert not {path: n for path, n in lengths.items() if n > limits[path]}


@pytest.mark.parametrize("package", PACKAGES)
def test_packages_are_marked_as_typed(package: str) -> None:
    assert resources.files(package).joinpath("py.typed").is_file()
    assert metadata.metadata(package.replace("_", "-"))["Name"]


def tracked_text() -> list[Path]:
    """Return the files that git tracks and that are text, apart from the real data files."""
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    paths = [ROOT / name for name in listed.stdout.split("\0") if name]
    data = ROOT / "tests" / "data"
    return [p for p in paths if p.is_file() and not (p.is_relative_to(data) and p.suffix != ".md")]


def test_tracked_files_name_no_path_or_registry_of_one_machine() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for path in tracked_text()
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if MACHINE_PATH.search(line) or REGISTRY.search(line)
    ]
    assert not found, "\n".join(found)
