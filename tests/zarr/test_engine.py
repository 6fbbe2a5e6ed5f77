"""Zarr through the core's chunk engine: workers, shards by their index, rows that wait."""

import threading
from pathlib import Path
from typing import Any

import numcodecs
import numpy as np
import pytest
import zarr
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from zarr.codecs import BloscCodec, BytesCodec, GzipCodec, ShardingCodec, TransposeCodec, ZstdCodec

from hdmf_io_core import Container, Data
from hdmf_io_core.chunks import read, write
from hdmf_io_core.errors import CorruptChunkError, WriteError
from hdmf_io_core.stores.folders import FolderStore
from hdmf_io_zarr import ZarrDataIO, ZarrIO

DTYPES = ["?", "i1", "<i2", ">i4", "u8", "f2", "<f4", ">f8", "c8", "<U3", "S4", "i4,f8"]
SHUFFLED = {"filters": [numcodecs.Shuffle(4)], "compressors": numcodecs.Zlib(4)}
V2: list[dict[str, Any]] = [
    {"compressors": None},
    {"compressors": numcodecs.Blosc("lz4", 5, 1)},
    {"compressors": numcodecs.Zstd(1), "order": "F"},
    SHUFFLED,
    {**SHUFFLED, "order": "F"},
]
pytestmark = pytest.mark.filterwarnings("ignore::zarr.errors.UnstableSpecificationWarning")


