"""What decodes to more than was declared is given up at the declared size, whatever the codec."""

import bz2
import gzip
import lzma
import tracemalloc
import zlib
from typing import Any

import numcodecs
import numpy as np
import pytest
from numcodecs import get_codec

from hdmf_io_core.chunks import deflate
from hdmf_io_core.chunks.codecs import CodecChain
from hdmf_io_core.chunks.coding import ChunkCoder
from hdmf_io_core.errors import CorruptChunkError, MemoryLimitError, UnknownCodecError
from hdmf_io_core.storage.encoding import ChunkEncoding
from hdmf_io_core.storage.layout import CodecSpec, RawChunk

DECLARED = 4096
BOMB_BYTES = 64 << 20
SPECS = [
    CodecSpec("zlib", {"level": 1}),
    CodecSpec("gzip", {"level": 1}),
    CodecSpec("bz2", {"level": 1}),
    CodecSpec("lzma", {}),
    CodecSpec("zstd", {"level": 1}),
    CodecSpec("lz4", {}),
    CodecSpec("blosc", {"cname": "zstd", "clevel": 1, "shuffle": 0}),
]


def encoded(spec: CodecSpec, n_bytes: int) -> bytes:
    return bytes(get_codec({"id": spec.name, **spec.config}).encode(np.zeros(n_bytes, np.uint8)))


def endless_zstd(n_blocks: int) -> bytes:
    """A frame that does not say how long its content is: blocks of 128 KiB of zeros each."""
    blocks = (((131072 << 3) | 2 | (i == n_blocks - 1)).to_bytes(3, "little") + b"\0"
              for i in range(n_blocks))  # fmt: skip
    return bytes.fromhex("28b52ffd0058") + b"".join(blocks)


def peak_bytes(chain: CodecChain, data: bytes) -> int:
    tracemalloc.start()
    try:
        with pytest.raises(CorruptChunkError):
            chain.decode(RawChunk(data))
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.name)
def test_a_bomb_stops_at_the_declared_size(spec: CodecSpec) -> None:
    peak = peak_bytes(CodecChain((spec,), 1, DECLARED), encoded(spec, BOMB_BYTES))
    assert peak < BOMB_BYTES // 4


def test_zlib_bombs_stop_whatever_library_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    bare = deflate.Library(None, None, None)
    monkeypatch.setattr(deflate, "installed", lambda: bare)
    chain = CodecChain((SPECS[0],), 1, DECLARED)
    assert peak_bytes(chain, encoded(SPECS[0], BOMB_BYTES)) < BOMB_BYTES // 4


def test_a_zstd_frame_without_a_length_stops_too() -> None:
    chain = CodecChain((CodecSpec("zstd", {}),), 1, DECLARED)
    assert peak_bytes(chain, endless_zstd(BOMB_BYTES >> 17)) < BOMB_BYTES // 4


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.name)
def test_a_bomb_before_another_codec_stops(spec: CodecSpec) -> None:
    """The size between two codecs is not known, yet it has a bound."""
    chain = CodecChain((CodecSpec("zlib", {"level": 1}), spec), 1, DECLARED)
    assert peak_bytes(chain, encoded(spec, BOMB_BYTES)) < BOMB_BYTES // 4


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.name)
def test_elements_without_a_size_stop_at_the_limit(
    spec: CodecSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HDMF_IO_CHUNK_LIMIT", str(1 << 20))
    data = endless_zstd(BOMB_BYTES >> 17) if spec.name == "zstd" else encoded(spec, BOMB_BYTES)
    assert peak_bytes(CodecChain((spec,), 1, None), data) < BOMB_BYTES // 4


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.name)
@pytest.mark.parametrize("declared", [DECLARED, None])
def test_what_is_cut_off_or_shorter_is_damaged(spec: CodecSpec, declared: int | None) -> None:
    whole = encoded(spec, DECLARED)
    assert len(CodecChain((spec,), 1, declared).decode(RawChunk(whole))) == DECLARED
    chain = CodecChain((spec,), 1, DECLARED)
    for data in (whole[:-5], whole[:3], b"", encoded(spec, DECLARED - 1)):
        with pytest.raises(CorruptChunkError):
            chain.decode(RawChunk(data))


def test_streams_in_several_parts_still_decode() -> None:
    """gzip, bzip2 and xz files may be joined; zeros may follow gzip's."""
    for name, compress in (("gzip", gzip.compress), ("bz2", bz2.compress), ("lzma", lzma.compress)):
        data = compress(b"a" * 10) + compress(b"b" * 20) + (b"\0\0" if name == "gzip" else b"")
        found = CodecChain((CodecSpec(name, {}),), 1, 30).decode(RawChunk(data))
        assert found.tobytes() == b"a" * 10 + b"b" * 20


def test_a_blosc_header_that_lies_about_its_length_is_refused() -> None:
    """C-Blosc believes it, and would read past the end."""
    spec = SPECS[-1]
    data = bytearray(encoded(spec, DECLARED))
    data[12:16] = (1 << 30).to_bytes(4, "little")
    with pytest.raises(CorruptChunkError):
        CodecChain((spec,), 1, DECLARED).decode(RawChunk(bytes(data)))


@pytest.mark.parametrize(
    "spec",
    [CodecSpec("pickle"), CodecSpec("zstd", {"id": "pickle"}), CodecSpec("json2")],
    ids=["pickle", "pickle in disguise", "json2"],
)
def test_codecs_of_objects_never_decode_bytes(
    spec: CodecSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    """``pickle`` runs what it reads, in older numcodecs without asking."""
    import numcodecs.pickles

    monkeypatch.setattr(numcodecs.pickles, "ALLOW_UNSAFE_PICKLE_DECODE", True, raising=False)
    if "id" in spec.config:
        chain: Any = CodecChain((spec,), 1, 1)
        with pytest.raises(CorruptChunkError, match="zstd"):
            chain.decode(RawChunk(b"\x80\x05K\x01."))
        return
    with pytest.raises(UnknownCodecError):
        CodecChain((spec,), 1, 1)


def test_a_chunk_declared_larger_than_the_limit_is_not_decoded() -> None:
    huge = ChunkEncoding((1 << 40,), np.dtype("u1"), (CodecSpec("zlib", {"level": 1}),))
    with pytest.raises(MemoryLimitError, match="HDMF_IO_CHUNK_LIMIT") as caught:
        ChunkCoder(huge).decode(RawChunk(zlib.compress(b"")))
    assert isinstance(caught.value, MemoryError)


def test_the_limit_is_lifted_by_a_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    small = ChunkEncoding((DECLARED,), np.dtype("u1"))
    monkeypatch.setenv("HDMF_IO_CHUNK_LIMIT", str(DECLARED - 1))
    with pytest.raises(MemoryLimitError):
        ChunkCoder(small).decode(RawChunk(bytes(DECLARED)))
    monkeypatch.setenv("HDMF_IO_CHUNK_LIMIT", str(DECLARED))
    assert ChunkCoder(small).decode(RawChunk(bytes(DECLARED))).shape == (DECLARED,)


def test_numcodecs_has_not_learned_a_codec_that_nobody_bounded() -> None:
    """Codecs of the table that can inflate are those of the tests above."""
    inflating = {"zlib", "gzip", "bz2", "lzma", "zstd", "lz4", "blosc"}
    assert {spec.name for spec in SPECS} == inflating
    assert inflating <= set(numcodecs.registry.codec_registry)
