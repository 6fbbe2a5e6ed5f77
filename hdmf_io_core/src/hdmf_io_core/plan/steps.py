"""A write, written down before it happens: frozen steps that can be printed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from hdmf_io_core.storage.dtypes import ElementType, element_repr

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hdmf_io_core.chunks.dataio import DataIO
    from hdmf_io_core.chunks.streams import ChunkStream
    from hdmf_io_core.storage.layout import ArrayLayout, Attribute, LinkTarget, SpecDocuments
    from hdmf_io_core.storage.protocols import ArraySource
    from hdmf_io_core.types import AnyArray

__all__ = [
    "ROOT_NAME",
    "Content",
    "Copy",
    "CreateArray",
    "CreateDatatype",
    "CreateGroup",
    "CreateLink",
    "Delete",
    "DeleteAttributes",
    "Loss",
    "Move",
    "OverwriteArray",
    "Preallocate",
    "RememberLink",
    "SetAttributes",
    "Step",
    "Stream",
    "Values",
    "WritePlan",
]

ROOT_NAME = "_hdmf_io_name"
"""Root attribute that keeps the root container's own name; stock hdmf ignores it."""


@dataclass(frozen=True, slots=True, eq=False)
class Values:
    """Elements in memory, of the layout's shape and dtype; references have their path set."""

    array: AnyArray


@dataclass(frozen=True, slots=True, eq=False)
class Copy:
    """Another stored array, copied chunk by chunk."""

    source: ArraySource


@dataclass(frozen=True, slots=True, eq=False)
class Stream:
    """Chunks from the caller's iterator; the array grows as they come."""

    stream: ChunkStream


@dataclass(frozen=True, slots=True, eq=False)
class Preallocate:
    """No content yet: the caller writes it later."""


Content: TypeAlias = Values | Copy | Stream | Preallocate


@dataclass(frozen=True, slots=True, eq=False)
class CreateGroup:
    """Make a group."""

    path: str

    def __str__(self) -> str:
        return f"group     {self.path}"


@dataclass(frozen=True, slots=True, eq=False)
class CreateArray:
    """Make an array and fill it; ``late`` content holds references and waits for their targets."""

    path: str
    layout: ArrayLayout
    content: Content
    late: bool = False
    wrapper: DataIO | None = None

    def __str__(self) -> str:
        layout = self.layout
        shape = "null" if layout.shape is None else list(layout.shape)
        chunks = f" chunks {list(layout.chunks)}" if layout.chunks else ""
        codecs = f" {'+'.join(codec.name for codec in layout.codecs)}" if layout.codecs else ""
        how = type(self.content).__name__.lower()
        return f"array     {self.path} {shape} {element_repr(layout.dtype)}{chunks}{codecs} ({how})"


@dataclass(frozen=True, slots=True, eq=False)
class OverwriteArray:
    """Replace the content of an array in place, resizing it to ``layout.shape`` first."""

    path: str
    layout: ArrayLayout
    content: Content
    late: bool = False

    def __str__(self) -> str:
        return f"overwrite {self.path} {list(self.layout.shape or ())}"


@dataclass(frozen=True, slots=True, eq=False)
class CreateDatatype:
    """Commit an element type."""

    path: str
    dtype: ElementType

    def __str__(self) -> str:
        return f"datatype  {self.path} {element_repr(self.dtype)}"


@dataclass(frozen=True, slots=True, eq=False)
class CreateLink:
    """Make a link."""

    path: str
    target: LinkTarget

    def __str__(self) -> str:
        return f"link      {self.path} -> {self.target} ({self.target.kind})"


@dataclass(frozen=True, slots=True, eq=False)
class RememberLink:
    """Note the link that a copy of its target stands for."""

    path: str
    target: LinkTarget

    def __str__(self) -> str:
        return f"stand-in  {self.path} for {self.target} ({self.target.kind})"


@dataclass(frozen=True, slots=True, eq=False)
class SetAttributes:
    """Create or replace attributes; ``late`` ones hold references."""

    path: str
    attributes: Mapping[str, Attribute]
    late: bool = False

    def __str__(self) -> str:
        return f"attribute {self.path} {', '.join(self.attributes)}"


@dataclass(frozen=True, slots=True, eq=False)
class DeleteAttributes:
    """Remove attributes."""

    path: str
    names: tuple[str, ...]

    def __str__(self) -> str:
        return f"unset     {self.path} {', '.join(self.names)}"


@dataclass(frozen=True, slots=True, eq=False)
class Move:
    """Give a stored node another path; what refers to it stays valid."""

    path: str
    new_path: str

    def __str__(self) -> str:
        return f"move      {self.path} -> {self.new_path}"


@dataclass(frozen=True, slots=True, eq=False)
class Delete:
    """Remove an entry."""

    path: str

    def __str__(self) -> str:
        return f"delete    {self.path}"


Step: TypeAlias = (
    CreateGroup
    | CreateArray
    | OverwriteArray
    | CreateDatatype
    | CreateLink
    | RememberLink
    | SetAttributes
    | DeleteAttributes
    | Move
    | Delete
)


@dataclass(frozen=True, slots=True)
class Loss:
    """Something that the destination cannot hold as it was.

    Attributes
    ----------
    path
        The node.
    what
        What is lost: the node itself, an attribute, a codec.
    reason
        Why, and what stands in its place.
    """

    path: str
    what: str
    reason: str

    def __str__(self) -> str:
        return f"{self.path}: {self.what}: {self.reason}"


@dataclass(frozen=True, slots=True, eq=False)
class WritePlan:
    """All steps of a write, in the order of the walk; ``print(plan)`` shows them.

    Attributes
    ----------
    source
        The storage that the plan is for.
    steps
        The executor carries them out in phases.
    specs
        Specifications to cache.
    interleave
        Whether streams are drained one chunk each in turn, after everything else.
    losses
        What the destination cannot hold as it was.
    needs
        What readers must have besides the format's own library, by path of the array.
    """

    source: str
    steps: tuple[Step, ...]
    specs: SpecDocuments = field(default_factory=dict)
    interleave: bool = False
    losses: tuple[Loss, ...] = ()
    needs: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def __str__(self) -> str:
        steps = (f"  {step}" for step in self.steps)
        losses = (f"  lost      {loss}" for loss in self.losses)
        return "\n".join([f"plan for {self.source}", *steps, *losses])

    def __bool__(self) -> bool:
        return bool(self.steps or self.specs)
