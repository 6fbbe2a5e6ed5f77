"""Plans as they are printed: what a write would do, and that an unchanged tree does nothing."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from hdmf_io_core import Container, Data, DataChunkIterator, LinkTarget, StorageIO
from hdmf_io_core.errors import NodeExistsError, UnresolvedReferenceError
from hdmf_io_core.io.memory import MemoryIO


@pytest.fixture
def name(request: pytest.FixtureRequest) -> str:
    return f"memory://{request.node.nodeid}"


@pytest.fixture
def stored(name: str) -> Iterator[MemoryIO]:
    """An IO in mode `a` on a file with `x`, `text`, and `low/y`."""
    container = Container("session", attributes={"n": 1})
    container.add_child(Data("x", np.arange(3)))
    container.add_child(Data("text", ["a", "b"]))
    container.add_child(Container("low"))
    container.low.add_child(Data("y", 2.5))
    with MemoryIO(name, "w") as io:
        io.write(container)
    with MemoryIO(name, "a") as io:
        yield io


def steps(io: StorageIO, container: Container, **options: Any) -> list[str]:
    """The printed steps of a plan, without spaces at the start."""
    return [line.strip() for line in str(io.plan(container, **options)).splitlines()[1:]]


TYPE = "data_type, namespace, object_id"


def test_plan_of_a_new_file(name: str) -> None:
    container = Container("session")
    container.add_child(Data("x", np.arange(6.0).reshape(3, 2)))
    container.add_child(Data("text", "a"))
    container.add_child(Container("low"))
    container.low.add_child(Data("rows", DataChunkIterator(iter([1, 2]))))
    container.low.attributes["home"] = container
    container.add_link("alias", container.x)
    with MemoryIO(name, "w") as io:
        assert steps(io, container) == [
            f"attribute / {TYPE}",
            "array     /x [3, 2] float64 (values)",
            f"attribute /x {TYPE}",
            "array     /text [] text (values)",
            f"attribute /text {TYPE}",
            "group     /low",
            f"attribute /low {TYPE}",
            "attribute /low home",
            "array     /low/rows [0] int64 chunks [2] (stream)",
            f"attribute /low/rows {TYPE}",
            "attribute / _hdmf_io_name",
            "link      /alias -> /x (soft)",
        ]


def test_plan_changes_nothing(name: str) -> None:
    with MemoryIO(name, "w") as io:
        io.plan(Container("session"))
        assert list(io.storage.children("/")) == []
        assert dict(io.storage.attributes("/")) == {}


def test_unchanged_tree_has_no_steps(stored: MemoryIO) -> None:
    container = stored.read()
    assert steps(stored, container) == []
    assert not stored.plan(container)


def test_looking_at_everything_is_no_change(stored: MemoryIO) -> None:
    container = stored.read()
    np.asarray(container.x)
    container["low/y"].attributes["data_type"]
    repr(container)
    assert steps(stored, container) == []


def change(**changes: Any) -> Any:
    return pytest.mark.parametrize(("act", "expected"), list(changes.values()), ids=list(changes))


@change(
    attribute_set=(lambda c: c.attributes.update(n=2), ["attribute / n"]),
    attribute_same=(lambda c: c.attributes.update(n=1), []),
    attribute_gone=(lambda c: c.attributes.pop("n"), ["unset     / n"]),
    attribute_below=(lambda c: c.low.y.attributes.update(u="V"), ["attribute /low/y u"]),
    data_changed=(lambda c: setattr(c, "x", np.arange(3) * 2), ["overwrite /x [3]"]),
    data_equal=(lambda c: setattr(c, "x", np.arange(3)), []),
    child_gone=(lambda c: c.remove_child("x"), ["delete    /x"]),
    child_new=(
        lambda c: c.low.add_child(Data("z", 1)),
        ["array     /low/z [] int64 (values)", f"attribute /low/z {TYPE}"],
    ),
    link_new=(lambda c: c.add_link("l", c.low), ["link      /l -> /low (soft)"]),
    outside=(
        lambda c: c.add_link("l", LinkTarget("external", "/q", "f")),
        ["link      /l -> f::/q (external)"],
    ),
)
def test_only_changes_enter_the_plan(act: Any, expected: list[str], stored: MemoryIO) -> None:
    container = stored.read()
    act(container)
    assert steps(stored, container) == expected


def test_data_of_another_type_is_made_anew(stored: MemoryIO) -> None:
    container = stored.read()
    container.x = ["now", "text"]
    planned = steps(stored, container)
    assert planned[:2] == ["delete    /x", "array     /x [2] text (values)"]
    assert planned[2].startswith("attribute /x")


def test_dataset_that_is_referred_to_is_not_made_anew(stored: MemoryIO) -> None:
    container = stored.read()
    container.attributes["first"] = container.x
    stored.write(container)
    container.x = ["now", "text"]
    with pytest.raises(NodeExistsError, match="refers to this") as caught:
        stored.plan(container)
    assert caught.value.path == "/x"


def test_moved_node_stays_what_it_is(stored: MemoryIO) -> None:
    container = stored.read()
    x = container.x
    container.remove_child("x")
    container.low.add_child(x)
    assert "move      /x -> /low/x" in steps(stored, container)


def test_interleaving_is_part_of_the_plan(name: str) -> None:
    with MemoryIO(name, "w") as io:
        assert io.plan(Container("c"), exhaust_dci=False).interleave
        assert not io.plan(Container("c")).interleave


def test_specs_are_cached_once(stored: MemoryIO) -> None:
    assert ("hdmf-common", "1.8.0") in stored.storage.specs()
    container = stored.read()
    container.add_child(Data("new", 1))
    assert stored.plan(container).specs == {}


def test_specs_are_left_out_when_asked(name: str) -> None:
    with MemoryIO(name, "w") as io:
        assert io.plan(Container("c"), cache_spec=False).specs == {}


def test_container_of_one_file_is_written_whole_into_another(stored: MemoryIO, name: str) -> None:
    container = stored.read()
    with MemoryIO(f"{name} copy", "w") as io:
        planned = steps(io, container, link_data=False)
    assert "array     /x [3] int64 (copy)" in planned
    assert "group     /low" in planned


def test_lazy_data_of_another_file_is_linked(stored: MemoryIO, name: str) -> None:
    container = Container("other")
    container.add_child(Data("x", stored.read().x.data))
    with MemoryIO(f"{name} copy", "w") as io:
        assert f"link      /x -> {stored.source}::/x (external)" in steps(io, container)
        assert "array     /x [3] int64 (copy)" in steps(io, container, link_data=False)


def test_link_to_nothing_is_refused(stored: MemoryIO) -> None:
    container = stored.read()
    container.add_link("l", LinkTarget("soft", "/nowhere"))
    with pytest.raises(UnresolvedReferenceError) as caught:
        stored.plan(container)
    assert (caught.value.source, caught.value.path) == (stored.source, "/l")
