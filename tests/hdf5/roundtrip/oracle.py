"""Compare the light model of a file with the JSON that another describer made of it."""

import hashlib
import json
import math
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from hdmf_io_core import Container, Data
from hdmf_io_core.errors import BrokenLinkWarning, UnknownCodecError
from hdmf_io_core.model.node import BrokenLink, Node
from hdmf_io_core.storage.dtypes import memory_dtype
from hdmf_io_core.storage.layout import Empty, RegionRef
from hdmf_io_hdf5 import HDF5IO

HIDDEN = "/specifications"
_PREVIEWED = 3


def oracle_differences(io: HDF5IO, oracle: Path) -> list[str]:
    """Return where an open file, as the model shows it, differs from its oracle."""
    described = json.loads(oracle.read_text(encoding="utf-8"))
    assert described["format"] == "hdf5"
    return list(_Comparison(io, described).everything())


class _Comparison:
    def __init__(self, io: HDF5IO, described: dict[str, Any]) -> None:
        self._io = io
        self._root = io.read()
        self._objects = described["objects"]
        self._links = described["links"]

    def everything(self) -> Iterator[str]:
        entries = {path for path in (*self._objects, *self._links) if not path.startswith(HIDDEN)}
        for path in sorted(entries):
            node = self._at(path)
            if node is None:
                yield f"{path}: is missing"
            elif path in self._links:
                yield from self._link(path, node, self._links[path])
            else:
                yield from self._object(path, node, self._objects[path])
        for path in self._objects:
            node = self._at(path) if path in entries else None
            if isinstance(node, Container):
                places = {f"{path.rstrip('/')}/{name}" for name in node}
                yield from (f"{place}: is not described" for place in sorted(places - entries))

    def _at(self, path: str) -> Any:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", BrokenLinkWarning)
            return self._root if path == "/" else self._root.get(path)

    def _link(self, path: str, node: Any, link: dict[str, Any]) -> Iterator[str]:
        if "hard_alias_of" in link:
            if node is not self._at(link["hard_alias_of"]):
                yield f"{path}: is not {link['hard_alias_of']}"
            return
        parent, _, name = path.rpartition("/")
        shown = self._at(parent or "/").links[name]
        stored = [shown.file, shown.path] if shown.kind == "external" else shown.path
        if stored != link.get(shown.kind):
            yield f"{path}: a link to {stored}, not {link}"
        if isinstance(node, BrokenLink) == link["resolves"]:
            yield f"{path}: {node!r}, but resolves: {link['resolves']}"

    def _object(self, path: str, node: Node, described: dict[str, Any]) -> Iterator[str]:
        yield from self._attributes(path, node, described.get("attrs", {}))
        if described["kind"] != "dataset":
            return
        assert isinstance(node, Data)
        if described["shape"] is not None:
            shown = {
                "shape": list(node.shape),
                "maxshape": list(node.maxshape or node.shape),
                "chunks": list(node.chunks) if node.chunks else None,
            }
            for what, value in shown.items():
                if value != described[what]:
                    yield f"{path}: {what} {value}, not {described[what]}"
        if "sha256" in described:
            yield from self._content(path, node, described)

    def _content(self, path: str, node: Data, described: dict[str, Any]) -> Iterator[str]:
        try:
            value = node.value
        except UnknownCodecError:
            return  # whoever made the oracle had the filter
        if isinstance(described["dtype"], str) and described["dtype"][1] == "M":
            # A time for numpy, an opaque element for HDF5: the hash is of the text of dates.
            value = value.view(described["dtype"])
        if described["hash_kind"] == "raw":
            array = np.asarray(value)
            encoded = array.astype(array.dtype.newbyteorder("<"), copy=False).tobytes()
        else:
            text = json.dumps(self.plain(value), ensure_ascii=False, separators=(",", ":"))
            encoded = text.encode("utf-8", "surrogatepass")
        if hashlib.sha256(encoded).hexdigest() == described["sha256"]:
            return
        # The hash is of the names that HDF5 chose; a node with several has another one as well.
        shown, there = self.plain(value), self._decoded(described["preview"])
        if max(node.shape, default=0) > _PREVIEWED or self._first_names(shown) != there:
            yield f"{path}: data {shown!r:.150}, not {there!r:.150}"

    def _attributes(self, path: str, node: Node, described: dict[str, Any]) -> Iterator[str]:
        names = set(described) - {".specloc"}
        if set(node.attributes) != names:
            yield f"{path}: attributes {sorted(node.attributes)}, not {sorted(names)}"
            return
        for name in names:
            shown = self._first_names(self.plain(node.attributes[name]))
            there = self._decoded(described[name]["value"])
            if shown != there:
                yield f"{path}: attribute {name} {shown!r:.150}, not {there!r:.150}"

    def plain(self, value: Any) -> Any:
        """Return a value in the encoding of the oracles, which the README of the data tells."""
        if isinstance(value, (str, bytes)):
            return _text(value)
        if isinstance(value, RegionRef):
            info = self._io.storage.resolve(value)
            return {"regref": info.home if info is not None else None}
        if isinstance(value, Empty):
            return {"empty": str(memory_dtype(value.dtype))}
        if isinstance(value, Node):
            return {"ref": value.path}
        if value is None or isinstance(value, BrokenLink):
            return {"ref": None}
        if isinstance(value, np.ndarray):
            return [self.plain(cell) for cell in value] if value.ndim else self.plain(value[()])
        if isinstance(value, np.void) and value.dtype.names:
            return {name: self.plain(value[name]) for name in value.dtype.names}
        if isinstance(value, np.void):
            return {"bytes": value.tobytes().decode("latin-1")}
        if isinstance(value, (np.datetime64, np.timedelta64)):
            return str(value)
        return _number(value.item() if isinstance(value, np.generic) else value)

    def _decoded(self, value: Any) -> Any:
        """Text of fixed length is bytes in the oracle's attributes, and text in the model."""
        if isinstance(value, dict) and set(value) == {"bytes"}:
            return _text(value["bytes"].encode("latin-1"))
        if isinstance(value, dict):
            return self._first_names({key: self._decoded(item) for key, item in value.items()})
        if isinstance(value, list):
            return [self._decoded(item) for item in value]
        return _text(value) if isinstance(value, str) else value

    def _first_names(self, value: Any) -> Any:
        """Replace each path in a value by the first name of its node."""
        if isinstance(value, list):
            return [self._first_names(item) for item in value]
        if isinstance(value, dict):
            return {
                key: self._links.get(item, {}).get("hard_alias_of", item)
                if key in {"ref", "regref"}
                else self._first_names(item)
                for key, item in value.items()
            }
        return value


def _number(value: Any) -> Any:
    if isinstance(value, np.longdouble):
        value = float(value)
    if isinstance(value, complex):
        return {"complex": [_number(value.real), _number(value.imag)]}
    if isinstance(value, float) and not math.isfinite(value):
        return {"float": "nan" if math.isnan(value) else "inf" if value > 0 else "-inf"}
    return value


def _text(value: str | bytes) -> Any:
    raw = value.encode("utf-8", "surrogateescape") if isinstance(value, str) else bytes(value)
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return {"bytes": raw.decode("latin-1")}
