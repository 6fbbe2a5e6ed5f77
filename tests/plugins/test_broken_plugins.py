"""A plugin that cannot be used is listed with its reason, and disturbs nobody."""

from collections.abc import Callable
from pathlib import Path

import pytest

from hdmf_io_core.errors import (
    BackendNotInstalledError,
    PluginConflictError,
    PluginError,
    PluginLoadError,
    PluginVersionError,
)
from hdmf_io_core.io.open import BackendInfo, find_backend, list_backends, open_io

Install = Callable[..., None]
Listed = Callable[[str], list[BackendInfo]]

HEAD = """
    from hdmf_io_core.plugins.backendspec import BackendSpec, MagicRule
    from hdmf_io_core.plugins.hookspecs import hookimpl

    @hookimpl
"""
GIVES = HEAD + "    def hdmf_io_backends(): return "
BROKEN = {
    "import error": ("import not_there_at_all", "not_there_at_all"),
    "exit": ("raise SystemExit('bye')", "bye"),
    "syntax": ("def (", "SyntaxError"),
    "no hook": ("x = 1", "implements no hook"),
    "unknown hook": (HEAD + "    def hdmf_io_bakends(): return []", "hdmf_io_bakends"),
    "wrong argument": (HEAD + "    def hdmf_io_sniff(prob): return None", "'prob'"),
    "raising hook": (HEAD + "    def hdmf_io_backends(): raise KeyError('gone')", "gone"),
    "not a list": (GIVES + "7", "int"),
    "not a spec": (GIVES + "['hdf5']", "BackendSpec"),
    "bad name": (
        GIVES + "[BackendSpec('A b', 'm:C', 'd')]",
        "A b",
    ),
    "bad class": (
        GIVES + "[BackendSpec('a', 'm.C', 'd')]",
        "m.C",
    ),
    "bad suffix": (
        GIVES + "[BackendSpec('a', 'm:C', 'd', ('h5',))]",
        "suffixes",
    ),
    "bad option": (
        GIVES + "[BackendSpec('a', 'm:C', 'd', options=['x'])]",
        "options",
    ),
    "bad rule": (
        GIVES + "[BackendSpec('a', 'm:C', 'd', magic=(b'x',))]",
        "magic",
    ),
}
OLD = (
    HEAD
    + """
    def hdmf_io_backends():
        return [BackendSpec("old", "m:C", "fake-old", (".old",), (MagicRule(b"OLD!"),),
                            api_version=99)]
"""
)


@pytest.mark.parametrize(("code", "reason"), BROKEN.values(), ids=BROKEN)
def test_a_broken_plugin_is_listed_with_its_reason(
    install: Install, listed: Listed, code: str, reason: str
) -> None:
    install("fake-bad", "bad", code)
    install("fake-good", "good")
    (info,) = listed("bad")
    assert not info.available
    assert (info.distribution, info.version) == ("fake-bad", "1.2")
    assert "plugin 'bad' of fake-bad 1.2" in info.reason
    assert reason in info.reason
    assert [good.available for good in listed("good")] == [True]


@pytest.mark.parametrize(("code", "reason"), BROKEN.values(), ids=BROKEN)
def test_its_error_is_raised_when_it_is_asked_for(
    install: Install, tmp_path: Path, code: str, reason: str
) -> None:
    install("fake-bad", "bad", code)
    with pytest.raises(PluginLoadError) as caught:
        open_io(tmp_path / "any", backend="bad")
    assert (caught.value.plugin, caught.value.distribution) == ("bad", "fake-bad 1.2")
    assert reason in str(caught.value)


def test_the_fault_names_hook_and_argument(install: Install, tmp_path: Path) -> None:
    install("fake-bad", "bad", HEAD + "    def hdmf_io_sniff(prob): return None")
    with pytest.raises(PluginLoadError) as caught:
        open_io(tmp_path / "any", backend="bad")
    assert (caught.value.hook, caught.value.argument) == ("hdmf_io_sniff", "prob")


def test_another_api_version_is_told(install: Install, listed: Listed, tmp_path: Path) -> None:
    install("fake-old", "old", OLD)
    (info,) = listed("old")
    assert "99" in info.reason
    (tmp_path / "any").write_bytes(b"OLD!")
    # Its content and its suffix are recognised all the same, so that the reason is told.
    for source, mode in ((tmp_path / "any", "r"), (tmp_path / "new.old", "w")):
        with pytest.raises(PluginVersionError):
            open_io(source, mode)


def test_of_two_equal_names_the_first_distribution_stays(
    install: Install, listed: Listed, tmp_path: Path
) -> None:
    install("fake-b", "same")
    install("fake-a", "same")
    first, second = listed("same")
    assert (first.distribution, first.available) == ("fake-a", True)
    assert (second.distribution, second.available) == ("fake-b", False)
    assert "'same' of fake-a" in second.reason
    assert find_backend(tmp_path / "x.same", "w").spec.distribution == "fake-a"
    with pytest.raises(PluginConflictError):
        open_io(tmp_path / "x.same", "w", backend="same")


@pytest.mark.parametrize(("name", "owner"), [("memory", "hdmf-io-core"), ("hdf5", "hdmf-io-hdf5")])
def test_nobody_can_take_the_name_of_a_known_backend(
    install: Install, only_site: Path, listed: Listed, name: str, owner: str
) -> None:
    install("aaa-fake", name)
    install("hdmf-io-hdf5", "hdf5")
    assert [(i.distribution, i.available) for i in listed(name)] == [
        (owner, True),
        ("aaa-fake", False),
    ]
    assert find_backend("any", "w", backend=name).spec.distribution == owner


def test_a_broken_plugin_of_a_known_backend_is_not_called_absent(
    install: Install, only_site: Path, tmp_path: Path
) -> None:
    install("hdmf-io-hdf5", "hdf5", "import not_there_at_all")
    path = tmp_path / "any"
    path.write_bytes(b"\x89HDF\r\n\x1a\n")
    with pytest.raises(PluginError) as caught:
        find_backend(path)
    assert not isinstance(caught.value, BackendNotInstalledError)
    assert "not_there_at_all" in str(caught.value)


def test_a_known_distribution_without_entry_point_is_called_broken(
    install: Install, only_site: Path, listed: Listed
) -> None:
    install("hdmf-io-zarr", "zarr")
    (only_site / "hdmf_io_zarr-1.2.dist-info" / "entry_points.txt").unlink()
    (info,) = listed("zarr")
    assert (info.available, info.version) == (False, "1.2")
    assert "no entry point" in info.reason


def test_a_known_backend_that_is_not_there_is_listed_with_its_pip_line(
    only_site: Path, listed: Listed
) -> None:
    (info,) = listed("zarr")
    assert not info.available
    assert 'pip install "hdmf-io-core[zarr]"' in info.reason


def test_malformed_entry_points_of_others_do_no_harm(install: Install, site: Path) -> None:
    install("fake-good", "good")
    (site / "alien-1.dist-info").mkdir()
    (site / "alien-1.dist-info" / "entry_points.txt").write_bytes(
        b"[x]\nno equals \xff\n[hdmf_io]\nq"
    )
    reasons = {info.name: info.available for info in list_backends()}
    assert reasons["good"] is True
    assert reasons["q"] is False
