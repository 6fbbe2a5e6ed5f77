"""The contract of every open IO."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType

    from hdmf_io_core.model.container import Container
    from hdmf_io_core.plan.recoding import Rechunk, Recompress
    from hdmf_io_core.plan.report import ConversionReport, WriteReport

__all__ = ["HDMFIO"]


class HDMFIO(ABC):
    """An open source of HDMF data; what ``open_io`` returns.

    A context manager: leaving the block closes it. Whoever opens it closes it; containers read from
    it are usable while it is open.

    An author of a backend for another kind of model implements this class itself; one who stores
    the common model derives from ``StorageIO`` and writes a storage.
    """

    @property
    @abstractmethod
    def source(self) -> str:
        """Absolute path or URL of what is open."""

    @property
    @abstractmethod
    def mode(self) -> str:
        """The mode it was opened with."""

    @property
    @abstractmethod
    def is_open(self) -> bool:
        """Whether it is open."""

    @property
    def format_options(self) -> Mapping[str, object]:
        """Options with which ``open_io`` makes another file of this one's format."""
        return {}

    @abstractmethod
    def read(self) -> Container:
        """Return the root container; what is below it loads when touched.

        Raises
        ------
        ClosedIOError
            If the IO is closed.
        ModeError
            If nothing has been written yet in a mode that starts anew.
        """

    @abstractmethod
    def write(
        self,
        container: Container,
        *,
        cache_spec: bool = True,
        exhaust_dci: bool = True,
        link_data: bool = True,
    ) -> WriteReport:
        """Store a container, or what changed of one that is stored here.

        Parameters
        ----------
        container : Container
            The root of the tree.
        cache_spec : bool
            Whether the specifications of its types are stored too.
        exhaust_dci : bool
            Whether chunk iterators are drained one after the other; with False, one chunk of each
            in turn, after everything else.
        link_data : bool
            Whether lazy data of another open file becomes an external link; with False it is
            copied.

        Returns
        -------
        WriteReport
            What was done; ``links`` lists the links made.

        Raises
        ------
        ModeError
            If the IO is open for reading.
        BuildError, UnresolvedReferenceError, UnsupportedDtypeError, ShapeError, OptionError
            If something cannot be stored as it is; nothing was written then.
        WriteError
            If the storage or a chunk iterator fails on the way; what was made is removed again.
        """

    @abstractmethod
    def export(
        self,
        src_io: HDMFIO,
        container: Container | None = None,
        *,
        cache_spec: bool = True,
        strict: bool = False,
        recompress: Recompress = None,
        rechunk: Rechunk = None,
        verify: bool = False,
    ) -> ConversionReport:
        """Copy all that another IO holds, or ``container`` as it was changed in memory, to here.

        Data is copied, not linked; links, references, chunks and codecs are kept.

        Parameters
        ----------
        src_io : HDMFIO
            Open for reading; stays open.
        container : Container or None
            Read from ``src_io`` and perhaps changed; None for everything as it is stored.
        cache_spec : bool
            Whether the cached specifications are copied too.
        strict : bool
            Whether a loss is an error. Without it the report's ``losses`` name what this backend
            cannot hold, such as a filter without a codec; everything else is kept.
        recompress : Compression, str, mapping or None
            How chunks are compressed in the copy: a ``Compression`` or text such as ``"gzip:9"``
            for every array that can be compressed, or a mapping from patterns of paths to these.
            None keeps the codecs.
        rechunk : tuple of int, True, mapping or None
            Chunk shape in the copy: for every array of that rank, True for chunks of about 1 MiB,
            or a mapping from patterns of paths to these. None keeps the chunks.
        verify : bool
            Whether copy and source are compared, value by value, before the copy is published.

        Returns
        -------
        ConversionReport
            What was copied as it is, what was encoded anew, and what is lost.

        Raises
        ------
        OptionError
            If ``recompress`` or ``rechunk`` ask for what cannot be had; nothing was written then.
        UnsupportedFeatureError
            If ``strict`` and something would be lost; nothing was written then.
        VerificationError
            If the copy differs from its source; it is not published then.
        ExportError
            If ``src_io`` is not an IO over a storage, or ``container`` does not belong to it.
        """

    def refresh(self) -> None:
        """Forget what was remembered of the content, so that what others changed since shows.

        Lazy data that is held has its new shape and rows then; containers that were loaded stay
        as they are. Does nothing where nothing is remembered.

        Raises
        ------
        ClosedIOError
            If the IO is closed.
        """
        return

    @abstractmethod
    def close(self) -> None:
        """Finish writing and release the source; a second call does nothing."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_val: BaseException | None,
        exc_tb: TracebackType | None,
    ) -> None:
        self.close()
