"""Chunks whose bytes mean the same on both sides are copied as they are, never decoded."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import product
from pathlib import Path
from typing import Any

import h5py
import numcodecs
import numpy as np
import pytest
from converting import convert

from hdmf_io_core.chunks.codecs import CodecChain
from hdmf_io_core.chunks.coding import ChunkCoder
from hdmf_io_hdf5.arrays import HDF5Array

VALUES = np.arange(70 * 33, dtype="i4").reshape(70, 33) // 7
CHUNKS = (16, 10)


@contextmanager
def counted(patch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Take note of every encoding and decoding, and of every read and write of elements."""
    calls: list[str] = []

    def count(owner: Any, name: str) -> None:
        real = getattr(owner, name)

        def counting(*args: Any, **kwargs: Any) -> Any:
            calls.append(f"{owner.__name__}.{name}")
            return real(*args, **kwargs)

        patch.setattr(owner, name, counting)

    with patch.context() as patch:
        for owner in (CodecChain, ChunkCoder, numcodecs.Zlib, numcodecs.Shuffle, numcodecs.Blosc):
            count(owner, "encode")
            count(owner, "decode")
        count(HDF5Array, "read_into")
        count(HDF5Array, "write")
        yield calls


def make_hdf5(path: Path, **options: Any) -> Path:
    with h5py.File(path, "w") as file:
        # Alone in the file: text and scalars are never copied raw.
        file.create_dataset("x", data=VALUES, **{"chunks": CHUNKS, **options})
    return path


def hdf5_chunks(path: Path) -> dict[tuple[int, ...], tuple[int, bytes]]:
    """Return the filter mask and the bytes of every chunk that was written."""
    with h5py.File(path) as file:
        dsid = file["x"].id
        infos = [dsid.get_chunk_info(i) for i in range(dsid.get_num_chunks())]
        chunks = file["x"].chunks
        return {
            tuple(o // c for o, c in zip(info.chunk_offset, chunks, strict=True)): (
                info.filter_mask,
                bytes(dsid.read_direct_chunk(info.chunk_offset)[1]),
            )
            for info in infos
        }


