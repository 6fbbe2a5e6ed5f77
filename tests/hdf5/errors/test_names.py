"""Names and trees that cannot be stored, and children that are not there."""

from collections.abc import Callable
from typing import Any

import h5py
import numpy as np
import pytest

from hdmf_io_core import Container, Data
from hdmf_io_core.errors import (
    ContainerCycleError,
    DuplicateNameError,
    InvalidNameError,
    NodeExistsError,
    NodeNotFoundError,
    UntypedNodeError,
)
from hdmf_io_hdf5 import HDF5IO

Refused = Callable[..., Any]
WRONG = ["a/b", "/", "", ".", "..", "a\0b", "\ud800", None, 3]


@pytest.mark.parametrize("name", WRONG)
@pytest.mark.parametrize(
    "make",
    [
        Container,
        lambda name: Data(name, [1]),
        lambda name: Container("c").add_link(name, Data("d", 1)),
    ],
    ids=["container", "data", "link"],
)
def test_wrong_name_is_refused(make: Callable[[Any], object], name: Any) -> None:
    with pytest.raises(InvalidNameError) as caught:
        make(name)
    assert repr(name) in str(caught.value) or type(name).__name__ in str(caught.value)
    assert "Choose another name" in str(caught.value)


@pytest.mark.parametrize("name", ["", "a\0b", "\ud800", 3, None])
def test_wrong_name_of_an_attribute_is_refused(name: Any) -> None:
    container = Container("c")
    with pytest.raises(InvalidNameError) as caught:
        container.attributes[name] = 1
    assert repr(name) in str(caught.value)
    assert len(container.attributes) == 3


@pytest.mark.parametrize("name", ["a b", "a.b", ".a", "späße", "日本", "a\\b", "%2F", "-", "0"])
def test_any_other_name_is_stored(name: str, tmp_path: Any) -> None:
    container = Container("session", attributes={name: 1, f"{name}/slash": 2})
    container.add_child(Data(name, [1, 2]))
    with HDF5IO(tmp_path / "names.h5", "w") as io:
        io.write(container)
    with h5py.File(tmp_path / "names.h5") as file:
        assert file[name][:].tolist() == [1, 2]
        assert (file.attrs[name], file.attrs[f"{name}/slash"]) == (1, 2)


def test_container_cannot_be_inside_itself() -> None:
    container = Container("c")
    with pytest.raises(ContainerCycleError, match="add_link") as caught:
        container.add_child(container)
    assert caught.value.path == "/"
    assert len(container) == 0


def test_circle_of_containers_is_refused() -> None:
    top, middle, low = Container("top"), Container("middle"), Container("low")
    top.add_child(middle)
    middle.add_child(low)
    with pytest.raises(ContainerCycleError, match="'top'") as caught:
        low.add_child(top)
    assert caught.value.path == "/middle/low"
    assert len(low) == 0


def test_link_to_an_ancestor_is_stored(tmp_path: Any) -> None:
    top, low = Container("top"), Container("low")
    top.add_child(low)
    low.add_link("up", top)
    with HDF5IO(tmp_path / "up.h5", "w") as io:
        io.write(top)
    with h5py.File(tmp_path / "up.h5") as file:
        assert file["low"].get("up", getlink=True).path == "/"


def test_second_child_of_one_name_is_refused() -> None:
    container = Container("c")
    first = Data("x", [1])
    container.add_child(first)
    with pytest.raises(DuplicateNameError, match="'x'") as caught:
        container.add_child(Container("x"))
    assert caught.value.path == "/"
    assert "Remove it first" in str(caught.value)
    assert container["x"] is first


def test_second_child_of_a_stored_name_names_the_file(old: Any, refused: Refused) -> None:
    with refused(DuplicateNameError, "'x'", source=str(old)), HDF5IO(old, "a") as io:
        io.read().add_child(Data("x", [1]))


def test_new_container_does_not_take_the_place_of_another_type(old: Any, undone: Refused) -> None:
    other = Container("session")
    other.add_child(Container("x"))
    with undone(NodeExistsError, "a group", source=str(old), path="/x"), HDF5IO(old, "a") as io:
        io.write(other)


def test_missing_child_names_the_nearest(old: Any) -> None:
    with HDF5IO(old) as io:
        container = io.read()
        with pytest.raises(NodeNotFoundError) as caught:
            container["grwo"]
        assert isinstance(caught.value, KeyError)
        assert (caught.value.source, caught.value.path) == (str(old), "/")
        assert "Did you mean 'grow'?" in str(caught.value)
        with pytest.raises(AttributeError, match="'grow', 'x'"):
            container.grwo  # noqa: B018
        assert container.get("grwo") is None


def test_missing_node_below_data_names_the_path(old: Any) -> None:
    with HDF5IO(old) as io, pytest.raises(NodeNotFoundError, match="'x/deeper'"):
        io.read()["x/deeper"]


def test_missing_attribute_lists_those_there_are() -> None:
    with pytest.raises(NodeNotFoundError, match="'object_id'"):
        Container("c").attributes["data_typ"]


def test_attribute_that_is_no_child_is_not_lost_silently() -> None:
    with pytest.raises(AttributeError, match="add_child"):
        Container("c").trace = np.zeros(3)


@pytest.mark.parametrize(
    "child", [Data("plain", [1], data_type=None), Container("plain", data_type=None)]
)
def test_untyped_child_of_a_typed_container_is_refused(
    child: Any, old: Any, refused: Refused
) -> None:
    container = Container("session")
    container.add_child(child)
    with (
        refused(UntypedNodeError, "'plain'", "data_type", source=str(old), path="/plain"),
        HDF5IO(old, "w") as io,
    ):
        io.write(container)
    container.remove_child(child)


def test_what_is_no_node_is_no_child() -> None:
    with pytest.raises(TypeError, match="Container or Data, not list"):
        Container("c").add_child([1])  # type: ignore[arg-type]
