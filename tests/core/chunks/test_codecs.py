"""Chunks through their codecs and back; the bytes are those of numcodecs and plain arithmetic."""

import subprocess
import sys
import zlib
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numcodecs import get_codec

from hdmf_io_core.chunks.checksum import fletcher32, swapped_fletcher32
from hdmf_io_core.chunks.codecs import CodecChain, are_known
from hdmf_io_core.chunks.shuffle import byte_cells, join_planes, shuffled, unshuffled
from hdmf_io_core.errors import CorruptChunkError, OptionError, UnknownCodecError
from hdmf_io_core.storage.layout import CodecSpec, RawChunk

SHUFFLE = CodecSpec("shuffle", {"elementsize": 4})
ZLIB = CodecSpec("zlib", {"level": 4})
FLETCHER = CodecSpec("fletcher32")
CHAINS = [
    (),
    (SHUFFLE,),
    (ZLIB,),
    (FLETCHER,),
    (SHUFFLE, ZLIB),
    (SHUFFLE, ZLIB, FLETCHER),
    (FLETCHER, SHUFFLE, ZLIB),
    (CodecSpec("blosc", {"cname": "lz4", "clevel": 5, "shuffle": 1}),),
    (SHUFFLE, CodecSpec("zstd", {"level": 1})),
    (CodecSpec("lz4"),),
    (CodecSpec("gzip"), FLETCHER),
]


def encoded_elsewhere(data: bytes, chain: Any, skipped: int) -> bytes:
    for i, spec in enumerate(chain):
        if not skipped >> i & 1:
            codec = get_codec({"id": spec.name, **spec.config})
            data = bytes(codec.encode(np.frombuffer(data, np.uint8)))
    return data


@pytest.mark.parametrize("specs", CHAINS, ids=lambda c: "+".join(s.name for s in c) or "none")
@given(data=st.data())
def test_chunks_of_numcodecs_decode_whatever_was_skipped(specs: Any, data: Any) -> None:
    n = 4 * data.draw(st.integers(1, 400))
    values = data.draw(st.binary(min_size=n, max_size=n))
    skipped = data.draw(st.integers(0, (1 << len(specs)) - 1))
    chunk = RawChunk(encoded_elsewhere(values, specs, skipped), skipped)
    assert CodecChain(specs, 4, n).decode(chunk).tobytes() == values


@pytest.mark.parametrize("specs", CHAINS, ids=lambda c: "+".join(s.name for s in c) or "none")
@given(values=st.binary(min_size=4, max_size=900).filter(lambda b: len(b) % 4 == 0))
def test_numcodecs_decodes_what_is_encoded(specs: Any, values: bytes) -> None:
    chain = CodecChain(specs, 4, len(values))
    data = np.frombuffer(values, np.uint8)
    for recipe in (None, chain.next_recipe(data)):
        raw = bytes(chain.encode(data, recipe).data)
        for spec in reversed(specs):
            raw = bytes(get_codec({"id": spec.name, **spec.config}).decode(raw))
        assert raw == values


def test_shuffled_bytes_can_be_left_apart() -> None:
    values = np.arange(30, dtype="<i4")
    chain = CodecChain((SHUFFLE, ZLIB), 4, values.nbytes)
    planes = chain.decode(chain.encode(values.view(np.uint8)), first=1)
    assert chain.shuffle_bytes == 4
    assert planes.tobytes() == shuffled(values.view(np.uint8), 4).tobytes()


def fletcher_by_the_book(data: bytes) -> int:
    """HDF5's own loop, word by word."""
    first = second = 0
    words = [int.from_bytes(data[i : i + 2].ljust(2, b"\0"), "big") for i in range(0, len(data), 2)]
    for start in range(0, len(words), 360):
        for word in words[start : start + 360]:
            first += word
            second += first
        first = (first & 0xFFFF) + (first >> 16)
        second = (second & 0xFFFF) + (second >> 16)
    first = (first & 0xFFFF) + (first >> 16)
    second = (second & 0xFFFF) + (second >> 16)
    return second << 16 | first


@given(st.binary(max_size=5000))
def test_fletcher32_is_that_of_hdf5(data: bytes) -> None:
    assert fletcher32(np.frombuffer(data, np.uint8)) == fletcher_by_the_book(data)