@pytest.fixture(autouse=True)
def small_is_large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the engine take arrays of a few bytes, several jobs each."""
    monkeypatch.setattr(read, "LEAST_BYTES", 0)
    monkeypatch.setattr(read, "_JOB_BYTES", 64)
    monkeypatch.setattr(write, "ENCODED_BYTES", 0)


def v3_options(ndim: int) -> st.SearchStrategy[dict[str, Any]]:
    turned = TransposeCodec(order=tuple(reversed(range(ndim))))
    return st.sampled_from(
        [
            {"compressors": None},
            {"compressors": ZstdCodec(level=1, checksum=True)},
            {"compressors": GzipCodec(level=1)},
            {"compressors": BloscCodec(cname="lz4", shuffle="shuffle")},
            {"serializer": BytesCodec(endian="big"), "compressors": None},
            {"filters": [turned], "compressors": ZstdCodec(level=0)},
            {"shards": 2},
            {"shards": 2, "filters": [turned]},
        ]
    )


@st.composite
def arrays(draw: st.DrawFn) -> dict[str, Any]:
    """Draw the options of ``zarr.create_array``, and what of it is written."""
    ndim = draw(st.integers(1, 5))
    shape = tuple(draw(st.integers(0, 7 if ndim < 4 else 3)) for _ in range(ndim))
    chunks = tuple(draw(st.integers(1, 4)) for _ in range(ndim))
    zarr_format = draw(st.sampled_from([2, 3]))
    options = dict(draw(st.sampled_from(V2) if zarr_format == 2 else v3_options(ndim)))
    if options.get("shards"):
        options["shards"] = tuple(2 * n for n in chunks)
    dtype = np.dtype(draw(st.sampled_from(DTYPES if zarr_format == 2 else DTYPES[:-3])))
    if "filters" in options and zarr_format == 2:
        options["filters"] = [numcodecs.Shuffle(max(1, dtype.itemsize))]
    if dtype.kind in "iufc" and draw(st.booleans()):
        options["fill_value"] = dtype.type(3)
    written = tuple(
        slice(*sorted((draw(st.integers(0, n)), draw(st.integers(0, n))))) for n in shape
    )
    return {
        "shape": shape, "chunks": chunks, "dtype": dtype, "zarr_format": zarr_format,
        "options": options, "written": written,
    }  # fmt: skip


def random_values(shape: tuple[int, ...], dtype: np.dtype[Any]) -> Any:
    numbers = np.random.default_rng(7).integers(0, 100, shape)
    if dtype.names:
        values = np.zeros(shape, dtype)
        for name in dtype.names:
            values[name] = numbers
        return values
    return numbers.astype(dtype)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(case=arrays(), data=st.data())
def test_what_zarr_python_wrote_is_read_alike(case: Any, data: Any) -> None:
    store = zarr.storage.MemoryStore()
    group = zarr.create_group(store, zarr_format=case["zarr_format"])
    made = {key: case[key] for key in ("shape", "chunks", "dtype")}
    native = group.create_array("x", **made, **case["options"])
    if native.size:
        native[case["written"]] = random_values(native[case["written"]].shape, case["dtype"])
    expected = native[...]
    if expected.dtype.kind == "S":
        expected = expected.astype("U")
    with ZarrIO(group, "r", workers=2) as io:
        lazy = io.read()["x"].data
        found = lazy[...]
        np.testing.assert_array_equal(found, expected)
        if expected.dtype.kind not in "US":
            # zarr-python may tell of another byte order than the store has.
            assert found.dtype.newbyteorder("=") == expected.dtype.newbyteorder("=")
        key = tuple(
            slice(data.draw(st.integers(0, n)), None, data.draw(st.integers(1, 3)))
            for n in expected.shape
        )
        np.testing.assert_array_equal(lazy[key], expected[key])


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    case=arrays(),
    codecs=st.sampled_from(
        [
            [],
            [numcodecs.Shuffle(4), numcodecs.Zlib(4)],
            [numcodecs.Zlib(1), numcodecs.Fletcher32()],
            [numcodecs.Blosc("lz4")],
            [numcodecs.Zstd(1)],
            [numcodecs.Delta("<i4"), numcodecs.LZ4()],
        ]
    ),
    is_sharded=st.booleans(),
    is_streamed=st.booleans(),
)
@pytest.mark.filterwarnings("ignore:Numcodecs codecs")
def test_what_is_written_zarr_python_reads_alike(
    case: Any, codecs: list[Any], is_sharded: bool, is_streamed: bool
) -> None:
    store, chunks = zarr.storage.MemoryStore(), case["chunks"]
    values = random_values(case["shape"], np.dtype("<i4"))
    shards = tuple(2 * n for n in chunks) if is_sharded and case["zarr_format"] == 3 else None
    given_data = iter(values) if is_streamed and values.ndim > 1 and values.size else values
    options: dict[str, Any] = {"chunks": chunks, "shards": shards, "codecs": codecs}
    with ZarrIO(store, "w", zarr_format=case["zarr_format"], workers=2) as io:
        io.write(root_of(ZarrDataIO(given_data, **options)))
    native = zarr.open_group(store, mode="r")["x"]
    assert isinstance(native, zarr.Array)
    np.testing.assert_array_equal(native[...], values)


def root_of(data: Any) -> Container:
    root = Container("root")
    root.add_child(Data(name="x", data=data))
    return root


def open_new(path: Path, data: Any, **options: Any) -> None:
    with ZarrIO(path, "w", workers=2) as io:
        io.write(root_of(ZarrDataIO(data, **options)))


def test_chunks_are_stored_by_the_workers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    threads: set[str] = set()
    real = FolderStore.set

    def noting(self: FolderStore, key: str, data: Any) -> None:
        if "/c/" in key:
            threads.add(threading.current_thread().name.split("_")[0])
        real(self, key, data)

    monkeypatch.setattr(FolderStore, "set", noting)
    open_new(tmp_path / "a.zarr", np.arange(4000), chunks=(100,))
    assert threads == {"hdmf-io"}
    threads.clear()
    with ZarrIO(tmp_path / "b.zarr", "w", workers=1) as io:
        io.write(root_of(np.arange(40000)))
    assert threads == {"MainThread"}


def test_the_index_of_a_shard_is_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.zarr"
    open_new(path, np.arange(64).reshape(8, 8), chunks=(2, 2), shards=(8, 8))
    reads: list[tuple[int, int | None]] = []
    real = FolderStore.get

    def noting(self: FolderStore, key: str, start: int = 0, length: int | None = None) -> Any:
        if "/c/" in key:
            reads.append((start, length))
        return real(self, key, start, length)

    monkeypatch.setattr(FolderStore, "get", noting)
    with ZarrIO(path, workers=2) as io:
        lazy = io.read()["x"].data
        assert lazy[3, 5] == 29
        assert len(reads) == 2
        reads.clear()
        np.testing.assert_array_equal(lazy[...], np.arange(64).reshape(8, 8))
        assert len(reads) == 1 + 16


def test_the_first_damaged_chunk_ends_a_read_and_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a.zarr"
    open_new(path, np.arange(4000), chunks=(100,), compressor="zlib")
    for number in range(20, 40):
        (path / f"x/c/{number}").write_bytes(b"no zlib")
    with ZarrIO(path, workers=2) as io:
        lazy = io.read()["x"].data
        with pytest.raises(CorruptChunkError, match=r"chunk \(2\d,\)") as caught:
            lazy[...]
        assert (caught.value.path, caught.value.source) == ("/x", str(path))
        np.testing.assert_array_equal(lazy[:2000], np.arange(2000))


def test_a_full_store_ends_a_write_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored: list[str] = []
    real = FolderStore.set

    def full(self: FolderStore, key: str, data: Any) -> None:
        if "/c/" in key:
            stored.append(key)
            if len(stored) > 5:
                msg = f"{key!r} cannot be written: no space left"
                raise WriteError(msg, source=self.source)
        real(self, key, data)

    monkeypatch.setattr(FolderStore, "set", full)
    with pytest.raises(WriteError, match="x/c/"):
        open_new(tmp_path / "a.zarr", np.arange(40000), chunks=(100,))
    assert len(stored) < 40
    assert list(tmp_path.iterdir()) == []


def test_rows_that_fill_no_chunk_wait_for_flush(tmp_path: Path) -> None:
    path = tmp_path / "a.zarr"
    open_new(path, np.arange(10), chunks=(8,), maxshape=(None,))
    with ZarrIO(path, "a") as io:
        lazy = io.read()["x"].data
        for row in range(10, 15):
            lazy.append([row])
        np.testing.assert_array_equal(lazy[...], np.arange(15))
        assert zarr.open_array(path / "x", mode="r").shape == (10,)
        io.flush()
        np.testing.assert_array_equal(zarr.open_array(path / "x", mode="r")[...], np.arange(15))
        lazy.append(np.arange(15, 20))
    with ZarrIO(path) as io:
        np.testing.assert_array_equal(io.read()["x"].data[...], np.arange(20))


def test_shards_inside_shards_are_refused_by_name(tmp_path: Path) -> None:
    inner = ShardingCodec(chunk_shape=(2,), codecs=[BytesCodec()])
    outer = ShardingCodec(chunk_shape=(4,), codecs=[inner])
    group = zarr.open_group(tmp_path / "a.zarr", mode="w")
    try:
        group.create_array(
            "x", shape=(8,), chunks=(8,), dtype="i4", serializer=outer, compressors=None
        )
    except ValueError:  # zarr-python of another version refuses as well
        return
    with ZarrIO(tmp_path / "a.zarr") as io, pytest.raises(Exception, match="shards"):
        io.read()["x"].data[...]
