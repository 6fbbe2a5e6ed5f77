"""Arrays beside zarr-python: what one writes the other reads, whatever type, chunks and codecs."""

from pathlib import Path
from typing import Any

import numcodecs
import numpy as np
import pytest
import zarr
from zarr.codecs import BloscCodec, BytesCodec, GzipCodec, TransposeCodec, ZstdCodec

from hdmf_io_core.errors import CorruptChunkError, ShapeError, UnknownCodecError
from hdmf_io_core.storage.dtypes import NumberType, TextType
from hdmf_io_core.storage.keys import parse_key
from hdmf_io_core.storage.layout import ArrayLayout, CodecSpec, RawChunk
from hdmf_io_core.storage.numpytypes import object_array
from hdmf_io_core.storage.selection import select_all
from hdmf_io_zarr.arrays import ZarrArray
from hdmf_io_zarr.opening import StoreOptions, open_storage
from hdmf_io_zarr.writer import ZarrWriter

DTYPES = ["?", "i1", "u2", "<i4", ">i4", "u8", "f2", "<f4", ">f8", "c8", "c16"]
V3_CODECS = {
    "none": {},
    "zstd": {"compressors": ZstdCodec(level=3, checksum=True)},
    "gzip": {"compressors": GzipCodec(level=1)},
    "blosc": {"compressors": BloscCodec(cname="zstd", shuffle="bitshuffle")},
    "big": {"serializer": BytesCodec(endian="big"), "compressors": None},
    "transposed": {"filters": TransposeCodec(order=(1, 0)), "compressors": None},
    "shards": {"shards": (6, 8)},
    "v2keys": {"chunk_key_encoding": {"name": "v2", "separator": "."}},
}
V2_CODECS = {
    "none": {"compressors": None},
    "blosc": {"compressors": numcodecs.Blosc("lz4", 5, 2)},
    "shuffle": {"filters": [numcodecs.Shuffle(4)], "compressors": numcodecs.Zlib(4)},
    "delta": {"filters": [numcodecs.Delta("<i4")], "compressors": numcodecs.Zstd(1)},
    "lzma": {"compressors": numcodecs.LZMA()},
    "fortran": {"order": "F"},
    "nested": {"chunk_key_encoding": {"name": "v2", "separator": "/"}},
}
VALUES = np.arange(70, dtype="<i4").reshape(7, 10)
KEYS = [
    np.s_[...], np.s_[2:5, 3], np.s_[::2, 9:2:-3], np.s_[[0, 3, 6], 1:4], np.s_[-1], np.s_[0:0],
    np.s_[[6, 0, 0], [1, 2]],
]  # fmt: skip


@pytest.fixture
def writer(tmp_path: Path, zarr_format: Any) -> Any:
    opened = open_storage(tmp_path / "a.zarr", "a", StoreOptions(zarr_format=zarr_format))
    yield opened.storage
    opened.storage.close()
    assert opened.lock is not None
    opened.lock.release()


def taken(array: ZarrArray, key: Any) -> Any:
    layout = array.layout
    selection, finish = parse_key(key, layout.shape or ())
    out = np.empty(selection.shape, layout.memory_dtype)
    array.read_into(selection, out)
    return finish.apply(out)


def filled(writer: ZarrWriter, layout: ArrayLayout, values: Any) -> ZarrArray:
    sink = writer.create_array("/x", layout)
    sink.write(tuple(slice(0, n) for n in values.shape), values)
    return sink


def by_zarr(writer: ZarrWriter) -> Any:
    writer.commit()
    return zarr.open_group(writer.source, mode="r")["x"][...]


@pytest.mark.parametrize("key", KEYS, ids=str)
@pytest.mark.parametrize(
    ("zarr_format", "options"),
    [*((3, o) for o in V3_CODECS.values()), *((2, o) for o in V2_CODECS.values())],
    ids=[*(f"v3-{n}" for n in V3_CODECS), *(f"v2-{n}" for n in V2_CODECS)],
)
def test_selections_of_what_zarr_python_wrote(
    zarr_format: Any, options: dict[str, Any], key: Any, tmp_path: Path
) -> None:
    group = zarr.open_group(tmp_path / "a.zarr", mode="w", zarr_format=zarr_format)
    stored = group.create_array("x", shape=(7, 10), chunks=(3, 4), dtype="<i4", **options)
    stored[...] = VALUES
    reader = open_storage(tmp_path / "a.zarr", "r", StoreOptions()).storage
    several = isinstance(key, tuple) and all(isinstance(part, list) for part in key)
    expected = VALUES[np.ix_(*key)] if several else VALUES[key]
    np.testing.assert_array_equal(taken(reader.array("/x"), key), expected)
    reader.close()


