"""LZ4 in blocks and shuffled bits: what is encoded comes back, what is damaged is told."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hdmf_io_core.chunks.codecs import CodecChain, are_known
from hdmf_io_core.errors import CorruptChunkError
from hdmf_io_core.storage.layout import CodecSpec, RawChunk

CODECS = st.one_of(
    st.builds(lambda n: ("lz4_blocks", {"blocksize": n}), st.sampled_from([0, 1, 64, 1000])),
    st.builds(
        lambda size, block, packing: (
            "bitshuffle_blocks",
            {"elementsize": size, "blocksize": block, "packing": packing, "level": 1},
        ),
        st.sampled_from([1, 2, 3, 8]),
        st.sampled_from([0, 8, 64]),
        st.sampled_from(["", "lz4", "zstd"]),
    ),
)
CONTENTS = st.one_of(
    st.binary(max_size=3000),
    st.builds(lambda n: (np.arange(n) // 9).astype("u2").tobytes(), st.integers(0, 3000)),
)


def chain(codec: tuple[str, Any], n_bytes: int | None) -> CodecChain:
    spec = CodecSpec(*codec)
    assert are_known([spec])
    return CodecChain([spec], 1, n_bytes)


@given(codec=CODECS, content=CONTENTS)
def test_what_is_encoded_comes_back(codec: Any, content: bytes) -> None:
    for n_bytes in (len(content), None):
        coded = chain(codec, n_bytes)
        chunk = coded.encode(np.frombuffer(content, "u1"))
        assert coded.decode(chunk).tobytes() == content


@given(codec=CODECS, content=CONTENTS, data=st.data())
def test_what_is_damaged_is_told_or_has_the_length_that_was_meant(
    codec: Any, content: bytes, data: st.DataObject
) -> None:
    coded = chain(codec, len(content))
    chunk = bytearray(coded.encode(np.frombuffer(content, "u1")).data)
    if data.draw(st.booleans()) and chunk:
        chunk[data.draw(st.integers(0, len(chunk) - 1))] ^= data.draw(st.integers(1, 255))
    else:
        del chunk[data.draw(st.integers(0, len(chunk))) :]
    try:
        found = coded.decode(RawChunk(bytes(chunk)))
    except CorruptChunkError:
        return
    assert len(found) == len(content)


@pytest.mark.parametrize("name", ["lz4_blocks", "bitshuffle_blocks"])
def test_a_length_that_the_data_cannot_have_allocates_nothing(name: str) -> None:
    frame = (1 << 60).to_bytes(8, "big") + (1 << 31).to_bytes(4, "big") + bytes(100)
    config = {"elementsize": 1, "packing": "lz4"} if name == "bitshuffle_blocks" else {}
    for n_bytes in (None, 5000):
        with pytest.raises(CorruptChunkError, match="bytes"):
            chain((name, config), n_bytes).decode(RawChunk(frame))
