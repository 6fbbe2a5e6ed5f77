"""What is behind lazy data whose array was taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from hdmf_io_core.errors import NodeNotFoundError

if TYPE_CHECKING:
    from hdmf_io_core.storage.layout import ArrayLayout
    from hdmf_io_core.storage.selection import Selection
    from hdmf_io_core.types import AnyArray, Region, Shape

__all__ = ["GoneArray"]


class GoneArray:
    """An array that is not in its file any more; every use raises ``NodeNotFoundError``."""

    @property
    def layout(self) -> ArrayLayout:
        """Raise."""
        self._raise()

    def read_into(self, selection: Selection, out: AnyArray) -> None:
        """Raise."""
        self._raise()

    def write(self, region: Region, values: AnyArray) -> None:
        """Raise."""
        self._raise()

    def resize(self, shape: Shape) -> None:
        """Raise."""
        self._raise()

    def _raise(self) -> NoReturn:
        msg = "the array was made by changes that were taken back"
        raise NodeNotFoundError(msg, hint="Give the data again, and write it.")
