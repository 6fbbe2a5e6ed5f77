"""Attribute values as JSON are strict JSON, and lose nothing that it can hold."""

import json

import numpy as np
import pytest

from hdmf_io_core.cli.values import codec_text, value_json, value_text
from hdmf_io_core.storage.dtypes import NumberType
from hdmf_io_core.storage.layout import CodecSpec, Empty, ObjectRef, RegionRef

RECORD = np.array((1, b"x"), dtype=[("a", "i4"), ("b", "S1")])


def path_of(reference: ObjectRef) -> str | None:
    return reference.path


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        ("text", "text"),
        (None, None),
        (np.bool_(True), True),
        (np.uint64(2**64 - 1), 2**64 - 1),
        (np.float32(0.5), 0.5),
        (np.float64("-inf"), "-inf"),
        (complex(1, 2), [1.0, 2.0]),
        (b"\xff", {"bytes": "ff"}),
        (np.void(b"\x01\x02"), {"bytes": "0102"}),
        (RECORD[()], {"a": 1, "b": {"bytes": "78"}}),
        (np.array([RECORD[()]]), [{"a": 1, "b": {"bytes": "78"}}]),
        (np.zeros((2, 1), "i2"), [[0], [0]]),
        (np.array([], "f8"), []),
        (np.array(["a", None], dtype=object), ["a", None]),
        (ObjectRef("s", path="/x"), {"reference": "/x"}),
        (ObjectRef("s"), {"reference": None}),
        (RegionRef(ObjectRef("s", path="/x"), "all"), {"reference": "/x", "region": "all"}),
    ],
)
def test_values_become_strict_json(value: object, plain: object) -> None:
    found = value_json(value, path_of)
    assert found == plain
    json.dumps(found, allow_nan=False)


def test_long_arrays_and_texts_are_shortened_for_the_eye() -> None:
    assert value_text(np.zeros((10, 4), "i2"), path_of) == "int16 (10, 4)"
    assert value_text(np.full(20, "x", dtype=object), path_of) == "object (20,)"
    assert len(value_text("x" * 200, path_of)) == 72
    assert value_text(Empty(NumberType(np.dtype("f4"))), path_of) == "null float32"
    assert value_text(ObjectRef("s", path="/x"), path_of) == "-> /x"


@pytest.mark.parametrize(
    ("codec", "text"),
    [
        (CodecSpec("zlib", {"level": 4}), "zlib(level=4)"),
        (CodecSpec("shuffle", {"elementsize": 8}), "shuffle"),
        (CodecSpec("hdf5:32015", {"name": "zstd; see a page", "values": [3]}), "zstd"),
        (CodecSpec("hdf5:999", {"values": [3]}), "hdf5:999"),
    ],
)
def test_codecs_are_named_with_their_settings(codec: CodecSpec, text: str) -> None:
    assert codec_text(codec) == text
