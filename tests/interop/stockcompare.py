"""Compare two trees that stock hdmf or pynwb has read."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import h5py
import hdmf.container
import numpy as np
from hdmf.query import HDMFDataset


def stock_differences(left: Any, right: Any) -> list[str]:
    """Return where two containers of stock hdmf differ, in every field and in their identities."""
    return list(_containers("", left, right, set()))


def _containers(path: str, left: Any, right: Any, seen: set[int]) -> Iterator[str]:
    if id(left) in seen:
        return
    seen.add(id(left))
    if type(left).__name__ != type(right).__name__:
        yield f"{path}: {type(left).__name__} != {type(right).__name__}"
        return
    for what in ("name", "object_id"):
        if getattr(left, what) != getattr(right, what):
            yield f"{path}: {what} {getattr(left, what)!r} != {getattr(right, what)!r}"
    fields = {**left.fields, **_data(left)}, {**right.fields, **_data(right)}
    if set(fields[0]) != set(fields[1]):
        yield f"{path}: fields {sorted(fields[0])} != {sorted(fields[1])}"
        return
    for name, value in fields[0].items():
        yield from _values(f"{path}/{name}", value, fields[1][name], seen)
    children = [sorted(node.children, key=lambda child: child.name) for node in (left, right)]
    if [child.name for child in children[0]] != [child.name for child in children[1]]:
        yield f"{path}: children differ"
        return
    for one, other in zip(*children, strict=True):
        yield from _containers(f"{path}/{one.name}", one, other, seen)


def _data(node: Any) -> dict[str, Any]:
    return {"data": node.data} if isinstance(node, hdmf.container.Data) else {}


def _values(path: str, left: Any, right: Any, seen: set[int]) -> Iterator[str]:
    if isinstance(left, hdmf.container.AbstractContainer):
        yield from _containers(path, left, right, seen)
    elif isinstance(left, dict):
        if set(left) != set(right):
            yield f"{path}: keys {sorted(left)} != {sorted(right)}"
            return
        for name, value in left.items():
            yield from _values(f"{path}[{name!r}]", value, right[name], seen)
    elif isinstance(left, (h5py.Dataset, HDMFDataset, np.ndarray, list, tuple, set)):
        yield from _arrays(path, left, right, seen)
    elif isinstance(left, (str, bytes, int, float, bool, np.generic, dt.date, type(None))):
        if left != right and not (left != left and right != right):
            yield f"{path}: {left!r} != {right!r}"
    elif type(left) is not type(right):
        yield f"{path}: {type(left).__name__} != {type(right).__name__}"


def _arrays(path: str, left: Any, right: Any, seen: set[int]) -> Iterator[str]:
    if isinstance(left, h5py.Dataset):
        facts = [(d.dtype, d.shape, d.maxshape, d.chunks, d.compression) for d in (left, right)]
        if facts[0] != facts[1]:
            yield f"{path}: {facts[0]} != {facts[1]}"
            return
        if not h5py.check_ref_dtype(left.dtype) and left.dtype.names is None:
            if not np.array_equal(left[()], right[()]):
                yield f"{path}: data differ"
            return
    if getattr(left, "shape", None) == ():
        if np.asarray(left)[()] != np.asarray(right)[()]:
            yield f"{path}: scalars differ"
        return
    if len(left) != len(right):
        yield f"{path}: {len(left)} != {len(right)} elements"
        return
    for index, (one, other) in enumerate(zip(left, right, strict=True)):
        if isinstance(one, (h5py.Reference, np.void)):
            continue  # addresses; hdmf's own view of the dataset resolves them
        yield from _values(f"{path}[{index}]", one, other, seen)
