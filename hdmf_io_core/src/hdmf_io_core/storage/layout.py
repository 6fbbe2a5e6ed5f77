"""The values that cross the storage seam: nodes, array layouts, links, references, attributes.

All are frozen and validated when made. They know nothing of any backend.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

import numpy as np

from hdmf_io_core.errors import ShapeError
from hdmf_io_core.storage.dtypes import ElementType, memory_dtype
from hdmf_io_core.types import JSON, AnyArray, MaxShape, Shape

__all__ = [
    "ArrayLayout",
    "AttrValue",
    "Attribute",
    "Capabilities",
    "CodecSpec",
    "Empty",
    "LinkTarget",
    "NodeInfo",
    "NodeKey",
    "NodeKind",
    "ObjectRef",
    "RawChunk",
    "RegionRef",
    "SpecDocument",
    "SpecDocuments",
]

NodeKey: TypeAlias = Hashable
"""A node's identity in its storage; equal for two names of one node, whatever the names."""
NodeKind: TypeAlias = Literal["group", "array", "datatype", "missing"]
StorageClass: TypeAlias = Literal["contiguous", "compact", "chunked", "external", "virtual"]


@dataclass(frozen=True, slots=True)
class LinkTarget:
    """Where a link points.

    Attributes
    ----------
    kind
        ``hard``: another name of ``path``, same storage. ``soft``: a path in the same storage.
        ``external``: a path in another file.
    path
        As stored: absolute, or (soft links only) relative to the group that holds the link.
    file
        For external links the file as stored, relative to the folder of the linking file where it
        was written so; None otherwise.
    """

    kind: Literal["hard", "soft", "external"]
    path: str
    file: str | None = None

    def __str__(self) -> str:
        return f"{self.file}::{self.path}" if self.file is not None else self.path


@dataclass(frozen=True, slots=True)
class NodeInfo:
    """One entry of a group.

    Attributes
    ----------
    path
        Absolute path by which the entry was asked for; it may run through links.
    kind
        Kind of the node itself, or of the link's target; ``missing`` when a link leads nowhere.
    key
        Identity of the node (of the target, for a link); None when ``missing``.
    link
        The link that the entry is; None for an ordinary (hard) entry.
    source
        Canonical name of the file that really holds the node.
    home
        Path of the node inside ``source``, by the name through which it was reached there.
    n_names
        How many hard links the node has, where the storage counts them; 1 elsewhere.
    tried
        For ``missing`` external links: the files that were tried, absolute.
    withheld
        For ``missing``: why the target, which may be there, was not looked at; else empty.
    """

    path: str
    kind: NodeKind
    key: NodeKey | None
    source: str
    home: str
    link: LinkTarget | None = None
    n_names: int = 1
    tried: tuple[str, ...] = ()
    withheld: str = ""

    @property
    def name(self) -> str:
        """Last part of the path; empty for the root."""
        return self.path.rsplit("/", 1)[-1]


@dataclass(frozen=True, slots=True)
class ObjectRef:
    """A reference to a node.

    A backend that reads one fills ``key`` and may leave ``path`` None, since a path can be dear to
    find; ``StorageReader.resolve`` finds it. What is handed to a sink has ``path``, in the sink's
    own storage. The null reference is None, not an ``ObjectRef``.
    """

    source: str
    key: NodeKey | None = None
    path: str | None = None


@dataclass(frozen=True, slots=True)
class RegionRef:
    """A reference to part of an array.

    Attributes
    ----------
    target
        The array.
    kind
        ``blocks``: ``corners`` has shape (n, 2, ndim), first and last element of each block,
        inclusive. ``points``: shape (n, ndim). ``all`` and ``none``: no corners.
    corners
        Nested tuples of int, so that the value is hashable.
    """

    target: ObjectRef
    kind: Literal["blocks", "points", "all", "none"]
    corners: tuple[tuple[int, ...] | tuple[tuple[int, ...], tuple[int, ...]], ...] = ()


@dataclass(frozen=True, slots=True)
class Empty:
    """The value of a null dataspace: a type, and no elements."""

    dtype: ElementType


AttrValue: TypeAlias = (
    str
    | bytes
    | bool
    | int
    | float
    | complex
    | np.generic
    | AnyArray
    | ObjectRef
    | RegionRef
    | Empty
    | None
)


