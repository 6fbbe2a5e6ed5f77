"""Inputs that parse, for the targets to start from."""

from __future__ import annotations

import json
import pickle
import zipfile
from pathlib import Path

import numpy as np
from numcodecs import get_codec
from targets import LAYOUTS

DATA = Path(__file__).parents[1] / "data"
_KEYS = [
    [[4, 5], 1, {"slice": [None, None, 2]}], [[9], [1, 3, 5]], [[3], [True, False, True]],
    [[2, 2], [[True, False], [False, True]]], [[7], {"slice": [-1, None, -3]}], [[], 0], [[5], -6],
]  # fmt: skip


def seeds(name: str) -> list[bytes]:
    """Return the inputs for a target."""
    return _SEEDS[name]()


def _stored(names: tuple[str, ...]) -> list[bytes]:
    """Return the documents of the real stores of these names, each once."""
    found: dict[bytes, None] = {}
    for path in sorted(DATA.glob("zarr*/*.zip")):
        with zipfile.ZipFile(path) as archive:
            for member in archive.namelist():
                if member.rpartition("/")[2] in names:
                    found[archive.read(member)] = None
    return [*found]


def _documents_v2() -> list[bytes]:
    attributes = [b"{}", *_stored((".zattrs",))]
    arrays = _stored((".zarray",)) or [LAYOUTS[0]["x/.zarray"]]
    pairs = [array + b"\xff" + attributes[i % len(attributes)] for i, array in enumerate(arrays)]
    return pairs + [arrays[0] + b"\xff" + text for text in attributes]


def _document_v3() -> list[bytes]:
    made = [layout["x/zarr.json"] for layout in LAYOUTS if "x/zarr.json" in layout]
    return made + [text for text in _stored(("zarr.json",)) if len(text) < 20_000]


def _consolidated_v2() -> list[bytes]:
    array = json.loads(LAYOUTS[1]["x/.zarray"])
    link = {"zarr_link": [{"name": "l", "source": ".", "path": "/a"}]}
    made = {
        ".zgroup": {"zarr_format": 2}, ".zattrs": link, "a/.zgroup": {"zarr_format": 2},
        "a/x/.zarray": array, "x/.zarray": array, "x/.zattrs": {"zarr_dtype": "int32"},
    }  # fmt: skip
    text = json.dumps({"metadata": made, "zarr_consolidated_format": 1}).encode()
    return [text, *(found for found in _stored((".zmetadata",)) if len(found) < 20_000)]


def _chunk() -> list[bytes]:
    texts = np.array(["a", "bc", "", "d"], object)
    found = []
    for number, layout in enumerate(LAYOUTS):
        document = json.loads(layout.get("x/.zarray", b"{}"))
        codecs = [*(document.get("filters") or ()), document.get("compressor")]
        values = texts if document.get("dtype") == "|O" else np.arange(4, dtype="<i4")
        if codecs[0] and codecs[0]["id"] == "vlen-array":
            values = np.array([np.arange(2, dtype="<i4")] * 3 + [None], object)
            values[3] = np.arange(1, dtype="<i4")
        if codecs[0] and codecs[0]["id"] == "vlen-bytes":
            values = np.array([b"a", b"bc", b"", b"d"], object)
        data = values
        for codec in codecs:
            data = get_codec(dict(codec)).encode(data) if codec else data
        found.append(bytes([number]) + bytes(data))
    return found


def _pickled() -> list[bytes]:
    arrays = [
        np.array([{"path": "/x"}, "a", None], object),
        np.array([(1, "a")], [("a", "i4"), ("b", "O")]),
        np.arange(3), np.float64(2),
    ]  # fmt: skip
    return [pickle.dumps(array, protocol) for array in arrays for protocol in (2, 4, 5)]


def _specification() -> list[bytes]:
    made = {
        "namespaces": [{
            "name": "fuzz", "version": "1", "doc": "d",
            "schema": [{"source": "fuzz"}, {"namespace": "other", "data_types": ["T"]}],
        }],
        "groups": [{"data_type_def": "A", "doc": "d", "groups": [{"data_type_inc": "A"}]}],
        "datasets": [{"data_type_def": "B", "dtype": "int", "doc": "d"}],
    }  # fmt: skip
    return [json.dumps(made).encode(), b"{}"]


_SEEDS = {
    "documents_v2": _documents_v2,
    "document_v3": _document_v3,
    "consolidated_v2": _consolidated_v2,
    "chunk": _chunk,
    "pickled": _pickled,
    "specification": _specification,
    "decision": lambda: [b'{"gone": ["a/b"], "mark": {".zattrs": null}}'],
    "key": lambda: [json.dumps(key).encode() for key in _KEYS],
}
