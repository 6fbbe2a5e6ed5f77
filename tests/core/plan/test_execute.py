"""A plan that fails at any call leaves the storage as it was; one that does not is carried out."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from hdmf_io_core import BuildManager, Container, Data, DataChunkIterator, DataIO, WriteOptions
from hdmf_io_core.errors import ChunkIteratorError, WriteError
from hdmf_io_core.io.base import StorageIO
from hdmf_io_core.plan.execute import execute
from hdmf_io_core.plan.planner import PlanOptions, plan_write
from hdmf_io_core.plan.steps import (
    CreateDatatype,
    CreateGroup,
    CreateLink,
    Delete,
    DeleteAttributes,
    Move,
    OverwriteArray,
    SetAttributes,
    Values,
    WritePlan,
)
from hdmf_io_core.storage.dtypes import NumberType, TextType
from hdmf_io_core.storage.layout import Attribute, LinkTarget
from hdmf_io_core.storage.memory import MemoryFile, MemoryStorage

Look = Callable[[MemoryFile], dict[str, Any]]


class Growing(DataIO):
    """Data that can grow by rows."""

    def options(self, dtype: Any = None) -> WriteOptions:
        return WriteOptions(maxshape=(None,))


def filled() -> MemoryFile:
    """A file with data, text, a group below, a link, and an attribute that refers."""
    container = Container("session", attributes={"n": 1, "old": "value"})
    container.add_child(Data("x", np.arange(3)))
    container.add_child(Data("rows", Growing(np.arange(4))))
    container.add_child(Data("text", ["a", "b"]))
    container.add_child(Container("low"))
    container.low.add_child(Data("y", 2.5))
    container.low.attributes["first"] = container.x
    container.add_link("alias", container.low)
    file = MemoryFile("m")
    with StorageIO(MemoryStorage(file), "a") as io:
        io.write(container)
    return file


def change_everything(container: Container) -> None:
    """Steps of every kind: the plan of the next write has them all."""
    container.attributes["n"] = 2
    container.attributes["new"] = [1, 2]
    del container.attributes["old"]
    container.low.attributes["first"] = container.text
    container.text.attributes["lang"] = "en"
    container.rows.data = DataChunkIterator(iter(range(10, 17)), buffer_size=2)
    container.remove_child("alias")
    container.x = ["now", "text"]
    container.add_child(Container("made"))
    y = container.low.y
    container.low.remove_child("y")
    container.made.add_child(y)
    container.made.add_child(Data("stream", DataChunkIterator(iter([1, 2, 3]), buffer_size=1)))
    container.made.add_child(Data("refs", [container.low, container.made]))
    container.made.add_link("up", container)


def run(storage: Any, *, exhaust: bool) -> None:
    """Change everything and write it."""
    io = StorageIO(storage, "a")
    container = io.read()
    del container.low.attributes["first"]
    io.write(container)
    storage.calls.clear()
    change_everything(container)
    io.write(container, exhaust_dci=exhaust)


def before_the_change() -> MemoryFile:
    """The file as it is when everything is about to be changed."""
    file = filled()
    io = StorageIO(MemoryStorage(file), "a")
    container = io.read()
    del container.low.attributes["first"]
    io.write(container)
    return file


def n_calls(faulty: Any, *, exhaust: bool) -> list[str]:
    storage = faulty(filled())
    run(storage, exhaust=exhaust)
    return list(storage.calls)


@pytest.mark.parametrize("exhaust", [True, False], ids=["one by one", "in turn"])
def test_a_fault_anywhere_leaves_the_storage_as_it_was(
    exhaust: bool, faulty: Any, look: Look
) -> None:
    calls = n_calls(faulty, exhaust=exhaust)
    assert {"create_group", "create_array", "create_link", "set_attributes"} <= set(calls)
    assert {"delete_attributes", "delete", "write", "resize"} <= set(calls)
    way_back = first_of_no_return(calls)
    for fails_at in range(way_back):
        file = before_the_change()
        expected = look(file)
        storage = faulty(file, fails_at)
        io = StorageIO(storage, "a")
        container = io.read()
        change_everything(container)
        with pytest.raises(WriteError, match=f"fault in {calls[fails_at]}"):
            io.write(container, exhaust_dci=exhaust)
        assert look(file) == expected, f"call {fails_at}, {calls[fails_at]}"


def first_of_no_return(calls: list[str]) -> int:
    """The call that overwrites elements: the storage alone can fail from there on."""
    return len(calls) - calls[::-1].index("resize") - 1


def test_a_write_goes_through_with_all_of_it(faulty: Any) -> None:
    file = filled()
    run(faulty(file), exhaust=True)
    with StorageIO(MemoryStorage(file), "a") as io:
        container = io.read()
        assert sorted(container) == ["low", "made", "rows", "text", "x"]
        assert container.attributes["n"] == 2
        assert "old" not in container.attributes
        assert container.low.attributes["first"] is container.text
        assert container.rows[:].tolist() == list(range(10, 17))
        assert list(container.x[:]) == ["now", "text"]
        assert container.made.y[()] == 2.5
        assert container.made.stream[:].tolist() == [1, 2, 3]
        assert list(container.made.refs[:]) == [container.low, container.made]
        assert container.made.up is container


STEPS: dict[str, list[Any]] = {
    "group": [CreateGroup("/new")],
    "datatype": [CreateDatatype("/new", NumberType(np.dtype("i2")))],
    "soft link": [CreateLink("/new", LinkTarget("soft", "/x"))],
    "hard link": [CreateLink("/new", LinkTarget("hard", "/x"))],
    "attributes": [SetAttributes("/x", {"a": Attribute("v", TextType())})],
    "replaced attribute": [SetAttributes("/", {"n": Attribute("v", TextType())})],
    "replaced reference": [SetAttributes("/low", {"first": Attribute("v", TextType())})],
    "attributes gone": [DeleteAttributes("/", ("n", "old"))],
    "reference gone": [DeleteAttributes("/low", ("first",))],
    "move": [Move("/x", "/low/x")],
    "delete": [Delete("/x")],
    "deleted link": [Delete("/alias")],
    "delete, then make": [Delete("/low"), CreateGroup("/low")],
    "move, then make": [Move("/low", "/lower"), CreateGroup("/low")],
}


@pytest.mark.parametrize("steps", STEPS.values(), ids=STEPS)
def test_every_kind_of_step_is_taken_back(steps: list[Any], look: Look) -> None:
    file = filled()
    expected = look(file)
    # A group whose parent is not there fails last among the groups.
    failing = CreateLink("/nowhere/l", LinkTarget("soft", "/x"))
    with pytest.raises(Exception, match="nowhere") as caught:
        execute(WritePlan("m", (*steps, failing)), MemoryStorage(file))
    assert look(file) == expected
    assert any("/nowhere/l" in note for note in caught.value.__notes__)


def rows(n: int) -> Iterator[int]:
    yield from range(n)
    msg = "no more"
    raise RuntimeError(msg)


@pytest.mark.parametrize("interleave", [True, False])
def test_stream_that_fails_leaves_what_it_was_to_replace(interleave: bool, look: Look) -> None:
    file = filled()
    storage = MemoryStorage(file)
    expected = look(file)
    io = StorageIO(storage, "a")
    container = io.read()
    container.x = np.zeros(3, "i8")
    container.rows.data = DataChunkIterator(rows(6), buffer_size=1)
    with pytest.raises(ChunkIteratorError) as caught:
        io.write(container, exhaust_dci=not interleave)
    assert (caught.value.source, caught.value.path) == ("m", "/rows")
    assert look(file) == expected


def test_overwriting_waits_for_all_that_can_fail(faulty: Any) -> None:
    storage = faulty(filled())
    run(storage, exhaust=True)
    last_made = max(
        index for index, name in enumerate(storage.calls) if name in {"create_array", "write_specs"}
    )
    assert storage.calls.index("resize", last_made) > last_made
    assert storage.calls[-1] == "delete"


def test_two_arrays_may_change_places(look: Look) -> None:
    container = Container("session")
    container.add_child(Data("a", np.arange(3)))
    container.add_child(Data("b", np.arange(3) + 10))
    file = MemoryFile("m")
    with StorageIO(MemoryStorage(file), "a") as io:
        io.write(container)
    with StorageIO(MemoryStorage(file), "a") as io:
        container = io.read()
        container.a.data, container.b.data = container.b.data, container.a.data
        io.write(container, link_data=False)
    found = look(file)
    assert (found["/a"]["="][1], found["/b"]["="][1]) == ("[10, 11, 12]", "[0, 1, 2]")
    assert not [path for path in found if "hdmf_io" in path]


def test_report_counts_what_was_done() -> None:
    container = Container("session")
    container.add_child(Data("x", np.arange(4)))
    container.add_child(Container("low"))
    container.add_link("l", LinkTarget("external", "/q", "other"))
    storage = MemoryStorage(MemoryFile("m"))
    plan = plan_write(
        BuildManager().build(container, source="m"), storage, PlanOptions(is_new=True)
    )
    report = execute(plan, storage)
    assert (report.groups, report.arrays, report.bytes_written) == (1, 1, 32)
    assert report.arrays_made == ["/x"]
    assert report.links == [("/l", LinkTarget("external", "/q", "other"))]
    assert report.deleted == 0


def test_overwriting_in_place_keeps_the_node(look: Look) -> None:
    file = filled()
    key = look(file)["/x"]["key"]
    storage = MemoryStorage(file)
    layout = storage.array("/x").layout
    step = OverwriteArray("/x", layout, Values(np.array([7, 8, 9])))
    execute(WritePlan("m", (step,)), storage)
    assert look(file)["/x"]["key"] == key
    assert look(file)["/x"]["="][1] == "[7, 8, 9]"
