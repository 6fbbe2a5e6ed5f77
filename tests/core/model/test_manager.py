"""From containers to builders and back, and classes by type."""

from typing import Any

import numpy as np
import pytest

from hdmf_io_core import BuildManager, Container, Data, DataIO, TypeMap
from hdmf_io_core.errors import BuildError, ConstructError, UnresolvedReferenceError
from hdmf_io_core.model.builders import DatasetBuilder, GroupBuilder, LinkBuilder, find_type
from hdmf_io_core.storage.dtypes import RefType, TextType
from hdmf_io_core.storage.layout import Attribute, LinkTarget, ObjectRef


def built(container: Container) -> GroupBuilder:
    return BuildManager().build(container, source="here")


def test_tree_becomes_builders() -> None:
    top = Container("top", attributes={"n": 1})
    top.add_child(Data("x", [1, 2]))
    top.add_child(Container("low"))
    root = built(top)
    assert (root.name, list(root.children), root.home) == ("top", ["x", "low"], None)
    x = root.children["x"]
    assert isinstance(x, DatasetBuilder)
    assert (list(x.data), x.wrapper) == ([1, 2], None)
    assert find_type(x.attributes) == ("Data", "hdmf-common")
    assert root.attributes["n"].value == 1
    assert isinstance(root.children["low"], GroupBuilder)
    with pytest.raises(KeyError):
        root.children["y"]


def test_wrapper_goes_beside_its_data() -> None:
    top = Container("top")
    wrapper = DataIO(np.arange(3))
    top.add_child(Data("x", wrapper))
    x = built(top).children["x"]
    assert isinstance(x, DatasetBuilder)
    assert x.wrapper is wrapper
    assert x.data is wrapper.data


def test_nodes_in_data_and_attributes_become_references() -> None:
    top, low = Container("top"), Container("low")
    top.add_child(low)
    top.add_child(Data("one", low))
    top.add_child(Data("many", [low, top]))
    top.attributes["first"] = low
    low.attributes["all"] = [low, top]
    root = built(top)
    to_low, to_top = ObjectRef("here", path="/low"), ObjectRef("here", path="/")
    one, many = root.children["one"], root.children["many"]
    assert isinstance(one, DatasetBuilder)
    assert isinstance(many, DatasetBuilder)
    assert (one.data, one.dtype) == (to_low, RefType())
    assert list(many.data) == [to_low, to_top]
    assert root.attributes["first"].value == to_low
    below = root.children["low"]
    assert isinstance(below, GroupBuilder)
    assert list(below.attributes["all"].value) == [to_low, to_top]


def test_links_become_link_builders() -> None:
    top = Container("top")
    top.add_child(Data("x", [1]))
    top.add_link("alias", top.x)
    top.add_link("out", LinkTarget("external", "/y", "other"))
    root = built(top)
    alias, out = root.children["alias"], root.children["out"]
    assert isinstance(alias, LinkBuilder)
    assert isinstance(out, LinkBuilder)
    assert alias.target == LinkTarget("soft", "/x")
    assert out.target == LinkTarget("external", "/y", "other")
    assert alias.builder is None


def test_all_nodes_name_their_type_by_the_roots_key() -> None:
    root = Container("root", data_type=None, attributes={"neurodata_type": "NWBFile"})
    root.add_child(Data("x", [1]))
    x = built(root).children["x"]
    assert isinstance(x, DatasetBuilder)
    assert "neurodata_type" in x.attributes
    assert "data_type" not in x.attributes


@pytest.mark.parametrize("value", [Data("x", [1]), [1], None, "text"])
def test_only_containers_are_built(value: Any) -> None:
    with pytest.raises(BuildError) as caught:
        BuildManager().build(value, source="here")
    assert caught.value.source == "here"
    assert type(value).__name__ in caught.value.what


def test_reference_out_of_the_tree_names_where_it_stands() -> None:
    top = Container("top")
    top.add_child(Container("low"))
    top.low.attributes["to"] = Data("lost", [1])
    with pytest.raises(UnresolvedReferenceError, match="'lost'") as caught:
        built(top).children["low"]
    assert (caught.value.source, caught.value.path) == ("here", "/low")


def stored(data_type: str, cls: type[GroupBuilder | DatasetBuilder]) -> Any:
    attributes = {
        "data_type": Attribute(data_type, TextType()),
        "namespace": Attribute("lab", TextType()),
    }
    if cls is GroupBuilder:
        return GroupBuilder("node", attributes=attributes)
    return DatasetBuilder("node", np.arange(2), attributes=attributes)


class Table(Container):
    """A class of a user."""

    def loaded(self) -> None:
        object.__setattr__(self, "was_loaded", True)


class Column(Data):
    """Another."""


def test_registered_class_stands_for_its_type() -> None:
    types = TypeMap()
    types.register("Table", Table, namespace="lab")
    types.register("Column", Column)
    manager = BuildManager(types)
    table = manager.construct(stored("Table", GroupBuilder))
    assert type(table) is Table
    assert table.was_loaded
    assert type(manager.construct(stored("Column", DatasetBuilder))) is Column
    assert type(manager.construct(stored("Other", GroupBuilder))) is Container
    assert sorted(types, key=str) == [("lab", "Table"), (None, "Column")]


def test_exact_namespace_wins_over_any() -> None:
    types = TypeMap()
    types.register("Table", Container)
    types.register("Table", Table, namespace="lab")
    assert types.class_for("Table", "lab") is Table
    assert types.class_for("Table", "other") is Container
    assert types.class_for(None, "lab") is None


def test_one_builder_is_one_node() -> None:
    manager, builder = BuildManager(), stored("Table", GroupBuilder)
    assert manager.construct(builder) is manager.construct(builder)


def test_class_of_the_wrong_kind_is_named() -> None:
    types = TypeMap()
    types.register("Table", Table)
    with pytest.raises(ConstructError, match=r"Table.*dataset") as caught:
        BuildManager(types).construct(stored("Table", DatasetBuilder))
    assert caught.value.path == "node"


def test_only_node_classes_are_registered() -> None:
    with pytest.raises(ConstructError, match="Register a subclass"):
        TypeMap().register("Table", dict)  # type: ignore[arg-type]
