"""hdmf's builders as ours, ready for the planner: what is stored already keeps its home."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from hdmf.build import GroupBuilder as HdmfGroup
from hdmf.build import LinkBuilder as HdmfLink

from hdmf_io_core.bridge.adoption import adopted, exported_link, with_layout
from hdmf_io_core.bridge.content import attribute_of, check_decoded, content_of
from hdmf_io_core.bridge.inplace import overwritten
from hdmf_io_core.bridge.targets import Knowledge, Targets
from hdmf_io_core.bridge.wrappers import HdmfOptions, LinkOnly, refuse_plain, unwrapped
from hdmf_io_core.errors import NodeExistsError
from hdmf_io_core.model.builders import (
    DatasetBuilder,
    Entry,
    GroupBuilder,
    Home,
    LinkBuilder,
)
from hdmf_io_core.model.names import join_path
from hdmf_io_core.plan.policy import is_expandable_type
from hdmf_io_core.storage.dtypes import has_references
from hdmf_io_core.storage.located import located

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hdmf_io_core.bridge.order import Order
    from hdmf_io_core.bridge.reading import Read
    from hdmf_io_core.chunks.dataio import DataIO
    from hdmf_io_core.storage.dtypes import ElementType
    from hdmf_io_core.storage.layout import Attribute
    from hdmf_io_core.storage.protocols import StorageReader
    from hdmf_io_core.types import MaxShape

__all__ = ["Building"]


class Building:
    """One tree of hdmf's builders on its way into a storage.

    Parameters
    ----------
    order : Order
        The tree; its ``paths`` are filled.
    knowledge : Knowledge
        Of the builders in it.
    storage : StorageReader or None
        Recognises arrays of its own library; None where that is not known.
    source : str
        The file that it goes to.
    carrier : type of DataIO or None
        The wrapper of the destination's backend.
    """

    def __init__(
        self,
        order: Order,
        knowledge: Knowledge,
        *,
        storage: StorageReader | None,
        source: str,
        carrier: type[DataIO] | None,
    ) -> None:
        self._order = order
        self._knowledge = knowledge
        self._storage = storage
        self._source = source
        self._carrier = carrier
        self._targets = Targets(order, knowledge, source)

    def root(self) -> GroupBuilder:
        """Return the builder of the whole tree."""
        root, place = self._order.root, self._order.place
        if place is not None:
            return self._around(root, place)
        self._place(root, "/")
        return self._group(root, "/", name="")

    def _around(self, part: Any, place: str) -> GroupBuilder:
        """Return the builder of a tree that is stored already, with one more part in it."""
        path = join_path(place, part.name)
        entry: Entry
        if isinstance(part, HdmfGroup):
            self._place(part, path)
            entry = self._group(part, path, name=part.name)
        elif isinstance(part, HdmfLink):
            entry = self._targets.link(part, path)
        else:
            self._order.paths.setdefault(id(part), (part, path))
            entry = self._dataset(part, path)
        name = part.name
        while True:
            above = GroupBuilder(
                place.rpartition("/")[2],
                {},
                {name: entry},
                home=self._knowledge.at(place),
                touched=(name,),
                changed=False,
            )
            if place == "/":
                return above
            entry, name, place = above, above.name, place.rpartition("/")[0] or "/"

    def _place(self, builder: Any, path: str) -> None:
        """Note the path of every builder; references may point ahead."""
        pending = [(builder, path)]
        while pending:
            group, here = pending.pop()
            self._order.paths.setdefault(id(group), (group, here))
            for dataset in group.datasets.values():
                if dataset is not None:
                    place = join_path(here, dataset.name)
                    self._order.paths.setdefault(id(dataset), (dataset, place))
            pending += [(sub, join_path(here, sub.name)) for sub in group.groups.values()]

    # groups and attributes

    def _group(self, builder: Any, path: str, *, name: str, may_exist: bool = True) -> GroupBuilder:
        read, home = self._state(builder)
        if home is None and may_exist:
            self._check_free(path)
        attributes, changed = self._attributes(builder, read, path)
        children: dict[str, Entry] = {}
        for sub in builder.groups.values():
            place = join_path(path, sub.name)
            # Below a group that was not there nothing can be.
            may_exist = home is not None or path == "/"
            children[sub.name] = self._group(sub, place, name=sub.name, may_exist=may_exist)
        for dataset in builder.datasets.values():
            if dataset is not None:
                place = join_path(path, dataset.name)
                children[dataset.name] = self._dataset(dataset, place)
        for link in builder.links.values():
            children[link.name] = self._targets.link(link, join_path(path, link.name))
        return GroupBuilder(
            name,
            attributes,
            children,
            home=home,
            touched=tuple(children) if home is not None else None,
            changed=changed,
            specs=self._knowledge.specs,
        )

    def _keeps(self, element: ElementType | None) -> bool:
        """Whether what was read goes on as it is stored.

        In an export what a reference leads to may have been built anew.
        """
        return not self._order.export_source or element is None or not has_references(element)

    def _check_free(self, path: str) -> None:
        """Refuse to put a group that is new to hdmf where another stands."""
        storage = self._storage
        there = None if storage is None or path == "/" else storage.node(path)
        if there is not None and there.source == self._source:
            msg = "a new group is to be written where the name already exists"
            hint = "Read the container from this file and change that, or choose another name."
            raise NodeExistsError(msg, source=self._source, path=path, hint=hint)

    def _state(self, builder: Any) -> tuple[Read | None, Home | None]:
        return self._knowledge.read(builder), self._knowledge.home(builder)

    def _attributes(
        self, builder: Any, read: Read | None, path: str
    ) -> tuple[Mapping[str, Attribute], bool]:
        """Return the attributes, and whether any differs from what was read."""
        stored = read.stored.attributes if read and not isinstance(read.stored, LinkBuilder) else {}
        built: dict[str, Attribute] = {}
        changed = read is None
        if changed and self._knowledge.is_written(builder):
            return built, False
        with located(self._source, path):
            for name, value in builder.attributes.items():
                kept = stored.get(name)
                if read and kept and read.attributes.get(name) is value and self._keeps(kept.dtype):
                    built[name] = kept
                elif value is not None:
                    built[name] = attribute_of(value, self._targets.refer)
                    changed = True
        return built, changed

    # datasets

    def _dataset(self, builder: Any, path: str) -> Entry:
        read, home = self._state(builder)
        attributes, changed = self._attributes(builder, read, path)
        if read and isinstance(read.stored, DatasetBuilder) and self._keeps(read.stored.dtype):
            return DatasetBuilder(
                builder.name,
                read.stored.data,
                attributes,
                dtype=read.stored.dtype,
                home=home,
                changed=changed,
                data_changed=False,
                specs=self._knowledge.specs,
            )
        if home is not None and home.source == self._source:
            # Written by this IO before: what was appended to it since is in the file already.
            return DatasetBuilder(
                builder.name, None, attributes, home=home, changed=changed, data_changed=False
            )
        return self._new_dataset(builder, attributes, path)

    def _new_dataset(self, builder: Any, attributes: Mapping[str, Attribute], path: str) -> Entry:
        wrapper, inner = unwrapped(builder.data)
        link = exported_link(self._order, adopted(self._storage, inner), builder.name, path)
        if link is not None:
            return link
        with located(self._source, path):
            refuse_plain(inner)
            inner = with_layout(self._order, self._storage, inner)
            content, dtype = None, None
            if inner is not None or wrapper is None:
                content, dtype = content_of(inner, builder.dtype, self._targets.refer)
            if self._knowledge.habits.utf8_only:
                check_decoded(content, dtype, builder.name)
            options = self._options(builder, inner, content, dtype)
        home, attributes = overwritten(
            self._knowledge, self._storage, path, content=content, attributes=attributes
        )
        return DatasetBuilder(
            builder.name,
            content,
            attributes,
            dtype=dtype,
            home=home,
            wrapper=options,
            dimension_names=builder.dimension_labels,
            specs=self._knowledge.specs,
        )

    def _options(
        self, builder: Any, inner: Any, content: Any, dtype: ElementType | None
    ) -> HdmfOptions | None:
        wrapper, _ = unwrapped(builder.data)
        if inner is not None and adopted(self._storage, inner) is not None:
            # A stored array is linked to, or copied as it is.
            if wrapper is None or not hasattr(wrapper, "link_data"):
                return None
            return HdmfOptions(content, LinkOnly(wrapper), carrier=None, native=_same)
        maxshape = self._maxshape(builder, content, dtype)
        if wrapper is None and maxshape is None:
            return None
        native = self._knowledge.native
        return HdmfOptions(
            content, wrapper, carrier=self._carrier, native=native, maxshape=maxshape
        )

    def _maxshape(self, builder: Any, content: Any, dtype: ElementType | None) -> MaxShape | None:
        """Return how far the array may grow by its type; its shape where it may not at all."""
        shape = np.shape(content) if isinstance(content, np.ndarray) else None
        if not shape:
            return None
        if self._knowledge.habits.refer_ahead and dtype is not None and has_references(dtype):
            return (None,) * len(shape)
        manager, limit = self._knowledge.manager, builder.matched_spec_shape
        data_type = manager.get_builder_dt(builder)
        grows = (
            data_type is not None
            and limit is not None
            and len(limit) == len(shape)
            and any(manager.is_sub_data_type(builder, name) for name in self._order.expandable)
        )
        if grows:
            return tuple(limit)
        return shape if is_expandable_type(data_type) else None


def _same(value: Any) -> object:
    return value
