"""What an operation touches, counted: no look at siblings, no data before it is asked for."""

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Never

import h5py
import numpy as np
import pytest
from h5py import h5a, h5d, h5g

from hdmf_io_core.storage.selection import Selection
from hdmf_io_hdf5 import nodes
from hdmf_io_hdf5.reader import HDF5Reader


@pytest.fixture(scope="module")
def flat(tmp_path_factory: pytest.TempPathFactory) -> Any:
    path = tmp_path_factory.mktemp("flat") / "flat.h5"
    with h5py.File(path, "w") as file:
        group = h5g.create(file.id, b"flat")
        for i in range(2000):
            h5g.create(group, f"n{i:05}".encode())
        file["flat/n01000/x"] = np.arange(5)
    reader = HDF5Reader(h5py.File(path, "r"))
    yield reader
    reader.close()


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> Any:
    """How many objects were opened and looked up."""
    counts = {"opened": 0, "looked up": 0}

    def counting(name: str, function: Any) -> Any:
        def call(*args: Any, **keywords: Any) -> Any:
            counts[name] += 1
            return function(*args, **keywords)

        return call

    monkeypatch.setattr(nodes, "opened", counting("opened", nodes.opened))
    monkeypatch.setattr(nodes, "object_kind", counting("looked up", nodes.object_kind))
    return counts


def test_a_node_costs_its_path_not_its_siblings(flat: HDF5Reader, counted: Any) -> None:
    assert flat.node("/flat/n01000/x").kind == "array"
    assert counted == {"opened": 2, "looked up": 1}


def test_children_are_looked_up_one_by_one(flat: HDF5Reader, counted: Any) -> None:
    children = flat.children("/flat")
    first = next(children)
    assert first.name == "n00000"
    assert counted["looked up"] == 1
    assert len(list(children)) == 1999


def test_the_index_is_built_once(flat: HDF5Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    from hdmf_io_core.storage.layout import ObjectRef
    from hdmf_io_hdf5 import reader as module

    calls = []
    build = module.index_of
    monkeypatch.setattr(module, "index_of", lambda home: calls.append(1) or build(home))
    flat.refresh()
    for path in ("/flat/n00005", "/flat/n01000/x"):
        assert flat.resolve(ObjectRef("", key=flat.node(path).key)).path == path
    assert calls == [1]


def test_looking_at_a_tree_reads_no_data_and_opens_no_attribute(
    flat: HDF5Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forbidden(*_: Any) -> Never:
        raise AssertionError

    monkeypatch.setattr(h5a, "open", forbidden)
    assert len(list(flat.children("/flat"))) == 2000
    assert flat.array("/flat/n01000/x").layout.shape == (5,)


def test_threads_share_a_reader(flat: HDF5Reader) -> None:
    barrier = threading.Barrier(4)

    def work(seed: Any) -> Any:
        barrier.wait()
        out = np.empty(5, int)
        for i in range(seed, 200, 4):
            assert flat.node(f"/flat/n{i:05}").kind == "group"
            flat.array("/flat/n01000/x").read_into(Selection((slice(0, 5, 1),)), out)
            assert out.tolist() == list(range(5))
        return sum(1 for _ in flat.children("/flat"))

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(work, range(4))) == [2000] * 4


def test_the_plugin_loads_no_h5py() -> None:
    code = "import sys, hdmf_io_hdf5._plugin; sys.exit('h5py' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_numbers_go_straight_into_the_callers_array(
    h5: h5py.File, reader: HDF5Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    h5["x"] = np.arange(12).reshape(3, 4)
    array = reader.array("/x")
    monkeypatch.setattr(array, "_buffer", lambda shape: np.zeros((), int) if not shape else None)
    out = np.empty((2, 4), int)
    array.read_into(Selection((slice(1, 3, 1), slice(0, 4, 1))), out)
    assert out.tolist() == h5["x"][1:3].tolist()
    assert isinstance(array.dsid, h5d.DatasetID)
