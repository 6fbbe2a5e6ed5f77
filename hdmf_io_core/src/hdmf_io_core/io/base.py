"""An IO over a storage: lifetime, modes, and the way from containers to a plan and back.

Knows no format. A backend's IO class opens its storage and hands it to :class:`StorageIO`, which
owns and closes it.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, ClassVar, TypeVar, cast

from hdmf_io_core.errors import ModeError
from hdmf_io_core.io.exporting import (
    check_copy,
    export_options,
    exported_root,
)
from hdmf_io_core.io.hooks import adapted, suggestion
from hdmf_io_core.io.modes import starts_anew
from hdmf_io_core.io.sharing import Reopenable
from hdmf_io_core.io.transactions import StorageChanges
from hdmf_io_core.model.manager import BuildManager, Manager, SupportsAttach
from hdmf_io_core.plan.execute import execute, hand_out
from hdmf_io_core.plan.planner import PlanOptions, plan_write
from hdmf_io_core.plan.readtree import TreeReader
from hdmf_io_core.plan.report import ConversionReport, WriteReport
from hdmf_io_core.plan.steps import Move
from hdmf_io_core.plan.verify import Expected
from hdmf_io_core.plan.witness import witnessed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hdmf_io_core.chunks.dataio import DataIO
    from hdmf_io_core.chunks.engine import Engine
    from hdmf_io_core.durability.publish import Publication
    from hdmf_io_core.io.protocol import HDMFIO
    from hdmf_io_core.model.builders import GroupBuilder
    from hdmf_io_core.model.container import Container
    from hdmf_io_core.plan.recoding import Rechunk, Recompress
    from hdmf_io_core.plan.steps import WritePlan
    from hdmf_io_core.plan.witness import Witness
    from hdmf_io_core.storage.protocols import StorageReader
    from hdmf_io_core.types import Mode

__all__ = ["StorageIO"]

R = TypeVar("R", bound=WriteReport)


class StorageIO(StorageChanges, Reopenable):
    """An IO over one storage.

    Parameters
    ----------
    storage : StorageReader or StorageWriter
        Open; from here on owned by the IO.
    mode : Mode
        The mode that it was opened with.
    manager : object or None
        Turns builders into containers: a ``Manager``, or one that a plugin adapts. None for a
        light manager of its own.
    publication : Publication or None
        How what is written becomes visible; None for at once, in place.
    engine : Engine or None
        Moves the chunks of large arrays; from here on owned by the IO. None for one of its own.
    """

    backend: ClassVar[str] = ""
    """Name of the backend that the class belongs to."""
    dataio_class: ClassVar[type[DataIO] | None] = None
    """The wrapper that carries the backend's options; None if it has none of its own."""

    def __init__(
        self,
        storage: StorageReader,
        mode: Mode,
        *,
        manager: object = None,
        publication: Publication | None = None,
        engine: Engine | None = None,
    ) -> None:
        super().__init__(mode, publication=publication, engine=engine)
        self._manager: Manager = BuildManager() if manager is None else adapted(manager)
        self._is_empty = starts_anew(mode)
        self._attach(storage)
        if isinstance(self._manager, SupportsAttach):
            self._manager.attach(self)

    def _attach(self, storage: StorageReader) -> None:
        """Work on ``storage`` from here on."""
        self._storage = storage
        open_sink = self._sink_opener(storage)
        self._tree = TreeReader(storage, open_sink, engine=self._engine, origin=self.origin)

    @property
    def tree(self) -> TreeReader:
        """The storage as lazy builders."""
        self.storage  # noqa: B018 - raises when closed
        return self._tree

    @property
    def manager(self) -> Manager:
        """What turns builders into containers and back."""
        return self._manager

    def read(self) -> Container:
        """Return the root container; see :meth:`HDMFIO.read`."""
        storage = self.storage
        if self._is_empty:
            msg = f"there is nothing to read yet in mode {self._mode!r}"
            hint = "Write first, or open with mode 'r' or 'a'."
            raise ModeError(msg, source=storage.source, hint=hint)
        return cast("Container", self._manager.construct(self._tree.root()))

    def write(
        self,
        container: Container,
        *,
        cache_spec: bool = True,
        exhaust_dci: bool = True,
        link_data: bool = True,
    ) -> WriteReport:
        """Store a container, or what changed of it; see :meth:`HDMFIO.write`."""
        with self._one_write():
            plan = self.plan(
                container, cache_spec=cache_spec, exhaust_dci=exhaust_dci, link_data=link_data
            )
            return self._carry_out(plan, container, WriteReport())

    @contextmanager
    def _one_write(self) -> Iterator[None]:
        """Note that a write failed: what is not published then, closing does not publish."""
        self._has_failed = True
        yield
        self._has_failed = False

    def plan(
        self,
        container: Container,
        *,
        cache_spec: bool = True,
        exhaust_dci: bool = True,
        link_data: bool = True,
    ) -> WritePlan:
        """Return what ``write`` with the same arguments would do; ``print`` it for a dry run.

        Raises as ``write`` does before it changes anything.
        """
        writer = self._writer()
        root = self._manager.build(container, source=writer.source)
        options = PlanOptions(
            is_new=self._is_empty,
            link_data=link_data,
            exhaust_dci=exhaust_dci,
            cache_spec=cache_spec,
            suggest=suggestion(self.backend),
        )
        return plan_write(root, writer, options)

    def export(
        self,
        src_io: HDMFIO,
        container: Container | None = None,
        *,
        cache_spec: bool = True,
        strict: bool = False,
        recompress: Recompress = None,
        rechunk: Rechunk = None,
        verify: bool = False,
    ) -> ConversionReport:
        """Copy what another IO holds; see :meth:`HDMFIO.export`."""
        writer = self._writer()
        with self._one_write():
            root = exported_root(src_io, self, container)
            options = export_options(
                recompress, rechunk, is_new=self._is_empty, cache_spec=cache_spec, strict=strict
            )
            return self._carry_out(
                plan_write(root, writer, options),
                None,
                ConversionReport(),
                verified=root if verify else None,
            )

    def _carry_out(
        self,
        plan: WritePlan,
        container: Container | None,
        report: R,
        verified: GroupBuilder | None = None,
    ) -> R:
        """Carry a plan out, compare the outcome with what it is to be if asked, and publish it."""
        writer = self._writer()
        witnesses: dict[str, Witness] = {}
        if verified is not None:
            plan, witnesses = witnessed(plan)
        execute(plan, writer, engine=self._engine, report=report, take_back=self._untear)
        if verified is not None:
            if not self._in_transaction:
                writer.commit()
            expected = Expected(plan.specs, witnesses)
            check_copy(verified, writer, report, engine=self._engine, expected=expected)
        self._keep(writer)
        self._is_empty = False
        for step in plan.steps:
            if isinstance(step, Move):
                self._tree.moved(step.path, step.new_path)
        if container is not None:
            self._manager.settle(container, self._tree.home_of)
        hand_out(plan, self._tree)
        return report
