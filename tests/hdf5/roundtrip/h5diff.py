"""Compare two HDF5 files node by node with plain h5py; nothing of the code under test is used."""

from collections.abc import Iterator
from os import PathLike
from typing import Any

import h5py
from h5facts import (
    Values,
    attribute_facts,
    content,
    identity,
    layout_facts,
    names_of,
    paths_by_identity,
    raw_chunks,
    space_facts,
    type_facts,
)

SPECLOC = ".specloc"


def differences(left: str | PathLike[str], right: str | PathLike[str]) -> list[str]:
    """Return how ``right`` differs from ``left``, each ``path: what: left != right``."""
    with h5py.File(left, "r") as one, h5py.File(right, "r") as other:
        return list(_Comparison(one, other).group("/", one["/"], other["/"]))


def changed_paths(left: str | PathLike[str], right: str | PathLike[str]) -> set[str]:
    """Return the paths of the nodes that differ."""
    return {difference.split(": ", 1)[0] for difference in differences(left, right)}


class _Comparison:
    def __init__(self, left: h5py.File, right: h5py.File) -> None:
        self._values = Values(left), Values(right)
        self._first_paths = paths_by_identity(left), paths_by_identity(right)

    def group(self, path: str, left: h5py.Group, right: h5py.Group) -> Iterator[str]:
        yield from self._attributes(path, left, right)
        for name in sorted({*left, *right}):
            place = f"{path.rstrip('/')}/{name}"
            if name not in names_of(left):
                yield f"{place}: entry: only on the right"
            elif name not in names_of(right):
                yield f"{place}: entry: only on the left"
            else:
                yield from self._entry(place, name, left, right)

    def _entry(self, path: str, name: str, left: Any, right: Any) -> Iterator[str]:
        links = tuple(_link(group, name) for group in (left, right))
        if links[0] != links[1]:
            yield _said(path, "link", *links)
            return
        if links[0][0] != "hard":
            return
        nodes = left[name], right[name]
        firsts = tuple(
            paths[identity(node)] for paths, node in zip(self._first_paths, nodes, strict=True)
        )
        if firsts[0] != firsts[1]:
            yield _said(path, "first name", *firsts)
        elif firsts[0] == path:
            yield from self._node(path, *nodes)

    def _node(self, path: str, left: Any, right: Any) -> Iterator[str]:
        if type(left) is not type(right):
            yield _said(path, "kind", type(left).__name__, type(right).__name__)
        elif isinstance(left, h5py.Group):
            yield from self.group(path, left, right)
        elif isinstance(left, h5py.Dataset):
            yield from self._dataset(path, left, right)
        else:
            yield from _compared(path, "type", type_facts(left.id), type_facts(right.id))
            yield from self._attributes(path, left, right)

    def _dataset(self, path: str, left: h5py.Dataset, right: h5py.Dataset) -> Iterator[str]:
        yield from self._attributes(path, left, right)
        one, other = left.id, right.id
        yield from _compared(path, "type", type_facts(one.get_type()), type_facts(other.get_type()))
        spaces = space_facts(one.get_space()), space_facts(other.get_space())
        yield from _compared(path, "shape and maxshape", *spaces)
        facts = layout_facts(left), layout_facts(right)
        for what in facts[0]:
            yield from _compared(path, what, facts[0][what], facts[1][what])
        if spaces[0] == spaces[1]:
            yield from self._content(path, left, right)

    def _content(self, path: str, left: h5py.Dataset, right: h5py.Dataset) -> Iterator[str]:
        found = content(left), content(right)
        if found[0] is None and left.chunks:
            yield from _compared(path, "raw chunks", raw_chunks(left), raw_chunks(right))
            return
        one, other = (values.of(value) for values, value in zip(self._values, found, strict=True))
        yield from _compared(path, "data", one, other)

    def _attributes(self, path: str, left: Any, right: Any) -> Iterator[str]:
        facts = tuple(
            {
                name: attribute_facts(node.attrs.get_id(name), node.attrs[name], values)
                for name in node.attrs
            }
            for node, values in zip((left, right), self._values, strict=True)
        )
        for name in sorted({*facts[0], *facts[1]}):
            if name not in facts[1]:
                yield f"{path}: attribute {name}: only on the left"
            elif name not in facts[0]:
                yield f"{path}: attribute {name}: only on the right"
            else:
                for what, fact in facts[0][name].items():
                    yield from _compared(
                        path, f"attribute {name} {what}", fact, facts[1][name][what]
                    )


def _link(group: h5py.Group, name: str) -> tuple[str, ...]:
    link = group.get(name, getlink=True)
    if isinstance(link, h5py.SoftLink):
        return "soft", link.path
    if isinstance(link, h5py.ExternalLink):
        return "external", link.filename, link.path
    return ("hard",)


def _compared(path: str, what: str, left: Any, right: Any) -> Iterator[str]:
    if left != right:
        yield _said(path, what, left, right)


def _said(path: str, what: str, left: Any, right: Any) -> str:
    return f"{path}: {what}: {_short(left)} != {_short(right)}"


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 160 else f"{text[:160]}..."
