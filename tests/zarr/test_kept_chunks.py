"""Chunks of a folder that are read in part stay decoded until their file is another one."""

import os
from pathlib import Path

import numpy as np
import pytest
import zarr

from hdmf_io_core import open_io
from hdmf_io_core.stores.folders import FolderStore

VALUES = np.random.default_rng(0).integers(-99, 99, (10_000, 32)).astype("i2")


@pytest.mark.parametrize("zarr_format", [2, 3])
def test_a_second_window_is_decoded_from_nothing_until_the_chunk_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, zarr_format: int
) -> None:
    path = tmp_path / "x.zarr"
    theirs = zarr.create_group(path, zarr_format=zarr_format).create_array(  # type: ignore[arg-type]
        "x", shape=VALUES.shape, chunks=(4096, 32), dtype="i2"
    )
    theirs[:] = VALUES
    chunks = [p for p in path.rglob("*") if p.name in {"0.0", "0"} and p.is_file()]
    fetched: list[str] = []
    get = FolderStore.get

    def counted(
        self: FolderStore, key: str, start: int = 0, length: int | None = None
    ) -> bytes | None:
        fetched.append(key)
        return get(self, key, start, length)

    with open_io(path) as io:
        data = io.read()["x"].data  # type: ignore[union-attr]
        monkeypatch.setattr(FolderStore, "get", counted)
        # Just written: it may be written again before the clock goes on.
        for _ in range(2):
            assert (data[100:3000] == VALUES[100:3000]).all()
        assert len(fetched) == 2
        for chunk in chunks:
            os.utime(chunk, (1e9, 1e9))
        assert (data[100:3000] == VALUES[100:3000]).all()
        assert (data[200:300, [1, 30]] == VALUES[200:300][:, [1, 30]]).all()
        assert len(fetched) == 3
        theirs[250] = 7
        assert (data[250:251] == 7).all()
        assert len(fetched) == 4
