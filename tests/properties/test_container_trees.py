"""Any tree of containers is written as plain h5py shows it, and read and exported the same."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from hdmf_io_core import Container, Data
from hdmf_io_core.errors import ShapeError
from hdmf_io_core.testing.samples import same_cells
from hdmf_io_core.testing.strategies import names
from hdmf_io_hdf5 import HDF5IO, H5DataIO

NUMBERS = ["?", "i1", "u1", "<i2", ">i2", "<u4", ">i8", "<u8", "<f2", ">f4", "<f8", "<c8", ">c16"]
RECORD = np.dtype([("x", "<i4"), ("y", ">f8", (2,)), ("ok", "?")])

texts = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=8)
shapes = hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4)
numbers = st.sampled_from(NUMBERS).flatmap(lambda kind: hnp.arrays(np.dtype(kind), shapes))
records = hnp.arrays(RECORD, hnp.array_shapes(max_dims=2, min_side=0, max_side=3))
text_lists = st.lists(texts, min_size=1, max_size=4)
scalars = st.one_of(
    st.booleans(),
    st.integers(-(2**63), 2**64 - 1),
    st.floats(),
    st.complex_numbers(),
    texts,
)
plain_values = st.one_of(numbers, records, text_lists, scalars)


@dataclass
class Tree:
    """A container, and what is to be found for it: data, attributes and link targets by path."""

    root: Container
    nodes: dict[str, Any] = field(default_factory=dict)
    data: dict[str, Any] = field(default_factory=dict)
    references: dict[str, list[str]] = field(default_factory=dict)
    attributes: dict[tuple[str, str], Any] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)
    layouts: dict[str, dict[str, Any]] = field(default_factory=dict)


@st.composite
def wrapped(draw: st.DrawFn, array: Any) -> tuple[Any, dict[str, Any]]:
    """An array with options that fit it, and the options."""
    if array.ndim == 0 or 0 in array.shape or not draw(st.booleans()):
        return array, {}
    options: dict[str, Any] = {
        "chunks": tuple(draw(st.integers(1, length)) for length in array.shape),
        "compression": draw(st.sampled_from([None, "gzip", "lzf"])),
        "shuffle": draw(st.booleans()),
        "fletcher32": draw(st.booleans()),
    }
    if draw(st.booleans()):
        options["maxshape"] = (None, *array.shape[1:])
    return H5DataIO(array, **options), options


@st.composite
def trees(draw: st.DrawFn) -> Tree:
    """Containers in containers with data, links, references and attributes of all kinds."""
    tree = Tree(Container(draw(names()), object_id="root"))
    tree.nodes["/"] = tree.root
    groups = {"/": tree.root}
    for _ in range(draw(st.integers(0, 7))):
        parent = draw(st.sampled_from(sorted(groups)))
        name = draw(names())
        if name in groups[parent]:
            continue
        path = f"{parent.rstrip('/')}/{name}"
        kind = draw(st.sampled_from(["group", "data", "data", "wrapped", "references", "link"]))
        add = {"group": _group, "link": _link, "references": _references}.get(kind, _data)
        add(draw, tree, groups, parent, name, path)
    for path, node in tree.nodes.items():
        for name in draw(st.lists(names(), max_size=2, unique=True)):
            value = draw(plain_values)
            node.attributes[name] = value
            tree.attributes[path, name] = value
    return tree


def _group(draw: Any, tree: Tree, groups: Any, parent: str, name: str, path: str) -> None:
    groups[path] = tree.nodes[path] = Container(name)
    groups[parent].add_child(groups[path])


def _link(draw: Any, tree: Tree, groups: Any, parent: str, name: str, path: str) -> None:
    tree.links[path] = draw(st.sampled_from(sorted(tree.nodes)))
    groups[parent].add_link(name, tree.nodes[tree.links[path]])


def _references(draw: Any, tree: Tree, groups: Any, parent: str, name: str, path: str) -> None:
    targets = draw(st.lists(st.sampled_from(sorted(tree.nodes)), min_size=1, max_size=3))
    tree.references[path] = targets
    tree.nodes[path] = Data(name, [tree.nodes[target] for target in targets])
    groups[parent].add_child(tree.nodes[path])


def _data(draw: Any, tree: Tree, groups: Any, parent: str, name: str, path: str) -> None:
    value = draw(plain_values)
    given, options = draw(wrapped(value)) if isinstance(value, np.ndarray) else (value, {})
    tree.data[path], tree.layouts[path] = value, options
    tree.nodes[path] = Data(name, given)
    groups[parent].add_child(tree.nodes[path])


@contextmanager
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


def in_memory(value: Any) -> Any:
    """What a value is as an array of numpy: text as objects."""
    array = np.asarray(value)
    if array.dtype.kind == "U":
        return np.asarray(value, dtype=object)
    return array if array.ndim else native(array)


def native(array: Any) -> Any:
    """An array in the machine's byte order: numpy and h5py turn scalars to it."""
    return array.astype(array.dtype.newbyteorder("="))


