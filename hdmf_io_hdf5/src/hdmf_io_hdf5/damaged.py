"""What HDF5 says of a damaged file, as one error of ours with the place in it."""

from __future__ import annotations

import functools
import inspect
from typing import TYPE_CHECKING, Any, TypeVar

from hdmf_io_core.errors import CorruptFileError, HdmfIOError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["tells_damage"]

T = TypeVar("T")
_HDF5_ERRORS = (KeyError, MemoryError, OSError, OverflowError, RuntimeError, ValueError)


def tells_damage(*names: str) -> Callable[[type[T]], type[T]]:
    """Return a decorator of a reader's class, whose methods of these names raise errors of ours.

    What they read is what the file says: where HDF5 cannot go on, the file is damaged.
    """

    def decorate(reader: type[T]) -> type[T]:
        for name in names:
            method = getattr(reader, name)
            wrapper = _iterating if inspect.isgeneratorfunction(method) else _calling
            setattr(reader, name, wrapper(method))
        return reader

    return decorate


def _calling(method: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(method)
    def call(self: Any, *args: Any) -> Any:
        try:
            return method(self, *args)
        except HdmfIOError:
            raise
        except _HDF5_ERRORS as error:
            raise _damage(self, args, error) from error

    return call


def _iterating(method: Callable[..., Iterator[Any]]) -> Callable[..., Iterator[Any]]:
    @functools.wraps(method)
    def iterate(self: Any, *args: Any) -> Iterator[Any]:
        try:
            yield from method(self, *args)
        except HdmfIOError:
            raise
        except _HDF5_ERRORS as error:
            raise _damage(self, args, error) from error

    return iterate


def _damage(reader: Any, args: tuple[Any, ...], error: Exception) -> CorruptFileError:
    path = args[0] if args and isinstance(args[0], str) else None
    hint = "The file is damaged: copy it again from its origin."
    return CorruptFileError(
        f"HDF5 cannot read on: {error}", source=reader.source, path=path, hint=hint
    )
