"""Whether a copy holds what its source holds: both trees side by side, a block at a time."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from hdmf_io_core.chunks.grid import ChunkGrid, block_shape
from hdmf_io_core.chunks.lazy import LazyDataset
from hdmf_io_core.errors import VerificationError
from hdmf_io_core.model.builders import DatasetBuilder, GroupBuilder, LinkBuilder
from hdmf_io_core.model.names import join_path
from hdmf_io_core.plan.compare import same_cells
from hdmf_io_core.plan.likeness import cells_of, identity_of, kind_of, link_place, shown_region
from hdmf_io_core.plan.standins import stood_in
from hdmf_io_core.storage.layout import Empty, ObjectRef, RegionRef
from hdmf_io_core.storage.selection import select_region

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from hdmf_io_core.chunks.engine import Engine
    from hdmf_io_core.model.builders import Builder, Entry
    from hdmf_io_core.plan.steps import Loss
    from hdmf_io_core.plan.witness import Witness
    from hdmf_io_core.storage.layout import Attribute, SpecDocuments
    from hdmf_io_core.types import AnyArray, Region

__all__ = ["Expected", "verify"]

_BLOCK_BYTES = 8 << 20


def verify(
    root: GroupBuilder,
    copy: GroupBuilder,
    losses: Iterable[Loss],
    *,
    source: str,
    engine: Engine | None = None,
    expected: Expected | None = None,
) -> None:
    """Compare all nodes, links, attributes, element types and values of two trees.

    Parameters
    ----------
    root
        What was to be copied.
    copy
        The root of what is stored now.
    losses
        What may differ, as the copy's report names it.
    source : str
        Where the copy is, for errors.
    engine
        Reads large arrays; None leaves that to the storages.
    expected
        What else the copy is to have; None for nothing.

    Raises
    ------
    VerificationError
        At the first difference.

    Notes
    -----
    Reads both whole, and holds a block of each of 8 MiB, or one chunk of the copy where that is
    larger. Data that came from an iterator is compared by digests of its pieces. Of a link to
    another file it is compared where that leads, and that a copy of its target is one.
    """
    expected = expected or Expected({}, {})
    comparison = _Comparison(losses, source, engine, expected.witnesses)
    comparison.compare_specs(expected.specs, copy)
    comparison.compare(root, copy)
    comparison.check_references()


class Expected(NamedTuple):
    """What a copy is to have beside what its source has to show.

    Attributes
    ----------
    specs
        Specifications that were cached.
    witnesses
        What watched the streams, by path of their array.
    """

    specs: SpecDocuments
    witnesses: Mapping[str, Witness]


class _Comparison:
    def __init__(
        self,
        losses: Iterable[Loss],
        source: str,
        engine: Engine | None,
        witnesses: Mapping[str, Witness],
    ) -> None:
        self._witnesses = witnesses
        self._lost: dict[str, set[str]] = {}
        for loss in losses:
            self._lost.setdefault(loss.path, set()).add(loss.what)
        self._source = source
        self._engine = engine
        self._copies: dict[Any, Any] = {}
        self._references: dict[tuple[Any, Any], str] = {}

    def compare(self, root: GroupBuilder, copy: GroupBuilder) -> None:
        """Compare two trees; references are noted."""
        pending: list[tuple[str, Entry, Entry]] = [("/", root, copy)]
        while pending:
            path, one, other = pending.pop()
            if isinstance(one, LinkBuilder):
                self._link(path, one, other)
                continue
            if isinstance(other, LinkBuilder):
                self._second_name(path, one, other)
                continue
            if not self._is_new(path, one, other):
                continue
            self._node(path, one, other)
            if isinstance(one, GroupBuilder) and isinstance(other, GroupBuilder):
                pending.extend(self._children(path, one, other))

    def compare_specs(self, wanted: SpecDocuments, copy: GroupBuilder) -> None:
        """Compare specifications that were cached."""
        path = "/"
        stored = copy.home.tree.specs() if wanted and copy.home is not None else {}
        for (namespace, version), documents in wanted.items():
            if dict(stored.get((namespace, version), {})) != dict(documents):
                msg = f"the cached specification of {namespace} {version} differs"
                raise self._difference(path, msg)

    def check_references(self) -> None:
        """Raise if a reference does not lead to the copy of what it led to."""
        for (one, other), path in self._references.items():
            if one in self._copies and self._copies[one] != other:
                raise self._difference(path, "a reference leads elsewhere")

    # nodes

    def _is_new(self, path: str, one: Builder, other: Builder) -> bool:
        """Note which node is the copy of which; False if both were compared already."""
        key, copied = identity_of(one), identity_of(other)
        known = self._copies.get(key)
        if known is not None and known != copied:
            raise self._difference(path, "the second name of a node is another node")
        self._copies[key] = copied
        return known is None

    def _node(self, path: str, one: Builder, other: Builder) -> None:
        if kind_of(one) != kind_of(other):
            raise self._difference(path, f"{kind_of(one)} became {kind_of(other)}")
        self._attributes(path, one.attributes, other.attributes)
        if isinstance(one, DatasetBuilder) and isinstance(other, DatasetBuilder):
            self._elements(path, one, other)
        elif not isinstance(one, GroupBuilder) and one.dtype != getattr(other, "dtype", None):
            raise self._difference(path, "the element types differ")

    def _children(
        self, path: str, one: GroupBuilder, other: GroupBuilder
    ) -> list[tuple[str, Entry, Entry]]:
        wanted, found = dict(one.children.items()), dict(other.children.items())
        for name in list(wanted):
            if "the node" in self._lost.get(join_path(path, name), ()):
                del wanted[name]
        for name in sorted(wanted.keys() ^ found.keys()):
            where = "is missing" if name in wanted else "is not in the source"
            raise self._difference(join_path(path, name), f"the node {where}")
        return [(join_path(path, name), entry, found[name]) for name, entry in wanted.items()]

    def _link(self, path: str, one: LinkBuilder, other: Entry) -> None:
        if not isinstance(other, LinkBuilder):
            if "the link" not in self._lost.get(path, ()):
                raise self._difference(path, "a link became a node")
            return
        if one.target.kind != other.target.kind and other.target.kind == "hard":
            raise self._difference(path, f"a link of kind {one.target.kind} became another")
        if other.target.kind == "external":
            self._external(path, one, other)
        target = one.builder
        leads = other.builder
        if (target is None) != (leads is None) and one.target.kind == "soft":
            raise self._difference(path, "a link leads nowhere, or somewhere, unlike in the source")
        if target is not None and leads is not None and one.target.kind == "soft":
            self._references[identity_of(target), identity_of(leads)] = path

    def _external(self, path: str, one: LinkBuilder, other: LinkBuilder) -> None:
        """Compare where two links lead to, and a copy that stands for the target with that."""
        target, leads = one.builder, other.builder
        places = link_place(one), link_place(other)
        if one.target.kind == "external" and None not in places and places[0] != places[1]:
            raise self._difference(path, f"a link leads to {places[1]}, not {places[0]}")
        if target is not None and leads is not None:
            for where, data, copied in stood_in(path, target, leads, self._source):
                self._elements(where, data, copied)

    def _second_name(self, path: str, one: Builder, other: LinkBuilder) -> None:
        leads = other.builder
        if "the hard link" not in self._lost.get(path, ()) or leads is None:
            raise self._difference(path, f"{kind_of(one)} became a link")
        self._references[identity_of(one), identity_of(leads)] = path

    # values

    def _attributes(
        self, path: str, one: Mapping[str, Attribute], other: Mapping[str, Attribute]
    ) -> None:
        lost = self._lost.get(path, set())
        wanted = {name for name in one if f"attribute {name!r}" not in lost}
        for name in sorted(wanted ^ set(other)):
            where = "is missing" if name in wanted else "is not in the source"
            raise self._difference(path, f"the attribute {name!r} {where}")
        for name in sorted(wanted):
            if not self._same_attribute(path, one[name], other[name]):
                raise self._difference(path, f"the attribute {name!r} differs")

    def _same_attribute(self, path: str, one: Attribute, other: Attribute) -> bool:
        if one.dtype != other.dtype:
            return False
        if isinstance(one.value, Empty) or isinstance(other.value, Empty):
            return one.value == other.value
        return self._same(path, cells_of(one.value), cells_of(other.value))

    def _elements(self, path: str, one: DatasetBuilder, other: DatasetBuilder) -> None:
        if one.dtype is not None and one.dtype != other.dtype:
            raise self._difference(path, "the element types differ")
        data, copied = one.data, other.data
        if isinstance(data, LazyDataset) and isinstance(copied, LazyDataset):
            self._arrays(path, data, copied)
        elif path in self._witnesses and isinstance(copied, LazyDataset):
            shape, read = copied.layout.shape or (), partial(self._read, copied)
            region = self._witnesses[path].first_difference(shape, read)
            if region is not None:
                raise self._difference(path, f"the elements in {shown_region(region)} differ")
        elif isinstance(data, Empty) != isinstance(copied, Empty):
            raise self._difference(path, "one of both has no elements")
        elif (
            isinstance(data, np.ndarray)
            and isinstance(copied, LazyDataset)
            and not self._same(path, data, self._read(copied, None))
        ):
            raise self._difference(path, "the elements differ")

    def _arrays(self, path: str, one: LazyDataset, other: LazyDataset) -> None:
        shape = other.layout.shape or ()
        if one.layout.shape != other.layout.shape:
            msg = f"the shape is {other.layout.shape}, not {one.layout.shape}"
            raise self._difference(path, msg)
        if 0 in shape:
            return
        itemsize = max(1, other.layout.memory_dtype.itemsize)
        unit = other.layout.chunks or (1,) * len(shape)
        for region in ChunkGrid(shape, block_shape(shape, unit, itemsize, _BLOCK_BYTES)).regions():
            if not self._same(path, self._read(one, region), self._read(other, region)):
                raise self._difference(path, f"the elements in {shown_region(region)} differ")

    def _read(self, data: LazyDataset, region: Region | None) -> AnyArray:
        if region is None:
            region = tuple(slice(0, length) for length in data.layout.shape or ())
        selection = select_region(region)
        out = np.empty(selection.shape, data.layout.memory_dtype)
        if self._engine is None:
            data.source.read_into(selection, out)
        else:
            self._engine.read(data.source, selection, out)
        return out

    def _same(self, path: str, one: Any, other: Any) -> bool:
        def same_refs(ref: object, copied: object) -> bool:
            return self._note(path, ref, copied)

        return same_cells(one, other, same_refs)

    def _note(self, path: str, one: object, other: object) -> bool:
        """Note two references; they are compared when every node has been seen."""
        if one is None or other is None:
            return one is other or "a reference" in self._lost.get(path, ())
        if isinstance(one, RegionRef) and isinstance(other, RegionRef):
            if (one.kind, one.corners) != (other.kind, other.corners):
                return False
            one, other = one.target, other.target
        if isinstance(one, ObjectRef) and isinstance(other, ObjectRef):
            if one.key is not None:
                self._references[(one.source, one.key), (other.source, other.key)] = path
            return True
        return False

    def _difference(self, path: str, what: str) -> VerificationError:
        msg = f"the copy is not equal to its source: {what}"
        hint = "The copy is not kept. Export again; if it happens again, the disk may be failing."
        return VerificationError(msg, source=self._source, path=path, hint=hint)