def shown(found: Any) -> Any:
    """What h5py read, with its bytes as text."""
    array = np.asarray(found, dtype=object if isinstance(found, (str, bytes)) else None)
    if array.dtype.kind != "O":
        return array if array.ndim else native(array)
    cells = [x.decode() if isinstance(x, bytes) else x for x in array.reshape(-1).tolist()]
    decoded = np.empty(len(cells), object)
    decoded[:] = cells
    return decoded.reshape(array.shape)


def check_file(path: Path, tree: Tree) -> None:
    """Compare a file with its tree by plain h5py."""
    with h5py.File(path) as file:
        for where, value in tree.data.items():
            assert same_cells(shown(file[where][()]), in_memory(value)), where
            options = tree.layouts[where]
            if options:
                dataset = file[where]
                assert (dataset.chunks, dataset.compression) == (
                    options["chunks"],
                    options["compression"],
                )
                assert (dataset.shuffle, dataset.fletcher32) == (
                    options["shuffle"],
                    options["fletcher32"],
                )
                assert dataset.maxshape == options.get("maxshape", dataset.shape)
        for where, targets in tree.references.items():
            assert [file[ref].name for ref in file[where][:]] == targets
        for (where, name), value in tree.attributes.items():
            assert same_cells(shown(file[where].attrs[name]), in_memory(value)), (where, name)
        for where, target in tree.links.items():
            link = file.get(where, getlink=True)
            assert isinstance(link, h5py.SoftLink)
            assert link.path == target
        for where, node in tree.nodes.items():
            assert file[where].attrs["object_id"] == node.object_id


def check_read(root: Any, tree: Tree) -> None:
    """Compare what was read with its tree."""
    assert root.name == tree.root.name
    for where, value in tree.data.items():
        assert same_cells(shown(root[where][()]), in_memory(value)), where
    for where, targets in tree.references.items():
        assert list(root[where][:]) == [root[target] for target in targets]
    for (where, name), value in tree.attributes.items():
        found = root[where].attributes[name]
        assert same_cells(shown(found), in_memory(value)), (where, name)
    for where, target in tree.links.items():
        assert root[where] is root[target]
    for where, node in tree.nodes.items():
        assert root[where].object_id == node.object_id
        assert root[where].path == where


@given(trees())
def test_tree_is_written_read_and_exported(tree: Tree) -> None:
    with folder() as place:
        with HDF5IO(place / "a.h5", "w") as io:
            io.write(tree.root)
        check_file(place / "a.h5", tree)
        with HDF5IO(place / "a.h5") as io, HDF5IO(place / "b.h5", "w") as out:
            check_read(io.read(), tree)
            out.export(io)
        check_file(place / "b.h5", tree)
        with HDF5IO(place / "b.h5") as io:
            check_read(io.read(), tree)


@given(trees(), trees())
def test_tree_is_added_to_a_file(first: Tree, second: Tree) -> None:
    with folder() as place:
        with HDF5IO(place / "a.h5", "w") as io:
            io.write(first.root)
        with HDF5IO(place / "a.h5", "a") as io:
            root = io.read()
            name = next(n for n in ("added", "added again") if n not in root)
            root.add_child(Container(name))
            for where, value in second.data.items():
                if where.count("/") == 1:
                    root[name].add_child(Data(where[1:], value))
            io.write(root)
            assert not io.plan(root)
        check_file(place / "a.h5", first)
        with h5py.File(place / "a.h5") as file:
            for where, value in second.data.items():
                if where.count("/") == 1:
                    assert same_cells(shown(file[name + where][()]), in_memory(value))


@given(
    st.lists(st.lists(st.integers(-5, 5), max_size=3), min_size=2).filter(
        lambda rows: len(set(map(len, rows))) > 1
    )
)
def test_ragged_lists_are_refused(rows: Any) -> None:
    container = Container("session")
    container.add_child(Data("x", rows))
    with folder() as place:
        with HDF5IO(place / "a.h5", "w") as io, pytest.raises(ShapeError):
            io.write(container)
        assert list(place.iterdir()) == []
