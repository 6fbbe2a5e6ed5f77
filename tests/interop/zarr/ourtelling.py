"""What our storage reads, in the form that ``peer/telling.py`` gives."""

import math
import posixpath
from pathlib import Path
from typing import Any

import numpy as np

from hdmf_io_core.storage.layout import Empty, ObjectRef
from hdmf_io_core.storage.selection import select_all
from hdmf_io_zarr import ZarrIO


def our_nodes(path: Path, **options: Any) -> dict[str, Any]:
    """Return every node of a store, by its path."""
    with ZarrIO(path, "r", **options) as io:
        found: dict[str, Any] = {}
        _group(io.storage, "/", found)
        return found


def _group(storage: Any, path: str, found: dict[str, Any]) -> None:
    links: dict[str, Any] = {}
    found[path] = {"kind": "group", "attributes": _attributes(storage, path), "links": links}
    for child in storage.children(path):
        if child.link is not None:
            outside = Path(child.source).name if child.source != storage.source else None
            links[child.name] = [child.home, outside]
        elif child.kind == "group":
            _group(storage, child.path, found)
        else:
            found[child.path] = _array(storage, child.path)


def _attributes(storage: Any, path: str) -> dict[str, Any]:
    return {name: plain(found.value) for name, found in storage.attributes(path).items()}


def _array(storage: Any, path: str) -> dict[str, Any]:
    array = storage.array(path)
    layout = array.layout
    out = np.empty(layout.shape, layout.memory_dtype)
    array.read_into(select_all(layout.shape), out)
    dtype = layout.memory_dtype
    is_number = dtype.names is None and dtype.kind in "biufc"
    return {
        "kind": "array",
        "attributes": _attributes(storage, path),
        "dtype": dtype.newbyteorder("=").name if is_number else None,
        "shape": list(layout.shape),
        "values": plain(out if out.ndim else out[()]),
    }


def plain(value: Any) -> Any:
    """Return a value as JSON; references are the path of their target."""
    if isinstance(value, ObjectRef):
        return {"reference": posixpath.normpath(value.path or "")}
    if isinstance(value, Empty):
        return None
    if isinstance(value, np.ndarray) and not value.shape:
        value = value[()]
    if isinstance(value, (np.ndarray, np.void, list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, complex):
        return [value.real, value.imag]
    return value
