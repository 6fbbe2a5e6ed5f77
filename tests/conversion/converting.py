"""Conversions in a line, and what a source would be without what a conversion says it lost."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import h5py
from h5facts import identity

from hdmf_io_core import open_io


def convert(source: Any, target: Any, **options: Any) -> Any:
    """Export a file to another, and return the report."""
    with open_io(source) as src, open_io(target, "w", **options) as dst:
        return dst.export(src)


def there_and_back(source: Path, zarr_format: int) -> tuple[Path, list[Any]]:
    """Convert an HDF5 file to Zarr and back, beside it; return the copy and all losses."""
    store = source.with_name("between.zarr")
    back = source.with_name("back.h5")
    reports = convert(source, store, zarr_format=zarr_format), convert(store, back)
    return back, [loss for report in reports for loss in report.losses]


def leave_out(file: Path, losses: Sequence[Any]) -> None:
    """Take out of an HDF5 file, with plain h5py, what losses name; no other loss is known here."""
    with h5py.File(file, "r+") as opened:
        links = [loss.path for loss in losses if loss.what == "the hard link"]
        kept = {path: _kept_name(opened, path, set(links)) for path in links}
        for path, target in kept.items():
            del opened[path]
            opened[path] = h5py.SoftLink(target)
        for loss in losses:
            if loss.what == "the node":
                del opened[loss.path]
            elif loss.what.startswith("attribute "):
                del opened[loss.path].attrs[loss.what.removeprefix("attribute ").strip("'")]
            else:
                assert loss.path in kept, f"not expected: {loss}"


def _kept_name(file: h5py.File, path: str, links: set[str]) -> str:
    """Return the name by which an object stays, when these names of objects become links."""
    wanted = identity(file[path])
    (name,) = (name for name, found in _names(file, "/", links) if found == wanted)
    return name


def _names(group: Any, path: str, links: set[str]) -> Iterator[tuple[str, Any]]:
    """Yield every name of every object; those that become links are not entered."""
    yield path, identity(group)
    if not isinstance(group, h5py.Group):
        return
    for name in group:
        below = f"{path.rstrip('/')}/{name}"
        if below not in links and isinstance(group.get(name, getlink=True), h5py.HardLink):
            yield from _names(group[name], below, links)
