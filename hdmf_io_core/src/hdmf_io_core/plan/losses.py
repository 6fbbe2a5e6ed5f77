"""What a destination cannot hold: refused, or left out and told, as the write was asked to."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Literal, TypeAlias

from hdmf_io_core.errors import UnsupportedFeatureError
from hdmf_io_core.model.builders import DatasetBuilder, DatatypeBuilder
from hdmf_io_core.plan.steps import Loss
from hdmf_io_core.storage.dtypes import has_region_references

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from hdmf_io_core.model.builders import Builder
    from hdmf_io_core.storage.layout import Attribute
    from hdmf_io_core.storage.protocols import StorageWriter

__all__ = ["Losses", "Tolerance"]

Tolerance: TypeAlias = Literal["nothing", "form", "content"]
"""``form``: how something is stored, such as a filter. ``content``: a node or value as well."""

_REGION = "the destination has no region references"
_DATATYPE = "the destination has no committed datatypes"


class Losses:
    """Collects what is lost in one write.

    Parameters
    ----------
    dest : StorageWriter
        Its capabilities decide.
    may_lose : Tolerance
        What may be lost; anything else raises.
    """

    def __init__(self, dest: StorageWriter, *, may_lose: Tolerance) -> None:
        self._dest = dest
        self._may_lose = may_lose
        self._found: list[Loss] = []
        self._needs: dict[str, tuple[str, ...]] = {}
        self._is_quiet = False

    @contextmanager
    def quiet(self) -> Iterator[None]:
        """Let go what is lost inside: of a copy beside a link, which still leads to all of it."""
        self._is_quiet = True
        yield
        self._is_quiet = False

    @property
    def found(self) -> tuple[Loss, ...]:
        """What is lost, in the order of the walk."""
        return tuple(self._found)

    @property
    def needs(self) -> dict[str, tuple[str, ...]]:
        """What a reader must have besides the format's own library, by path of the array."""
        return self._needs

    def need(self, path: str, needs: tuple[str, ...]) -> None:
        """Take note of what a reader of an array must have."""
        if needs:
            self._needs[path] = needs

    def add(self, path: str, what: str, reason: str, *, is_form: bool = False) -> None:
        """Take note of a loss, of content or of form alone.

        Raises
        ------
        UnsupportedFeatureError
            If it may not be lost.
        """
        if self._is_quiet:
            return
        if self._may_lose == "nothing" or (self._may_lose == "form" and not is_form):
            msg = f"{what} cannot be stored: {reason}"
            raise UnsupportedFeatureError(
                msg,
                source=self._dest.source,
                path=path,
                hint="Remove it, or export without strict=True, which reports what it leaves out.",
            )
        loss = Loss(path, what, reason)
        if loss not in self._found:
            self._found.append(loss)

    def is_lost(self, builder: Builder, path: str) -> bool:
        """Whether a node has to be left out; takes note of it then."""
        capabilities = self._dest.capabilities
        if isinstance(builder, DatatypeBuilder) and not capabilities.committed_datatypes:
            self.add(path, "the node", _DATATYPE)
            return True
        is_region = (
            isinstance(builder, DatasetBuilder)
            and builder.dtype is not None
            and has_region_references(builder.dtype)
        )
        if is_region and not capabilities.region_references:
            self.add(path, "the node", _REGION)
            return True
        return False

    def kept(self, attributes: Mapping[str, Attribute], path: str) -> Mapping[str, Attribute]:
        """Return the attributes that can be held; takes note of the others."""
        if self._dest.capabilities.region_references:
            return attributes
        lost = [name for name, value in attributes.items() if has_region_references(value.dtype)]
        for name in lost:
            self.add(path, f"attribute {name!r}", _REGION)
        return {name: value for name, value in attributes.items() if name not in lost}