@dataclass(frozen=True, slots=True, eq=False)
class Attribute:
    """A stored attribute: its value as the user sees it, and its element type as it is on disk.

    ``value`` is a scalar for a scalar dataspace (``str``, a numpy scalar, ``np.void`` for a
    compound, an ``ObjectRef``, or None for a null reference), an ndarray of ``memory_dtype(dtype)``
    for a simple one, ``Empty`` for a null one.
    """

    value: AttrValue
    dtype: ElementType


@dataclass(frozen=True, slots=True)
class CodecSpec:
    """One step of encoding a chunk, in the order of encoding.

    ``name`` is the numcodecs id where numcodecs has the codec (``shuffle``, ``zlib``,
    ``fletcher32``), else ``<backend>:<id>`` (``hdf5:32015``); ``config`` is JSON and equal configs
    mean equal bytes.
    """

    name: str
    config: Mapping[str, JSON] = field(default_factory=dict, hash=False)

    def encodes_like(self, other: CodecSpec) -> bool:
        """Whether both encode to the same bytes, which ``name`` and ``flags`` do not change."""
        return (self.name, _effective(self.config)) == (other.name, _effective(other.config))


def _effective(config: Mapping[str, JSON]) -> Mapping[str, JSON]:
    return {key: value for key, value in config.items() if key not in {"name", "flags"}}


@dataclass(frozen=True, slots=True)
class ArrayLayout:
    """How an array is laid out in its storage.

    Attributes
    ----------
    shape
        None for a null dataspace, ``()`` for a scalar.
    dtype
        Element type.
    maxshape
        None stands for ``shape``, that is, not resizable.
    chunks
        Chunk shape; None when the array is not chunked.
    codecs
        In the order of encoding; empty without chunks.
    fill_value
        Value of elements never written; None for the storage's own default.
    storage_class
        Read back from storage; when creating, only ``compact`` is looked at (chunks decide the
        rest).
    track_times
        Whether the node keeps times of creation and change, where the storage can.
    dimension_names
        One entry an axis, where the storage has names for them; None for none.
    """

    shape: Shape | None
    dtype: ElementType
    maxshape: MaxShape | None = None
    chunks: Shape | None = None
    codecs: tuple[CodecSpec, ...] = ()
    fill_value: object = field(default=None, hash=False, compare=False)
    storage_class: StorageClass = "contiguous"
    track_times: bool = False
    dimension_names: tuple[str | None, ...] | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        if self.shape is None:
            return
        names = self.dimension_names
        for what, other in (
            ("maxshape", self.maxshape), ("chunks", self.chunks), ("dimension_names", names),
        ):  # fmt: skip
            if other is not None and len(other) != len(self.shape):
                msg = f"{what} {other} has not the rank of the shape {self.shape}"
                raise ShapeError(msg)
        for length, limit in zip(self.shape, self.maxshape or (), strict=False):
            if limit is not None and length > limit:
                msg = f"shape {self.shape} lies outside maxshape {self.maxshape}"
                raise ShapeError(msg, hint="Use None in maxshape for an axis without limit.")

    @property
    def ndim(self) -> int:
        """Rank; 0 for a scalar and for a null dataspace."""
        return len(self.shape or ())

    @property
    def n_elements(self) -> int:
        """Number of elements; 0 for a null dataspace."""
        if self.shape is None:
            return 0
        count = 1
        for length in self.shape:
            count *= length
        return count

    @property
    def memory_dtype(self) -> np.dtype[np.generic]:
        """The numpy dtype of the elements in memory."""
        return memory_dtype(self.dtype)

    @property
    def is_resizable(self) -> bool:
        """Whether any axis may grow."""
        return self.maxshape is not None and self.maxshape != self.shape


@dataclass(frozen=True, slots=True)
class RawChunk:
    """A chunk as encoded; bit ``i`` of ``skipped`` says that codec ``i`` was not applied."""

    data: bytes | bytearray | memoryview
    skipped: int = 0


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a storage can hold; a planner refuses before writing what is not there."""

    hard_links: bool = False
    external_links: bool = True
    region_references: bool = False
    committed_datatypes: bool = False
    resizable: bool = True


SpecDocument: TypeAlias = Mapping[str, str]
"""JSON texts of a version of a namespace, by source name; ``namespace`` holds itself."""
SpecDocuments: TypeAlias = Mapping[tuple[str, str], SpecDocument]
"""Cached specifications by ``(namespace, version)``."""
