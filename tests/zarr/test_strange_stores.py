"""Stores of strangers: what their metadata and names say does no harm; errors are typed."""

import json
import os
import pickle
import tracemalloc
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import zarr

from hdmf_io_core import open_io
from hdmf_io_core.check.shield import check
from hdmf_io_core.errors import HdmfIOError, MemoryLimitError, MetadataError
from hdmf_io_core.storage.unpickle import unpickle
from hdmf_io_core.storage.walk import walk

HUGE = 1 << 40
ARRAY: dict[str, Any] = {
    "zarr_format": 2, "shape": [4], "chunks": [4], "dtype": "<i4", "compressor": None,
    "filters": None, "order": "C", "fill_value": 7,
}  # fmt: skip


def store_of(folder: Path, documents: dict[str, Any]) -> Path:
    """Write values under keys; what is not bytes as JSON."""
    for key, value in {".zgroup": {"zarr_format": 2}, **documents}.items():
        path = folder / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(value if isinstance(value, bytes) else json.dumps(value).encode())
    return folder


def first_of(path: Path, *, compressor: dict[str, Any] | None = None) -> Any:
    with open_io(path) as io:
        return io.read()["x"].data[:1]


# sizes that are only declared


def test_terabytes_that_are_declared_cost_nothing_until_sliced(tmp_path: Path) -> None:
    path = store_of(tmp_path / "s.zarr", {"x/.zarray": {**ARRAY, "shape": [HUGE]}})
    tracemalloc.start()
    with open_io(path) as io:
        data = io.read()["x"].data
        assert data.shape == (HUGE,)
        assert repr(data)
        assert data[HUGE - 1] == 7
        assert data[:: HUGE // 4].tolist() == [7] * 4
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1 << 24


@pytest.mark.parametrize("compressor", [None, {"id": "zstd", "level": 1}, {"id": "gzip"}])
def test_an_element_of_a_chunk_of_terabytes_is_refused(tmp_path: Path, compressor: Any) -> None:
    array = {**ARRAY, "shape": [HUGE], "chunks": [HUGE], "compressor": compressor}
    path = store_of(tmp_path / "s.zarr", {"x/.zarray": array, "x/0": b"\x28\xb5\x2f\xfd" * 9})
    with pytest.raises(MemoryLimitError, match="HDMF_IO_CHUNK_LIMIT") as caught:
        first_of(path)
    assert caught.value.path == "/x"


def test_a_chunk_of_terabytes_that_was_never_written_reads(tmp_path: Path) -> None:
    array = {**ARRAY, "shape": [HUGE], "chunks": [HUGE]}
    assert first_of(store_of(tmp_path / "s.zarr", {"x/.zarray": array})).tolist() == [7]


def test_more_elements_than_there_is_memory_are_refused(tmp_path: Path) -> None:
    array = {**ARRAY, "shape": [1 << 60]}
    with open_io(store_of(tmp_path / "s.zarr", {"x/.zarray": array})) as io:
        data = io.read()["x"].data
        with pytest.raises(MemoryLimitError):
            data[:]


def test_an_index_of_a_shard_that_is_declared_with_terabytes_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "s.zarr"
    group = zarr.open_group(path, mode="w", zarr_format=3)
    group.create_array("x", data=np.arange(8), chunks=(2,), shards=(8,))
    text = json.loads((path / "x/zarr.json").read_text())
    text["shape"] = text["chunk_grid"]["configuration"]["chunk_shape"] = [HUGE]
    text["codecs"][0]["configuration"]["chunk_shape"] = [1]
    (path / "x/zarr.json").write_text(json.dumps(text))
    with pytest.raises(MemoryLimitError, match="index"):
        first_of(path)


def test_text_chunks_that_say_they_have_many_elements_are_damaged(tmp_path: Path) -> None:
    for codec, data in (
        ("vlen-utf8", b"\xff\xff\xff\xff"),
        ("vlen-bytes", b"\xff\xff\xff\x7f"),
        ("json2", b'[0, "<f8", [1099511627776]]'),
    ):
        array = {**ARRAY, "dtype": "|O", "filters": [{"id": codec}], "fill_value": ""}
        path = store_of(tmp_path / f"{codec}.zarr", {"x/.zarray": array, "x/0": data})
        with pytest.raises(HdmfIOError, match=r"elements|shape"):
            first_of(path)


# names and places


@pytest.mark.parametrize("separator", ["/../../secret/", "../", "", "\0", 7])
def test_a_separator_of_chunks_does_not_lead_out(tmp_path: Path, separator: Any) -> None:
    array = {**ARRAY, "dimension_separator": separator, "shape": [4, 4], "chunks": [4, 4]}
    path = store_of(tmp_path / "s.zarr", {"x/.zarray": array})
    if separator == "":
        return
    with pytest.raises(MetadataError, match="separated"):
        first_of(path)


@pytest.mark.parametrize("name", ["../secret", "a/../../secret", "/etc", "a//b", ".", "a\0b"])
def test_nodes_outside_of_the_store_are_none(tmp_path: Path, name: str) -> None:
    store_of(tmp_path / "secret", {"0": bytes(16)})
    metadata = {".zgroup": {"zarr_format": 2}, f"{name}/.zarray": ARRAY, "x/.zarray": ARRAY}
    whole = {"metadata": metadata, "zarr_consolidated_format": 1}
    path = store_of(tmp_path / "s.zarr", {".zmetadata": whole})
    with open_io(path) as io:
        found = [visit.node.path for visit in walk(io.storage)]
    assert found == ["/", "/x"]


@pytest.mark.parametrize("name", ["a\0b", "\ud800", "x" * 5000, "..", "nul/../x"])
def test_links_of_strange_names_do_no_harm(tmp_path: Path, name: str) -> None:
    links = [{"name": name, "source": name, "path": name}, {"name": "y", "source": name}]
    path = store_of(tmp_path / "s.zarr", {".zattrs": {"zarr_link": links}, "x/.zarray": ARRAY})
    report = check(str(path))
    assert {finding.kind for finding in report.findings} <= {"broken-link", "not-checked"}


def test_a_pipe_among_the_files_is_no_chunk_that_is_waited_for(tmp_path: Path) -> None:
    path = store_of(tmp_path / "s.zarr", {"x/.zarray": ARRAY})
    os.mkfifo(path / "x/0")
    with pytest.raises(HdmfIOError):
        first_of(path)


# depth and number


@pytest.mark.parametrize("key", [".zattrs", ".zgroup", "x/.zarray", ".zmetadata", "x/.zattrs"])
@pytest.mark.parametrize("depth", [500, 100_000])
def test_deep_json_raises_one_error(tmp_path: Path, key: str, depth: int) -> None:
    deep = b'{"a": ' + b"[" * depth + b"]" * depth + b', "dtype": ' + b"[" * depth + b"]" * depth
    documents = {"x/.zarray": ARRAY, key: deep + b', "shape": [1], "chunks": [1]}'}
    path = store_of(tmp_path / "s.zarr", documents)
    report = check(str(path), data=True, timeout=60)
    assert all(finding.kind in {"unreadable", "bad-spec"} for finding in report.findings)


def test_a_store_may_be_nested_deeper_than_python(tmp_path: Path) -> None:
    metadata = {"/".join(["g"] * n + [".zgroup"]): {"zarr_format": 2} for n in range(1500)}
    whole = {"metadata": metadata, "zarr_consolidated_format": 1}
    path = store_of(tmp_path / "s.zarr", {".zmetadata": whole})
    with open_io(path) as io:
        assert len(list(walk(io.storage))) == 1500
        assert io.storage.array_paths() == []  # type: ignore[attr-defined]
    kinds = {finding.kind for finding in check(str(path)).findings}
    assert kinds == {"limit"}


def test_links_are_parsed_once_however_many_there_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    links = [{"name": f"l{i}", "source": ".", "path": "/x"} for i in range(1000)]
    path = store_of(tmp_path / "s.zarr", {".zattrs": {"zarr_link": links}, "x/.zarray": ARRAY})
    from hdmf_io_zarr import references

    calls = []
    parse = references.link_target
    monkeypatch.setattr(
        references, "link_target", lambda *a, **k: (calls.append(1), parse(*a, **k))[1]
    )
    with open_io(path) as io:
        assert len(list(io.storage.children("/"))) == 1001
    assert len(calls) <= 3000


# zips


def test_an_entry_of_a_zip_is_not_inflated_past_what_is_allowed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "s.zarr.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(".zgroup", '{"zarr_format": 2}')
        archive.writestr("x/.zarray", json.dumps(ARRAY))
        archive.writestr("x/0", bytes(8 << 20))
    monkeypatch.setenv("HDMF_IO_CHUNK_LIMIT", str(1 << 20))
    tracemalloc.start()
    with pytest.raises(MemoryLimitError, match="entry"):
        first_of(path)
    assert tracemalloc.get_traced_memory()[1] < 4 << 20
    tracemalloc.stop()


@pytest.mark.parametrize("name", ["../out", "/etc/out", "a/../../out"])
def test_entries_of_a_zip_write_nothing(tmp_path: Path, name: str) -> None:
    path = tmp_path / "in" / "s.zarr.zip"
    path.parent.mkdir()
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(".zgroup", '{"zarr_format": 2}')
        archive.writestr(f"{name}/.zarray", json.dumps(ARRAY))
    check(str(path), data=True)
    assert sorted(p.name for p in tmp_path.rglob("*")) == ["in", "s.zarr.zip"]


# pickles


def _laughs(n: int) -> bytes:
    """A list in a list, each twice, n times."""
    inner: list[Any] = ["ha"]
    for _ in range(n):
        inner = [inner, inner]
    return pickle.dumps(inner)


def test_a_pickle_that_repeats_itself_without_measure_is_refused() -> None:
    with pytest.raises(MetadataError, match="measure"):
        unpickle(_laughs(60))
    cycle: list[Any] = []
    cycle.append(cycle)
    with pytest.raises(MetadataError):
        unpickle(pickle.dumps(cycle))


def test_a_pickle_changes_nothing_of_the_program() -> None:
    """BUILD would set attributes of the functions and classes that stand in for numpy's."""
    from hdmf_io_core.storage import unpickle as module

    before = {name: dict(vars(value)) for name, value in vars(module).items()
              if getattr(value, "__module__", "") == module.__name__}  # fmt: skip
    for name in (b"numpy\nndarray", b"numpy\ndtype", b"numpy._core.multiarray\n_reconstruct"):
        forged = b"c" + name + b"\n(N}X\x04\x00\x00\x00makeNstb."
        with pytest.raises(MetadataError):
            unpickle(forged)
    after = {name: dict(vars(value)) for name, value in vars(module).items() if name in before}
    assert after == before


def test_a_pickle_takes_no_memory_because_it_says_so() -> None:
    tracemalloc.start()
    with pytest.raises(MetadataError):
        unpickle(b"\x80\x05\x96" + (1 << 28).to_bytes(8, "little") + b"a.")
    assert tracemalloc.get_traced_memory()[1] < 1 << 20
    tracemalloc.stop()


def test_elements_that_are_arrays_are_refused(tmp_path: Path) -> None:
    path = store_of(tmp_path / "s.zarr", {"x/.zarray": {**ARRAY, "dtype": "4i4"}, "x/0": b"0" * 64})
    with pytest.raises(MetadataError, match="is an array"):
        first_of(path)
