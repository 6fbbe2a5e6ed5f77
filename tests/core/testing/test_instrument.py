"""A counting reader counts, and changes nothing."""

from typing import Any

import numpy as np

from hdmf_io_core.chunks.lazy import LazyDataset
from hdmf_io_core.storage.layout import ObjectRef
from hdmf_io_core.storage.memory import MemoryFile, MemoryStorage
from hdmf_io_core.testing.factories import build_scenario
from hdmf_io_core.testing.instrument import CountingReader


def counting() -> Any:
    storage = MemoryStorage(MemoryFile("m"))
    build_scenario(storage)
    return CountingReader(storage)


def test_a_slice_reads_its_bytes_in_one_call() -> None:
    reader = counting()
    numbers = LazyDataset(reader.array("/group/numbers"), path="/group/numbers", storage_name="m")
    assert reader.calls == {"array": 1}
    assert numbers[1, :2].tolist() == [3, 4]
    assert (reader.calls["read_into"], reader.read_bytes) == (1, 8)


def test_entries_count_as_they_are_taken() -> None:
    reader = counting()
    children = reader.children("/")
    assert reader.entries == 0
    next(children)
    assert reader.entries == 1
    reader.reset()
    assert (reader.entries, reader.read_bytes, dict(reader.calls)) == (0, 0, {})


def test_everything_is_passed_on() -> None:
    reader = counting()
    assert reader.source == "m"
    assert reader.capabilities.hard_links
    assert reader.node("/soft").kind == "array"
    assert reader.attributes("/")["count"].value == 3
    assert reader.resolve(ObjectRef("m", path="/group")).path == "/group"
    assert dict(reader.specs()) == {}
    reader.refresh()
    reader.close()
    assert sum(reader.calls.values()) == 6
    assert np.all([count == 1 for count in reader.calls.values()])
