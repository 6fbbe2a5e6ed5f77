"""Blocks of memory that jobs use again."""

import numpy as np
import pytest

from hdmf_io_core.chunks.buffers import Buffers
from hdmf_io_core.chunks.codecs import CodecChain
from hdmf_io_core.storage.layout import CodecSpec

GZIP = (CodecSpec("shuffle", {"elementsize": 2}), CodecSpec("zlib", {"level": 4}))


def test_a_block_given_back_is_taken_again() -> None:
    buffers = Buffers(1000)
    loan = buffers.loan()
    first = loan.take(10)
    loan.give_back()
    again = buffers.loan().take(1000)
    assert np.shares_memory(first, again)


def test_blocks_out_on_loan_are_apart() -> None:
    buffers = Buffers(1000)
    one, other = buffers.loan(), buffers.loan()
    blocks = [one.take(1000), other.take(1000), one.take(1)]
    assert not any(np.shares_memory(a, b) for a in blocks for b in blocks if a is not b)


def test_what_holds_the_result_stays_on_loan() -> None:
    buffers = Buffers(1000)
    loan = buffers.loan()
    scratch, result = loan.take(1000), loan.take(500)
    loan.give_back(but=result[:3])
    assert np.shares_memory(buffers.loan().take(1), scratch)
    assert not np.shares_memory(buffers.loan().take(1), result)
    loan.give_back()
    assert np.shares_memory(buffers.loan().take(1), result)


def test_what_is_too_large_is_not_kept() -> None:
    buffers = Buffers(10)
    loan = buffers.loan()
    large = loan.take(11)
    loan.give_back()
    assert not np.shares_memory(buffers.loan().take(10), large)


@pytest.mark.parametrize("checksum", [(), (CodecSpec("fletcher32"),)])
def test_chunks_after_the_first_need_no_new_memory(checksum: tuple[CodecSpec, ...]) -> None:
    rng = np.random.default_rng(0)
    n_bytes = 1 << 18
    chain = CodecChain((*GZIP, *checksum), 2, n_bytes)
    buffers = Buffers(n_bytes + (n_bytes >> 12) + 64)
    places = set()
    for _ in range(5):
        data = rng.normal(scale=300, size=n_bytes // 2).astype("i2").view(np.uint8)
        loan = buffers.loan()
        chunk = chain.encode(data, chain.next_recipe(data), loan.take)
        encoded = np.frombuffer(chunk.data, np.uint8)
        assert chain.decode(chunk).tobytes() == data.tobytes()
        loan.give_back(but=encoded)
        places.add(encoded.ctypes.data)
        loan.give_back()
    assert len(places) < 3
