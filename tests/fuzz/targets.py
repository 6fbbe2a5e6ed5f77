"""What parses bytes of strangers, each as a function of bytes that lets no foreign error out.

The same functions are run by hypothesis in the default suite and by atheris in ``nox -s fuzz``.
"""

from __future__ import annotations

import json
import warnings
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import numpy as np

from hdmf_io_core.check.content import ContentCheck
from hdmf_io_core.check.findings import CheckReport
from hdmf_io_core.check.structure import StructureCheck, opened_array
from hdmf_io_core.chunks.engine import Engine
from hdmf_io_core.errors import HdmfIOError, HdmfIOWarning
from hdmf_io_core.model.spec import NamespaceCatalog
from hdmf_io_core.storage.keys import parse_key
from hdmf_io_core.storage.unpickle import unpickle
from hdmf_io_core.storage.walk import walk
from hdmf_io_core.stores.decisions import read_decision
from hdmf_io_zarr.reader import ZarrReader

if TYPE_CHECKING:
    from collections.abc import Callable

MOST_ENTRIES = 200


class DictStore:
    """Values by key in memory, as a store for reading."""

    def __init__(self, values: dict[str, bytes]) -> None:
        self.source = "/fuzz/store.zarr"
        self._values = values

    def get(self, key: str, start: int = 0, length: int | None = None) -> bytes | None:
        data = self._values.get(key)
        if data is None:
            return None
        first = max(0, len(data) + start) if start < 0 else start
        return data[first:] if length is None else data[first : first + length]

    def names(self, path: str) -> list[str]:
        above = f"{path}/" if path else ""
        found = {k[len(above) :].split("/")[0] for k in self._values if k.startswith(above)}
        return sorted(found)

    def close(self) -> None:
        """Nothing is held open."""


def looked_through(values: dict[str, bytes]) -> None:
    """Read all of a store: nodes, attributes, links, references, types, chunks, specifications."""
    try:
        reader: Any = ZarrReader(DictStore(values), consolidated=True)  # type: ignore[arg-type]
    except HdmfIOError:
        return
    report = CheckReport("fuzz")
    structure = StructureCheck(reader, report)
    engine = Engine(workers=1)
    content = ContentCheck(structure, report, engine, stored_bytes=1 << 16)
    try:
        for number, visit in enumerate(walk(reader, depth=50, on_error=lambda *_: None)):
            if number == MOST_ENTRIES:
                break
            list(structure.node(visit.node))
            if visit.node.kind == "array" and visit.node.link is None:
                source = opened_array(reader, visit.node.path)
                if source is not None:
                    list(content.array(visit.node.path, source))
        list(structure.end())
    except HdmfIOError:
        return
    finally:
        engine.close()


# targets


def documents_v2(data: bytes) -> None:
    """The documents of format 2; chunks are there, too."""
    array, _, attributes = data.partition(b"\xff")
    chunk = bytes(range(64))
    looked_through(
        {
            ".zgroup": b'{"zarr_format": 2}',
            ".zattrs": attributes,
            "x/.zarray": array,
            "x/.zattrs": attributes,
            "x/0": chunk,
            "x/0.0": chunk,
            "x/0/0": chunk,
        }
    )


def document_v3(data: bytes) -> None:
    """A document of format 3, of the root or of an array."""
    group = b'{"zarr_format": 3, "node_type": "group", "attributes": {}}'
    chunk = bytes(range(64))
    keys = ("x/c", "x/c/0", "x/c/0/0", "x/0", "x/0.0", "c/0", "x/c.0")
    looked_through({"zarr.json": group, "x/zarr.json": data, **dict.fromkeys(keys, chunk)})
    looked_through({"zarr.json": data, **dict.fromkeys(keys, chunk)})


def consolidated_v2(data: bytes) -> None:
    """Consolidated metadata of format 2."""
    chunk = bytes(range(64))
    looked_through({".zmetadata": data, "x/0": chunk, "a/x/0": chunk, "x/0.0": chunk})


def chunk(data: bytes) -> None:
    """Chunks, in every coding; the first byte says in which."""
    if data:
        documents = LAYOUTS[data[0] % len(LAYOUTS)]
        keys = ("x/0", "x/c/0", "x/c")
        looked_through({**documents, **dict.fromkeys(keys, data[1:])})


def pickled(data: bytes) -> None:
    """What hdmf-zarr 0.13 pickled."""
    try:
        unpickle(data)
    except HdmfIOError:
        return


def specification(data: bytes) -> None:
    """A cached specification."""
    text = data.decode("utf-8", "replace")
    try:
        catalog = NamespaceCatalog({("fuzz", "1"): {"namespace": text, "fuzz": text}})
        for name in catalog.namespaces:
            catalog.get_namespace(name)
            catalog.get_catalog(name)
    except HdmfIOError:
        return


