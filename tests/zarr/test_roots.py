"""Roots that are special: a single array, and one that a writer left marked."""

import json
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import zarr
import zarr.storage

from hdmf_io_core import Container, Data, open_io
from hdmf_io_core.errors import NotThisFormatError, OpenError
from hdmf_io_zarr import ZarrIO


@pytest.mark.parametrize("mode", ["r", "r+"])
def test_a_store_that_is_one_array_is_no_tree(mode: str, tmp_path: Path, zarr_format: Any) -> None:
    path = tmp_path / "array.zarr"
    zarr.create_array(path, data=np.arange(3), zarr_format=zarr_format)
    with pytest.raises(NotThisFormatError, match="single array"):
        open_io(path, mode)
    assert [entry.name for entry in tmp_path.iterdir()] == ["array.zarr"]


def test_an_unfinished_store_can_be_exported(tmp_path: Path, zarr_format: Any) -> None:
    path, copy = tmp_path / "half.zarr", tmp_path / "whole.zarr"
    root = Container("root")
    root.add_child(Data("x", [1, 2]))
    with open_io(path, "w", zarr_format=zarr_format) as io:
        io.write(root)
    document = path / ("zarr.json" if zarr_format == 3 else ".zattrs")
    found = json.loads(document.read_text("utf-8"))
    attributes = found["attributes"] if zarr_format == 3 else found
    attributes["_hdmf_io"] = {"unfinished": "somebody"}
    document.write_text(json.dumps(found), "utf-8")
    options = {"allow_unfinished": True, "use_consolidated": False}
    with open_io(path, **options) as src, open_io(copy, "w") as io:
        io.export(src)
    with open_io(copy) as io:
        assert io.read()["x"].data[:].tolist() == [1, 2]


def test_file_opens_beside_arrays_that_zarr_python_does_not_know(
    tmp_path: Path, zarr_format: Any
) -> None:
    path = tmp_path / "records.zarr"
    root = Container("root")
    root.add_child(Data("plain", [1, 2]))
    root.add_child(Data("records", np.array([(1, "a")], [("n", "i4"), ("s", object)])))
    with open_io(path, "w", zarr_format=zarr_format) as io:
        io.write(root)
    with open_io(path) as io:
        assert list(io.file["plain"][:]) == [1, 2]


def test_a_scheme_whose_package_is_missing_is_explained(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise ImportError("this scheme needs a package")

    monkeypatch.setattr(zarr.storage.FsspecStore, "from_url", refuse)
    monkeypatch.setitem(sys.modules, "obstore.store", None)
    with pytest.raises(OpenError, match="this scheme needs a package"):
        ZarrIO("http://example.org/store.zarr")


def test_a_file_url_is_written_and_read(tmp_path: Path, zarr_format: Any) -> None:
    url = f"file://{tmp_path}/new/made.zarr"
    if find_spec("fsspec") is None and find_spec("obstore") is None:
        with pytest.raises(OpenError, match="pip install fsspec"):
            ZarrIO(url, "w", zarr_format=zarr_format)
        return
    with ZarrIO(url, "w", zarr_format=zarr_format) as io:
        container = Container("root")
        container.add_child(Data("x", [1, 2]))
        io.write(container)
    with ZarrIO(url) as io:
        assert io.read()["x"].data[:].tolist() == [1, 2]
