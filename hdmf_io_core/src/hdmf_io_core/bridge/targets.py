"""Where hdmf's builders are, or will be, stored: what references and links to them say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hdmf.build import DatasetBuilder as HdmfDataset
from hdmf.build import LinkBuilder as HdmfLink
from hdmf.build import ReferenceBuilder

from hdmf_io_core.errors import UnresolvedReferenceError
from hdmf_io_core.model.builders import Home, LinkBuilder, SpecSource
from hdmf_io_core.model.names import join_path
from hdmf_io_core.storage.layout import LinkTarget, ObjectRef

if TYPE_CHECKING:
    from collections.abc import Callable

    from hdmf_io_core.bridge.habits import Habits
    from hdmf_io_core.bridge.order import Order
    from hdmf_io_core.bridge.reading import Read

__all__ = ["Knowledge", "Targets", "path_of"]


class Knowledge:
    """What is known of hdmf's builders and of where they are to go.

    Parameters
    ----------
    manager : hdmf.build.BuildManager
        Tells the types of builders.
    read : callable
        From a builder to what it was read from; None if it was not.
    at : callable
        From a path to the home of what is stored there; None if nothing is.
    home : callable
        From a builder to where it is stored; None if it is not.
    is_written : callable
        Tells whether a builder's attributes are stored as they are.
    specs : callable
        Gives the specifications of the manager's types.
    native : callable
        From a stored array to what the user is given for it.
    habits : Habits
        Of the class that writes.
    """

    __slots__ = ("at", "habits", "home", "is_written", "manager", "native", "read", "specs")

    def __init__(
        self,
        manager: Any,
        *,
        read: Callable[[object], Read | None],
        at: Callable[[str], Home | None],
        home: Callable[[object], Home | None],
        is_written: Callable[[Any], bool],
        specs: SpecSource,
        native: Callable[[Any], object],
        habits: Habits,
    ) -> None:
        self.habits = habits
        self.manager = manager
        self.read = read
        self.at = at
        self.home = home
        self.is_written = is_written
        self.specs = specs
        self.native = native


class Targets:
    """The targets of references and links in one tree of hdmf's builders.

    Parameters
    ----------
    order : Order
        The tree.
    knowledge : Knowledge
        Of builders that are stored already.
    source : str
        The file that the tree goes to.
    """

    def __init__(self, order: Order, knowledge: Knowledge, source: str) -> None:
        self._order = order
        self._knowledge = knowledge
        self._source = source

    def link(self, builder: Any, path: str) -> LinkBuilder:
        """Return a link of hdmf's at ``path`` as ours.

        Raises
        ------
        UnresolvedReferenceError
            If its target is in no file and not in the tree.
        """
        read = self._knowledge.read(builder)
        is_export = self._order.export_source is not None
        if not is_export and read is not None and isinstance(read.stored, LinkBuilder):
            return read.stored
        target = builder.builder
        placed = self._order.paths.get(id(target))
        if placed is not None:
            return LinkBuilder(builder.name, LinkTarget("soft", placed[1]))
        home = self._knowledge.home(target)
        source = home.source if home is not None else target.source
        place = home.path if home is not None else path_of(target)
        own = {self._source, self._order.export_source or builder.source}
        if source in own:
            return LinkBuilder(builder.name, LinkTarget("soft", place))
        if source is None:
            msg = f"a link leads to {place!r}, which is in no file and not in the tree"
            raise UnresolvedReferenceError(
                msg, source=self._source, path=path, hint="Add it to the tree that is written."
            )
        return LinkBuilder(builder.name, LinkTarget("external", place, source))

    def refer(self, target: Any) -> ObjectRef:
        """Return a reference to where a builder will stand."""
        if isinstance(target, (ReferenceBuilder, HdmfLink)):
            target = target.builder
        elif not hasattr(target, "location"):
            # A container: hdmf builds it, if that was not done yet.
            target = self._knowledge.manager.build(target)
        placed = self._order.paths.get(id(target))
        if placed is not None:
            return ObjectRef(self._source, path=placed[1])
        home = self._knowledge.home(target)
        if home is not None and home.source == self._source:
            return ObjectRef(home.source, home.key, home.path)
        return ObjectRef(self._source, path=path_of(target))


def path_of(builder: Any) -> str:
    """Return the path of a builder in its file: where it was read, else where its parents are."""
    if builder.location is not None:
        return join_path(builder.location, builder.name)
    names = []
    while builder.parent is not None:
        names.append(builder.name)
        builder = builder.parent
    if isinstance(builder, HdmfDataset):
        # No root: it has not got its parent yet.
        names.append(builder.name)
    return "/" + "/".join(reversed(names))
