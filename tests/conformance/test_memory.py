"""The memory storage keeps the rules of the storage protocols."""

from pathlib import Path
from typing import Any

import pytest

from hdmf_io_core.storage.memory import MemoryFile, MemoryFiles, MemoryReader, MemoryStorage
from hdmf_io_core.storage.memorytree import MemoryArray, MemoryGroup
from hdmf_io_core.testing.suites.storage import StorageSuite


class TestMemoryStorage(StorageSuite):
    """Raw access goes to the nodes, without the walk along paths."""

    @pytest.fixture(autouse=True)
    def _files(self) -> None:
        self.files = MemoryFiles()

    def create(self, folder: Path, name: str) -> MemoryStorage:
        return MemoryStorage(MemoryFile(name, self.files))

    def open_reader(self, folder: Path, name: str) -> MemoryReader:
        return MemoryReader(self.files.get(name))

    def open_writer(self, folder: Path, name: str) -> MemoryStorage:
        return MemoryStorage(self.files.get(name))

    def link_name(self, name: str) -> str:
        return name

    def raw_names(self, folder: Path, name: str, path: str) -> set[str]:
        node = self._node(name, path)
        assert isinstance(node, MemoryGroup)
        return set(node.entries)

    def raw_array(self, folder: Path, name: str, path: str) -> Any:
        node = self._node(name, path)
        assert isinstance(node, MemoryArray)
        return node.cells

    def raw_attribute(self, folder: Path, name: str, path: str, attribute: str) -> Any:
        return self._node(name, path).attributes[attribute].value

    def _node(self, name: str, path: str) -> Any:
        node: Any = self.files.get(name).root
        for part in filter(None, path.split("/")):
            node = node.entries[part]
        return node
