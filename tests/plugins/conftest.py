"""Fake distributions: folders with a module and a ``.dist-info``, as pip would leave them."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from textwrap import dedent

import pytest

from hdmf_io_core.io import open as opening
from hdmf_io_core.io.open import BackendInfo, list_backends

Install = Callable[..., None]
GOOD = """
    from hdmf_io_core.plugins.backendspec import BackendSpec
    from hdmf_io_core.plugins.hookspecs import hookimpl

    @hookimpl
    def hdmf_io_backends():
        return [BackendSpec({name!r}, "{module}_io:IO", {dist!r}, suffixes=(".{name}",),
                            options={{"level": "how much", "colour": "which"}})]
"""
IO = """
    class IO:
        def __init__(self, source, mode, *, manager=None, level=0, colour=""):
            self.call = (source, mode, manager, level, colour)
"""


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder on ``sys.path``; what was imported from it is forgotten afterwards."""
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.syspath_prepend(str(folder))
    before = set(sys.modules)
    opening.plugin_registry.cache_clear()
    yield folder
    opening.plugin_registry.cache_clear()
    for name in set(sys.modules) - before:
        if str(folder) in (getattr(sys.modules[name], "__file__", None) or ""):
            del sys.modules[name]


@pytest.fixture
def only_site(site: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The same folder, and nothing else is installed, whatever the environment has."""
    monkeypatch.setattr("sys.path", [str(site)])
    return site


@pytest.fixture
def install(site: Path) -> Install:
    """Return a function that installs a distribution with one plugin, ``good`` unless told."""

    def add(dist: str, name: str, code: str = GOOD, *, version: str = "1.2") -> None:
        # Never the name of a real module: that one may be imported already.
        stem = dist.replace("-", "_")
        module = f"fake_{stem}"
        text = dedent(code)
        if code is GOOD:
            text = text.format(name=name, module=module, dist=dist)
        (site / f"{module}.py").write_text(text)
        (site / f"{module}_io.py").write_text(dedent(IO))
        info = site / f"{stem}-{version}.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {dist}\nVersion: {version}\n")
        (info / "entry_points.txt").write_text(f"[hdmf_io]\n{name} = {module}\n")

    return add


@pytest.fixture
def listed() -> Callable[[str], list[BackendInfo]]:
    """Return a function that lists the backends of a name, as a new process would."""

    def of(name: str) -> list[BackendInfo]:
        return [info for info in list_backends() if info.name == name]

    return of
