"""A name that Zarr cannot take is refused before a byte is written, whatever bears it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from hdmf_io_core import Container, open_io
from hdmf_io_core.errors import InvalidNameError
from hdmf_io_zarr.writer import ZarrWriter

NAMES = ["back\\slash", "zarr.json", ".zgroup", ".zattrs", "..."]
KINDS: dict[str, Callable[[h5py.File, str], Any]] = {
    "group": lambda file, name: file.create_group(f"g/{name}"),
    "dataset": lambda file, name: file.create_dataset(f"g/{name}", data=[1]),
    "soft link": lambda file, name: file.__setitem__(f"g/{name}", h5py.SoftLink("/x")),
    "hard link": lambda file, name: file.__setitem__(f"g/{name}", file["x"]),
    "below": lambda file, name: file.create_group(f"g/{name}/more"),
}


@pytest.fixture(autouse=True)
def _nothing_begins(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a change of a store that is to be refused as a whole fail by another error."""

    def begin(self: ZarrWriter) -> None:
        pytest.fail("the store was about to be changed")

    if "changed" not in request.node.name:
        monkeypatch.setattr(ZarrWriter, "begin", begin)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("kind", KINDS)
def test_of_nodes(kind: str, name: str, tmp_path: Path, zarr_format: Any) -> None:
    source, target = tmp_path / "s.h5", tmp_path / "d.zarr"
    with h5py.File(source, "w") as file:
        file["x"] = np.arange(3)
        KINDS[kind](file, name)
    with (
        open_io(source) as src,
        open_io(target, "w", zarr_format=zarr_format) as dst,
        pytest.raises(InvalidNameError) as caught,
    ):
        dst.export(src)
    assert caught.value.path == f"/g/{name}"
    assert caught.value.source == str(target)
    assert sorted(tmp_path.iterdir()) == [source]


@pytest.mark.parametrize("name", ["_LINKS", "_DTYPE", "_hdmf_io", ".specloc"])
def test_of_attributes(name: str, tmp_path: Path) -> None:
    source, target = tmp_path / "s.h5", tmp_path / "d.zarr"
    with h5py.File(source, "w") as file:
        file.create_group("g").attrs[name] = "x"
    with (
        open_io(source) as src,
        open_io(target, "w") as dst,
        pytest.raises(InvalidNameError) as caught,
    ):
        dst.export(src)
    assert caught.value.path == "/g"
    assert sorted(tmp_path.iterdir()) == [source]


def test_in_a_store_that_is_changed_nothing_is_written(tmp_path: Path) -> None:
    target = tmp_path / "d.zarr"
    with open_io(target, "w") as io:
        io.write(Container("root"))
    before = {path: path.read_bytes() for path in target.rglob("*") if path.is_file()}
    with open_io(target, "a") as io:
        root = io.read()
        root.add_child(Container("good"))
        root.add_child(Container("bad\\one"))
        with pytest.raises(InvalidNameError):
            io.write(root)
    assert {path: path.read_bytes() for path in target.rglob("*") if path.is_file()} == before
