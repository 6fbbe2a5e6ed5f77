"""What hdmf, pynwb and hdmf-zarr read, as JSON; the same for HDF5 files and Zarr stores."""

import datetime as dt
import math
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import h5py
import hdmf.common
import hdmf_zarr
import numpy as np
import pynwb
import zarr
from hdmf.backends.hdf5 import HDF5IO
from hdmf.build import Builder, LinkBuilder, ReferenceBuilder
from hdmf.container import AbstractContainer, Data
from hdmf.query import HDMFDataset


@contextmanager
def opened(path: str, *, nwb: bool) -> Iterator[Any]:
    """Open a file or store with the class that reads it."""
    hdmf_class, nwb_class = _classes(Path(path))
    manager = hdmf.common.get_manager()
    io = nwb_class(path, "r") if nwb else hdmf_class(path, mode="r", manager=manager)
    with io:
        yield io


def _classes(path: Path) -> tuple[Any, Any]:
    if not path.is_dir():
        return HDF5IO, pynwb.NWBHDF5IO
    if (path / ".zgroup").exists() and not zarr.__version__.startswith("2."):
        # Since 0.14 hdmf-zarr has classes of their own for format 2, which only read.
        return hdmf_zarr.ZarrV2IO, hdmf_zarr.NWBZarrV2IO
    return hdmf_zarr.ZarrIO, hdmf_zarr.NWBZarrIO


def tell_builders(path: str, *, nwb: bool) -> dict[str, Any]:
    """Return every node that the builder reader gives, by its path."""
    with opened(path, nwb=nwb) as io:
        found: dict[str, Any] = {}
        _group(io.read_builder(), "/", found)
        return found


def tell_containers(path: str, *, nwb: bool) -> Any:
    """Return every field of every container, by the path of names that leads to it."""
    with opened(path, nwb=nwb) as io:
        found: dict[str, Any] = {}
        _container(io.read(), "", found)
        return found


# builders


def _group(builder: Any, path: str, found: dict[str, Any]) -> None:
    links = {
        name: [path_of(link.builder), _outside(link, builder)]
        for name, link in builder.links.items()
    }
    found[path] = {"kind": "group", "attributes": _attributes(builder), "links": links}
    for name, child in builder.groups.items():
        if not isinstance(child, LinkBuilder):
            _group(child, f"{path.rstrip('/')}/{name}", found)
    for name, child in builder.datasets.items():
        shape, values = _array(child)
        found[f"{path.rstrip('/')}/{name}"] = {
            "kind": "array",
            "attributes": _attributes(child),
            "dtype": _dtype(child.data),
            "shape": shape,
            "values": values,
        }


def _outside(link: Any, parent: Any) -> str | None:
    """Return the file name of a link's target where it is another's."""
    there, here = (Path(str(node.source)).name for node in (link.builder, parent))
    return there if there != here else None


def _attributes(builder: Any) -> dict[str, Any]:
    return {name: plain(value) for name, value in builder.attributes.items()}


def path_of(builder: Any) -> str:
    """Return the path of a node in its file."""
    if builder.path == "root":
        return "/"
    if builder.path.startswith("root/"):
        return str(builder.path.removeprefix("root"))
    # A node of another file has no parents here, only the place where it was found.
    return f"{(builder.location or '').rstrip('/')}/{builder.name}"


def _dtype(data: Any) -> str | None:
    """Return the dtype where it is a plain number's."""
    dtype = getattr(data, "dtype", None)
    if isinstance(dtype, np.dtype) and dtype.names is None and dtype.kind in "biufc":
        return dtype.newbyteorder("=").name
    return None


def _array(builder: Any) -> tuple[list[int], Any]:
    data, values = builder.data, plain(builder.data)
    if isinstance(data, HDMFDataset):
        return [len(values)], values
    if builder.dtype == "scalar":
        # Format 2 has no scalars: hdmf-zarr takes the one element when it makes containers.
        return [], values[0]
    return list(np.shape(data)), values


# values


def plain(value: Any) -> Any:
    """Return a value as JSON; references are the path of their target."""
    if isinstance(value, (ReferenceBuilder, LinkBuilder)):
        value = value.builder
    if isinstance(value, Builder):
        return {"reference": path_of(value)}
    if isinstance(value, AbstractContainer):
        return {"container": value.object_id}
    if isinstance(value, (zarr.Array, h5py.Dataset)):
        return plain(value[()])
    if isinstance(value, np.ndarray):
        return [plain(item) for item in value] if value.shape else plain(value[()])
    if isinstance(value, (np.void, list, tuple, HDMFDataset)):
        return [plain(item) for item in value]
    if isinstance(value, (set, frozenset)):
        return sorted(plain(item) for item in value)
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, bytes):
        return value.decode()
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, complex):
        return [value.real, value.imag]
    if isinstance(value, (dt.datetime, dt.date)):
        return value.isoformat()
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if value is None or isinstance(value, (str, int, float, bool)):
        return value
    return str(type(value))


# containers


def _container(node: Any, path: str, found: dict[str, Any]) -> None:
    fields = dict(node.fields)
    if isinstance(node, Data):
        fields["data"] = node.data
    told = {name: _field(value) for name, value in fields.items()}
    found[path or "/"] = {"type": type(node).__name__, "id": node.object_id, "fields": told}
    for child in node.children:
        _container(child, f"{path}/{child.name}", found)


def _field(value: Any) -> Any:
    """Return a field; labelled children are told by their names."""
    if isinstance(value, dict):
        return {str(name): _field(item) for name, item in value.items()}
    return plain(value)
