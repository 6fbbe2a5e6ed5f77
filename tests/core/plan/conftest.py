"""Memory files for plans, and a storage that fails where it is told to."""

import gc
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from hdmf_io_core.errors import WriteError
from hdmf_io_core.io.lifetime import StorageLifetime
from hdmf_io_core.storage.memory import MemoryFile, MemoryStorage
from hdmf_io_core.storage.selection import select_all

CHANGING = (
    "create_group",
    "create_array",
    "create_datatype",
    "create_link",
    "set_attributes",
    "delete_attributes",
    "delete",
    "write_specs",
    "write",
    "resize",
)


class Faulty:
    """A memory storage whose changing calls are counted, and of which one fails."""

    def __init__(self, file: MemoryFile, fails_at: int | None = None) -> None:
        self._storage = MemoryStorage(file)
        self._fails_at = fails_at
        self.calls: list[str] = []

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._storage, name)
        if name == "open_sink":
            return lambda path: FaultySink(value(path), self)
        return self.counted(name, value) if name in CHANGING else value

    def counted(self, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        """Return the call, which fails before it does anything if its turn has come."""

        def run(*args: Any, **kwargs: Any) -> Any:
            self.calls.append(name)
            if self._fails_at is not None and len(self.calls) == self._fails_at + 1:
                msg = f"fault in {name}"
                raise WriteError(msg)
            result = call(*args, **kwargs)
            return FaultySink(result, self) if name == "create_array" else result

        return run


class FaultySink:
    """The sink of a faulty storage."""

    def __init__(self, sink: Any, storage: Faulty) -> None:
        self._sink = sink
        self._storage = storage

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._sink, name)
        return self._storage.counted(name, value) if name in CHANGING else value


@pytest.fixture
def faulty() -> type[Faulty]:
    """The class of storages that fail."""
    return Faulty


def snapshot(file: MemoryFile) -> dict[str, Any]:
    """All that a memory file holds, in the order of its names, by the storage's own methods."""
    storage, found = MemoryStorage(file), {}
    pending = ["/"]
    while pending:
        path = pending.pop()
        entry: dict[str, Any] = {
            name: (str(value.value), value.dtype)
            for name, value in sorted(storage.attributes(path).items())
        }
        info = storage.node(path)
        assert info is not None
        entry["key"] = (info.kind, info.key, info.n_names)
        if info.kind == "array":
            layout = storage.array(path).layout
            cells = np.empty(layout.shape or (), layout.memory_dtype)
            if layout.shape is not None:
                storage.array(path).read_into(select_all(layout.shape), cells)
            entry["="] = (layout.shape, str(cells.tolist()))
        found[path] = entry
        if info.kind == "group":
            for child in storage.children(path):
                if child.link is None:
                    pending.append(child.path)
                else:
                    found[child.path] = child.link
    return found


@pytest.fixture
def look() -> Callable[[MemoryFile], dict[str, Any]]:
    """Return the function that tells all of a memory file."""
    return snapshot


@pytest.fixture(autouse=True)
def _storages_outlive_their_ios(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let tests look at a storage whose IO they forget; it is in memory alone."""
    monkeypatch.setattr(StorageLifetime, "close_forgotten", lambda io: None)
    yield
    gc.collect()
