"""HDF5 to Zarr and back gives an equal file, but for what the report names."""

import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

from hdmf_io_core import open_io
from hdmf_io_zarr import ZarrIO

pytest.importorskip("h5py")
pytest.importorskip("hdf5plugin")
# Importlib mode leaves the tests' folders out of `sys.path`.
sys.path.append(str(Path(__file__).parents[1] / "hdf5" / "roundtrip"))

from h5diff import differences

DATA = Path(__file__).parents[1] / "data"
FILES = sorted(
    path.relative_to(DATA).as_posix()
    for path in DATA.rglob("*")
    if path.suffix in {".h5", ".nwb"} and path.is_file()
)
LOST = {
    "foreign/layouts.h5": {"/named_type"},
    "foreign/links_refs.h5": {"/", "/regrefs", "/hard", "/hard_g", "/g/cycle"},
}
"""What Zarr cannot hold: committed types, region references, hard links."""
HARD_LINKS = {"foreign/links_refs.h5"}
"""Files with nodes of two names; in Zarr the second is a soft link."""


def there_and_back(name: str, folder: Path, zarr_format: Any) -> tuple[Path, Path, set[str]]:
    files = folder / "files"
    shutil.copytree((DATA / name).parent, files)
    source = files / Path(name).name
    store, back = files / "there.zarr", files / f"back_{source.name}"
    with open_io(source) as src, ZarrIO(store, "w", zarr_format=zarr_format) as dst:
        first = dst.export(src)
    with open_io(store) as src, open_io(back, "w", backend="hdf5") as dst:
        second = dst.export(src)
    return source, back, {loss.path for loss in (*first.losses, *second.losses)}


@pytest.mark.parametrize("name", [name for name in FILES if name not in HARD_LINKS])
def test_the_way_back_gives_an_equal_file(name: str, tmp_path: Path, zarr_format: Any) -> None:
    source, back, lost = there_and_back(name, tmp_path, zarr_format)
    assert lost == LOST.get(name, set())
    changed = {difference.split(": ", 1)[0] for difference in differences(source, back)}
    assert changed == lost


@pytest.mark.parametrize("name", sorted(HARD_LINKS))
def test_second_names_become_links(name: str, tmp_path: Path, zarr_format: Any) -> None:
    source, back, lost = there_and_back(name, tmp_path, zarr_format)
    assert lost == LOST[name]
    kinds = {difference.split(": ")[1].split()[0] for difference in differences(source, back)}
    # References show the first name of their target, which now is another.
    assert kinds <= {"entry", "link", "attribute", "data", "first"}
