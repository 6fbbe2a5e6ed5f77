"""The content of one file in memory: numbered nodes, and how they are loaded and saved."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from example_backend._plugin import MAGIC
from example_backend.encoding import (
    cells_from_json,
    cells_to_json,
    layout_from_json,
    layout_to_json,
    type_from_json,
    type_to_json,
)
from hdmf_io_core.errors import NotThisFormatError
from hdmf_io_core.storage.dtypes import memory_dtype
from hdmf_io_core.storage.layout import ArrayLayout, Attribute, Empty, LinkTarget


@dataclass(eq=False)
class Node:
    """A group, which has entries, or an array, which has a layout and cells."""

    key: int
    attributes: dict[str, Attribute] = field(default_factory=dict)
    entries: dict[str, "Node | LinkTarget"] | None = None
    layout: ArrayLayout | None = None
    cells: Any = None
    n_names: int = 0


@dataclass(eq=False)
class Tree:
    """All of one file: its root, its cached specifications, and the next free node number."""

    root: Node
    specs: dict[tuple[str, str], dict[str, str]] = field(default_factory=dict)
    next_key: int = 1

    def new_key(self) -> int:
        """Return a number that no node of the file has, or had."""
        self.next_key += 1
        return self.next_key - 1


def new_tree() -> Tree:
    """Return a tree with nothing but a root."""
    return Tree(Node(0, entries={}, n_names=1))


def load(path: Path, source: str) -> Tree:
    """Read a file; raise ``NotThisFormatError`` if it is something else."""
    text = path.read_bytes()
    if not text.startswith(MAGIC):
        raise NotThisFormatError("the file is no JSON tree", source=source)
    document = json.loads(text)
    described = document["nodes"]
    nodes = {int(key): _node(int(key), described[key], source) for key in described}
    for key, node in nodes.items():
        entries = described[str(key)].get("entries")
        if entries is not None:
            node.entries = {name: _entry(entry, nodes) for name, entry in entries.items()}
            named(*node.entries.values())
    named(nodes[0])
    specs = {(name, version): texts for name, version, texts in document["specs"]}
    return Tree(nodes[0], specs, document["next"])


def named(*entries: Node | LinkTarget) -> None:
    """Count one name more of each node among ``entries``."""
    for entry in entries:
        if isinstance(entry, Node):
            entry.n_names += 1


def unnamed(*entries: Node | LinkTarget) -> None:
    """Count one name less of each node; without a name, a group counts for nothing itself."""
    for entry in entries:
        if isinstance(entry, Node):
            entry.n_names -= 1
            if entry.n_names == 0:
                unnamed(*(entry.entries or {}).values())


def encoded(tree: Tree, indent: int | None) -> bytes:
    """Return what a file holds."""
    nodes: dict[int, Any] = {}
    pending = [tree.root]
    while pending:
        node = pending.pop()
        if node.key not in nodes:
            nodes[node.key] = _described(node)
            pending += [entry for entry in (node.entries or {}).values() if isinstance(entry, Node)]
    specs = [[*key, texts] for key, texts in tree.specs.items()]
    document = {"next": tree.next_key, "nodes": nodes, "specs": specs}
    # The signature has to stand at byte 0 whatever the indent, so it is not left to json.
    text = MAGIC.decode() + json.dumps(document, indent=indent, ensure_ascii=False)[1:]
    return text.encode("utf-8", "surrogateescape")


def _node(key: int, value: Any, source: str) -> Node:
    attributes = {
        name: _attribute(described, source) for name, described in value["attributes"].items()
    }
    if "layout" not in value:
        return Node(key, attributes)
    layout = layout_from_json(value["layout"], source)
    cells = None
    if layout.shape is not None:
        cells = cells_from_json(value["cells"], layout.dtype, layout.shape, source)
    return Node(key, attributes, layout=layout, cells=cells)


def _described(node: Node) -> dict[str, Any]:
    attributes = {name: _described_attribute(a) for name, a in node.attributes.items()}
    if node.layout is None:
        entries = {name: _described_entry(e) for name, e in (node.entries or {}).items()}
        return {"attributes": attributes, "entries": entries}
    has_cells = node.cells is not None
    cells = cells_to_json(node.cells, node.layout.dtype) if has_cells else None
    return {"attributes": attributes, "layout": layout_to_json(node.layout), "cells": cells}


def _entry(value: Any, nodes: dict[int, Node]) -> Node | LinkTarget:
    return nodes[value] if isinstance(value, int) else LinkTarget("soft", value)


def _described_entry(entry: Node | LinkTarget) -> int | str:
    return entry.key if isinstance(entry, Node) else entry.path


def _attribute(value: Any, source: str) -> Attribute:
    element = type_from_json(value["type"])
    if value["shape"] is None:
        return Attribute(Empty(element), element)
    cells = cells_from_json(value["cells"], element, value["shape"], source)
    return Attribute(cells if value["shape"] else cells[()], element)


def _described_attribute(attribute: Attribute) -> dict[str, Any]:
    described = {"type": type_to_json(attribute.dtype), "shape": None, "cells": None}
    if not isinstance(attribute.value, Empty):
        cells = cells_of(attribute)
        # The axes of elements that are arrays are not the attribute's own.
        n_inner = np.empty(0, memory_dtype(attribute.dtype)).ndim - 1
        described["shape"] = cells.shape[: cells.ndim - n_inner]
        described["cells"] = cells_to_json(cells, attribute.dtype)
    return described


def cells_of(attribute: Attribute) -> Any:
    """Return the value of an attribute as an array, of no axes for a scalar."""
    if isinstance(attribute.value, np.ndarray):
        return attribute.value
    cells = np.empty((), memory_dtype(attribute.dtype))
    cells[()] = attribute.value
    return cells