@pytest.mark.parametrize("dtype", DTYPES)
def test_numbers_are_read_by_zarr_python(writer: ZarrWriter, dtype: str) -> None:
    values = np.array([[0, 1], [1, 0], [1, 1]], dtype)
    layout = ArrayLayout((3, 2), NumberType(np.dtype(dtype)), (None, 2), (2, 2))
    filled(writer, layout, values)
    np.testing.assert_array_equal(by_zarr(writer), values)


@pytest.mark.parametrize(
    "codecs",
    [
        (CodecSpec("shuffle", {"elementsize": 4}), CodecSpec("zlib", {"level": 4})),
        (CodecSpec("zstd", {"level": 3}),),
        (CodecSpec("blosc", {"cname": "lz4", "clevel": 5, "shuffle": 1, "blocksize": 0}),),
        (CodecSpec("gzip", {"level": 1}), CodecSpec("crc32c")),
        (CodecSpec("delta", {"dtype": "<i4"}), CodecSpec("lz4", {"acceleration": 1})),
        (CodecSpec("zlib", {"level": 1}), CodecSpec("fletcher32")),
    ],
    ids=lambda codecs: "+".join(codec.name for codec in codecs),
)
@pytest.mark.filterwarnings("ignore:Numcodecs codecs")
def test_codecs_are_read_by_zarr_python(writer: ZarrWriter, codecs: tuple[CodecSpec, ...]) -> None:
    layout = ArrayLayout((7, 10), NumberType(np.dtype("<i4")), (None, 10), (3, 4), codecs)
    sink = filled(writer, layout, VALUES)
    np.testing.assert_array_equal(by_zarr(writer), VALUES)
    assert [codec.name for codec in sink.layout.codecs] == [codec.name for codec in codecs]
    np.testing.assert_array_equal(taken(sink, ...), VALUES)


def test_parts_are_written_chunk_by_chunk(writer: ZarrWriter) -> None:
    layout = ArrayLayout((7, 10), NumberType(np.dtype("<i4")), (None, 10), (3, 4), fill_value=-1)
    sink = writer.create_array("/x", layout)
    sink.write((slice(2, 5), slice(3, 9)), VALUES[2:5, 3:9])
    expected = np.full((7, 10), -1, "<i4")
    expected[2:5, 3:9] = VALUES[2:5, 3:9]
    np.testing.assert_array_equal(taken(sink, ...), expected)
    np.testing.assert_array_equal(by_zarr(writer), expected)


def test_what_a_smaller_shape_cuts_off_is_gone(writer: ZarrWriter) -> None:
    layout = ArrayLayout((7, 10), NumberType(np.dtype("<i4")), (None, 10), (3, 4))
    sink = filled(writer, layout, VALUES)
    sink.resize((2, 10))
    sink.resize((7, 10))
    expected = VALUES.copy()
    expected[2:] = 0
    np.testing.assert_array_equal(taken(sink, ...), expected)
    np.testing.assert_array_equal(by_zarr(writer), expected)
    with pytest.raises(ShapeError):
        sink.resize((7, 11))


def test_raw_chunks_are_those_of_the_store(writer: ZarrWriter) -> None:
    codecs = (CodecSpec("shuffle", {"elementsize": 4}), CodecSpec("zlib", {"level": 4}))
    layout = ArrayLayout((7, 10), NumberType(np.dtype("<i4")), (None, 10), (3, 4), codecs)
    source: Any = filled(writer, layout, VALUES)
    target: Any = writer.create_array("/y", layout)
    assert target.read_raw((0, 0)) is None
    for coords in np.ndindex(3, 3):
        target.write_raw(coords, source.read_raw(coords))
    np.testing.assert_array_equal(taken(target, ...), VALUES)
    with pytest.raises(ShapeError):
        target.read_raw((3, 0))


