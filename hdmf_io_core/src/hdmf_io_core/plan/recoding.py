"""What an export is asked to change on the way: codecs and chunks, for all arrays or by path."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from hdmf_io_core.chunks.dataio import WriteOptions
from hdmf_io_core.errors import OptionError
from hdmf_io_core.storage.dtypes import is_self_contained, memory_dtype
from hdmf_io_core.storage.layout import CodecSpec

if TYPE_CHECKING:
    from hdmf_io_core.storage.dtypes import ElementType
    from hdmf_io_core.storage.layout import ArrayLayout
    from hdmf_io_core.types import Shape

__all__ = ["Compression", "Rechunk", "Recoding", "Recompress"]

_LEVELS: Final = {"none": (0, 0, 0), "gzip": (0, 4, 9), "zstd": (1, 3, 22), "blosc": (0, 5, 9)}
"""Lowest level, default and highest."""
_LEAST_BYTES = 4 << 10
"""A smaller array that is not chunked stays so: chunks of it would take more room than it does."""


@dataclass(frozen=True, slots=True)
class Compression:
    """How chunks are to be compressed, in words that every backend understands.

    Attributes
    ----------
    name : {"gzip", "zstd", "blosc", "none"}
        ``gzip`` is what every reader of HDF5 and of Zarr has; ``blosc`` is its LZ4. ``none`` takes
        compression away.
    level : int or None
        gzip and blosc 0 to 9, zstd 1 to 22; None for 4, 5 and 3.
    shuffle : bool
        Whether the bytes of elements are grouped first, which makes numbers smaller.

    Raises
    ------
    OptionError
        If there is no such name or level.
    """

    name: str = "gzip"
    level: int | None = None
    shuffle: bool = True

    def __post_init__(self) -> None:
        if self.name not in _LEVELS:
            msg = f"there is no compression {self.name!r}"
            raise OptionError(msg, hint=f"Use one of {', '.join(sorted(_LEVELS))}.")
        low, _, high = _LEVELS[self.name]
        level = self.level
        if level is None:
            return
        if type(level) is not int or not low <= level <= high:
            msg = f"{self.name} has no level {level!r}"
            raise OptionError(msg, hint=f"Levels are whole numbers from {low} to {high}.")

    @classmethod
    def parse(cls, text: str) -> Compression:
        """Return what ``gzip``, ``zstd:7`` and the like stand for.

        Raises
        ------
        OptionError
            If there is no such name or level.
        """
        name, _, level = text.partition(":")
        if level and not level.isdecimal():
            msg = f"{name} has no level {level!r}"
            raise OptionError(msg, hint="Write NAME or NAME:LEVEL, such as gzip:9.")
        return cls(name, int(level) if level else None)

    def codecs(self, element: ElementType) -> tuple[CodecSpec, ...]:
        """Return the codecs for elements of a type, in the order of encoding."""
        level = _LEVELS[self.name][1] if self.level is None else self.level
        size = memory_dtype(element).itemsize
        if self.name == "none":
            return ()
        if self.name == "blosc":
            shuffle = int(self.shuffle and size > 1)
            config: dict[str, Any] = {"cname": "lz4", "clevel": level, "shuffle": shuffle}
            return (CodecSpec("blosc", {**config, "blocksize": 0}),)
        before = (CodecSpec("shuffle", {"elementsize": size}),) if self.shuffle and size > 1 else ()
        name, more = ("zlib", {}) if self.name == "gzip" else ("zstd", {"checksum": False})
        return (*before, CodecSpec(name, {"level": level, **more}))


Recompress: TypeAlias = "Compression | str | Mapping[str, Compression | str | None] | None"
"""One for all arrays that can be compressed, or by pattern of their paths; None keeps codecs."""
Rechunk: TypeAlias = "Shape | bool | Mapping[str, Shape | bool | None] | None"
"""A chunk shape for all arrays of that rank, True for a good one; or by pattern; None keeps it."""


class Recoding:
    """What was asked for, checked; says what it means for one array.

    Parameters
    ----------
    recompress : Recompress
        Text as :meth:`Compression.parse` reads it.
    rechunk : Rechunk
        Keys of mappings are patterns of paths as in :mod:`fnmatch`, where ``*`` also stands for
        slashes; the first that fits an array holds. None as a value keeps what is there.

    Raises
    ------
    OptionError
        If a value is not of these.
    """

    def __init__(self, recompress: Recompress = None, rechunk: Rechunk = None) -> None:
        self._by_name = isinstance(recompress, Mapping), isinstance(rechunk, Mapping)
        self._codecs = {key: _compression(value) for key, value in _patterns(recompress).items()}
        self._chunks = {key: _chunks(value) for key, value in _patterns(rechunk).items()}
        self._unused = {
            ("recompress", key): None for key in (self._codecs if self._by_name[0] else ())
        }
        self._unused.update({("rechunk", key): None for key in self._chunks if self._by_name[1]})

    def options(self, path: str, layout: ArrayLayout) -> WriteOptions | None:
        """Return what is asked of an array; None for nothing.

        Raises
        ------
        OptionError
            If the chunk shape of a pattern has not the array's rank.
        """
        compression = self._found("recompress", self._codecs, path)
        chunks = self._found("rechunk", self._chunks, path)
        if not layout.shape or not is_self_contained(layout.dtype):
            # Text and references are kept outside of the chunks, and scalars have none.
            return None
        n_bytes = layout.n_elements * memory_dtype(layout.dtype).itemsize
        is_small = layout.chunks is None and n_bytes < _LEAST_BYTES
        codecs = None
        if compression is not None and (self._by_name[0] or not is_small):
            codecs = compression.codecs(layout.dtype)
        if isinstance(chunks, bool):
            chunks = None if is_small and not self._by_name[1] else chunks
        elif chunks is not None:
            chunks = self._fitted(chunks, path, layout)
        if layout.chunks is None and chunks is None and codecs == ():
            codecs = None
        if codecs is None and chunks is None:
            return None
        return WriteOptions(chunks=chunks, codecs=codecs)

    def check_used(self) -> None:
        """Raise ``OptionError`` for a pattern that fitted no array: it is a slip of the pen."""
        for option, pattern in self._unused:
            msg = f"no array is called {pattern!r}, as {option}= has it"
            raise OptionError(msg, hint="Patterns are paths such as '/acquisition/*/data'.")

    def _found(self, option: str, asked: Mapping[str, Any], path: str) -> Any:
        fitting = [pattern for pattern in asked if _fits(pattern, path)]
        for pattern in fitting:
            self._unused.pop((option, pattern), None)
        return asked[fitting[0]] if fitting else None

    def _fitted(self, chunks: Shape, path: str, layout: ArrayLayout) -> Shape | None:
        """Return chunks that are nowhere longer than the array may become; None for its own."""
        if len(chunks) == layout.ndim:
            limits = layout.maxshape or layout.shape or ()
            return tuple(
                chunk if limit is None else max(1, min(chunk, limit))
                for chunk, limit in zip(chunks, limits, strict=True)
            )
        if not self._by_name[1]:
            return None
        msg = f"chunks of shape {chunks} do not fit an array of shape {layout.shape}"
        raise OptionError(msg, path=path, hint="Give one length for each axis.")


def _patterns(asked: Any) -> Mapping[str, Any]:
    if asked is None or isinstance(asked, Mapping):
        return asked or {}
    return {"*": asked}


def _compression(value: object) -> Compression | None:
    if value is None or isinstance(value, Compression):
        return value
    if isinstance(value, str):
        return Compression.parse(value)
    msg = f"recompress is {value!r}"
    raise OptionError(msg, hint="Give a Compression, or text such as 'gzip:4'.")


def _chunks(value: Any) -> Shape | bool | None:
    if value is None or isinstance(value, bool):
        return value
    lengths = value if isinstance(value, (tuple, list)) else ()
    if lengths and all(type(n) is int and n > 0 for n in lengths):
        return tuple(lengths)
    msg = f"rechunk is {value!r}"
    raise OptionError(msg, hint="Give a tuple of positive whole numbers, or True for good chunks.")


def _fits(pattern: str, path: str) -> bool:
    return fnmatchcase(path, pattern if pattern.startswith(("/", "*")) else f"/{pattern}")
