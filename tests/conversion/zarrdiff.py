"""Compare two Zarr stores node by node: their documents as JSON, elements with zarr-python.

What zarr-python does not open (arrays of objects and records of format 2, records of format 3) is
decoded with numcodecs. Nothing of the code under test is used.
"""

import io
import json
import pickle
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numcodecs
import numpy as np
import zarr

_APART = {"consolidated_metadata", "attributes", "node_type", "zarr_format"}
_OBJECT_CODECS = {"vlen-utf8", "vlen-bytes", "vlen-array", "json2", "pickle"}


class Node(NamedTuple):
    """What the documents of a node say."""

    kind: str
    meta: dict[str, Any]
    attributes: dict[str, Any]


def nodes(store: Path) -> dict[str, Node]:
    """Return all nodes of a store by path."""
    found = {}
    for document in sorted(store.rglob("*")):
        if document.name in {"zarr.json", ".zgroup", ".zarray"}:
            # Names may begin or end with a dot; the root alone is one.
            inside = document.parent.relative_to(store).parts
            found["/" + "/".join(inside)] = _node(document)
    return found


def _node(document: Path) -> Node:
    content = json.loads(document.read_text("utf-8"))
    meta = {key: value for key, value in content.items() if key not in _APART}
    if document.name == "zarr.json":
        return Node(content["node_type"], meta, content.get("attributes") or {})
    attributes = document.with_name(".zattrs")
    said = json.loads(attributes.read_text("utf-8")) if attributes.exists() else {}
    return Node("array" if document.name == ".zarray" else "group", meta, said)


def differences(left: Path, right: Path) -> list[str]:
    """Return how ``right`` differs from ``left``, each ``path: what: left != right``."""
    return list(_differences(left, right))


def _differences(left: Path, right: Path) -> Iterator[str]:
    one, other = nodes(left), nodes(right)
    for path in sorted({*one, *other}):
        if path not in one or path not in other:
            yield f"{path}: node: only on the {'left' if path in one else 'right'}"
            continue
        nodes_here = one[path], other[path]
        if nodes_here[0].kind != nodes_here[1].kind:
            yield f"{path}: kind: {nodes_here[0].kind} != {nodes_here[1].kind}"
            continue
        yield from _entries(path, "attribute", nodes_here[0].attributes, nodes_here[1].attributes)
        yield from _entries(path, "meta", nodes_here[0].meta, nodes_here[1].meta)
        if nodes_here[0].kind == "array":
            same = same_content(cells(left, path), cells(right, path))
            yield from () if same else (f"{path}: elements differ",)


def _entries(path: str, what: str, left: dict[str, Any], right: dict[str, Any]) -> Iterator[str]:
    for key in sorted({*left, *right}):
        one, other = (_text(entries[key]) if key in entries else None for entries in (left, right))
        if one != other:
            yield f"{path}: {what} {key}: {one} != {other}"


def _text(value: Any) -> str:
    # As text 1, 1.0 and true are three values.
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


def same_content(left: Any, right: Any) -> bool:
    """Whether two arrays hold the same elements, bit for bit."""
    if left.shape != right.shape:
        return False
    if left.dtype.kind in "OUV" or right.dtype.kind in "OUV":
        return _meaning(left) == _meaning(right)
    return left.dtype == right.dtype and left.tobytes() == right.tobytes()


def _meaning(value: Any) -> Any:
    """Return text, references and records in one form, however they are kept."""
    if isinstance(value, np.ndarray):
        return [_meaning(item) for item in value] if value.ndim else _meaning(value[()])
    if isinstance(value, np.void) and value.dtype.names is not None:
        return [_meaning(value[name]) for name in value.dtype.names]
    if isinstance(value, (list, tuple)):
        return [_meaning(item) for item in value]
    if isinstance(value, dict):
        return value["path"] if "path" in value else [_meaning(item) for item in value.values()]
    if isinstance(value, bytes):
        return value.decode()
    return value.item() if isinstance(value, np.generic) else value


