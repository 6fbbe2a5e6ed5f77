"""Plugins are asked about managers and datasets when an IO needs it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from hdmf_io_core import BuildManager, Container, Data, DataIO, WriteOptions, hookimpl, open_io
from hdmf_io_core.errors import OptionError
from hdmf_io_core.io.open import plugin_registry
from hdmf_io_core.plugins.hookspecs import DatasetInfo

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hdmf_io_core.storage.layout import ArrayLayout


class Foreign:
    """A build manager that only its plugin knows."""


class Plugin:
    def __init__(self) -> None:
        self.asked: list[DatasetInfo] = []
        self.manager = BuildManager()

    @hookimpl
    def hdmf_io_adapt_manager(self, manager: object) -> object:
        return self.manager if isinstance(manager, Foreign) else None

    @hookimpl
    def hdmf_io_dataset_options(self, info: DatasetInfo) -> WriteOptions | None:
        self.asked.append(info)
        return WriteOptions(chunks=(2,)) if info.shape == (6,) else None


@pytest.fixture
def plugin() -> Iterator[Plugin]:
    registered = Plugin()
    plugin_registry().register(registered, "asked")
    yield registered
    plugin_registry().unregister(registered)


def layouts_of(name: str, *children: Data) -> dict[str, ArrayLayout]:
    root = Container("root")
    for child in children:
        root.add_child(child)
    with open_io(f"memory://{name}", "w") as io:
        io.write(root)
        return {child.name: io.storage.array(f"/{child.name}").layout for child in children}


def test_a_plugin_gives_options_to_a_dataset_without_any(plugin: Plugin) -> None:
    layouts = layouts_of("hooks-1", Data("x", np.arange(6)), Data("y", np.arange(5)))
    assert layouts["x"].chunks == (2,)
    assert layouts["y"].chunks is None
    assert plugin.asked[0] == DatasetInfo("/x", "Data", (6,), "int64", "memory")


def test_options_of_the_caller_are_not_asked_about(plugin: Plugin) -> None:
    layouts = layouts_of("hooks-2", Data("x", DataIO(np.arange(6))))
    assert layouts["x"].chunks is None
    assert plugin.asked == []


def test_a_foreign_manager_is_adapted_by_its_plugin(plugin: Plugin) -> None:
    with open_io("memory://hooks-3", "w", manager=Foreign()) as io:
        assert io.manager is plugin.manager


def test_a_manager_that_nobody_knows_is_refused_by_type() -> None:
    with pytest.raises(OptionError, match="Foreign"):
        open_io("memory://hooks-4", "w", manager=Foreign())
