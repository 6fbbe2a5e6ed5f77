"""hdmf-io: open, write, append to, convert and stream HDMF files through backends that plug in.

The names below are the public ones. They are imported on first use, so that importing the package,
and finding a backend, stays cheap.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hdmf_io_core.chunks.dataio import DataIO, WriteOptions
    from hdmf_io_core.chunks.iterators import (
        DataChunk,
        DataChunkIterator,
        GenericDataChunkIterator,
    )
    from hdmf_io_core.chunks.lazy import LazyDataset
    from hdmf_io_core.io.base import StorageIO
    from hdmf_io_core.io.open import BackendInfo, list_backends, open_io
    from hdmf_io_core.io.protocol import HDMFIO
    from hdmf_io_core.model.container import Container
    from hdmf_io_core.model.data import Data, Datatype
    from hdmf_io_core.model.manager import BuildManager, Manager
    from hdmf_io_core.model.node import BrokenLink, Node
    from hdmf_io_core.model.spec import NamespaceCatalog, SpecCatalog, SpecNamespace
    from hdmf_io_core.model.typemap import TypeMap
    from hdmf_io_core.plan.recoding import Compression
    from hdmf_io_core.plan.report import ConversionReport, WriteReport
    from hdmf_io_core.plan.steps import WritePlan
    from hdmf_io_core.plugins.backendspec import API_VERSION, BackendSpec, MagicRule
    from hdmf_io_core.plugins.hookspecs import hookimpl
    from hdmf_io_core.storage.layout import LinkTarget, ObjectRef, RegionRef

__version__ = "0.1.0"

_HOMES = {
    "API_VERSION": "plugins.backendspec",
    "BackendInfo": "io.open",
    "BackendSpec": "plugins.backendspec",
    "BrokenLink": "model.node",
    "BuildManager": "model.manager",
    "Compression": "plan.recoding",
    "Container": "model.container",
    "ConversionReport": "plan.report",
    "Data": "model.data",
    "DataChunk": "chunks.iterators",
    "DataChunkIterator": "chunks.iterators",
    "DataIO": "chunks.dataio",
    "Datatype": "model.data",
    "GenericDataChunkIterator": "chunks.iterators",
    "HDMFIO": "io.protocol",
    "LazyDataset": "chunks.lazy",
    "LinkTarget": "storage.layout",
    "MagicRule": "plugins.backendspec",
    "Manager": "model.manager",
    "NamespaceCatalog": "model.spec",
    "Node": "model.node",
    "ObjectRef": "storage.layout",
    "RegionRef": "storage.layout",
    "SpecCatalog": "model.spec",
    "SpecNamespace": "model.spec",
    "StorageIO": "io.base",
    "TypeMap": "model.typemap",
    "WriteOptions": "chunks.dataio",
    "WritePlan": "plan.steps",
    "WriteReport": "plan.report",
    "hookimpl": "plugins.hookspecs",
    "list_backends": "io.open",
    "open_io": "io.open",
}

__all__ = [
    "API_VERSION",
    "HDMFIO",
    "BackendInfo",
    "BackendSpec",
    "BrokenLink",
    "BuildManager",
    "Compression",
    "Container",
    "ConversionReport",
    "Data",
    "DataChunk",
    "DataChunkIterator",
    "DataIO",
    "Datatype",
    "GenericDataChunkIterator",
    "LazyDataset",
    "LinkTarget",
    "MagicRule",
    "Manager",
    "NamespaceCatalog",
    "Node",
    "ObjectRef",
    "RegionRef",
    "SpecCatalog",
    "SpecNamespace",
    "StorageIO",
    "TypeMap",
    "WriteOptions",
    "WritePlan",
    "WriteReport",
    "hookimpl",
    "list_backends",
    "open_io",
]


def __getattr__(name: str) -> object:
    home = _HOMES.get(name)
    if home is None:
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
    value: object = getattr(import_module(f"{__name__}.{home}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