def zarr_chunks(store: Path, zarr_format: int) -> dict[tuple[int, ...], bytes]:
    """Return the bytes of every chunk that has a file."""
    folder = store / "x" / "c" if zarr_format == 3 else store / "x"
    counts = (-(-n // c) for n, c in zip(VALUES.shape, CHUNKS, strict=True))
    separator = "/" if zarr_format == 3 else "."
    files = {
        coords: folder / separator.join(map(str, coords)) for coords in product(*map(range, counts))
    }
    return {coords: file.read_bytes() for coords, file in files.items() if file.exists()}


FILTERS: dict[str, dict[str, Any]] = {
    "none": {},
    "gzip": {"compression": "gzip", "compression_opts": 3},
    "shuffle_gzip": {"compression": "gzip", "compression_opts": 9, "shuffle": True},
    "fletcher32": {"compression": "gzip", "shuffle": True, "fletcher32": True},
    "zstd": {"compression": 32015, "compression_opts": (5,)},
    "blosc": {"compression": 32001, "compression_opts": (0, 0, 0, 0, 5, 1, 1)},
}


@pytest.mark.parametrize("name", FILTERS)
def test_chunks_of_hdf5_become_chunks_of_zarr(
    name: str, tmp_path: Path, zarr_format: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, store = make_hdf5(tmp_path / "source.h5", **FILTERS[name]), tmp_path / "store.zarr"
    with counted(monkeypatch) as calls:
        assert convert(source, store, zarr_format=zarr_format).losses == ()
    assert calls == []
    expected = {coords: data for coords, (_, data) in hdf5_chunks(source).items()}
    assert len(expected) == 20
    assert zarr_chunks(store, zarr_format) == expected


@pytest.mark.parametrize("name", FILTERS)
def test_chunks_of_zarr_become_chunks_of_hdf5(
    name: str, tmp_path: Path, zarr_format: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, store = make_hdf5(tmp_path / "source.h5", **FILTERS[name]), tmp_path / "store.zarr"
    convert(source, store, zarr_format=zarr_format)
    with counted(monkeypatch) as calls:
        assert convert(store, tmp_path / "back.h5").losses == ()
    assert calls == []
    assert hdf5_chunks(tmp_path / "back.h5") == hdf5_chunks(source)


@pytest.mark.parametrize("name", ["none", "shuffle_gzip", "blosc"])
def test_chunks_of_one_format_of_zarr_become_those_of_the_other(
    name: str, tmp_path: Path, zarr_format: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, store = make_hdf5(tmp_path / "source.h5", **FILTERS[name]), tmp_path / "store.zarr"
    convert(source, store, zarr_format=zarr_format)
    other = 5 - zarr_format
    with counted(monkeypatch) as calls:
        convert(store, tmp_path / "other.zarr", zarr_format=other)
    assert calls == []
    assert zarr_chunks(tmp_path / "other.zarr", other) == zarr_chunks(store, zarr_format)


def test_chunks_that_skipped_a_filter_are_read_right(tmp_path: Path, zarr_format: Any) -> None:
    """HDF5 may leave a filter out for one chunk; in Zarr every chunk has all codecs."""
    source = make_hdf5(tmp_path / "source.h5", **FILTERS["shuffle_gzip"])
    skipped = {(0, 0): 0b11, (1, 2): 0b10, (2, 0): 0b01}
    with h5py.File(source, "r+") as file:
        dsid = file["x"].id
        for coords, mask in skipped.items():
            cells = np.full(CHUNKS, -sum(coords) - 1, "<i4")
            data = cells.tobytes()
            if not mask & 1:
                data = bytes(numcodecs.Shuffle(4).encode(cells))
            if not mask & 2:
                data = numcodecs.Zlib(9).encode(data)
            dsid.write_direct_chunk(
                [c * n for c, n in zip(coords, CHUNKS, strict=True)], data, mask
            )
        expected = file["x"][...]
    assert {c: m for c, (m, _) in hdf5_chunks(source).items() if m} == skipped
    store, back = tmp_path / "store.zarr", tmp_path / "back.h5"
    convert(source, store, zarr_format=zarr_format)
    stored = zarr_chunks(store, zarr_format)
    for coords, (mask, data) in hdf5_chunks(source).items():
        if not mask:
            assert stored[coords] == data
    convert(store, back)
    with h5py.File(back) as file:
        assert np.array_equal(file["x"][...], expected)
        assert file["x"].compression_opts == 9


def test_filter_masks_survive_between_hdf5_files(tmp_path: Path) -> None:
    source = make_hdf5(tmp_path / "source.h5", **FILTERS["gzip"])
    with h5py.File(source, "r+") as file:
        file["x"].id.write_direct_chunk((0, 0), np.zeros(CHUNKS, "i4").tobytes(), 1)
    convert(source, tmp_path / "copy.h5")
    assert hdf5_chunks(tmp_path / "copy.h5") == hdf5_chunks(source)


def test_chunks_never_written_stay_so(tmp_path: Path, zarr_format: Any) -> None:
    source, store, back = (tmp_path / name for name in ("source.h5", "store.zarr", "back.h5"))
    with h5py.File(source, "w") as file:
        options = {"chunks": CHUNKS, "fillvalue": -5, **FILTERS["shuffle_gzip"]}
        dataset = file.create_dataset("x", VALUES.shape, "i4", **options)
        dataset[20:30, 12:28] = 7
        expected = dataset[...]
    convert(source, store, zarr_format=zarr_format)
    assert set(zarr_chunks(store, zarr_format)) == set(hdf5_chunks(source)) == {(1, 1), (1, 2)}
    convert(store, back)
    assert set(hdf5_chunks(back)) == set(hdf5_chunks(source))
    with h5py.File(back) as file:
        assert np.array_equal(file["x"][...], expected)


@pytest.mark.parametrize("options", [{"compression": "lzf"}, {"scaleoffset": 0}])
def test_other_filters_are_run_and_come_back(
    options: dict[str, Any], tmp_path: Path, zarr_format: Any
) -> None:
    source, store, back = (tmp_path / name for name in ("source.h5", "store.zarr", "back.h5"))
    make_hdf5(source, **options)
    convert(source, store, zarr_format=zarr_format)
    convert(store, back)
    assert hdf5_chunks(back) == hdf5_chunks(source)
