"""Small arrays made with their content, and what a writer keeps open while it makes them."""

from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from hdmf_io_core import Container, Data, open_io
from hdmf_io_core.errors import NodeExistsError, NodeNotFoundError, TextEncodingError
from hdmf_io_core.storage.dtypes import NumberType, TextType
from hdmf_io_core.storage.layout import ArrayLayout, Attribute
from hdmf_io_hdf5 import nodes
from hdmf_io_hdf5.writer import HDF5Writer

I8 = NumberType(np.dtype("<i8"))
ROWS = np.arange(4)


@pytest.fixture
def writer(tmp_path: Path) -> Any:
    writer = HDF5Writer(h5py.File(tmp_path / "f.h5", "w"))
    yield writer
    writer.close()


@pytest.mark.parametrize(
    ("layout", "values"),
    [
        (ArrayLayout((4,), I8), ROWS),
        (ArrayLayout((), I8), np.array(7)),
        (ArrayLayout((0, 3), I8), np.empty((0, 3), "i8")),
        (ArrayLayout((2,), TextType()), np.array(["a", "\N{GREEK SMALL LETTER MU}"], object)),
        (ArrayLayout((4,), NumberType(np.dtype(">i2"))), ROWS.astype(">i2")),
        (ArrayLayout((4,), I8, storage_class="compact"), ROWS),
        (ArrayLayout((4,), I8, fill_value=3, track_times=True), ROWS),
    ],
)
def test_an_array_made_with_its_content_is_one_made_in_two_steps(
    writer: HDF5Writer, layout: ArrayLayout, values: Any
) -> None:
    writer.create_filled("/one", layout, values)
    sink = writer.create_array("/two", layout)
    sink.write(tuple(slice(0, n) for n in layout.shape or ()), values)
    writer.flush()
    one, two = writer.file["one"], writer.file["two"]
    assert one.id.get_type() == two.id.get_type()
    assert (one.shape, one.fillvalue) == (two.shape, two.fillvalue)
    made = [node.id.get_create_plist() for node in (one, two)]
    assert made[0].get_layout() == made[1].get_layout()
    np.testing.assert_array_equal(one[()], two[()])
    assert writer.array("/one").layout == writer.array("/two").layout


def test_a_value_that_does_not_fit_leaves_nothing(writer: HDF5Writer) -> None:
    values = np.array(["a\0b"], object)
    with pytest.raises(TextEncodingError):
        writer.create_filled("/x", ArrayLayout((1,), TextType()), values)
    assert list(writer.file) == []


def test_a_name_that_is_taken_is_refused_and_what_has_it_stays(writer: HDF5Writer) -> None:
    writer.create_filled("/x", ArrayLayout((4,), I8), ROWS)
    with pytest.raises(NodeExistsError):
        writer.create_filled("/x", ArrayLayout((4,), I8), ROWS + 1)
    assert writer.file["x"][()].tolist() == ROWS.tolist()


def test_what_is_kept_open_is_forgotten_with_the_entry(writer: HDF5Writer) -> None:
    writer.create_group("/g")
    writer.create_filled("/g/x", ArrayLayout((4,), I8), ROWS)
    writer.delete("/g")
    with pytest.raises(NodeNotFoundError):
        writer.create_filled("/g/x", ArrayLayout((4,), I8), ROWS)
    writer.create_group("/g")
    assert list(writer.file["g"]) == []


def test_attributes_of_a_new_node_can_be_set_twice(writer: HDF5Writer) -> None:
    writer.create_filled("/x", ArrayLayout((4,), I8), ROWS)
    for text in ("before", "after"):
        writer.set_attributes("/x", {"a": Attribute(text, TextType())})
    assert dict(writer.file["x"].attrs) == {"a": "after"}


def test_a_group_replaced_through_h5py_is_found_anew_by_the_next_write(tmp_path: Path) -> None:
    root = Container("root")
    group = Container("group")
    root.add_child(group)
    with open_io(tmp_path / "f.h5", "w", backend="hdf5") as io:
        io.write(root)
        io.file.move("group", "moved")  # type: ignore[attr-defined]
        io.file.create_group("group")  # type: ignore[attr-defined]
        assert io.tree.reader.node("/group/x") is None  # type: ignore[attr-defined]
        assert io.tree.reader.node("/group").key != io.tree.reader.node("/moved").key  # type: ignore[attr-defined]


def test_writing_objects_opens_only_their_groups(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = Container("root")
    for outer in range(3):
        group = Container(f"group{outer}")
        root.add_child(group)
        for inner in range(50):
            group.add_child(Data(f"data{inner}", ROWS))
    opened: list[bytes] = []
    real = nodes.opened

    def counting(gid: Any, name: bytes, lapl: Any = None) -> Any:
        opened.append(name)
        return real(gid, name, lapl)

    monkeypatch.setattr(nodes, "opened", counting)
    with open_io(tmp_path / "f.h5", "w", backend="hdf5") as io:
        io.write(root)
    assert not [name for name in opened if b"data" in name]
    assert len(opened) < 20