@pytest.mark.filterwarnings("ignore:Numcodecs codecs")
def test_a_raw_chunk_that_skipped_a_codec_gets_it(writer: ZarrWriter) -> None:
    codecs = (CodecSpec("shuffle", {"elementsize": 4}), CodecSpec("zlib", {"level": 4}))
    layout = ArrayLayout((3, 4), NumberType(np.dtype("<i4")), (None, 4), (3, 4), codecs)
    sink: Any = writer.create_array("/x", layout)
    chunk = np.ascontiguousarray(VALUES[:3, :4])
    plain = {0b11: chunk.tobytes(), 0b10: bytes(numcodecs.Shuffle(4).encode(chunk))}
    for skipped, data in plain.items():
        sink.write_raw((0, 0), RawChunk(data, skipped))
        np.testing.assert_array_equal(taken(sink, ...), chunk)
        np.testing.assert_array_equal(by_zarr(writer), chunk)


def test_a_damaged_chunk_is_named(writer: ZarrWriter) -> None:
    layout = ArrayLayout(
        (7,), NumberType(np.dtype("i4")), (None,), (4,), (CodecSpec("zlib", {"level": 1}),)
    )
    sink = filled(writer, layout, np.arange(7, dtype="i4"))
    writer.commit()
    key = "x/c/1" if writer.zarr_format == 3 else "x/1"
    (Path(writer.source) / key).write_bytes(b"nonsense")
    np.testing.assert_array_equal(taken(sink, np.s_[:4]), np.arange(4))
    with pytest.raises(CorruptChunkError, match=r"chunk \(1,\).*zlib.*'/x'"):
        taken(sink, ...)


def test_an_unknown_codec_is_named(writer: ZarrWriter) -> None:
    layout = ArrayLayout((7,), NumberType(np.dtype("i4")), (None,), (4,), (CodecSpec("magic"),))
    with pytest.raises(UnknownCodecError, match="'magic'"):
        writer.check_layout("/x", layout)
    assert writer.node("/x") is None


def test_text_that_is_not_utf8_is_kept(writer: ZarrWriter) -> None:
    values = object_array(["é", b"\xff\xfe", ""], (3,))
    sink = filled(writer, ArrayLayout((3,), TextType()), values)
    assert taken(sink, ...).tolist() == ["é", b"\xff\xfe", ""]


def test_one_chunk_is_read_for_a_slice_of_one_chunk(tmp_path: Path, zarr_format: Any) -> None:
    group = zarr.open_group(tmp_path / "a.zarr", mode="w", zarr_format=zarr_format)
    group.create_array("x", shape=(100,), chunks=(10,), dtype="i4")[:] = np.arange(100)
    reader = open_storage(tmp_path / "a.zarr", "r", StoreOptions()).storage
    array = reader.array("/x")
    asked: list[str] = []
    get = reader.store.get

    def noted(key: str, start: int = 0, length: int | None = None) -> bytes | None:
        asked.append(key)
        return get(key, start, length)

    reader.store.get = noted  # type: ignore[method-assign]
    assert taken(array, np.s_[12:18]).tolist() == list(range(12, 18))
    assert asked == ["x/c/1" if zarr_format == 3 else "x/1"]


def test_a_compound_takes_text_of_any_length(writer: ZarrWriter) -> None:
    from hdmf_io_core.storage.dtypes import CompoundField, CompoundType

    dtype = CompoundType(
        (CompoundField("i", NumberType(np.dtype("i4"))), CompoundField("s", TextType()))
    )
    layout = ArrayLayout((2,), dtype, (None,), (2,))
    sink = writer.create_array("/x", layout)
    values: Any = np.empty(2, layout.memory_dtype)
    values["i"], values["s"] = [1, 2], ["short", "x"]
    sink.write((slice(0, 2),), values)
    values["s"][1] = "é" * 700
    sink.write((slice(1, 2),), values[1:])
    assert taken(sink, ...).tolist() == [(1, "short"), (2, "é" * 700)]
    assert select_all((2,)).shape == (2,)