@pytest.mark.parametrize("byte", [0, 1, 255])
@pytest.mark.parametrize("n", [0, 1, 2, 1023, 1024, 1025, 70_001])
def test_fletcher32_folds_sums_as_hdf5_does(byte: int, n: int) -> None:
    data = bytes([byte]) * n
    assert fletcher32(np.frombuffer(data, np.uint8)) == fletcher_by_the_book(data)


def test_fletcher32_of_many_slabs() -> None:
    data = np.random.default_rng(0).integers(0, 256, (3 << 24) + 7, np.uint8)
    spec = get_codec({"id": "fletcher32"})
    assert fletcher32(data) == int.from_bytes(bytes(spec.encode(data)[-4:]), "little")


def test_the_swapped_checksum_of_old_files_is_taken() -> None:
    data = np.arange(100, dtype="u1")
    checksum = swapped_fletcher32(fletcher32(data))
    chunk = RawChunk(data.tobytes() + checksum.to_bytes(4, "little"))
    assert CodecChain((FLETCHER,), 1, 100).decode(chunk).tobytes() == data.tobytes()


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5, 8, 16])
@given(data=st.binary(max_size=400))
def test_shuffle_is_a_transposition_that_leaves_the_rest(size: int, data: bytes) -> None:
    n = len(data) // size
    apart = b"".join(data[i : n * size : size] for i in range(size)) + data[n * size :]
    array = np.frombuffer(data, np.uint8)
    assert shuffled(array, size).tobytes() == apart
    assert unshuffled(np.frombuffer(apart, np.uint8), size).tobytes() == data


@pytest.mark.parametrize("dtype", ["<i2", ">i2", "<u4", "f8", "c16", "S3"])
def test_planes_join_into_any_part_of_an_array(dtype: str) -> None:
    rng = np.random.default_rng(0)
    size = np.dtype(dtype).itemsize
    values = rng.integers(1, 99, (6, 7, size), np.uint8)
    planes = np.ascontiguousarray(np.moveaxis(values, -1, 0))
    out = np.zeros((9, 20), dtype)
    join_planes(planes[:, ::2, 1:5], byte_cells(out, 2)[2:5, 3:15:3])
    assert (byte_cells(out, 2)[2:5, 3:15:3] == values[::2, 1:5]).all()
    assert np.count_nonzero(byte_cells(out, 2)) == 3 * 4 * size


@pytest.mark.parametrize(
    ("specs", "data"),
    [
        ((ZLIB,), b"no stream"),
        ((ZLIB,), zlib.compress(bytes(9))),
        ((FLETCHER,), bytes(8) + b"\1\2\3\4"),
        ((FLETCHER,), b"\0"),
        ((CodecSpec("zstd"),), b"no frame"),
        ((CodecSpec("blosc"),), b"no header at all, this"),
        ((CodecSpec("lz4"),), b"\xff\xff\xff\x7fnothing"),
        ((), bytes(9)),
        ((SHUFFLE,), bytes(7)),
    ],
    ids=str,
)
def test_what_does_not_decode_is_corrupt(specs: Any, data: bytes) -> None:
    with pytest.raises(CorruptChunkError):
        CodecChain(specs, 4, 8).decode(RawChunk(data))


def test_codecs_of_others_are_not_known() -> None:
    assert are_known((SHUFFLE, ZLIB, FLETCHER, CodecSpec("zstd")))
    assert not are_known((SHUFFLE, CodecSpec("hdf5:32000")))
    with pytest.raises(UnknownCodecError):
        CodecChain((CodecSpec("hdf5:32000"),), 4, 8)
    with pytest.raises(OptionError):
        CodecChain((CodecSpec("blosc", {"nothing": 1}),), 4, 8)
    with pytest.raises(UnknownCodecError):
        CodecChain((CodecSpec("zlib", {"level": "four"}),), 4, 8)


def test_numcodecs_is_imported_when_it_is_needed() -> None:
    code = (
        "import sys; from hdmf_io_core.chunks.codecs import CodecChain; "
        "from hdmf_io_core.storage.layout import CodecSpec; "
        "CodecChain((CodecSpec('shuffle'), CodecSpec('zlib')), 4, 8); "
        "sys.exit('numcodecs' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
