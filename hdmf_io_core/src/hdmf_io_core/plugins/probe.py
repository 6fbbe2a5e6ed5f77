"""What a source holds, as far as dispatch must know: is it there, its first bytes, its markers.

All reading of dispatch is here, and the decisions are not: ``recognise`` only reports what fits.
"""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass, field
from io import SEEK_END, FileIO
from typing import TYPE_CHECKING, Protocol, cast

from hdmf_io_core.errors import OpenError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from types import TracebackType

    from hdmf_io_core.plugins.backendspec import BackendSpec, MagicRule
    from hdmf_io_core.plugins.source import Source

__all__ = ["Match", "Probe", "recognise"]

_HEAD_BYTES = 2048


@dataclass(frozen=True, slots=True)
class Match:
    """A backend recognises the content; ``reason`` says by what, in a few words."""

    backend: str
    reason: str


class _Seekable(Protocol):
    """What is asked of a user's file object."""

    def read(self, size: int, /) -> bytes: ...
    def seek(self, offset: int, whence: int = 0, /) -> int: ...
    def tell(self) -> int: ...


@dataclass(slots=True)
class Probe:
    """One look at a source. A context manager; it closes what it opened, never the user's object.

    Attributes
    ----------
    source
        What is looked at.
    exists
        None where it cannot be known without the backend (a remote URL).
    is_folder
        Whether it is a folder.
    size
        In bytes; 0 for a folder, for what is no regular file, and for a file object that
        cannot be read.
    """

    source: Source
    exists: bool | None = None
    is_folder: bool = False
    size: int = 0
    _opened: FileIO | None = field(default=None, repr=False)
    _head: bytes | None = field(default=None, repr=False)

    @classmethod
    def of(cls, source: Source) -> Probe:
        """Ask whether the source exists; reads none of its content.

        Raises
        ------
        OpenError
            The system refuses to say, or a file object was opened as text.
        """
        if source.kind == "path":
            return cls._of_path(source)
        if source.kind == "url":
            return cls(source)
        if source.kind == "file":
            return cls(source, exists=True, size=_file_size(source))
        return cls(source, exists=True)

    @classmethod
    def _of_path(cls, source: Source) -> Probe:
        try:
            status = os.stat(source.location)  # noqa: PTH116 - the path may be no legal Path
        except (FileNotFoundError, NotADirectoryError, ValueError):
            # ValueError: a null character, so that no such file can exist.
            return cls(source, exists=False)
        except OSError as error:
            raise _refused(source, error) from error
        regular = stat.S_ISREG(status.st_mode)
        folder = stat.S_ISDIR(status.st_mode)
        return cls(source, exists=True, is_folder=folder, size=status.st_size if regular else 0)

    def __enter__(self) -> Probe:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._opened is not None:
            self._opened.close()
            self._opened = None

    @property
    def is_empty(self) -> bool:
        """Whether it exists and holds nothing: a file of no bytes, a folder without entries."""
        if not self.exists or self.source.kind == "object":
            return False
        if not self.is_folder:
            return self.size == 0
        try:
            with os.scandir(self.source.location) as entries:
                return next(entries, None) is None
        except OSError as error:
            raise _refused(self.source, error) from error

    def has_entry(self, name: str) -> bool:
        """Whether a folder has an entry of that name; looked up directly, without a listing."""
        # Not pathlib: its import is dear, and this module is loaded at every start.
        return self.is_folder and os.path.exists(os.path.join(self.source.location, name))  # noqa: PTH110, PTH118

    def read_at(self, offset: int, length: int) -> bytes:
        """Return up to ``length`` bytes from ``offset``; fewer at the end, none past it.

        Raises
        ------
        OpenError
            The file cannot be read.
        """
        if offset >= self.size:
            return b""
        if self._head is None:
            self._head = self._read(0, _HEAD_BYTES)
        if offset + length <= len(self._head) or len(self._head) == self.size:
            return self._head[offset : offset + length]
        return self._read(offset, length)

    def _read(self, offset: int, length: int) -> bytes:
        try:
            if self.source.kind == "file":
                return _read_user_file(self.source, offset, length)
            if self._opened is None:
                self._opened = FileIO(self.source.location)
            self._opened.seek(offset)
            return self._opened.read(length)
        except OSError as error:
            raise _refused(self.source, error) from error


def recognise(probe: Probe, specs: Iterable[BackendSpec]) -> tuple[Match, ...]:
    """Return which backends recognise the source by what they declare of its content.

    Parameters
    ----------
    probe : Probe
        Read from as far as the rules need.
    specs : iterable of BackendSpec
        Compared one by one; at most one match each.
    """
    found = ((spec.name, _recognised_by(probe, spec)) for spec in specs)
    return tuple(Match(name, reason) for name, reason in found if reason)


def _recognised_by(probe: Probe, spec: BackendSpec) -> str:
    """Say by what a backend recognises the source; empty if it does not."""
    for name in probe.source.type_names:
        if name in spec.object_types:
            return f"object of type {name}"
    if not probe.exists:
        return ""
    for marker in spec.markers:
        if probe.has_entry(marker):
            return f"entry {marker}"
    for rule in spec.magic:
        for offset in _offsets(rule, probe.size):
            if probe.read_at(offset, len(rule.magic)) == rule.magic:
                return f"signature at byte {offset}"
    return ""


def _offsets(rule: MagicRule, size: int) -> Iterator[int]:
    """Yield where a signature may stand in a file of ``size`` bytes."""
    yield from (offset for offset in rule.offsets if offset < size)
    if rule.doubling:
        # "Each power of two above the largest offset".
        offset = 1 << max(rule.offsets, default=0).bit_length()
        while offset < size:
            yield offset
            offset *= 2


def _file_size(source: Source) -> int:
    """Return the size of a user's file object; its position is left as it was."""
    file = cast("_Seekable", source.given)
    readable = getattr(file, "readable", None)
    try:
        if callable(readable) and not readable():
            return 0
        position = file.tell()
        size = file.seek(0, SEEK_END)
        file.seek(0)
        sample: object = file.read(0)
        file.seek(position)
    except (OSError, ValueError) as error:
        # ValueError: the file object is closed.
        raise _refused(source, error) from error
    if not isinstance(sample, bytes):
        msg = f"the file object gives {type(sample).__name__}, expected bytes"
        raise OpenError(
            msg,
            source=source.location,
            hint="Open it in binary mode ('rb', 'r+b').",
        )
    return size


def _read_user_file(source: Source, offset: int, length: int) -> bytes:
    """Read from a user's file object; its position is left as it was."""
    file = cast("_Seekable", source.given)
    position = file.tell()
    try:
        file.seek(offset)
        return file.read(length)
    finally:
        file.seek(position)


def _refused(source: Source, error: Exception) -> OpenError:
    """Describe what the system refused."""
    reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return OpenError(
        f"cannot look into the source: {reason}",
        source=source.location,
        hint="Check its permissions, and that it is still open if it is a file object.",
    )
