"""An array that hdmf-zarr pickled is stored anew by its first change, and nothing is pickled."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numcodecs
import numpy as np
import pytest

from hdmf_io_core import open_io
from hdmf_io_core.storage.selection import select_all

GROUPS = "general/extracellular_ephys/electrodes/group"


def meta(store: Path, path: str) -> Any:
    return json.loads((store / path / ".zarray").read_text())


def elements(store: Path, path: str) -> list[Any]:
    """The elements of one chunk, with nothing of the code under test."""
    description = meta(store, path)
    data: Any = (store / path / "0").read_bytes()
    for step in filter(None, (description["compressor"], *reversed(description["filters"]))):
        data = numcodecs.get_codec(step).decode(data)
    return data.tolist()


def test_references_grow(stores_of: Callable[[str], Path]) -> None:
    store = stores_of("zarr2/native_ecephys_full.nwb.zarr")
    assert meta(store, GROUPS)["filters"][0]["id"] == "pickle"
    with open_io(store, "a") as io:
        root = io.read()
        column = root[GROUPS]
        before = [target.name for target in column.data[:]]
        column.append([column.data[0]])
        io.write(root, cache_spec=False)
        assert [target.name for target in column.data[:]] == [*before, before[0]]
    assert meta(store, GROUPS)["filters"][0]["id"] == "json2"
    assert meta(store, GROUPS)["shape"] == [len(before) + 1]
    with open_io(store) as io:
        assert [target.name for target in io.read()[GROUPS].data[:]] == [*before, before[0]]


@pytest.mark.parametrize(("name", "row"), [("compound_str", (7, "new")), ("refs", None)])
def test_elements_are_changed_in_place(
    name: str, row: Any, stores_of: Callable[[str], Path]
) -> None:
    store = stores_of("zarr2/zoo.zarr")
    with open_io(store) as io:
        before = io.read()[name].data[:].tolist()
    with open_io(store, "a") as io:
        data = io.read()[name].data
        data[0] = before[0] if row is None else np.array(row, data.dtype)
    with open_io(store) as io:
        after = io.read()[name].data[:].tolist()
    assert [str(cell) for cell in after[1:]] == [str(cell) for cell in before[1:]]
    assert meta(store, name)["filters"][0]["id"] == "json2"
    assert len(elements(store, name)) == len(before)
    if row is not None:
        assert elements(store, name)[0] == list(row)


def test_records_of_references_grow(stores_of: Callable[[str], Path]) -> None:
    store = stores_of("zarr2/zoo.zarr")
    with open_io(store, "a") as io:
        sink = io.storage.open_sink("/compound_ref")
        seen = io.storage.array("/compound_ref")
        cells = np.empty(2, sink.layout.memory_dtype)
        sink.read_into(select_all((2,)), cells)
        sink.resize((3,))
        sink.write((slice(2, 3),), cells[:1])
        again = np.empty(3, cells.dtype)
        seen.read_into(select_all((3,)), again)
        assert again["i"].tolist() == [*cells["i"], cells["i"][0]]
        io.storage.commit()
    document = meta(store, "compound_ref")
    assert (document["dtype"], document["filters"][0]["id"]) == ("|O", "json2")
    with open_io(store) as io:
        rows = io.read()["compound_ref"].data[:]
        assert rows["i"][2] == rows["i"][0]
        assert rows["r"][2] is rows["r"][0]
