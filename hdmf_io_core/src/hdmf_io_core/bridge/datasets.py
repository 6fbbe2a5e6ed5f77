"""Stored references and records as hdmf wants them: resolved to builders, or to containers.

hdmf reads a dataset as builders and turns it over, by ``invert``, when it makes the container.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from hdmf.query import BuilderResolver, ContainerResolver, HDMFDataset

from hdmf_io_core.bridge.dtypes import dtype_names
from hdmf_io_core.errors import UnsupportedFeatureError
from hdmf_io_core.storage.dtypes import CompoundType

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from hdmf_io_core.chunks.lazy import LazyDataset
    from hdmf_io_core.storage.layout import ObjectRef, RegionRef
    from hdmf_io_core.types import MaxShape, Shape

__all__ = [
    "BuilderDataset",
    "BuilderRecords",
    "ContainerDataset",
    "ContainerRecords",
    "Resolvers",
    "builder_dataset",
]


class Resolvers:
    """How the references of one tree are followed.

    Parameters
    ----------
    builder, container : callable
        From a stored reference to hdmf's builder, or container.
    refer : callable
        From a container (or builder) to a reference; other values as they are.
    native : callable
        From a stored array to the array of the storage's library, where it has one.
    """

    __slots__ = ("builder", "container", "native", "refer")

    def __init__(
        self,
        builder: Callable[[ObjectRef | RegionRef], object],
        container: Callable[[ObjectRef | RegionRef], object],
        refer: Callable[[object], object],
        native: Callable[[LazyDataset], object],
    ) -> None:
        self.native = native
        self.builder = builder
        self.container = container
        self.refer = refer


class _ResolvedDataset(HDMFDataset):  # type: ignore[misc]  # hdmf has no types
    """A stored dataset of references, or of records; nothing is read before it is indexed."""

    def __init__(self, stored: LazyDataset, resolvers: Resolvers) -> None:
        resolve = resolvers.container if self._gives_containers else resolvers.builder
        # Not hdmf's own ``__init__``: it takes arrays of a few libraries, and ours is none of them.
        self._resolved = stored.resolved(resolve)
        self.stored = stored
        self.resolvers = resolvers
        self._inverted: _ResolvedDataset | None = None

    _gives_containers = False

    @property
    def dataset(self) -> Any:
        """The array of the storage's library, with references as they are stored.

        Of a library that cannot open it: the same with its references resolved.
        """
        try:
            return self.resolvers.native(self.stored)
        except UnsupportedFeatureError:
            return self._resolved

    @property
    def dtype(self) -> Any:
        """``"object"`` for references, else the names of the fields' types."""
        element = self.stored.element_type
        if isinstance(element, CompoundType):
            return [field["dtype"] for field in dtype_names(element)]
        return "object"

    @property
    def shape(self) -> Shape:
        """The shape."""
        return self.stored.shape

    @property
    def ndim(self) -> int:
        """The rank."""
        return self.stored.ndim

    @property
    def size(self) -> int:
        """How many elements."""
        return self.stored.size

    @property
    def maxshape(self) -> MaxShape:
        """How far it may grow."""
        return self.stored.maxshape

    def __len__(self) -> int:
        return len(self.stored)

    def __getitem__(self, key: Any) -> Any:
        found = self._resolved[key]
        if isinstance(self.stored.element_type, CompoundType) or not isinstance(found, np.ndarray):
            return found
        return found.tolist()

    def __iter__(self) -> Iterator[Any]:
        return iter(self._resolved)

    def append(self, arg: object) -> None:
        """Add one element, a container or a record with containers in it, to what is stored.

        Raises
        ------
        ValueError
            If a container is not stored in the same file.
        """
        refer = self.resolvers.refer
        if isinstance(self.stored.element_type, CompoundType):
            self.stored.append([tuple(refer(field) for field in arg)])  # type: ignore[attr-defined]
        else:
            self.stored.append(refer(arg))

    def invert(self) -> _ResolvedDataset:
        """Return the same dataset resolved the other way."""
        if self._inverted is None:
            self._inverted = self.get_inverse_class()(self.stored, self.resolvers)
            self._inverted._inverted = self
        return self._inverted

    @classmethod
    def get_inverse_class(cls) -> type[_ResolvedDataset]:
        """Return the class that resolves the other way."""
        return _INVERSE[cls]


class BuilderDataset(_ResolvedDataset, BuilderResolver):  # type: ignore[misc]
    """References become hdmf's builders."""


class BuilderRecords(_ResolvedDataset, BuilderResolver):  # type: ignore[misc]
    """References in records become hdmf's builders."""


class ContainerDataset(_ResolvedDataset, ContainerResolver):  # type: ignore[misc]
    """References become containers."""

    _gives_containers = True


class ContainerRecords(_ResolvedDataset, ContainerResolver):  # type: ignore[misc]
    """References in records become containers."""

    _gives_containers = True


_INVERSE: dict[type[_ResolvedDataset], type[_ResolvedDataset]] = {
    BuilderDataset: ContainerDataset,
    ContainerDataset: BuilderDataset,
    BuilderRecords: ContainerRecords,
    ContainerRecords: BuilderRecords,
}


def builder_dataset(stored: LazyDataset, resolvers: Resolvers) -> BuilderDataset | BuilderRecords:
    """Return a stored dataset of references, or of records, resolved to hdmf's builders."""
    is_record = isinstance(stored.element_type, CompoundType)
    return (BuilderRecords if is_record else BuilderDataset)(stored, resolvers)
