"""Every block of code in the README and in the documentation runs, and prints what it shows."""

import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from hdmf_io_core.io import open as opening

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
# What needs hdmf runs where hdmf is: tests/interop/bridge/test_page.py, and `nox -s tutorial`.
ELSEWHERE = {ROOT / "docs/user/nwb.md", ROOT / "docs/user/tutorial.md"}
SHOWN = [page for page in PAGES if "_build" not in page.parts and page not in ELSEWHERE]


@pytest.fixture(scope="module")
def runner() -> ModuleType:
    """The module `docs/run_examples.py`."""
    spec = importlib.util.spec_from_file_location("run_examples", ROOT / "docs/run_examples.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def fresh_process(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Plugins, `sys.path` and the example backend are forgotten before and afterwards."""
    monkeypatch.setattr(sys, "path", list(sys.path))
    opening.plugin_registry.cache_clear()
    for name in [name for name in sys.modules if name.partition(".")[0] == "example_backend"]:
        monkeypatch.delitem(sys.modules, name)
    yield
    opening.plugin_registry.cache_clear()


@pytest.mark.parametrize("page", SHOWN, ids=lambda page: page.relative_to(ROOT).as_posix())
@pytest.mark.usefixtures("fresh_process")
def test_a_page_runs(runner: ModuleType, page: Path, capsys: pytest.CaptureFixture[str]) -> None:
    passed = runner.run_page(page)
    printed = capsys.readouterr()
    assert passed, printed.out + printed.err


@pytest.mark.parametrize(
    ("page", "message"),
    [
        ("```python\nraise KeyError('x')\n```\n", "KeyError"),
        ("```python\n>>> 1 + 1\n3\n```\n", "Expected"),
        ("```console\n$ hdmf-io which new.h5\nzarr\n```\n", "and printed"),
        ("```console\n$ hdmf-io info nowhere.h5\n...\n```\n", "exits with 3"),
        ("```console\n$ hdmf-io which new.h5\n...\n$ echo $?\n4\n```\n", "exits with 0, not 4"),
    ],
    ids=["error", "doctest", "output", "exit code", "shown exit code"],
)
def test_a_wrong_page_fails(
    runner: ModuleType,
    page: str,
    message: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(runner, "ROOT", tmp_path)
    path = tmp_path / "page.md"
    path.write_text(page)
    assert not runner.run_page(path)
    assert message in capsys.readouterr().err
