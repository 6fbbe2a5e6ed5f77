"""The elements of an array: every chunk decodes, its checksum holds, its references lead somewhere.

In bounded memory, and in a time that goes with what is stored, not with what is declared.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from hdmf_io_core.check.findings import CheckReport, Finding
from hdmf_io_core.chunks.grid import ChunkGrid, block_shape, region_shape
from hdmf_io_core.chunks.limits import allocated
from hdmf_io_core.errors import HdmfIOError, UnknownCodecError
from hdmf_io_core.storage.abilities import SupportsStoredChunks
from hdmf_io_core.storage.dtypes import has_references
from hdmf_io_core.storage.selection import select_region

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hdmf_io_core.check.structure import StructureCheck
    from hdmf_io_core.chunks.engine import Engine
    from hdmf_io_core.storage.layout import ArrayLayout
    from hdmf_io_core.storage.protocols import ArraySource
    from hdmf_io_core.types import ChunkCoords, Region, Shape

__all__ = ["ContentCheck"]

_BLOCK_BYTES = 16 << 20
_LIMIT_BYTES = 1 << 30
"""A chunk that is declared larger than this is not decoded: nobody writes such chunks."""
_PER_STORED_BYTE = 2048
"""What a stored byte may stand for without chunks; DEFLATE, which packs 1032, is no limit then."""


class ContentCheck:
    """Reads arrays and notes what does not read.

    Parameters
    ----------
    structure : StructureCheck
        Resolves the references that are found in elements.
    report : CheckReport
        Takes the counts.
    engine : Engine
        Decodes; belongs to the caller.
    stored_bytes : int or None
        Size of the whole source, where it is known: the measure of what it may declare.
    """

    def __init__(
        self,
        structure: StructureCheck,
        report: CheckReport,
        engine: Engine,
        *,
        stored_bytes: int | None = None,
    ) -> None:
        self._structure = structure
        self._report = report
        self._engine = engine
        self._stored_bytes = stored_bytes

    def holds_references(self, source: ArraySource) -> bool:
        """Whether the elements are, or hold, references: those belong to the structure."""
        return has_references(source.layout.dtype)

    def array(self, path: str, source: ArraySource) -> Iterator[Finding]:
        """Read all that is stored of an array; yields what does not decode."""
        layout = source.layout
        if not layout.n_elements:
            return
        refused = self._refused(layout, source)
        if refused:
            yield Finding("not-checked", path, refused, "warning")
        elif layout.chunks is not None:
            grid = ChunkGrid(layout.shape or (), layout.chunks)
            yield from self._chunks(path, source, grid)
        else:
            yield from self._blocks(path, source, layout)

    def _refused(self, layout: ArrayLayout, source: ArraySource) -> str:
        """Return why an array is not read; empty if it is."""
        itemsize = layout.memory_dtype.itemsize
        if layout.chunks is not None:
            chunk_bytes = math.prod(layout.chunks) * itemsize
            if chunk_bytes > _LIMIT_BYTES:
                return f"a chunk is declared with {chunk_bytes:,} bytes"
            if isinstance(source, SupportsStoredChunks):
                return ""
        declared = layout.n_elements * itemsize
        if self._stored_bytes is None or declared <= max(
            _BLOCK_BYTES, self._stored_bytes * _PER_STORED_BYTE
        ):
            return ""
        return f"{declared:,} bytes are declared, and the source holds {self._stored_bytes:,}"

    def _chunks(self, path: str, source: ArraySource, grid: ChunkGrid) -> Iterator[Finding]:
        for coords in _stored(source, grid):
            region = grid.region_of(coords)
            finding = self._read(path, source, region, coords)
            if finding is not None and finding.kind == "not-checked":
                yield finding
                return
            self._report.n_chunks += finding is None
            if finding is not None:
                yield finding

    def _blocks(self, path: str, source: ArraySource, layout: ArrayLayout) -> Iterator[Finding]:
        shape = layout.shape or ()
        block = block_shape(shape, (1,) * len(shape), layout.memory_dtype.itemsize, _BLOCK_BYTES)
        for region in _regions(shape, block):
            finding = self._read(path, source, region, None)
            if finding is not None:
                yield finding
                return

    def _read(
        self, path: str, source: ArraySource, region: Region, chunk: ChunkCoords | None
    ) -> Finding | None:
        layout = source.layout
        try:
            out = allocated(region_shape(region), layout.memory_dtype)
            self._engine.read(source, select_region(region), out)
        except UnknownCodecError as error:
            return Finding("not-checked", path, str(error), "warning", chunk)
        except HdmfIOError as error:
            return Finding("corrupt-data", path, error.what, chunk=chunk)
        self._report.n_bytes += out.nbytes
        if has_references(layout.dtype):
            found = self._structure.references(path, out, layout.dtype, "the elements")
            return next(found, None)
        return None


def _stored(source: ArraySource, grid: ChunkGrid) -> Iterator[ChunkCoords]:
    if isinstance(source, SupportsStoredChunks):
        return iter(source.stored_chunks())
    return grid.coords()


def _regions(shape: Shape, block: Shape) -> Iterator[Region]:
    if not shape:
        return iter(((),))
    return ChunkGrid(shape, block).regions()
