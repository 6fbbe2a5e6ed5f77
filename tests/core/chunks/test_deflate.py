"""Streams of every library are zlib streams to the standard library, of the size asked for."""

import zlib
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hdmf_io_core.chunks import deflate, trial
from hdmf_io_core.chunks.deflate import Library, deflated, deflaters, inflated, zlib_deflater
from hdmf_io_core.chunks.shuffle import shuffled
from hdmf_io_core.chunks.trial import Recipe, Trials, choose, still_poor
from hdmf_io_core.errors import CorruptChunkError

EVERY = {d.name + str(d.level): d for n in range(1, 10) for d in (*deflaters(n), zlib_deflater(n))}
DATASETS = {
    "band noise": lambda rng: np.cumsum(rng.normal(size=120_000)).astype("i2"),
    "low noise": lambda rng: rng.normal(scale=4, size=120_000).astype("i2"),
    "noise": lambda rng: rng.integers(-(2**15), 2**15, 120_000).astype("i2"),
    "sorted": lambda rng: np.sort(rng.integers(0, 2**40, 40_000)),
    "floats": lambda rng: rng.normal(size=40_000),
    "big-endian": lambda rng: rng.normal(scale=90, size=120_000).astype(">i2"),
    "zeros": lambda rng: np.zeros(120_000, "i4"),
    "few values": lambda rng: rng.integers(0, 3, 120_000).astype("u1"),
}


def u8(array: Any) -> Any:
    return np.ascontiguousarray(array).reshape(-1).view(np.uint8)


@pytest.fixture(params=["all", "none"], autouse=True)
def library(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "none":
        monkeypatch.setattr(deflate, "installed", lambda: Library(None, None, None))


@pytest.mark.parametrize("name", sorted(EVERY))
@settings(max_examples=25)
@given(data=st.binary(max_size=3000), kept=st.lists(st.booleans(), max_size=5))
def test_every_stream_inflates_elsewhere(name: str, data: bytes, kept: list[bool]) -> None:
    deflater = EVERY[name]
    if deflater.run is None:
        kept.sort(reverse=True)
    planes = tuple(kept) if len(data) >= len(kept) else ()
    stream = bytes(deflated(np.frombuffer(data, np.uint8), deflater, planes))
    assert zlib.decompress(stream) == data
    assert inflated(stream, len(data)).tobytes() == data


@pytest.mark.parametrize("n", [65534, 65535, 65536, 131070, 200_001])
@pytest.mark.parametrize("planes", [(True, True), (True, False), (False, True)])
def test_stored_blocks_of_any_length_are_whole(n: int, planes: Any) -> None:
    data = np.random.default_rng(n).integers(0, 255, n, np.uint8)
    assert zlib.decompress(bytes(deflated(data, zlib_deflater(1), planes))) == data.tobytes()


@pytest.mark.parametrize("what", sorted(DATASETS))
@pytest.mark.parametrize("level", [1, 4, 5, 9])
def test_the_size_is_that_of_zlib_at_the_level(what: str, level: int) -> None:
    array = DATASETS[what](np.random.default_rng(3))
    size = array.dtype.itemsize
    data = u8(array)
    recipe = choose(data, size, level)
    planes = shuffled(data, size)
    ours = len(deflated(planes, recipe.deflater, recipe.stored))
    # Samples do not tell the last thousandth.
    limit = 1.05 if level < 5 else 1.002
    assert ours <= limit * len(zlib.compress(planes.data, level)) + 32 * size
    if level > 4:
        assert ours <= len(zlib.compress(planes.data, 4)) + 32 * size


def test_incompressible_planes_are_stored() -> None:
    data = u8(np.random.default_rng(0).integers(0, 256, 100_000).astype("<i4"))
    assert choose(data, 4, 4).stored in {(True, False, False, False)}
    assert choose(data, 1, 4).stored == ()


def test_level_0_compresses_nothing() -> None:
    trials = Trials(0, 1, 1000)
    assert not trials.is_due
    recipe = trials.next(np.zeros(0, np.uint8))
    assert len(deflated(np.zeros(1000, np.uint8), recipe.deflater)) > 1000


def test_trials_are_repeated_and_rarer_while_they_agree(monkeypatch: pytest.MonkeyPatch) -> None:
    level = 4
    monkeypatch.setattr(trial, "choose", lambda *a: Recipe(zlib_deflater(level)))
    trials = Trials(4, 2, 1 << 20)
    due = []
    for i in range(300):
        level = 4 if i < 200 else 1
        if trials.is_due:
            due.append(i)
        trials.next(np.zeros(0, np.uint8))
    assert due == [0, 16, 48, 112, 240, 256, 288]


@pytest.mark.parametrize("cut", [1, 5, 40])
def test_a_stream_cut_off_is_corrupt(cut: int) -> None:
    stream = zlib.compress(bytes(range(200)))
    with pytest.raises(CorruptChunkError):
        inflated(stream[:-cut], 200)


def test_damage_anywhere_is_found() -> None:
    data = bytes(np.random.default_rng(0).integers(0, 20, 3000, np.uint8))
    stream = bytearray(zlib.compress(data))
    for place in range(0, len(stream), 7):
        damaged = bytearray(stream)
        damaged[place] ^= 0x55
        try:
            assert inflated(damaged, len(data)).tobytes() == data
        except CorruptChunkError:
            continue


@pytest.mark.parametrize(("n_bytes", "told"), [(199, "more than the 199"), (201, "200 bytes")])
def test_another_length_is_corrupt(n_bytes: int, told: str) -> None:
    with pytest.raises(CorruptChunkError, match=told):
        inflated(zlib.compress(bytes(200)), n_bytes)


def test_what_follows_the_stream_is_passed_over() -> None:
    assert inflated(zlib.compress(b"abc") + b"padding", 3).tobytes() == b"abc"
    assert inflated(zlib.compress(b"abc") + b"padding", None).tobytes() == b"abc"


def test_libraries_are_named() -> None:
    assert str(Library(None, None, None)) == "zlib"
    assert str(Library(zlib, zlib, zlib)) == "ISA-L, libdeflate, zlib-ng, zlib"


def test_a_plane_is_not_stored_where_a_chunk_is_half_empty() -> None:
    noise = np.random.default_rng(0).integers(0, 256, 100_000).astype("<i2")
    recipe = choose(u8(noise), 2, 4)
    assert recipe.stored == (True, False)
    assert still_poor(shuffled(u8(noise), 2), recipe) == (True, False)
    noise[40_000:] = 0
    assert still_poor(shuffled(u8(noise), 2), recipe) == (False, False)
    few = np.zeros(40, "<i2")
    assert still_poor(shuffled(u8(few), 2), recipe) == (False, False)
