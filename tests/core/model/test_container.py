"""Containers: children by attribute, name and path; links; parents; what counts as a change."""

from typing import Any

import numpy as np
import pytest

from hdmf_io_core import Container, Data, LinkTarget
from hdmf_io_core.errors import ConstructError, DuplicateNameError, ShapeError
from hdmf_io_core.model.data import Datatype
from hdmf_io_core.model.names import join_path, split_path
from hdmf_io_core.storage.dtypes import NumberType
from hdmf_io_core.storage.layout import Attribute


@pytest.fixture
def tree() -> Container:
    """`top` with data `x` and container `low`, which has data `y`."""
    top, low = Container("top"), Container("low")
    top.add_child(Data("x", [1.0, 2.0]))
    top.add_child(low)
    low.add_child(Data("y", ["a"]))
    return top


def test_child_is_reached_by_attribute_name_and_path(tree: Container) -> None:
    assert tree.low.y is tree["low"]["y"] is tree["low/y"] is tree["/low/y/"]
    assert tree.low["/x"] is tree.x
    assert tree.get("low/y") is tree.low.y
    assert tree.get("no/y", 3) == 3


def test_container_is_a_mapping_of_its_entries(tree: Container) -> None:
    assert (list(tree), len(tree)) == (["x", "low"], 2)
    assert list(tree.keys()) == ["x", "low"]
    assert list(tree.values()) == [tree.x, tree.low]
    assert dict(tree.items()) == {"x": tree.x, "low": tree.low}
    assert "x" in tree
    assert "low/y" in tree
    assert tree.x in tree
    assert "y" not in tree
    assert "low/z" not in tree
    assert 3 not in tree
    assert bool(Container("empty"))


def test_python_attributes_win_over_children_of_the_same_name() -> None:
    top = Container("top")
    for name in ("name", "parent", "children", "add_child"):
        top.add_child(Data(name, [1]))
    assert top.name == "top"
    assert top["name"].name == "name"
    assert len(top.children) == 4
    top.add_child(Data("data", [1]))
    assert top.data is top["data"]


def test_names_complete(tree: Container) -> None:
    tree.add_child(Data("not an identifier", [1]))
    assert {"x", "low", "add_child"} <= set(dir(tree))
    assert "not an identifier" not in dir(tree)
    assert tree._ipython_key_completions_() == ["x", "low", "not an identifier"]


def test_repr_is_short_and_names_everything(tree: Container) -> None:
    tree.add_link("there", LinkTarget("external", "/z", "other.h5"))
    text = str(tree)
    assert text.splitlines()[0] == "<Container '/' (SimpleMultiContainer)>"
    for part in ("x: list (Data)", "low/ (SimpleMultiContainer)", "there -> other.h5::/z"):
        assert part in text
    for number in range(100):
        tree.add_child(Data(f"n{number}", [1]))
    assert len(str(tree).splitlines()) < 25
    assert repr(tree) == "<Container '/' (SimpleMultiContainer)>"


def test_parents_and_paths(tree: Container) -> None:
    assert (tree.path, tree.low.path, tree.low.y.path) == ("/", "/low", "/low/y")
    assert tree.low.y.parent is tree.low
    assert tree.parent is None
    assert tree.low.y.get_ancestor() is tree.low
    assert tree.low.y.get_ancestor("SimpleMultiContainer") is tree.low
    assert tree.low.y.get_ancestor("NWBFile") is None


def test_removed_child_has_no_parent_and_can_be_added_elsewhere(tree: Container) -> None:
    y = tree.low.y
    tree.low.remove_child("y")
    assert y.parent is None
    assert "y" not in tree.low
    tree.add_child(y)
    assert y.path == "/y"
    tree.remove_child(y)
    assert "y" not in tree


def test_child_of_another_container_becomes_a_link(tree: Container) -> None:
    other = Container("other")
    tree.add_child(other)
    other.add_child(tree.x)
    assert other.x is tree.x
    assert tree.x.parent is tree
    assert other.children == ()
    assert other.links == {"x": LinkTarget("soft", "/x")}


def test_link_is_followed_to_its_node(tree: Container) -> None:
    tree.add_link("alias", tree.low)
    assert tree.alias is tree.low
    assert tree["alias/y"] is tree.low.y
    assert [child.name for child in tree.children] == ["x", "low"]
    with pytest.raises(DuplicateNameError):
        tree.add_link("alias", tree.x)


def test_assigning_an_array_replaces_the_data_of_the_child(tree: Container) -> None:
    x = tree.x
    tree.x = np.zeros(3)
    assert tree.x is x
    assert tree.x.shape == (3,)


def test_assigning_a_node_puts_it_in_the_place_of_the_child(tree: Container) -> None:
    new = Data("x", [9])
    tree.x = new
    tree.z = Data("z", [1])
    assert tree.x is new
    assert list(tree) == ["x", "low", "z"] or list(tree) == ["low", "x", "z"]


