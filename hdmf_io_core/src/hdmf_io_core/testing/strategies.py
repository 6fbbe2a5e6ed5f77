"""Hypothesis strategies: element types, arrays of them, layouts, and whole trees of nodes.

A tree is a plain description; :func:`write_tree` builds it in a storage and :func:`read_tree` reads
one back, so that a round trip is one comparison.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from hdmf_io_core.storage.dtypes import (
    ArrayType,
    CompoundField,
    CompoundType,
    ElementType,
    EnumType,
    NumberType,
    OpaqueType,
    RefType,
    TextType,
    VlenType,
    memory_dtype,
)
from hdmf_io_core.storage.layout import ArrayLayout, Attribute, LinkTarget, ObjectRef
from hdmf_io_core.storage.numpytypes import object_array
from hdmf_io_core.testing.factories import put_array, read_array

if TYPE_CHECKING:
    from hdmf_io_core.storage.protocols import StorageReader, StorageWriter
    from hdmf_io_core.types import AnyArray, Shape

__all__ = [
    "Tree",
    "arrays",
    "element_types",
    "layouts",
    "names",
    "number_types",
    "read_tree",
    "trees",
    "write_tree",
]

_NUMBERS = ["?", "i1", "u1", "<i2", ">i4", "<i8", "<u8", "<f2", ">f4", "<f8", "<c16"]


def names() -> st.SearchStrategy[str]:
    """Names of nodes: any text that is one part of a path."""
    characters = st.characters(exclude_characters="/\0", exclude_categories=["Cs"])
    return st.text(characters, min_size=1, max_size=6).filter(lambda name: name not in {".", ".."})


def number_types() -> st.SearchStrategy[NumberType]:
    """Numbers and booleans, in both byte orders."""
    return st.sampled_from(_NUMBERS).map(lambda name: NumberType(np.dtype(name)))


def element_types(*, depth: int = 2) -> st.SearchStrategy[ElementType]:
    """Every element type but references; compounds and arrays nest to ``depth``."""
    leaves: st.SearchStrategy[ElementType] = st.one_of(
        number_types(),
        st.just(TextType()),
        st.just(TextType("ascii")),
        st.builds(OpaqueType, st.integers(1, 4)),
        st.just(EnumType(np.dtype("i2"), (("low", -1), ("high", 300)))),
    )
    if depth == 0:
        return leaves
    inner = element_types(depth=depth - 1)
    return st.one_of(
        leaves,
        st.lists(st.tuples(_field_names(), inner), min_size=1, max_size=3, unique_by=_first).map(
            lambda pairs: CompoundType(tuple(CompoundField(*pair) for pair in pairs))
        ),
        st.builds(ArrayType, number_types(), st.tuples(st.integers(1, 3))),
        st.builds(VlenType, number_types()),
    )


@st.composite
def arrays(draw: st.DrawFn, element: ElementType, shape: Shape) -> AnyArray:
    """Arrays of an element type and a shape, in memory form."""
    match element:
        case NumberType(dtype=dtype):
            return draw(hnp.arrays(dtype, shape))
        case EnumType(base=base, members=members):
            values = st.sampled_from([value for _, value in members])
            return draw(hnp.arrays(base, shape, elements=values))
        case TextType():
            return object_array([draw(_texts(element)) for _ in range(_count(shape))], shape)
        case OpaqueType(size=size):
            cells = [draw(st.binary(min_size=size, max_size=size)) for _ in range(_count(shape))]
            return np.array(cells, dtype=f"V{size}").reshape(shape)
        case ArrayType(base=base_type, shape=inner):
            return draw(arrays(base_type, shape + inner))
        case VlenType(base=base_type):
            lengths = [draw(st.integers(0, 3)) for _ in range(_count(shape))]
            return object_array([draw(arrays(base_type, (n,))) for n in lengths], shape)
        case RefType():
            return object_array([None] * _count(shape), shape)
        case CompoundType(fields=fields):
            result: Any = np.empty(shape, memory_dtype(element))
            for part in fields:
                result[part.name] = draw(arrays(part.type, shape))
            return result  # type: ignore[no-any-return]


@st.composite
def layouts(draw: st.DrawFn, *, element: ElementType | None = None) -> ArrayLayout:
    """Layouts that every storage can make: scalar, contiguous, chunked, growing."""
    dtype = element if element is not None else draw(element_types())
    shape = draw(hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=5))
    if not shape or not draw(st.booleans()):
        return ArrayLayout(shape, dtype)
    chunks = tuple(draw(st.integers(1, max(1, length))) for length in shape)
    # An axis of fixed length 0 has room for no chunk.
    if 0 not in shape and not draw(st.booleans()):
        return ArrayLayout(shape, dtype, chunks=chunks)
    # One axis at least grows, or the limits would be the shape again.
    maxshape = (None, *(draw(st.sampled_from([None, length + 2])) for length in shape[1:]))
    return ArrayLayout(shape, dtype, chunks=chunks, maxshape=maxshape)


@dataclass(slots=True)
class Tree:
    """A description of a file's content, by path; parents stand before children.

    ``references`` holds, for arrays of references, the paths pointed to (None for null ones).
    """

    groups: list[str] = field(default_factory=list)
    arrays: dict[str, tuple[ArrayLayout, Any]] = field(default_factory=dict)
    references: dict[str, list[str | None]] = field(default_factory=dict)
    links: dict[str, LinkTarget] = field(default_factory=dict)
    attributes: dict[tuple[str, str], Attribute] = field(default_factory=dict)


@st.composite
def trees(draw: st.DrawFn, *, max_nodes: int = 6) -> Tree:
    """Trees with groups, arrays, references, soft links (broken ones too) and attributes."""
    tree = Tree()
    taken = {"/"}
    for _ in range(draw(st.integers(0, max_nodes))):
        parent = draw(st.sampled_from(["/", *tree.groups]))
        path = f"{parent.rstrip('/')}/{draw(names())}"
        if path in taken:
            continue
        taken.add(path)
        match draw(st.sampled_from(["group", "array", "array", "references", "link"])):
            case "group":
                tree.groups.append(path)
            case "array":
                layout = draw(layouts())
                tree.arrays[path] = (layout, draw(arrays(layout.dtype, layout.shape or ())))
            case "references":
                targets = st.sampled_from([None, "/", *tree.groups, *tree.arrays])
                tree.references[path] = draw(st.lists(targets, min_size=1, max_size=3))
            case _:
                target = draw(st.sampled_from(["/nowhere at all", *tree.groups, *tree.arrays]))
                tree.links[path] = LinkTarget("soft", target)
    for path in ("/", *tree.groups, *tree.arrays):
        for name in draw(st.lists(names(), max_size=2, unique=True)):
            element = draw(element_types(depth=1))
            shape = draw(hnp.array_shapes(max_dims=2, max_side=3))
            tree.attributes[path, name] = Attribute(draw(arrays(element, shape)), element)
    return tree


def write_tree(writer: StorageWriter, tree: Tree) -> None:
    """Build a tree in an empty storage."""
    for path in tree.groups:
        writer.create_group(path)
    for path, (layout, values) in tree.arrays.items():
        sink = writer.create_array(path, layout)
        sink.write(tuple(slice(0, length) for length in layout.shape or ()), values)
    for path, targets in tree.references.items():
        cells = [None if to is None else ObjectRef(writer.source, path=to) for to in targets]
        put_array(writer, path, RefType(), object_array(cells, (len(cells),)))
    for path, link in tree.links.items():
        writer.create_link(path, link)
    for (path, name), attribute in tree.attributes.items():
        writer.set_attributes(path, {name: attribute})


def read_tree(reader: StorageReader) -> Tree:
    """Read all of a storage; nodes behind links are not entered."""
    tree = Tree()
    pending = ["/"]
    while pending:
        path = pending.pop(0)
        for name, attribute in reader.attributes(path).items():
            tree.attributes[path, name] = attribute
        for info in reader.children(path):
            if info.link is not None:
                tree.links[info.path] = info.link
            elif info.kind == "group":
                tree.groups.append(info.path)
                pending.append(info.path)
            else:
                _read_array(reader, info.path, tree)
    return tree


def _read_array(reader: StorageReader, path: str, tree: Tree) -> None:
    values: Any = read_array(reader, path)
    layout = reader.array(path).layout
    if isinstance(layout.dtype, RefType):
        found = [None if ref is None else reader.resolve(ref) for ref in values]
        tree.references[path] = [None if info is None else info.path for info in found]
        return
    tree.arrays[path] = (layout, values)
    for name, attribute in reader.attributes(path).items():
        tree.attributes[path, name] = attribute


def _texts(element: TextType) -> st.SearchStrategy[str]:
    if element.charset == "ascii":
        return st.text(st.characters(min_codepoint=1, max_codepoint=126), max_size=5)
    return st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=5)


def _field_names() -> st.SearchStrategy[str]:
    return st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=1, max_size=4)


def _first(pair: tuple[str, ElementType]) -> str:
    return pair[0]


def _count(shape: Shape) -> int:
    return int(np.prod(shape))
