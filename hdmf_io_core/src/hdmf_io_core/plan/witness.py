"""What went by in a stream, for a comparison: data that comes once cannot be read again."""

from __future__ import annotations

from dataclasses import replace
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

import numpy as np

from hdmf_io_core.chunks.streams import PassedStream
from hdmf_io_core.plan.steps import CreateArray, OverwriteArray, Stream

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from hdmf_io_core.chunks.streams import ChunkStream
    from hdmf_io_core.plan.steps import Step, WritePlan
    from hdmf_io_core.types import AnyArray, Region, Shape

__all__ = ["Witness", "witnessed"]


class Witness(PassedStream):
    """A stream that keeps 16 bytes of each piece that it passes on.

    Parameters
    ----------
    stream
        What is passed on.
    """

    def __init__(self, stream: ChunkStream) -> None:
        super().__init__(stream)
        self._seen: list[tuple[Region, bytes]] = []

    def __iter__(self) -> Iterator[tuple[Region, AnyArray]]:
        for region, values in self._stream:
            self._seen.append((region, _digest(values)))
            yield region, values

    def first_difference(self, shape: Shape, read: Callable[[Region], AnyArray]) -> Region | None:
        """Return a region that does not hold what went by; None if all do.

        Parameters
        ----------
        shape
            Of the array as it is now.
        read
            Returns the elements of a region of it.
        """
        for number, (region, digest) in enumerate(self._seen):
            is_inside = all(axis.stop <= n for axis, n in zip(region, shape, strict=True))
            if is_inside and _digest(read(region)) == digest:
                continue
            if not any(_overlap(region, later) for later, _ in self._seen[number + 1 :]):
                return region
        return None


def witnessed(plan: WritePlan) -> tuple[WritePlan, dict[str, Witness]]:
    """Return a plan whose streams are watched, and what watches them, by path of the array."""
    witnesses: dict[str, Witness] = {}

    def watched(step: Step) -> Step:
        if isinstance(step, (CreateArray, OverwriteArray)) and isinstance(step.content, Stream):
            witness = witnesses[step.path] = Witness(step.content.stream)
            return replace(step, content=Stream(witness))
        return step

    return replace(plan, steps=tuple(map(watched, plan.steps))), witnesses


def _overlap(one: Region, other: Region) -> bool:
    return all(a.start < b.stop and b.start < a.stop for a, b in zip(one, other, strict=True))


def _digest(values: AnyArray) -> bytes:
    found = blake2b(digest_size=16)
    _feed(found.update, values)
    return found.digest()


def _feed(update: Callable[[bytes], None], values: Any) -> None:
    """Digest elements; what objects stand for, not where they are."""
    if isinstance(values, (np.ndarray, np.void)) and values.dtype.names is not None:
        for name in values.dtype.names:
            _feed(update, values[name])
    elif isinstance(values, np.ndarray) and values.dtype.hasobject:
        for cell in values.reshape(-1):
            _feed(update, cell)
    elif isinstance(values, (np.ndarray, np.generic)):
        update(f"{values.dtype} {values.shape}".encode())
        update(values.tobytes())
    else:
        update(f"{type(values).__name__} {values!r}\n".encode("utf-8", "surrogatepass"))