def decision(data: bytes) -> None:
    """What a commit of a Zarr store had decided on."""
    with TemporaryDirectory() as folder:
        path = Path(folder, "commit")
        path.write_bytes(data)
        try:
            read_decision(path)
        except HdmfIOError:
            return


def key(data: bytes) -> None:
    """Selections, as JSON: slices are objects."""
    try:
        shape, *parts = json.loads(data)
        shape = tuple(int(n) % 10_000 for n in shape)
        given = tuple(slice(*p["slice"]) if isinstance(p, dict) else p for p in parts)
    except (KeyError, OverflowError, RecursionError, TypeError, ValueError):
        return
    if len(shape) > 32:
        return
    try:
        selection, finish = parse_key(given if len(given) != 1 else given[0], shape)
    except HdmfIOError:
        return
    if np.prod(selection.shape, dtype=float) < 1e4:
        finish.apply(np.zeros(selection.shape))


TARGETS: dict[str, Callable[[bytes], None]] = {
    target.__name__: target
    for target in (
        documents_v2, document_v3, consolidated_v2, chunk, pickled, specification, decision, key,
    )
}  # fmt: skip


def run(name: str, data: bytes) -> None:
    """Run a target; warnings of ours are no findings."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", HdmfIOWarning)
        TARGETS[name](data)


# the codings of the target `chunk`


def _v2(dtype: Any, *codecs: dict[str, Any], **more: Any) -> dict[str, bytes]:
    document = {
        "zarr_format": 2, "shape": [4], "chunks": [4], "dtype": dtype, "fill_value": None,
        "order": "C", "filters": list(codecs[:-1]) or None,
        "compressor": codecs[-1] if codecs else None, **more,
    }  # fmt: skip
    return {".zgroup": b'{"zarr_format": 2}', "x/.zarray": json.dumps(document).encode()}


def _v3(data_type: Any, *codecs: Any) -> dict[str, bytes]:
    root = {"zarr_format": 3, "node_type": "group"}
    document = {
        "zarr_format": 3, "node_type": "array", "shape": [8], "data_type": data_type,
        "chunk_grid": {"name": "regular", "configuration": {"chunk_shape": [8]}},
        "chunk_key_encoding": {"name": "default"}, "fill_value": 0, "codecs": list(codecs),
    }  # fmt: skip
    return {"zarr.json": json.dumps(root).encode(), "x/zarr.json": json.dumps(document).encode()}


def _sharded(*index_codecs: str) -> dict[str, bytes]:
    inner = [{"name": "bytes", "configuration": {"endian": "little"}}, {"name": "crc32c"}]
    index = [{"name": "bytes", "configuration": {"endian": "little"}}]
    config = {
        "chunk_shape": [2], "codecs": inner,
        "index_codecs": [*index, *({"name": name} for name in index_codecs)],
    }  # fmt: skip
    return _v3("int16", {"name": "sharding_indexed", "configuration": config})


_COMPRESSORS = [
    {"id": "zlib", "level": 1}, {"id": "gzip", "level": 1}, {"id": "bz2", "level": 1},
    {"id": "lzma"}, {"id": "zstd", "level": 1}, {"id": "lz4"}, {"id": "crc32"}, {"id": "adler32"},
    {"id": "fletcher32"}, {"id": "base64"}, {"id": "jenkins_lookup3"},
    {"id": "blosc", "cname": "lz4"}, {"id": "blosc", "cname": "zlib"},
    {"id": "blosc", "cname": "zstd"}, {"id": "blosc", "cname": "blosclz"},
]  # fmt: skip
_FILTERS = [
    {"id": "shuffle", "elementsize": 4}, {"id": "delta", "dtype": "<i4"},
    {"id": "packbits"}, {"id": "astype", "encode_dtype": "<f4", "decode_dtype": "<f8"},
]  # fmt: skip
_OBJECTS = [
    {"id": "vlen-utf8"}, {"id": "vlen-bytes"}, {"id": "json2"}, {"id": "pickle"},
    {"id": "vlen-array", "dtype": "<i4"},
]  # fmt: skip
LAYOUTS: list[dict[str, bytes]] = [
    _v2("<i4"),
    *(_v2("<i4", codec) for codec in _COMPRESSORS),
    *(_v2("<i4", codec, {"id": "zlib", "level": 1}) for codec in _FILTERS),
    *(_v2("|O", codec) for codec in _OBJECTS),
    *(_v2("|O", codec, {"id": "zstd"}) for codec in _OBJECTS),
    _v2([["a", "<i4"], ["b", "|S4"]], {"id": "zlib", "level": 1}),
    _v3("string", {"name": "vlen-utf8"}),
    _sharded(),
    _sharded("crc32c"),
]
