"""A conversion needs memory for some chunks, however large the dataset."""

import json
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from peakmemory import CHUNK_BYTES, CHUNK_ROWS, COLUMNS, LIMIT_BYTES, rows, run

N_BYTES = 500_000_000 // CHUNK_BYTES * CHUNK_BYTES
FILTERS: dict[str, dict[str, Any]] = {
    "copied": {"compression": "gzip", "compression_opts": 1, "shuffle": True},
    "encoded anew": {"compression": "lzf"},
}


@pytest.mark.slow
@pytest.mark.parametrize("way", FILTERS)
def test_half_a_gigabyte_both_ways(way: str, tmp_path: Path, zarr_format: Any) -> None:
    source, store, back = (tmp_path / name for name in ("source.h5", "store.zarr", "back.h5"))
    run("make", source, json.dumps({"n_bytes": N_BYTES, **FILTERS[way]}))
    there = run(source, store, json.dumps({"zarr_format": zarr_format}))
    assert int(there) < LIMIT_BYTES
    assert int(run(store, back, "{}")) < LIMIT_BYTES
    with h5py.File(back) as file:
        assert file["x"].shape == (N_BYTES // COLUMNS // 2, COLUMNS)
        last = [row for row, _ in zip(rows(CHUNK_BYTES), range(CHUNK_ROWS), strict=True)][-1]
        assert np.array_equal(file["x"][CHUNK_ROWS - 1], last)


@pytest.mark.slow
@pytest.mark.parametrize("target", ["d.h5", "d.zarr"])
def test_chunks_that_lie_across_those_of_the_source(target: str, tmp_path: Path) -> None:
    source, n_bytes = tmp_path / "source.h5", N_BYTES // 2
    run("make", source, json.dumps({"n_bytes": n_bytes, "compression": "gzip"}))
    n_rows = n_bytes // COLUMNS // 2
    # A block of rows holds a part of every chunk of the copy, and the other way round.
    asked = {"rechunk": {"/x": [n_rows, 8]}, "recompress": "gzip:1", "verify": True}
    assert int(run(source, tmp_path / target, json.dumps({"export": asked}))) < LIMIT_BYTES
    assert {path.name for path in tmp_path.iterdir()} == {"source.h5", target}
