"""Which distributions are installed, and which of them have entry points of our group.

Read from the ``.dist-info`` folders directly: importing ``importlib.metadata`` takes longer than
all the rest of listing the backends, and one malformed ``entry_points.txt`` of anybody makes its
``entry_points`` raise. It is used where distributions are found by other means than folders.

References
----------
Entry points and recorded projects, https://packaging.python.org/en/latest/specifications/
"""

from __future__ import annotations

import os
import re
import sys
from importlib import import_module
from io import FileIO
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["EntryPoint", "Installed", "installed", "load"]

_INFO = re.compile(r"(?P<name>[^-]+)(-(?P<version>[^-]+))?(-.*)?\.(dist|egg)-info", re.IGNORECASE)


class EntryPoint(NamedTuple):
    """One line of the group: ``name = value``, of a distribution in a version (may be empty)."""

    name: str
    value: str
    distribution: str
    version: str = ""


class Installed(NamedTuple):
    """The version of every distribution, by normalised name; the entry points of a group."""

    versions: dict[str, str]
    points: list[EntryPoint]


class _Info(NamedTuple):
    """A distribution, and the text of its ``entry_points.txt`` (empty if it has none)."""

    name: str
    version: str
    entry_points: str


def installed(group: str) -> Installed:
    """Return what is installed where Python imports from; the first of a name is the one.

    Parameters
    ----------
    group : str
        Group of entry points.
    """
    versions: dict[str, str] = {}
    points: list[EntryPoint] = []
    for info in _from_folders(sys.path) if _all_in_folders() else _from_metadata():
        name = re.sub(r"[-_.]+", "-", info.name).lower()
        if name in versions:
            continue
        versions[name] = info.version
        lines = _lines(info.entry_points, group) if group in info.entry_points else ()
        points += [EntryPoint(*line, name, info.version) for line in lines]
    return Installed(versions, points)


def load(point: EntryPoint) -> object:
    """Import what an entry point names; raises whatever the import raises."""
    # "module:object [extra]"; extras are obsolete, and ignored as everywhere.
    module, _, path = point.value.partition("[")[0].strip().partition(":")
    found: object = import_module(module.strip())
    for attribute in filter(None, path.strip().split(".")):
        found = getattr(found, attribute)
    return found


def _all_in_folders() -> bool:
    """Whether folders tell all: no archive on the path, no finder that brings distributions."""
    from importlib.machinery import PathFinder

    finders = [f for f in sys.meta_path if f is not PathFinder and hasattr(f, "find_distributions")]
    # Not pathlib, here and below: its import is dear, and this runs at every start.
    return not finders and not any(os.path.isfile(entry) for entry in sys.path)  # noqa: PTH113


def _from_folders(path: Iterable[str]) -> Iterator[_Info]:
    for entry in path:
        try:
            with os.scandir(entry or os.curdir) as listed:
                found = {item.name: item.path for item in listed if item.name.endswith("-info")}
        except OSError:
            # Folders of the path that do not exist, or cannot be read, hold nothing to import.
            continue
        for name, path in sorted(found.items()):
            if match := _INFO.fullmatch(name):
                text = _text(f"{path}{os.sep}entry_points.txt")
                yield _Info(match["name"], match["version"] or "", text)


def _text(path: str) -> str:
    try:
        with FileIO(path) as file:
            return file.readall().decode("utf-8", "replace")
    except OSError:
        return ""


def _from_metadata() -> Iterator[_Info]:
    from importlib import metadata

    for dist in metadata.distributions():
        # A damaged distribution has no name, whatever the stubs say.
        name: str | None = dist.metadata["Name"]
        if name:
            yield _Info(name, dist.version, dist.read_text("entry_points.txt") or "")


def _lines(text: str, group: str) -> Iterator[tuple[str, str]]:
    """Yield name and value of each line of a group; a line without ``=`` has an empty value."""
    section = ""
    for line in map(str.strip, text.splitlines()):
        if line.startswith("["):
            section = line.strip("[]").strip()
        elif line and section == group and line[0] not in "#;":
            name, _, value = line.partition("=")
            yield name.strip(), value.strip()
