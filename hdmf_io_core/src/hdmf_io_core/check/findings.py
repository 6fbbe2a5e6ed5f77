"""What a check of a file finds, and how it is told."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hdmf_io_core.types import JSON

__all__ = ["CheckReport", "Finding", "FindingKind", "Severity"]

Severity: TypeAlias = Literal["error", "warning"]
FindingKind: TypeAlias = Literal[
    "unreadable",
    "broken-link",
    "dangling-reference",
    "corrupt-data",
    "not-checked",
    "spec-not-cached",
    "bad-spec",
    "limit",
    "crash",
]
"""``unreadable``: the metadata of a node cannot be read. ``broken-link``, ``dangling-reference``:
it leads to nothing. ``corrupt-data``: elements do not decode, or a checksum differs.
``not-checked``: elements that were passed over, with the reason. ``spec-not-cached``: a namespace
whose types are used and whose specification is not in the file. ``bad-spec``: a cached
specification is no JSON. ``limit``: the tree goes deeper, or is larger, than the check follows.
``crash``: the library of the format died of the file."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong, or may be.

    Attributes
    ----------
    kind
        What kind of thing.
    path
        Of the node in the file.
    message
        For people; nothing matches on it.
    severity
        ``error``: something is lost or cannot be read. ``warning``: it reads, but not everywhere
        or not all of it was looked at.
    chunk
        Coordinates in the chunk grid, where it is about one chunk.
    """

    kind: FindingKind
    path: str
    message: str
    severity: Severity = "error"
    chunk: tuple[int, ...] | None = None

    def as_json(self) -> dict[str, JSON]:
        """Return it as plain values."""
        chunk = None if self.chunk is None else list(self.chunk)
        return asdict(self) | {"chunk": chunk}

    @classmethod
    def from_json(cls, value: Mapping[str, object]) -> Finding:
        """Return what :meth:`as_json` gave."""
        chunk = value["chunk"]
        assert chunk is None or isinstance(chunk, list)
        return cls(
            value["kind"],  # type: ignore[arg-type]
            str(value["path"]),
            str(value["message"]),
            value["severity"],  # type: ignore[arg-type]
            None if chunk is None else tuple(chunk),
        )


@dataclass(slots=True)
class CheckReport:
    """What a check came to.

    Attributes
    ----------
    source
        As it was asked for.
    backend
        Name of the backend that read it; empty if none could.
    n_nodes, n_arrays, n_chunks
        How many nodes were visited, arrays among them, and chunks decoded.
    n_bytes
        Bytes of elements that were read.
    findings
        In the order in which they were met.
    """

    source: str
    backend: str = ""
    n_nodes: int = 0
    n_arrays: int = 0
    n_chunks: int = 0
    n_bytes: int = 0
    findings: list[Finding] = field(default_factory=list)

    @property
    def is_whole(self) -> bool:
        """Whether nothing is wrong; warnings do not count."""
        return not any(finding.severity == "error" for finding in self.findings)
