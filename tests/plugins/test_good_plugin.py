"""A distribution with an entry point is a backend, without any other registration."""

from collections.abc import Callable
from pathlib import Path

import pytest

from hdmf_io_core.errors import OptionError, PluginLoadError
from hdmf_io_core.io.open import BackendInfo, list_backends, open_io, plugin_registry

Install = Callable[..., None]
Listed = Callable[[str], list[BackendInfo]]


def test_an_installed_plugin_is_listed(install: Install, listed: Listed) -> None:
    install("fake-good", "good")
    assert listed("good") == [
        BackendInfo(
            "good",
            (".good",),
            "fake-good",
            "1.2",
            available=True,
            options={"level": "how much", "colour": "which"},
        )
    ]


def test_open_io_calls_its_class(install: Install, tmp_path: Path) -> None:
    install("fake-good", "good")
    path = tmp_path / "new.good"
    opened = open_io(path, "w", manager="its manager", level=3)
    assert opened.call == (str(path), "w", "its manager", 3, "")


def test_an_object_reaches_the_class_as_it_is(install: Install) -> None:
    install("fake-good", "good")
    given = object()
    assert open_io(given, backend="good").call[0] is given


def test_an_unknown_option_names_the_nearest_before_the_backend_is_imported(
    install: Install, site: Path, tmp_path: Path
) -> None:
    install("fake-good", "good")
    (site / "fake_fake_good_io.py").write_text("raise RuntimeError")
    with pytest.raises(OptionError) as caught:
        open_io(tmp_path / "new.good", "w", lvel=3)
    assert "'lvel'" in caught.value.what
    assert "'level'" in (caught.value.hint or "")
    assert "colour, level" in (caught.value.hint or "")


@pytest.mark.parametrize(
    "code", ["import not_there_at_all", "IO2 = int", "raise OSError('dlopen')"]
)
def test_a_class_that_cannot_be_imported_is_named(
    install: Install, site: Path, tmp_path: Path, code: str
) -> None:
    install("fake-good", "good")
    (site / "fake_fake_good_io.py").write_text(code)
    with pytest.raises(PluginLoadError) as caught:
        open_io(tmp_path / "new.good", "w")
    assert caught.value.distribution == "fake-good"
    assert "pip install fake-good" in (caught.value.hint or "")
    assert caught.value.__cause__ is not None


def test_plugins_are_loaded_once(install: Install, site: Path) -> None:
    install("fake-good", "good")
    list_backends()
    (site / "fake_good-1.2.dist-info" / "entry_points.txt").unlink()
    assert any(info.name == "good" for info in list_backends())


def test_a_distribution_twice_on_the_path_counts_once(
    install: Install, site: Path, listed: Listed, monkeypatch: pytest.MonkeyPatch
) -> None:
    install("fake-good", "good")
    monkeypatch.syspath_prepend(str(site))
    assert len(listed("good")) == 1
    assert not [f for f in plugin_registry().failures() if f.name == "good"]


def test_the_memory_backend_is_always_there(site: Path, listed: Listed) -> None:
    assert [(info.available, info.distribution) for info in listed("memory")] == [
        (True, "hdmf-io-core")
    ]
