"""JSON of strangers is taken apart as if it were well formed; if it is not, one error says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hdmf_io_core.errors import HdmfIOError, MetadataError

if TYPE_CHECKING:
    from types import TracebackType

__all__ = ["well_formed"]

_ODD = (
    ArithmeticError, AttributeError, LookupError, MemoryError, RecursionError, SyntaxError,
    TypeError, ValueError,
)  # fmt: skip
"""What it raises; ``SyntaxError`` is numpy's, of a dtype."""


class well_formed:
    """Turn what a wrong shape of JSON raises into ``MetadataError``; our own errors pass.

    Parameters
    ----------
    what : str
        What is taken apart, for the message.
    """

    __slots__ = ("_what",)

    def __init__(self, what: str) -> None:
        self._what = what

    def __enter__(self) -> None:
        return None

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if isinstance(error, _ODD) and not isinstance(error, HdmfIOError):
            msg = f"{self._what} is not that of Zarr: {error!r:.200}"
            raise MetadataError(msg) from error
