"""Four gigabytes convert both ways within 100 MB and three chunks above the start."""

import json
from pathlib import Path
from typing import Any

import h5py
import pytest
from peakmemory import CHUNK_BYTES, COLUMNS, LIMIT_BYTES, run

N_BYTES = 4_000_000_000 // CHUNK_BYTES * CHUNK_BYTES


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("compression", ["gzip", "lzf"])
def test_four_gigabytes_both_ways(compression: str, tmp_path: Path, zarr_format: Any) -> None:
    source, store, back = (tmp_path / name for name in ("source.h5", "store.zarr", "back.h5"))
    run("make", source, json.dumps({"n_bytes": N_BYTES, "compression": compression}))
    there = run(source, store, json.dumps({"zarr_format": zarr_format}))
    assert int(there) < LIMIT_BYTES
    assert int(run(store, back, "{}")) < LIMIT_BYTES
    with h5py.File(back) as file:
        assert file["x"].shape == (N_BYTES // COLUMNS // 2, COLUMNS)
