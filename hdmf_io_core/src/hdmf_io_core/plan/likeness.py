"""What nodes, links and values are compared by, when a copy is verified."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from hdmf_io_core.model.builders import DatasetBuilder, GroupBuilder

if TYPE_CHECKING:
    from hdmf_io_core.model.builders import Builder, LinkBuilder
    from hdmf_io_core.types import AnyArray, Region

__all__ = ["cells_of", "identity_of", "kind_of", "link_place", "shown_region"]


def shown_region(region: Region) -> str:
    """Return a region in words."""
    return f"[{', '.join(f'{axis.start}:{axis.stop}' for axis in region)}]"


def link_place(link: LinkBuilder) -> tuple[str, str] | None:
    """Return where an external link leads: file and path; None if that depends on the process."""
    file, info = link.target.file, link.info
    if link.target.kind != "external" or file is None or info is None:
        return None
    if "://" in file or "://" in info.source or not Path(info.source).is_absolute():
        return None
    return os.path.normpath(Path(info.source).parent / file), link.target.path


def identity_of(builder: Builder) -> Any:
    """Return what tells a node from all others: its place in its storage, or the builder."""
    home = builder.home
    return ("new", id(builder)) if home is None else (home.source, home.key)


def kind_of(builder: Builder) -> str:
    """Return what a node is, in words."""
    if isinstance(builder, GroupBuilder):
        return "a group"
    return "a dataset" if isinstance(builder, DatasetBuilder) else "a datatype"


def cells_of(value: Any) -> AnyArray:
    """Return a value of an attribute as an array."""
    if isinstance(value, (np.ndarray, np.generic)):
        return np.asarray(value)
    cells = np.empty((), dtype=object)
    cells[()] = value
    return cells
