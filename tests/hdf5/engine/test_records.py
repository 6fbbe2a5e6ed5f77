"""Records and opaque elements go through the workers where their bytes are those in memory."""

from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from hdmf_io_core import open_io
from hdmf_io_core.chunks import encode
from hdmf_io_core.chunks import write as writing
from hdmf_io_core.chunks.encode import is_encodable
from hdmf_io_core.chunks.pool import WorkerPool
from hdmf_io_core.chunks.tails import Tails
from hdmf_io_core.chunks.write import write_array
from hdmf_io_hdf5 import values as hdf5_values
from hdmf_io_hdf5.writer import HDF5Writer

PACKED = np.dtype([("t", "<f8"), ("n", "<u2")])
WITH_ARRAY = np.dtype([("t", ">i4"), ("xyz", "<f4", (3,)), ("in", PACKED)])
WIDE = np.dtype([("all", "u1", (200,))])
HOLES = np.dtype({"names": ["a", "b"], "formats": ["u1", "<f8"], "offsets": [0, 8], "itemsize": 24})
OPAQUE = np.dtype("V7")
GZIP: dict[str, Any] = {"compression": "gzip", "shuffle": True, "fletcher32": True}


def elements(dtype: Any, shape: tuple[int, ...]) -> Any:
    rng = np.random.default_rng(0)
    count = int(np.prod(shape))
    values = np.zeros(count, dtype)
    raw = rng.integers(0, 50, count * dtype.itemsize, np.uint8).view(dtype)
    for name in dtype.names or ():
        values[name] = raw[name]
    return (values if dtype.names else raw).reshape(shape)


@pytest.mark.parametrize("with_fill", [False, True])
@pytest.mark.parametrize(
    ("dtype", "is_ours"),
    [(PACKED, True), (WITH_ARRAY, True), (WIDE, True), (OPAQUE, True), (HOLES, False)],
    ids=["packed", "with an array", "wide", "opaque", "with holes"],
)
def test_records_are_those_that_h5py_reads(
    tmp_path: Path,
    pool: WorkerPool,
    monkeypatch: pytest.MonkeyPatch,
    dtype: Any,
    is_ours: bool,
    with_fill: bool,
) -> None:
    monkeypatch.setattr(writing, "ENCODED_BYTES", 0)
    values = elements(dtype, (25, 3))
    options = {**GZIP, "fillvalue": values[3, 1]} if with_fill else GZIP
    with h5py.File(tmp_path / "x.h5", "w") as file:
        file.create_dataset("x", (25, 3), dtype, chunks=(4, 2), maxshape=(None, None), **options)
        writer = HDF5Writer(file, close_file=False)
        sink = writer.open_sink("/x")
        # HDF5 alone knows the fill values of some.
        assert is_encodable(sink) == (is_ours and not (with_fill and dtype != PACKED))
        write_array(values, sink, pool=pool)
        writer.close()
        file["x"].resize((30, 4))
        fill = values[3, 1] if with_fill else np.zeros((), dtype)
        grown = np.full((30, 4), fill, dtype)
        grown[:25, :3] = values
        assert np.array_equal(file["x"][()], grown)


@pytest.mark.parametrize("dtype", [PACKED, OPAQUE], ids=["record", "opaque"])
def test_records_are_appended_by_whole_chunks(
    tmp_path: Path, pool: WorkerPool, monkeypatch: pytest.MonkeyPatch, dtype: Any
) -> None:
    values = elements(dtype, (1000,))
    put: list[Any] = []
    whole = encode.ChunkEncoder.put

    def counted(self: Any, coords: Any, values: Any) -> None:
        put.append(coords)
        whole(self, coords, values)

    monkeypatch.setattr(encode.ChunkEncoder, "put", counted)
    with h5py.File(tmp_path / "x.h5", "w") as file:
        file.create_dataset("x", (10,), dtype, data=values[:10], chunks=(64,), maxshape=(None,))
        writer = HDF5Writer(file, close_file=False)
        tails = Tails(pool)
        for start in range(10, 1000, 9):
            tails.append(("x", "/x"), lambda: writer.open_sink("/x"), values[start : start + 9])
        tails.settle()
        writer.close()
        assert np.array_equal(file["x"][()], values)
    assert len(put) == 16


@pytest.mark.parametrize("dtype", [OPAQUE, WITH_ARRAY, PACKED], ids=str)
def test_records_never_written_are_the_fill_value(tmp_path: Path, dtype: Any) -> None:
    values = elements(dtype, (40_000,))
    with h5py.File(tmp_path / "x.h5", "w") as file:
        options = {"chunks": (4096,), "fillvalue": values[1], **GZIP}
        file.create_dataset("x", (80_000,), dtype, **options)[:40_000] = values
        expected = file["x"][()]
    with open_io(tmp_path / "x.h5", "r") as io:
        assert np.array_equal(io.read()["x"].data[...], expected)  # type: ignore[union-attr]


@pytest.mark.parametrize("is_written_to", [True, False])
def test_numbers_go_to_hdf5_without_a_copy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_written_to: bool
) -> None:
    values = np.arange(60_000, dtype="<i4").reshape(300, 200)
    values.flags.writeable = is_written_to
    copied: list[Any] = []
    monkeypatch.setattr(hdf5_values, "_encode_into", lambda *a: copied.append(a))
    with h5py.File(tmp_path / "x.h5", "w") as file:
        file.create_dataset("x", values.shape, values.dtype)
        writer = HDF5Writer(file, close_file=False)
        write_array(values, writer.open_sink("/x"), slab_bytes=40_000)
        writer.close()
        assert np.array_equal(file["x"][()], values)
    assert copied == []