def test_subclasses_may_have_attributes_of_their_own() -> None:
    class Table(Container):
        pass

    table = Table("t")
    table.cache = 3
    assert table.cache == 3
    assert len(table) == 0


def test_change_below_marks_everything_above(tree: Container) -> None:
    for node in (tree, tree.low, tree.low.y, tree.x):
        node.set_modified(False)
    tree.low.y.data = ["b"]
    assert (tree.modified, tree.low.modified, tree.low.y.modified) == (True, True, True)
    assert not tree.x.modified


CHANGES: dict[str, Any] = {
    "attribute": lambda node: node.attributes.__setitem__("a", 1),
    "child": lambda node: node.add_child(Data("new", [1])),
    "removal": lambda node: node.remove_child("x"),
    "link": lambda node: node.add_link("new", node.x),
    "by hand": lambda node: node.set_modified(),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_every_change_counts(change: Any, tree: Container) -> None:
    tree.set_modified(False)
    assert not tree.modified
    change(tree)
    assert tree.modified


def test_typed_nodes_have_an_identity_and_untyped_ones_none() -> None:
    one, other, plain = Container("c"), Container("c"), Container("c", data_type=None)
    assert one.object_id
    assert one.object_id != other.object_id
    assert (one.data_type, one.namespace) == ("SimpleMultiContainer", "hdmf-common")
    assert (plain.data_type, plain.namespace, plain.object_id) == (None, None, None)
    assert dict(plain.attributes) == {}
    assert Container("c", object_id="mine").object_id == "mine"


def test_type_is_read_from_either_attribute_and_from_arrays_of_one() -> None:
    made = Container("c", data_type=None, attributes={"neurodata_type": ["Units"]})
    assert made.data_type == "Units"


@pytest.mark.parametrize(
    ("path", "parts"), [("", []), ("/", []), ("a", ["a"]), ("/a//b/", ["a", "b"])]
)
def test_paths_split_into_names(path: str, parts: list[str]) -> None:
    assert split_path(path) == parts


def test_paths_join_from_names() -> None:
    assert (join_path("/", "a"), join_path("/a", "b")) == ("/a", "/a/b")


def test_data_acts_as_its_array() -> None:
    data = Data("x", np.arange(6).reshape(3, 2))
    assert (data.shape, data.ndim, data.size, len(data)) == ((3, 2), 2, 6, 3)
    assert data.dtype == np.dtype("i8")
    np.testing.assert_array_equal(data * 1.5, np.arange(6).reshape(3, 2) * 1.5)
    np.testing.assert_array_equal(np.add(1, data), np.arange(6).reshape(3, 2) + 1)
    np.testing.assert_array_equal(np.asarray(data, dtype="f4"), data[...].astype("f4"))
    assert [row.tolist() for row in data] == [[0, 1], [2, 3], [4, 5]]
    assert data in {data}
    assert data != Data("x", data.data)
    data[0] = 7
    assert data[0].tolist() == [7, 7]


@pytest.mark.parametrize(
    ("value", "shape", "whole"), [("text", (), "text"), (2.5, (), 2.5), ([1, 2], (2,), [1, 2])]
)
def test_scalars_and_lists_are_data_too(value: Any, shape: tuple[int, ...], whole: Any) -> None:
    data = Data("x", value)
    assert (data.shape, data.value) == (shape, whole)
    assert bool(data)


def test_data_grows_in_memory() -> None:
    rows, texts = Data("x", np.zeros((1, 2))), Data("t", ["a"])
    rows.append([1, 2])
    rows.append([[3, 4], [5, 6]])
    texts.append("b")
    texts.append(["c", "d"])
    assert rows[:].tolist() == [[0, 0], [1, 2], [3, 4], [5, 6]]
    assert texts.data == ["a", "b", "c", "d"]
    with pytest.raises(ShapeError, match="do not fit"):
        rows.append([1, 2, 3])
    with pytest.raises(ShapeError, match="cannot grow") as caught:
        Data("s", 2.5).append(1)
    assert caught.value.path == "/"


def test_committed_type_is_only_ever_read() -> None:
    with pytest.raises(ConstructError):
        Datatype("t", data_type=None, namespace=None).element_type  # noqa: B018


def test_attributes_keep_the_exact_type_that_is_given() -> None:
    node = Container("c", data_type=None)
    node.attributes.update(
        i=1, f=np.float32(1.5), text="é", raw=b"x", flags=[True, False], list=["a", "b"]
    )
    node.attributes["given"] = Attribute(np.int8(3), NumberType(np.dtype("i1")))
    assert node.attributes["text"] == "é"
    assert node.attributes["f"].dtype == np.dtype("f4")
    assert node.attributes["i"].dtype == np.dtype("i8")
    assert node.attributes["flags"].dtype == np.dtype(bool)
    assert list(node.attributes["list"]) == ["a", "b"]
    assert node.attributes["given"] == 3
    assert (len(node.attributes), "i" in node.attributes) == (7, True)
    del node.attributes["i"]
    assert "i" not in node.attributes
    assert "'raw': " in repr(node.attributes)
