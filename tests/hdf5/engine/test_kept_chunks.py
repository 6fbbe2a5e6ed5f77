"""Chunks that are read in part stay decoded, as long as nothing can have changed them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from hdmf_io_core import open_io
from hdmf_io_core.chunks.decoded import Decoded, DecodedChunks
from hdmf_io_core.errors import OptionError
from hdmf_io_hdf5 import HDF5IO
from hdmf_io_hdf5.positional import Descriptor

VALUES = np.random.default_rng(0).integers(-99, 99, (10_000, 32)).astype("i2")
CHUNK_BYTES = 4096 * 32 * 2


@pytest.fixture
def path(tmp_path: Path) -> Path:
    with h5py.File(tmp_path / "x.h5", "w") as file:
        for name, options in {
            "x": {"shuffle": True, "compression": "gzip"},
            "plain": {},
            "checked": {"fletcher32": True, "shuffle": True},
        }.items():
            file.create_dataset(name, data=VALUES, chunks=(4096, 32), **options)
    return tmp_path / "x.h5"


@pytest.fixture
def fetched(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """Sizes of what was read past HDF5."""
    sizes: list[int] = []
    read = Descriptor.read

    def counted(self: Descriptor, n_bytes: int, offset: int) -> bytes:
        sizes.append(n_bytes)
        return read(self, n_bytes, offset)

    monkeypatch.setattr(Descriptor, "read", counted)
    return sizes


@pytest.mark.parametrize("name", ["x", "plain", "checked"])
def test_a_second_window_in_a_chunk_fetches_nothing(
    path: Path, fetched: list[int], name: str
) -> None:
    with open_io(path) as io:
        data = io.read()[name].data  # type: ignore[union-attr]
        np.testing.assert_array_equal(data[100:3000], VALUES[100:3000])
        assert len(fetched) == 1
        np.testing.assert_array_equal(data[2000:4000, 3:7], VALUES[2000:4000, 3:7])
        np.testing.assert_array_equal(data[5, [1, 30]], VALUES[5, [1, 30]])
        assert len(fetched) == 1
        # The next chunk alone is new.
        np.testing.assert_array_equal(data[3000:5000], VALUES[3000:5000])
        assert len(fetched) == 2


def test_whole_reads_keep_nothing_and_use_what_is_kept(path: Path, fetched: list[int]) -> None:
    with open_io(path) as io:
        data = io.read()["x"].data  # type: ignore[union-attr]
        assert (data[:] == VALUES).all()
        assert (data[:4096] == VALUES[:4096]).all()
        assert io.engine.decoded.held_bytes == 0  # type: ignore[attr-defined]
        n_fetched = len(fetched)
        assert (data[8192:9000] == VALUES[8192:9000]).all()
        assert (data[:] == VALUES).all()
        assert len(fetched) == n_fetched + 1 + 2


def test_no_more_is_kept_than_was_asked_for(path: Path, fetched: list[int]) -> None:
    with HDF5IO(path, rdcc_nbytes=2 * CHUNK_BYTES) as io:
        data = io.read()["x"].data
        for start in (0, 4096, 8192):
            assert (data[start : start + 1500] == VALUES[start : start + 1500]).all()
            assert io.engine.decoded.held_bytes <= 2 * CHUNK_BYTES
        assert len(fetched) == 3
        assert (data[4100:6000] == VALUES[4100:6000]).all()
        assert len(fetched) == 3
        assert (data[100:2000] == VALUES[100:2000]).all()
        assert len(fetched) == 4
    assert io.engine.decoded.held_bytes == 0


def test_a_read_that_has_not_room_for_its_chunks_keeps_none(path: Path) -> None:
    with HDF5IO(path, rdcc_nbytes=2 * CHUNK_BYTES) as io:
        data = io.read()["x"].data
        assert (data[:, [3, 20]] == VALUES[:, [3, 20]]).all()
        assert io.engine.decoded.held_bytes == 0


@pytest.mark.parametrize("n_bytes", [0, 1000])
def test_nothing_is_kept_where_there_is_no_room(path: Path, n_bytes: int) -> None:
    with HDF5IO(path, rdcc_nbytes=n_bytes) as io:
        data = io.read()["x"].data
        assert (data[100:4100] == VALUES[100:4100]).all()
        assert io.engine.decoded.held_bytes == 0


def test_what_can_change_is_not_kept(path: Path) -> None:
    with HDF5IO(path, "a") as io:
        data = io.read()["x"].data
        for value in (1, 2, 3):
            io.file["x"][200:300] = value
            assert (data[200:300] == value).all()
            assert (data[100:4200] == io.file["x"][100:4200]).all()
        assert io.engine.decoded.held_bytes == 0


def test_the_chunk_not_asked_for_the_longest_goes() -> None:
    def chunk() -> Decoded:
        return Decoded(np.zeros(10, "u1"), are_planes=False)

    kept = DecodedChunks(25)
    kept.put("a", chunk())
    kept.put("b", chunk())
    assert kept.get("a") is not None
    kept.put("c", chunk())
    kept.put("c", chunk())
    assert [kept.get(name) is not None for name in "abc"] == [True, False, True]
    assert kept.held_bytes == 20
    kept.clear()
    assert kept.get("a") is None


def test_less_than_nothing_cannot_be_kept() -> Any:
    with pytest.raises(OptionError, match="-1 bytes"):
        DecodedChunks(-1)
