"""The example of the docs keeps the rules of the storage protocols: the shipped suite says so."""

import base64
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hdmf_io_core.storage.protocols import StorageReader, StorageWriter
from hdmf_io_core.testing.suites.storage import StorageSuite

SOURCES = Path(__file__).parents[2] / "examples" / "example_backend" / "src"


class TestJsonTreeStorage(StorageSuite):
    """Raw access is by ``json``, and knows nothing of the example's code."""

    @pytest.fixture(autouse=True)
    def _importable(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.syspath_prepend(str(SOURCES))
        # Another test may have imported it afresh.
        for name in [name for name in sys.modules if name.partition(".")[0] == "example_backend"]:
            monkeypatch.delitem(sys.modules, name)

    def create(self, folder: Path, name: str) -> StorageWriter:
        from example_backend.storage import JsonTreeWriter
        from example_backend.tree import new_tree

        path = folder / name
        return JsonTreeWriter(new_tree(), str(path), path.write_bytes, is_new=True)

    def open_reader(self, folder: Path, name: str) -> StorageReader:
        from example_backend.storage import JsonTreeReader
        from example_backend.tree import load

        path = folder / name
        return JsonTreeReader(load(path, str(path)), str(path))

    def open_writer(self, folder: Path, name: str) -> StorageWriter:
        from example_backend.storage import JsonTreeWriter
        from example_backend.tree import load

        path = folder / name
        return JsonTreeWriter(load(path, str(path)), str(path), path.write_bytes)

    def link_name(self, name: str) -> str:
        return name

    def raw_names(self, folder: Path, name: str, path: str) -> set[str]:
        return set(self._node(folder, name, path)["entries"])

    def raw_array(self, folder: Path, name: str, path: str) -> Any:
        node = self._node(folder, name, path)
        return raw_cells(node["cells"], node["layout"]["type"], node["layout"]["shape"])

    def raw_attribute(self, folder: Path, name: str, path: str, attribute: str) -> Any:
        found = self._node(folder, name, path)["attributes"][attribute]
        return raw_cells(found["cells"], found["type"], found["shape"])[()]

    def _node(self, folder: Path, name: str, path: str) -> Any:
        nodes = json.loads((folder / name).read_text(encoding="utf-8"))["nodes"]
        node = nodes["0"]
        for part in filter(None, path.split("/")):
            node = nodes[str(node["entries"][part])]
        return node


def raw_cells(cells: Any, kind: Any, shape: list[int]) -> Any:
    """Return numbers or text as the file has them."""
    if isinstance(kind, str):
        return np.frombuffer(base64.b64decode(cells), kind).reshape(shape)
    return np.array(cells, object).reshape(shape)
