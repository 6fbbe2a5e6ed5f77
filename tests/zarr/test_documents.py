"""How many documents are read and written, and that consolidated metadata is never stale."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import zarr

from hdmf_io_core import Container, Data
from hdmf_io_core.errors import MetadataError
from hdmf_io_core.stores.folders import FolderStore
from hdmf_io_zarr import ZarrIO


def tree(n_groups: int) -> Container:
    root = Container(name="root")
    for i in range(n_groups):
        group = Container(name=f"g{i}")
        group.add_child(Data(name="x", data=np.arange(3)))
        root.add_child(group)
    return root


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    calls: dict[str, list[str]] = {"get": [], "set": [], "names": []}
    for name in calls:
        original = getattr(FolderStore, name)

        def noted(self: Any, key: str, *rest: Any, _o: Any = original, _n: str = name) -> Any:
            calls[_n].append(key)
            return _o(self, key, *rest)

        monkeypatch.setattr(FolderStore, name, noted)
    return calls


@pytest.mark.parametrize("n_groups", [3, 30])
def test_one_document_is_read_however_many_nodes(
    n_groups: int, tmp_path: Path, zarr_format: Any, counted: dict[str, list[str]]
) -> None:
    path = tmp_path / "a.zarr"
    with ZarrIO(path, "w", zarr_format=zarr_format) as io:
        io.write(tree(n_groups))
    for calls in counted.values():
        calls.clear()
    with ZarrIO(path) as io:
        names = [child.name for child in io.read().children]
        assert len(names) == n_groups
        io.read()[f"g{n_groups - 1}/x"]
    expected = ["zarr.json"] if zarr_format == 3 else ["zarr.json", ".zmetadata"]
    assert counted["get"] == expected
    assert not counted["names"]


def test_one_deep_node_costs_its_own_documents(
    tmp_path: Path, counted: dict[str, list[str]]
) -> None:
    path = tmp_path / "a.zarr"
    with ZarrIO(path, "w") as io:
        io.write(tree(20))
    for calls in counted.values():
        calls.clear()
    with ZarrIO(path, use_consolidated=False) as io:
        assert io.read()["g7/x"].data[:].tolist() == [0, 1, 2]
    assert set(counted["get"]) == {"zarr.json", "g7/zarr.json", "g7/x/zarr.json", "g7/x/c/0"}


def test_each_document_is_written_once(
    tmp_path: Path, zarr_format: Any, counted: dict[str, list[str]]
) -> None:
    with ZarrIO(tmp_path / "a.zarr", "w", zarr_format=zarr_format) as io:
        io.write(tree(5))
    documents = [key for key in counted["set"] if "/c/" not in key]
    assert len(documents) == len(set(documents))


def test_appending_without_consolidating_removes_what_is_stale(
    tmp_path: Path, zarr_format: Any
) -> None:
    path = tmp_path / "a.zarr"
    with ZarrIO(path, "w", zarr_format=zarr_format) as io:
        io.write(tree(1))
    with ZarrIO(path, "a", consolidate=False) as io:
        container = io.read()
        container.add_child(Data(name="new", data=[1]))
        io.write(container)
    with ZarrIO(path) as io:
        assert "new" in io.read()
    assert zarr.open_group(path, mode="r").metadata.consolidated_metadata is None


def test_a_stale_store_reads_whole_without_consolidated_metadata(
    tmp_path: Path, zarr_format: Any
) -> None:
    path = tmp_path / "a.zarr"
    with ZarrIO(path, "w", zarr_format=zarr_format) as io:
        io.write(tree(1))
    zarr.open_group(path, mode="r+", use_consolidated=False).create_array("late", data=np.arange(2))
    with ZarrIO(path) as io:
        assert "late" not in io.read()
    with ZarrIO(path, use_consolidated=False) as io:
        assert io.read()["late"].data[:].tolist() == [0, 1]
    with ZarrIO(path, "a") as io:
        container = io.read()
        container.add_child(Data(name="new", data=[1]))
        io.write(container)
    with ZarrIO(path) as io:
        assert {"late", "new"} <= {child.name for child in io.read().children}


def test_a_plain_zarr_store_reads(tmp_path: Path, zarr_format: Any) -> None:
    group = zarr.open_group(tmp_path / "a.zarr", mode="w", zarr_format=zarr_format)
    group.attrs.update({"multiscales": [{"axes": ["x"]}], "n": 1, "none": None})
    group.create_group("g").create_array("x", data=np.arange(4.0), chunks=(2,))
    with ZarrIO(tmp_path / "a.zarr") as io:
        container = io.read()
        assert container["g/x"].data[:].tolist() == [0, 1, 2, 3]
        assert json.loads(str(container.attributes["multiscales"])) == [{"axes": ["x"]}]
        assert container.attributes["n"] == 1


def test_a_damaged_document_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a.zarr"
    with ZarrIO(path, "w") as io:
        io.write(tree(1))
    (path / "g0" / "zarr.json").write_text("{", "utf-8")
    with (
        ZarrIO(path, use_consolidated=False) as io,
        pytest.raises(MetadataError, match=r"'g0/zarr\.json'"),
    ):
        io.storage.node("/g0")
