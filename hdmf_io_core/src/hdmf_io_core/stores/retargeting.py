"""After nodes got other paths: the links and references of a store that named the old ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from hdmf_io_core.storage.dtypes import has_references
from hdmf_io_core.storage.layout import ObjectRef
from hdmf_io_core.storage.references import resolve_cells
from hdmf_io_core.storage.selection import select_all
from hdmf_io_core.stores.hints import HINTS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from hdmf_io_core.storage.protocols import ArraySink
    from hdmf_io_core.stores.documents import Node
    from hdmf_io_core.stores.tree import NodeTree

__all__ = ["retarget"]


def retarget(
    tree: NodeTree, moved: Mapping[str, str], source: str, open_array: Callable[[Node], ArraySink]
) -> None:
    """Let whatever names an old path, or one below it, name the new one."""
    for path, node in list(tree.walk()):
        values = [value for name, value in node.attributes.items() if name != HINTS]
        if _renamed(values, moved):
            tree.touch(path)
        if node.kind == "array":
            _rename_elements(open_array(node), source, moved)


def _renamed(value: Any, moved: Mapping[str, str]) -> bool:
    """Change the paths in references and links of a JSON value; say whether there was one."""
    if isinstance(value, list):
        return any([_renamed(item, moved) for item in value])
    if not isinstance(value, dict):
        return False
    path = value.get("path")
    if isinstance(path, str) and value.get("source") == ".":
        value["path"] = _new_path(path, moved)
        return bool(value["path"] != path)
    return any([_renamed(item, moved) for item in value.values()])


def _new_path(path: str, moved: Mapping[str, str]) -> str:
    above = [old for old in moved if path == old or path.startswith(f"{old}/")]
    if not above:
        return path
    old = max(above, key=len)
    return moved[old] + path[len(old) :]


def _rename_elements(array: ArraySink, source: str, moved: Mapping[str, str]) -> None:
    layout = array.layout
    if not has_references(layout.dtype) or not layout.n_elements or layout.shape is None:
        return
    cells = np.empty(layout.shape, layout.memory_dtype)
    array.read_into(select_all(layout.shape), cells)
    changed: list[str] = []

    def rename(ref: Any) -> object:
        path = _new_path(ref.path, moved)
        changed.extend([path] if path != ref.path else [])
        return ObjectRef(source, path=path)

    renamed = resolve_cells(cells, layout.dtype, rename)
    if changed:
        array.write(tuple(slice(0, length) for length in layout.shape), renamed)
