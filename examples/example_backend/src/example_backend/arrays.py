"""One array of an open JSON tree, for reading and writing."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from example_backend.encoding import blank_cells
from hdmf_io_core.errors import ShapeError
from hdmf_io_core.storage.references import resolve_cells

if TYPE_CHECKING:
    from example_backend.storage import JsonTreeReader
    from example_backend.tree import Node
    from hdmf_io_core.storage.layout import ArrayLayout
    from hdmf_io_core.storage.selection import Selection
    from hdmf_io_core.types import Region, Shape


class JsonArray:
    """An array source; of a storage open for writing also an array sink."""

    def __init__(self, storage: "JsonTreeReader", node: "Node", path: str) -> None:
        self._storage = storage
        self._node = node
        self._path = path

    @property
    def layout(self) -> "ArrayLayout":
        """The layout as it is now."""
        self._storage.check_open()
        return self._node.layout

    def read_into(self, selection: "Selection", out: Any) -> None:
        """Fill every cell of ``out``: one axis after the other, since lists select orthogonally."""
        self._storage.check_open()
        cells = self._node.cells
        for axis, chosen in enumerate(selection.axes):
            cells = cells[(slice(None),) * axis + (chosen,)]
        out[...] = cells

    def write(self, region: "Region", values: Any) -> None:
        """Store values of the region's shape."""
        shape = self.layout.shape or ()
        fits = len(region) == len(shape) and all(
            part.stop <= length for part, length in zip(region, shape, strict=True)
        )
        lengths = tuple(part.stop - part.start for part in region)
        if not fits or values.shape[: len(region)] != lengths:
            what = f"values of shape {values.shape} do not fit region {region} of shape {shape}"
            raise ShapeError(what, source=self._storage.source, path=self._path)
        bound = resolve_cells(values, self.layout.dtype, self._storage.bind)
        self._node.cells[(*region, ...)] = bound
        self._storage.changed = True

    def resize(self, shape: "Shape") -> None:
        """Change the shape, inside ``maxshape``."""
        layout = self.layout
        limits = layout.maxshape or layout.shape or ()
        pairs = zip(shape, limits, strict=False)
        fits = len(shape) == len(limits) and all(n <= (limit or n) for n, limit in pairs)
        if not layout.is_resizable or not fits:
            what = f"an array of shape {layout.shape}, maxshape {limits}, cannot become {shape}"
            raise ShapeError(what, source=self._storage.source, path=self._path)
        old, cells = self._node.cells, blank_cells(shape, layout.dtype, layout.fill_value)
        kept = tuple(slice(0, min(pair)) for pair in zip(old.shape, shape, strict=True))
        cells[kept] = old[kept]
        self._node.cells, self._node.layout = cells, replace(layout, shape=tuple(shape))
        self._storage.changed = True
