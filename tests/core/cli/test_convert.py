"""``hdmf-io convert`` and ``hdmf-io repack``."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
import zarr

from hdmf_io_core import open_io

Run = Callable[..., Any]


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "source.h5"
    with h5py.File(path, "w") as file:
        file.create_dataset("x", data=np.arange(1000), chunks=(100,), compression="gzip")
        file["y"] = np.arange(2000)
        file["type"] = np.dtype("f4")
    return path


def test_converts_and_tells_what_is_lost(run: Run, source: Path, tmp_path: Path) -> None:
    ran = run("convert", str(source), str(tmp_path / "d.zarr"), "--verify")
    assert (ran.code, ran.err) == (0, "")
    assert "lost /type: the node: the destination has no committed datatypes" in ran.out
    assert "verified" in ran.out
    with open_io(tmp_path / "d.zarr") as io:
        assert io.read()["x"].data[999] == 999


def test_json(run: Run, source: Path, tmp_path: Path) -> None:
    target = tmp_path / "d.zarr"
    ran = run("convert", "--json", str(source), str(target), "--option", "zarr_format=2")
    told = json.loads(ran.out)
    assert told["target"] == str(target)
    assert told["backend"] == "zarr"
    assert told["copied"] == ["/x"]
    assert told["recoded"] == ["/y"]
    assert [loss["path"] for loss in told["losses"]] == ["/type"]
    assert not told["verified"]
    assert (target / ".zgroup").exists()


def test_strict_fails_and_writes_nothing(run: Run, source: Path, tmp_path: Path) -> None:
    ran = run("convert", str(source), str(tmp_path / "d.zarr"), "--strict")
    assert ran.code == 5
    assert "/type" in ran.err
    assert not (tmp_path / "d.zarr").exists()


def test_a_target_is_not_replaced_unasked(run: Run, source: Path, tmp_path: Path) -> None:
    target = tmp_path / "d.h5"
    target.write_bytes(source.read_bytes())
    assert run("convert", str(source), str(target)).code == 3
    assert target.read_bytes() == source.read_bytes()
    ran = run("convert", str(source), str(target), "--overwrite", "--recompress", "none")
    assert ran.code == 0
    with h5py.File(target) as file:
        assert file["x"].compression is None


def test_chunks_and_codecs_by_pattern(run: Run, source: Path, tmp_path: Path) -> None:
    target = tmp_path / "d.h5"
    asked = ["--recompress", "/x=gzip:9", "--rechunk", "/y=50", "--rechunk", "/x=auto"]
    assert run("convert", str(source), str(target), *asked).code == 0
    with h5py.File(target) as file:
        assert file["x"].compression_opts == 9
        assert file["x"].chunks == (1000,)
        assert file["y"].chunks == (50,)


@pytest.mark.parametrize(
    ("argument", "value"),
    [
        ("--recompress", "gzip:12"),
        ("--recompress", "/nope=gzip"),
        ("--rechunk", "10y"),
        ("--rechunk", "/x=1x2"),
        ("--option", "zarr_format"),
        ("--option", "nonsense=1"),
    ],
)
def test_wrong_arguments(argument: str, value: str, run: Run, source: Path, tmp_path: Path) -> None:
    target = tmp_path / "d.h5"
    assert run("convert", str(source), str(target), argument, value).code == 2
    assert not target.exists()


def test_a_missing_source(run: Run, tmp_path: Path) -> None:
    assert run("convert", str(tmp_path / "no.h5"), str(tmp_path / "d.h5")).code == 3


def test_repack_gives_room_back(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "file.h5"
    with h5py.File(path, "w") as file:
        file["gone"] = np.zeros(100_000)
        file["x"] = np.arange(10_000)
    with h5py.File(path, "r+") as file:
        del file["gone"]
    before = path.stat().st_size
    ran = run("repack", str(path), "--recompress", "gzip")
    assert (ran.code, ran.err) == (0, "")
    assert path.stat().st_size < before / 5
    with h5py.File(path) as file:
        assert file["x"][9999] == 9999
    assert [entry.name for entry in tmp_path.iterdir()] == ["file.h5"]


def test_repack_keeps_the_format_of_a_store(run: Run, source: Path, tmp_path: Path) -> None:
    store = tmp_path / "d.zarr"
    assert run("convert", str(source), str(store), "--option", "zarr_format=2").code == 0
    assert run("repack", str(store), "--rechunk", "300").code == 0
    group = zarr.open_group(store, mode="r")
    assert group.metadata.zarr_format == 2
    array: Any = group["x"]
    assert array.chunks == (300,)
