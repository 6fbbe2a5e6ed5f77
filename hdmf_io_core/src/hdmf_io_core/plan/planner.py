"""From builders, and what is stored already, to a plan: every decision, no effect.

Whatever the destination cannot express raises here, before anything of it changes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hdmf_io_core.errors import HdmfIOError
from hdmf_io_core.model.builders import (
    DatasetBuilder,
    DatatypeBuilder,
    Entry,
    GroupBuilder,
    LinkBuilder,
)
from hdmf_io_core.model.names import join_path
from hdmf_io_core.plan.arrays import ArrayPlanner
from hdmf_io_core.plan.attributes import attribute_steps
from hdmf_io_core.plan.losses import Losses, Tolerance
from hdmf_io_core.plan.merging import check_merge, taken
from hdmf_io_core.plan.naming import check_names
from hdmf_io_core.plan.places import Places
from hdmf_io_core.plan.relocate import relocated
from hdmf_io_core.plan.specs import SpecsToCache
from hdmf_io_core.plan.standins import StandIn, choose_stand_ins
from hdmf_io_core.plan.steps import (
    ROOT_NAME,
    CreateArray,
    CreateDatatype,
    CreateGroup,
    CreateLink,
    Delete,
    Move,
    RememberLink,
    SetAttributes,
    Step,
    WritePlan,
)
from hdmf_io_core.storage.dtypes import TextType
from hdmf_io_core.storage.layout import Attribute, LinkTarget, NodeInfo

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hdmf_io_core.plan.arrays import Suggestion
    from hdmf_io_core.plan.recoding import Recoding
    from hdmf_io_core.storage.protocols import StorageWriter

__all__ = ["PlanOptions", "plan_write"]


@dataclass(frozen=True, slots=True)
class PlanOptions:
    """What a write was asked to do.

    Attributes
    ----------
    is_new
        Whether the destination starts empty.
    link_data
        Whether lazy data of another open file becomes an external link.
    exhaust_dci
        Whether chunk iterators are drained one after the other.
    cache_spec
        Whether specifications are stored with what they specify.
    suggest
        Asked for options of new arrays for which the caller gave none.
    may_lose
        What may be lost where the destination cannot hold it; the plan tells it.
    recoding
        Codecs and chunks that stored arrays are to have; None keeps what they have.
    """

    is_new: bool
    link_data: bool = True
    exhaust_dci: bool = True
    cache_spec: bool = True
    suggest: Suggestion | None = None
    may_lose: Tolerance = "form"
    recoding: Recoding | None = None


def plan_write(root: GroupBuilder, dest: StorageWriter, options: PlanOptions) -> WritePlan:
    """Return what has to be done so that ``dest`` holds ``root``.

    Raises
    ------
    NodeExistsError
        If another node stands where a new one is to be.
    UnresolvedReferenceError
        If a reference or link would point to nothing.
    UnsupportedDtypeError, TextEncodingError, ShapeError, OptionError, UnknownCodecError
        If something cannot be stored as asked.
    UnsupportedFeatureError
        If the destination cannot hold a node or attribute, and ``options`` do not let it go.
    """
    planner = _Planner(dest, options)
    planner.entry(root, "/", dest.node("/"))
    if options.recoding is not None:
        options.recoding.check_used()
    stored = {} if options.is_new else dest.specs()
    specs = planner.specs.missing(stored) if options.cache_spec else {}
    return WritePlan(
        dest.source,
        planner.finish(root),
        specs,
        interleave=not options.exhaust_dci,
        losses=planner.losses.found,
        needs=planner.losses.needs,
    )


class _Planner:
    def __init__(self, dest: StorageWriter, options: PlanOptions) -> None:
        self._dest = dest
        self._is_new = options.is_new
        self.losses = Losses(dest, may_lose=options.may_lose)
        self._places = Places(dest, self.losses, is_new=options.is_new)
        self._arrays = ArrayPlanner(
            dest,
            self._places,
            self.losses,
            link_data=options.link_data,
            suggest=options.suggest,
            recoding=options.recoding,
        )
        self._steps: list[Step] = []
        self._links: list[tuple[str, LinkBuilder]] = []
        self._is_standing_in = False
        self._moved: set[str] = set()
        self._linked: dict[str, tuple[int, DatasetBuilder]] = {}
        self.specs = SpecsToCache()

    def entry(self, entry: Entry, path: str, there: NodeInfo | None) -> None:
        """Plan one entry; ``there`` is what stands at its path now, under its path of now."""
        if isinstance(entry, LinkBuilder):
            self._link(entry, path, there)
            return
        placed = self._places.find(entry.home)
        if placed is not None:
            self._second_name(path, placed, there)
            return
        at_home = self._places.holds(entry.home)
        if at_home and entry.home is not None and there is None:
            there = self._move(entry.home.path, path)
        if not at_home and self.losses.is_lost(entry, path):
            self._places.lose(entry.home)
            return
        self._places.add(path, entry.home)
        if not at_home and not self._is_standing_in:
            self.specs.note(entry)
        if there is not None and not at_home:
            check_merge(self._dest, self._arrays, entry, path=path, there=there)
        if isinstance(entry, GroupBuilder):
            self._group(entry, path, there, at_home=at_home)
        elif isinstance(entry, DatasetBuilder):
            self._dataset(entry, path, there, at_home=at_home)
        else:
            self._datatype(entry, path, there)

    def _second_name(self, path: str, placed: str, there: NodeInfo | None) -> None:
        """Plan a further name of a node that has its place."""
        if there is not None or placed == path:
            return
        if self._dest.capabilities.hard_links:
            self._steps.append(CreateLink(path, LinkTarget("hard", placed)))
            return
        reason = "the destination has no second names; a soft link stands in its place"
        self.losses.add(path, "the hard link", reason, is_form=True)
        self._steps.append(CreateLink(path, LinkTarget("soft", placed)))

    def _move(self, old: str, new: str) -> NodeInfo | None:
        """Plan to move a stored node, and return it as it stands now."""
        self._steps.append(Move(old, new))
        self._moved.add(old)
        return self._dest.node(old)

    def _group(
        self, group: GroupBuilder, path: str, there: NodeInfo | None, *, at_home: bool
    ) -> None:
        if there is None:
            self._steps.append(CreateGroup(path))
        if group.changed or not at_home:
            self._attributes(group.attributes, path, there, replace_all=at_home)
        gone = set(group.removed)
        self._steps.extend(Delete(join_path(path, name)) for name in group.removed)
        if at_home and group.touched is not None:
            names = ((name, group.children[name]) for name in group.touched)
        else:
            names = ((name, child) for name, child in group.children.items())
        for name, child in names:
            stored = None
            if there is not None and name not in gone:
                stored = self._dest.node(join_path(there.path, name))
            self.entry(child, join_path(path, name), stored)

    def _dataset(
        self, dataset: DatasetBuilder, path: str, there: NodeInfo | None, *, at_home: bool
    ) -> None:
        if there is not None:
            if dataset.data_changed or not at_home:
                self._steps.extend(self._arrays.overwrite(dataset, path, there.path))
            if dataset.changed or not at_home:
                self._attributes(dataset.attributes, path, there, replace_all=at_home)
            return
        step = self._arrays.create(dataset, path)
        self._steps.append(step)
        if isinstance(step, CreateArray):
            self._attributes(dataset.attributes, path, None, replace_all=False)
        else:
            self._linked[path] = (len(self._steps) - 1, dataset)

    def _datatype(self, datatype: DatatypeBuilder, path: str, there: NodeInfo | None) -> None:
        if there is not None:
            return
        self._steps.append(CreateDatatype(path, datatype.dtype))
        self._attributes(datatype.attributes, path, None, replace_all=False)

    def _link(self, link: LinkBuilder, path: str, there: NodeInfo | None) -> None:
        # Where it leads may still move: decided when the whole tree has its places.
        if there is None:
            self._links.append((path, link))
        elif there.link is None or (link.info is None and there.link.path != link.target.path):
            raise taken(self._dest, path, wanted="a link", there=there)

    def _attributes(
        self,
        wanted: Mapping[str, Attribute],
        path: str,
        there: NodeInfo | None,
        *,
        replace_all: bool,
    ) -> None:
        stored = self._dest.attributes(there.path) if there is not None else {}
        wanted = self.losses.kept(wanted, path)
        self._steps.extend(attribute_steps(wanted, stored, path, replace_all=replace_all))

    def finish(self, root: GroupBuilder) -> tuple[Step, ...]:
        """Return all steps, with links and references pointing into the destination."""
        if root.home is None or not self._places.holds(root.home):
            self._root_name(root.name)
        n_own = len(self._steps)
        while self._links:
            self._plan_links()
        steps = self._relocated(n_own)
        while referred := self._linked.keys() & self._places.referred:
            # A reference does not reach through a link: what it points to is copied after all.
            for path in sorted(referred):
                index, dataset = self._linked.pop(path)
                self._steps[index] = self._arrays.create(dataset, path, may_link=False)
                self._attributes(dataset.attributes, path, None, replace_all=False)
            steps = self._relocated(n_own)
        check_names(self._dest, steps)
        return tuple(
            step for step in steps if not (isinstance(step, Delete) and step.path in self._moved)
        )

    def _relocated(self, n_own: int) -> list[Step]:
        """Return all steps with their references; those from ``n_own`` on are of stand-ins."""
        steps = [relocated(step, self._places) for step in self._steps[:n_own]]
        with self.losses.quiet():
            return steps + [relocated(step, self._places) for step in self._steps[n_own:]]

    def _plan_links(self) -> None:
        """Plan the links that were found; of copies that stand in for some, more are found."""
        links = [(path, link, self._places.link(link, path)) for path, link in self._links]
        self._links = []
        chosen = choose_stand_ins(self._dest, self._places, links)
        copied = {one.path for one in chosen if self._stand_in(one)}
        for path, _, target in links:
            step = RememberLink if path in copied else CreateLink
            self._steps.append(step(path, target))

    def _stand_in(self, one: StandIn) -> bool:
        """Plan the copy of what a link leads to; False if the destination cannot hold it."""
        n_steps, n_links, mark = len(self._steps), len(self._links), self._places.mark()
        self._is_standing_in = True
        try:
            with self.losses.quiet():
                self.entry(one.builder, one.path, None)
            check_names(self._dest, self._steps[n_steps:])
        except HdmfIOError:
            # The link alone is what there was to write.
            del self._steps[n_steps:], self._links[n_links:]
            self._places.back_to(mark)
            return False
        finally:
            self._is_standing_in = False
        return True

    def _root_name(self, name: str) -> None:
        stored = self._dest.attributes("/") if not self._is_new else {}
        if name not in ("", "root") and ROOT_NAME not in stored:
            attribute = Attribute(name, TextType())
            self._steps.append(SetAttributes("/", {ROOT_NAME: attribute}))
