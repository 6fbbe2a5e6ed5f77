"""Where an error happened: added once, by the first part that knows it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hdmf_io_core.errors import HdmfIOError

if TYPE_CHECKING:
    from types import TracebackType

__all__ = ["located"]


class located:
    """Tell errors of this project that pass where they happened, unless they know it.

    Parameters
    ----------
    source : str or None
        The file or store; None where it is not known here.
    path : str or None
        The node in it; None where it is not known here.
    """

    __slots__ = ("_path", "_source")

    def __init__(self, source: str | None, path: str | None) -> None:
        self._source = source
        self._path = path

    def __enter__(self) -> None:
        return None

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if isinstance(error, HdmfIOError):
            error.source = error.source or self._source
            error.path = error.path or self._path
