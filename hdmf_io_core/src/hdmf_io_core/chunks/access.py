"""The way to one stored array, shared by all that show it: reads, and rows that wait."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hdmf_io_core.chunks.assign import append_rows
from hdmf_io_core.errors import ModeError

if TYPE_CHECKING:
    from collections.abc import Callable

    from hdmf_io_core.chunks.engine import Engine
    from hdmf_io_core.storage.dtypes import ElementType
    from hdmf_io_core.storage.layout import ArrayLayout
    from hdmf_io_core.storage.protocols import ArraySink, ArraySource
    from hdmf_io_core.storage.selection import Selection
    from hdmf_io_core.types import AnyArray

__all__ = ["ArrayAccess"]


class ArrayAccess:
    """Reads an array through an engine, if there is one, and opens it for writing when needed.

    Parameters
    ----------
    source
        The stored array.
    key : tuple of str
        Its file, and its path there.
    open_sink
        Opens it for writing; None where the file is open for reading.
    engine
        None for the storage alone.
    """

    def __init__(
        self,
        source: ArraySource,
        key: tuple[str, str],
        open_sink: Callable[[], ArraySink] | None,
        engine: Engine | None,
    ) -> None:
        self._source = source
        self.key = key
        self._open_sink = open_sink
        self._engine = engine
        self._sink: ArraySink | None = None

    @property
    def source(self) -> ArraySource:
        """The stored array itself, with all that was appended."""
        self._settle()
        return self._source

    @property
    def element_type(self) -> ElementType:
        """Type of the elements, which appending does not change."""
        return self._source.layout.dtype

    @property
    def layout(self) -> ArrayLayout:
        """The layout, with the rows that wait."""
        layout = self._source.layout
        return layout if self._engine is None else self._engine.tails.layout(self.key, layout)

    def read(self, selection: Selection, out: AnyArray) -> None:
        """Fill ``out``, C-contiguous, of the selection's shape and the elements' dtype."""
        if self._engine is None:
            self._source.read_into(selection, out)
            return
        stored = self._engine.tails.read(self.key, selection, out)
        if stored is selection:
            self._engine.read(self._source, selection, out)
        elif stored.shape[0]:
            self._engine.read(self._source, stored, out[: stored.shape[0]])

    def append(self, values: object) -> None:
        """Append rows; see :func:`hdmf_io_core.chunks.assign.append_rows`."""
        if self._engine is None:
            append_rows(self._writable(), values, path=self.key[1])
        else:
            self._engine.tails.append(self.key, self._writable, values)

    def sink(self) -> ArraySink:
        """Return the array, open for writing, with all that was appended.

        Raises
        ------
        ModeError
            If the file is open for reading.
        """
        self._settle()
        return self._writable()

    def rebind(self, source: ArraySource) -> None:
        """Show another opening of the array from here on; what waited for the old one is lost."""
        self._source = source
        self._sink = None

    def _writable(self) -> ArraySink:
        if self._open_sink is None:
            msg = "the file is open for reading only"
            hint = "Open it with mode 'a' or 'r+' to change data."
            raise ModeError(msg, hint=hint)
        if self._sink is None:
            self._sink = self._open_sink()
        return self._sink

    def _settle(self) -> None:
        if self._engine is not None:
            self._engine.tails.settle(self.key)
