"""Counting what is asked of a storage: calls by name, elements and bytes read."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from hdmf_io_core.storage.dtypes import ElementType
    from hdmf_io_core.storage.layout import (
        ArrayLayout,
        Attribute,
        Capabilities,
        NodeInfo,
        ObjectRef,
        RegionRef,
        SpecDocuments,
    )
    from hdmf_io_core.storage.protocols import ArraySource, StorageReader
    from hdmf_io_core.storage.selection import Selection
    from hdmf_io_core.types import AnyArray

__all__ = ["CountingReader", "CountingSource"]


class CountingReader:
    """A reader that passes everything on and counts it.

    Parameters
    ----------
    reader
        What is asked; closing this closes it.

    Attributes
    ----------
    calls
        How often each method was called; reads of arrays are ``read_into``.
    entries
        How many entries of groups were handed out.
    read_bytes
        Bytes that reads filled, as they are in memory.
    """

    def __init__(self, reader: StorageReader) -> None:
        self._reader = reader
        self.calls: Counter[str] = Counter()
        self.entries = 0
        self.read_bytes = 0

    @property
    def source(self) -> str:
        """As the reader's."""
        return self._reader.source

    @property
    def capabilities(self) -> Capabilities:
        """As the reader's."""
        return self._reader.capabilities

    def node(self, path: str) -> NodeInfo | None:
        """As the reader's."""
        self.calls["node"] += 1
        return self._reader.node(path)

    def children(self, path: str) -> Iterator[NodeInfo]:
        """As the reader's; entries count as they are taken."""
        self.calls["children"] += 1
        return self._counted(self._reader.children(path))

    def attributes(self, path: str) -> Mapping[str, Attribute]:
        """As the reader's."""
        self.calls["attributes"] += 1
        return self._reader.attributes(path)

    def array(self, path: str) -> CountingSource:
        """As the reader's."""
        self.calls["array"] += 1
        return CountingSource(self._reader.array(path), self)

    def datatype(self, path: str) -> ElementType:
        """As the reader's."""
        self.calls["datatype"] += 1
        return self._reader.datatype(path)

    def resolve(self, ref: ObjectRef | RegionRef) -> NodeInfo | None:
        """As the reader's."""
        self.calls["resolve"] += 1
        return self._reader.resolve(ref)

    def specs(self) -> SpecDocuments:
        """As the reader's."""
        self.calls["specs"] += 1
        return self._reader.specs()

    def refresh(self) -> None:
        """As the reader's."""
        self.calls["refresh"] += 1
        self._reader.refresh()

    def close(self) -> None:
        """As the reader's."""
        self.calls["close"] += 1
        self._reader.close()

    def reset(self) -> None:
        """Start counting anew."""
        self.calls.clear()
        self.entries = 0
        self.read_bytes = 0

    def _counted(self, entries: Iterator[NodeInfo]) -> Iterator[NodeInfo]:
        for entry in entries:
            self.entries += 1
            yield entry


class CountingSource:
    """An array whose reads count with the reader that opened it."""

    def __init__(self, source: ArraySource, counts: CountingReader) -> None:
        self._source = source
        self._counts = counts

    @property
    def layout(self) -> ArrayLayout:
        """As the array's."""
        return self._source.layout

    def read_into(self, selection: Selection, out: AnyArray) -> None:
        """As the array's."""
        self._counts.calls["read_into"] += 1
        self._counts.read_bytes += out.nbytes
        self._source.read_into(selection, out)
