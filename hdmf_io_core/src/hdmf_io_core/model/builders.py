"""Builders: the description of a tree that lies between containers and storage.

A builder says what a node is, not how it is stored: the planner decides that. Builders read from a
storage have lazy ``attributes`` and ``children`` and a ``home``; those of new containers have plain
dicts. They compare by identity: one builder stands for one node.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from hdmf_io_core.chunks.dataio import DataIO
    from hdmf_io_core.storage.dtypes import ElementType
    from hdmf_io_core.storage.layout import (
        Attribute,
        LinkTarget,
        NodeInfo,
        NodeKey,
        ObjectRef,
        RegionRef,
        SpecDocuments,
    )

__all__ = [
    "TYPE_NAMES",
    "Builder",
    "DatasetBuilder",
    "DatatypeBuilder",
    "Entry",
    "GroupBuilder",
    "Home",
    "LinkBuilder",
    "SpecSource",
    "StoredTree",
    "find_type",
]


SpecSource: TypeAlias = "Callable[[SpecDocuments], SpecDocuments]"
"""Gives the specifications of a model that are not among the stored ones."""


class StoredTree(Protocol):
    """The tree of one open storage, seen from one of its builders."""

    def resolve(self, ref: ObjectRef | RegionRef) -> Builder | None:
        """Return the builder behind a reference, the same one each time; None if it dangles."""
        ...

    def at(self, path: str) -> Builder | None:
        """Return the builder at an absolute path, links followed; None if there is none."""
        ...

    def specs(self) -> SpecDocuments:
        """Return the cached specifications."""
        ...


@dataclass(frozen=True, slots=True)
class Home:
    """Where a node is stored.

    Attributes
    ----------
    source
        The file that really holds it.
    path
        Its path in that file.
    key
        Its identity there.
    tree
        The tree it was read through.
    access
        The path by which that tree reached it; differs from ``path`` behind an external link.
    """

    source: str
    path: str
    key: NodeKey
    tree: StoredTree = field(compare=False, repr=False)
    access: str = field(compare=False, default="")


@dataclass(slots=True, eq=False)
class GroupBuilder:
    """A group.

    Attributes
    ----------
    name
        Empty for the root.
    touched
        Names of children that may differ from what is stored at ``home``; None for all of them.
    removed
        Names that were stored at ``home`` and are to go.
    changed
        Whether the attributes may differ from what is stored at ``home``.
    specs
        Of the model that it was built by; None for those of the tree at ``home``.
    """

    name: str
    attributes: Mapping[str, Attribute] = field(default_factory=dict)
    children: Mapping[str, Entry] = field(default_factory=dict)
    home: Home | None = None
    touched: Collection[str] | None = None
    removed: Collection[str] = ()
    changed: bool = True
    specs: SpecSource | None = None


@dataclass(slots=True, eq=False)
class DatasetBuilder:
    """A dataset.

    Attributes
    ----------
    data
        What the user gave: values, a lazy or foreign array, a chunk stream, a ``DataIO``; None for
        a null dataspace or for an array to be preallocated.
    dtype
        Element type if it is known beforehand; None to infer it from ``data``.
    wrapper
        The ``DataIO`` that ``data`` came in, which says how to store it; None without one.
    dimension_names
        Names of the axes of new data, where ``wrapper`` gives none; None if there are none.
    changed, data_changed
        Whether attributes, or data, may differ from what is stored at ``home``.
    specs
        Of the model that it was built by; None for those of the tree at ``home``.
    """

    name: str
    data: object
    attributes: Mapping[str, Attribute] = field(default_factory=dict)
    dtype: ElementType | None = None
    wrapper: DataIO | None = None
    home: Home | None = None
    changed: bool = True
    data_changed: bool = True
    specs: SpecSource | None = None
    dimension_names: tuple[str, ...] | None = None


@dataclass(slots=True, eq=False)
class DatatypeBuilder:
    """A committed element type."""

    name: str
    dtype: ElementType
    attributes: Mapping[str, Attribute] = field(default_factory=dict)
    home: Home | None = None
    specs: SpecSource | None = None


@dataclass(slots=True, eq=False)
class LinkBuilder:
    """A link: to a target as stored, or to a builder of the tree being written.

    Attributes
    ----------
    target
        What the link says.
    info
        The entry as it was read; None for a new link.
    tree
        The tree it was read through; None for a new link.
    """

    name: str
    target: LinkTarget
    info: NodeInfo | None = None
    tree: StoredTree | None = None

    @property
    def builder(self) -> Builder | None:
        """The builder that the link leads to; None when it is broken or not yet written."""
        if self.tree is None or self.info is None or self.info.kind == "missing":
            return None
        return self.tree.at(self.info.path)


Builder: TypeAlias = GroupBuilder | DatasetBuilder | DatatypeBuilder
Entry: TypeAlias = GroupBuilder | DatasetBuilder | DatatypeBuilder | LinkBuilder

_TYPE_KEYS = ("neurodata_type", "data_type")
TYPE_NAMES = frozenset({*_TYPE_KEYS, "namespace", "object_id"})
"""Attributes that say what a node is, not what is in it."""


def find_type(attributes: Mapping[str, Attribute]) -> tuple[str | None, str | None]:
    """Return ``(data_type, namespace)``; each None where the attribute is missing or no text.

    NWB files say ``neurodata_type``, others ``data_type`` (FORMAT: "The common model").
    """
    found = [_text(attributes.get(key)) for key in _TYPE_KEYS]
    data_type = next((text for text in found if text is not None), None)
    return data_type, _text(attributes.get("namespace"))


def _text(attribute: Attribute | None) -> str | None:
    if attribute is None:
        return None
    value = attribute.value
    if isinstance(value, np.ndarray) and value.size == 1:
        # MATLAB writers store one-element arrays where a scalar is meant.
        value = value.reshape(-1)[0]
    return value if isinstance(value, str) else None
