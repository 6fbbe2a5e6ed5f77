"""Pages of a file that wait in memory to be written."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["PAGE_BYTES", "Load", "WaitingPages"]

PAGE_BYTES = 4096

Load: TypeAlias = "Callable[[memoryview, int], object]"
"""Fills a buffer with what the disk holds from an offset on."""


class WaitingPages(dict[int, bytearray]):
    """Whole pages, by their number in the file; ``load`` gives what the disk holds of one."""

    def write(self, view: memoryview, offset: int, load: Load) -> None:
        """Write bytes, to the pages that hold their places."""
        while len(view):
            page, start = divmod(offset, PAGE_BYTES)
            n_bytes = min(PAGE_BYTES - start, len(view))
            if page not in self:
                self[page] = bytearray(PAGE_BYTES)
                if n_bytes < PAGE_BYTES:
                    load(memoryview(self[page]), page * PAGE_BYTES)
            self[page][start : start + n_bytes] = view[:n_bytes]
            view, offset = view[n_bytes:], offset + n_bytes

    def hold(self, page: int, load: Load) -> None:
        """Let a page wait as it is, if it does not yet."""
        if page not in self:
            data = bytearray(PAGE_BYTES)
            load(memoryview(data), page * PAGE_BYTES)
            self[page] = data

    def complete(self, end: int, load: Load) -> None:
        """Load the rest of the page of which only what is before ``end`` waited."""
        page, used = divmod(end, PAGE_BYTES)
        if page in self:
            load(memoryview(self[page])[used:], end)

    def patch(self, view: memoryview, offset: int, limit: int) -> None:
        """Put what waits, and lies before ``limit``, over what the disk holds."""
        end = min(offset + len(view), limit)
        first, last = offset // PAGE_BYTES, -(-end // PAGE_BYTES)
        span = range(first, last)
        for page in span if len(span) < len(self) else sorted(self):
            start = page * PAGE_BYTES
            low, high = max(start, offset), min(start + PAGE_BYTES, end)
            if page in self and low < high:
                view[low - offset : high - offset] = self[page][low - start : high - start]

    def cut(self, length: int) -> None:
        """Forget what lies behind a new end."""
        last, used = divmod(length, PAGE_BYTES)
        for page in [page for page in self if page >= last]:
            if page > last or not used:
                del self[page]
            else:
                self[page][used:] = bytes(PAGE_BYTES - used)