def cells(store: Path, path: str) -> Any:
    """Return all elements of an array."""
    folder = store / path.strip("/")
    if (folder / "zarr.json").exists():
        content = json.loads((folder / "zarr.json").read_text("utf-8"))
        if isinstance(content["data_type"], dict):
            return _records(folder, content)
    else:
        content = json.loads((folder / ".zarray").read_text("utf-8"))
        filters = {entry["id"] for entry in content["filters"] or ()}
        if filters & _OBJECT_CODECS or isinstance(content["dtype"], list):
            return _objects(folder, content)
    values = np.asarray(zarr.open_array(folder, mode="r")[...])
    return values.astype(object) if values.dtype.kind == "T" else values


def _objects(folder: Path, meta: dict[str, Any]) -> Any:
    """Decode an array of format 2 chunk by chunk."""
    separator = meta.get("dimension_separator") or "."
    steps = [*(meta["filters"] or ()), *([meta["compressor"]] if meta["compressor"] else [])]
    dtype = _dtype(meta["dtype"])
    out = np.zeros(meta["shape"], object if dtype.hasobject else dtype)
    for coords in _coords(meta["shape"], meta["chunks"]):
        file = folder / separator.join(map(str, coords))
        if not file.exists():
            continue
        data: Any = file.read_bytes()
        for step in reversed(steps):
            data = (
                _unpickled(data)
                if step["id"] == "pickle"
                else numcodecs.get_codec(step).decode(data)
            )
        if not dtype.hasobject:
            data = np.frombuffer(data, dtype)
        chunk = np.asarray(data).reshape(meta["chunks"])
        if chunk.dtype.names is not None and dtype.hasobject:
            chunk = chunk.astype(object)
        _place(out, coords, chunk, meta["chunks"])
    return out


def _records(folder: Path, meta: dict[str, Any]) -> Any:
    """Decode the one chunk, or the chunks, of an array of records of format 3."""
    dtype = _record_dtype(meta["data_type"])
    chunks = meta["chunk_grid"]["configuration"]["chunk_shape"]
    out = np.zeros(meta["shape"], dtype)
    for coords in _coords(meta["shape"], chunks):
        file = folder / "/".join(["c", *map(str, coords)])
        if not file.exists():
            continue
        data: Any = file.read_bytes()
        for step in reversed([s for s in meta["codecs"] if s["name"] != "bytes"]):
            name = step["name"].removeprefix("numcodecs.")
            data = numcodecs.get_codec({"id": name, **step.get("configuration", {})}).decode(data)
        _place(out, coords, np.frombuffer(data, dtype).reshape(chunks), chunks)
    return out


def _record_dtype(kind: Any) -> np.dtype[Any]:
    """Return the dtype of elements that format 3 describes by more than a name."""
    if isinstance(kind, str):
        return np.dtype(kind)
    config = kind["configuration"]
    if "fields" in config:
        return np.dtype([_field(field) for field in config["fields"]])
    letter, size = ("U", 4) if "utf32" in kind["name"] else ("V", 1)
    return np.dtype(f"{letter}{config['length_bytes'] // size}")


def _field(field: Any) -> tuple[str, np.dtype[Any]]:
    if isinstance(field, dict):
        return field["name"], _record_dtype(field["data_type"])
    return field[0], _record_dtype(field[1])


def _dtype(value: Any) -> np.dtype[Any]:
    if isinstance(value, str):
        return np.dtype(value)
    return np.dtype([(part[0], _dtype(part[1]), *map(tuple, part[2:])) for part in value])


def _coords(shape: list[int], chunks: list[int]) -> Iterator[tuple[int, ...]]:
    counts = [-(-length // chunk) for length, chunk in zip(shape, chunks, strict=True)]
    return iter(np.ndindex(*counts))


def _place(out: Any, coords: tuple[int, ...], chunk: Any, chunks: list[int]) -> None:
    target = tuple(
        slice(c * n, min((c + 1) * n, length))
        for c, n, length in zip(coords, chunks, out.shape, strict=True)
    )
    part = chunk[tuple(slice(0, axis.stop - axis.start) for axis in target)]
    out[(*target, ...)] = part


class _Unpickler(pickle.Unpickler):
    """Loads what the stores of the test data hold: references, a kind of dict, in arrays."""

    def find_class(self, module: str, name: str) -> Any:
        return dict if name == "ZarrReference" else super().find_class(module, name)


def _unpickled(data: Any) -> Any:
    return _Unpickler(io.BytesIO(bytes(data))).load()
