"""Plugins can be registered by hand; what cannot be used leaves nothing behind."""

from types import SimpleNamespace

import pytest

from hdmf_io_core.errors import PluginConflictError, PluginLoadError
from hdmf_io_core.plugins.backendspec import BackendSpec
from hdmf_io_core.plugins.hookspecs import DatasetInfo, hookimpl
from hdmf_io_core.plugins.installed import EntryPoint, Installed
from hdmf_io_core.plugins.manager import PluginRegistry

MINE = BackendSpec("mine", "m:C", "d")


def nothing(group: str) -> Installed:
    return Installed({}, [])


def names(registry: PluginRegistry) -> list[str]:
    return [have.spec.name for have in registry.backends()]


class Backends:
    def __init__(self, *specs: object) -> None:
        self.specs = specs

    @hookimpl
    def hdmf_io_backends(self) -> list[object]:
        return list(self.specs)


def test_a_registered_plugin_is_there_until_it_is_unregistered() -> None:
    registry = PluginRegistry((BackendSpec("core", "m:C", "d"),), find=nothing)
    plugin = Backends(MINE)
    registry.register(plugin)
    assert names(registry) == ["core", "mine"]
    registry.unregister(plugin)
    registry.unregister(plugin)
    assert names(registry) == ["core"]


def test_a_plugin_can_be_registered_again() -> None:
    registry = PluginRegistry(find=nothing)
    plugin = Backends(MINE)
    for _ in range(2):
        registry.register(plugin)
        registry.unregister(plugin)
    assert names(registry) == []


def test_one_bad_backend_keeps_the_whole_plugin_out() -> None:
    registry = PluginRegistry(find=nothing)
    with pytest.raises(PluginLoadError) as caught:
        registry.register(Backends(MINE, "not a spec"), "two")
    assert caught.value.plugin == "two"
    assert names(registry) == []
    assert registry.failures() == ()


def test_a_conflict_leaves_the_first_alone() -> None:
    registry = PluginRegistry(find=nothing)
    registry.register(Backends(MINE), "first")
    with pytest.raises(PluginConflictError):
        registry.register(Backends(MINE), "second")
    (have,) = registry.backends()
    assert (have.origin.plugin, have.conflict) == ("first", None)


def test_of_an_installed_plugin_the_good_backend_stays() -> None:
    plugin = Backends(MINE, BackendSpec("Wrong", "m:C", "d"))
    point = EntryPoint("p", f"{__name__}:unused", "dist")
    registry = PluginRegistry(find=lambda group: Installed({}, [point]))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("hdmf_io_core.plugins.loader.load", lambda point: plugin)
        assert names(registry) == ["mine"]
    assert len(registry.failures()) == 1


def test_nothing_is_looked_for_before_it_is_needed() -> None:
    asked: list[str] = []

    def find(group: str) -> Installed:
        asked.append(group)
        return Installed({}, [])

    registry = PluginRegistry(find=find)
    assert asked == []
    registry.backends()
    registry.failures()
    assert asked == ["hdmf_io"]


def test_a_plugin_that_lists_backends_while_it_loads_sees_those_so_far() -> None:
    seen: list[list[str]] = []

    class Curious:
        @hookimpl
        def hdmf_io_backends(self) -> list[BackendSpec]:
            seen.append(names(registry))
            return []

    registry = PluginRegistry((MINE,), find=nothing)
    registry.register(Curious())
    assert seen == [["mine"]]


def test_the_first_answer_of_the_wiring_hooks_counts() -> None:
    class First:
        @hookimpl(tryfirst=True)
        def hdmf_io_adapt_manager(self, manager: object) -> object:
            return ("first", manager) if manager == "mine" else None

    class Second:
        @hookimpl
        def hdmf_io_adapt_manager(self, manager: object) -> object:
            return ("second", manager) if manager != "nobody's" else None

        @hookimpl
        def hdmf_io_adapt_dataio(self, kind: type) -> object:
            return len if kind is list else None

        @hookimpl
        def hdmf_io_dataset_options(self, info: DatasetInfo) -> object:
            return SimpleNamespace(path=info.path)

    registry = PluginRegistry(find=nothing)
    registry.register(First())
    registry.register(Second())
    assert registry.adapt_manager("mine") == ("first", "mine")
    assert registry.adapt_manager("yours") == ("second", "yours")
    assert registry.adapt_manager("nobody's") is None
    assert registry.adapt_dataio(list) is len
    assert registry.adapt_dataio(dict) is None
    info = DatasetInfo("/a", None, (3,), "int64", "memory")
    assert registry.dataset_options(info).path == "/a"


def test_a_wiring_hook_that_raises_is_named() -> None:
    class Bad:
        @hookimpl
        def hdmf_io_adapt_manager(self, manager: object) -> object:
            raise ZeroDivisionError

    registry = PluginRegistry(find=nothing)
    registry.register(Bad(), "bad")
    with pytest.raises(PluginLoadError) as caught:
        registry.adapt_manager(None)
    assert (caught.value.plugin, caught.value.hook) == ("bad", "hdmf_io_adapt_manager")
    assert isinstance(caught.value.__cause__, ZeroDivisionError)
