"""A plan becomes storage, in phases; what was made is taken back when a step fails.

Order: moves and deletions, groups and types, arrays with their content, attributes, streams of
``exhaust_dci=False``, links, what holds references when every target exists, specifications. What
overwrites elements is kept back to the end, when nothing but the storage itself can still fail.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from hdmf_io_core.chunks.copy import copy_array
from hdmf_io_core.chunks.streams import LocatedStream
from hdmf_io_core.chunks.write import ENCODED_BYTES, interleave, write_array, write_stream
from hdmf_io_core.plan.phases import LateContent, content, late, structure
from hdmf_io_core.plan.report import WriteReport
from hdmf_io_core.plan.steps import (
    Copy,
    CreateArray,
    CreateDatatype,
    CreateGroup,
    CreateLink,
    Delete,
    DeleteAttributes,
    Move,
    OverwriteArray,
    RememberLink,
    SetAttributes,
    Step,
    Stream,
    Values,
    WritePlan,
)
from hdmf_io_core.plan.undo import Undo
from hdmf_io_core.storage.abilities import SupportsFilledArrays, SupportsStandIns
from hdmf_io_core.storage.fitting import fit
from hdmf_io_core.storage.located import located

if TYPE_CHECKING:
    from collections.abc import Callable

    from hdmf_io_core.chunks.engine import Engine
    from hdmf_io_core.chunks.streams import ChunkStream
    from hdmf_io_core.plan.readtree import TreeReader
    from hdmf_io_core.storage.layout import ArrayLayout
    from hdmf_io_core.storage.protocols import ArraySink, StorageWriter

__all__ = ["execute", "hand_out"]


def execute(
    plan: WritePlan,
    dest: StorageWriter,
    *,
    engine: Engine | None = None,
    report: WriteReport | None = None,
    take_back: Callable[[], bool] | None = None,
) -> WriteReport:
    """Carry a plan out.

    Parameters
    ----------
    plan
        For this storage, as it is now.
    dest
        Open.
    engine
        Whose workers encode chunks; None leaves that to the storage.
    report
        Filled and returned; None for a new one.
    take_back
        Called where the way back fails; whether it did what that should.

    Raises
    ------
    WriteError
        If the storage refuses a step, or the caller's iterator fails. What was made is removed,
        what was replaced is back; only elements whose overwriting was broken off are not.

    Notes
    -----
    One thread at a time; nothing else may write to ``dest`` meanwhile. A stream, or a stored array,
    that replaces the content of an array is first written beside it.
    """
    run = _Run(plan, dest, engine, report if report is not None else WriteReport())
    try:
        run.clear_the_way()
        for step in structure(plan):
            run.step(step)
        run.retarget()
        for step in content(plan):
            run.step(step)
        run.drain()
        for last in late(plan):
            run.step(last)
        if plan.specs:
            dest.write_specs(plan.specs)
        run.overwrite()
        run.settle()
    except BaseException as error:
        run.undo_after(error, take_back)
        raise
    return run.report


def hand_out(plan: WritePlan, tree: TreeReader) -> None:
    """Give each wrapper the array that was made for it, as ``tree`` has it now."""
    for step in plan.steps:
        if (wrapper := getattr(step, "wrapper", None)) is not None:
            wrapper.dataset = getattr(tree.at(step.path), "data", None)


class _Run:
    def __init__(
        self, plan: WritePlan, dest: StorageWriter, engine: Engine | None, report: WriteReport
    ) -> None:
        self._plan = plan
        self._engine = engine
        self._pool = engine.pool if engine is not None else None
        self._dest = dest
        beside = os.path.dirname(dest.source)  # noqa: PTH120 - may be no path
        self._folder = beside if os.path.isdir(beside) else None  # noqa: PTH112
        self._undo = Undo(dest)
        self._overwrites: list[tuple[OverwriteArray, ArraySink | None]] = []
        self._parked: list[str] = []
        self._waiting: dict[str, str] = {}
        self._sinks: dict[str, ArraySink] = {}
        self._streams: list[tuple[ChunkStream, ArraySink]] = []
        self._filled = dest if isinstance(dest, SupportsFilledArrays) else None
        self.report = report
        report.losses = plan.losses
        report.needs = dict(plan.needs)

    def clear_the_way(self) -> None:
        """Take every node that moves out of its place, deepest first; the walk puts it in again."""
        moves = [step for step in self._plan.steps if isinstance(step, Move)]
        for move in sorted(moves, key=lambda move: move.path.count("/"), reverse=True):
            self._waiting[move.path] = self._undo.park(move.path)

    def retarget(self) -> None:
        """Let links and references follow the nodes that moved."""
        moves = (step for step in self._plan.steps if isinstance(step, Move))
        self._undo.retarget({move.path: move.new_path for move in moves})

    def step(self, step: Step | LateContent) -> None:
        """Carry one step out; an error that passes is told which."""
        path = step.array.path if isinstance(step, LateContent) else step.path
        try:
            with located(self._plan.source, path):
                self._do(step)
        except Exception as error:
            error.add_note(f"while writing {self._plan.source}: {step}")
            raise

    def _do(self, step: Step | LateContent) -> None:
        dest, report = self._dest, self.report
        match step:
            case CreateGroup(path=path):
                dest.create_group(path)
                self._undo.made(path)
                report.groups += 1
            case CreateArray():
                self._create(step)
            case OverwriteArray():
                self._stage(step)
            case LateContent(array=array):
                assert isinstance(array.content, Values)
                sink = self._sinks.pop(array.path)
                report.bytes_written += write_array(array.content.array, sink, pool=self._pool)
            case SetAttributes(path=path, attributes=attributes):
                self._undo.changing(path, attributes)
                dest.set_attributes(path, attributes)
                report.attributes += len(attributes)
            case DeleteAttributes(path=path, names=names):
                self._undo.changing(path, names)
                dest.delete_attributes(path, names)
                report.attributes += len(names)
            case CreateLink(path=path, target=target):
                dest.create_link(path, target)
                self._undo.made(path)
                report.links.append((path, target))
            case RememberLink(path=path, target=target) if isinstance(dest, SupportsStandIns):
                dest.remember_link(path, target)
                report.stood_in(path, target)
            case CreateDatatype(path=path, dtype=dtype):
                dest.create_datatype(path, dtype)
                self._undo.made(path)
            case Move(path=path, new_path=new_path):
                self._undo.move(self._waiting.pop(path), new_path)
            case Delete(path=path):
                self._delete(path)

    def _create(self, step: CreateArray) -> None:
        content = step.content
        if self._filled is not None and isinstance(content, Values) and _is_small(step, content):
            values = fit(content.array, step.layout.dtype)
            self._filled.create_filled(step.path, step.layout, values)
            self._undo.made(step.path)
            self.report.bytes_written += values.nbytes
        else:
            sink = self._make(step.path, step.layout)
            if step.late:
                self._sinks[step.path] = sink
            else:
                self._fill(step, sink)
        self.report.arrays += 1
        self.report.arrays_made.append(step.path)

    def _make(self, path: str, layout: ArrayLayout) -> ArraySink:
        sink = self._dest.create_array(path, layout)
        self._undo.made(path)
        return sink

    def _stage(self, step: OverwriteArray) -> None:
        """Keep an overwriting back; what may fail on its way is first written beside the array."""
        staged = None
        if isinstance(step.content, (Stream, Copy)):
            place = self._undo.free_place()
            staged = self._make(place, step.layout)
            self._parked.append(place)
            self._fill(step, staged)
        self._overwrites.append((step, staged))
        self.report.arrays += 1

    def overwrite(self) -> None:
        """Replace the elements of arrays that stay, with values or with what was staged."""
        for step, staged in self._overwrites:
            with located(self._plan.source, step.path):
                sink = self._dest.open_sink(step.path)
                shape = step.layout.shape if staged is None else staged.layout.shape
                if shape is not None and sink.layout.shape != shape:
                    sink.resize(shape)
                if staged is not None:
                    copy_array(staged, sink, engine=self._engine)
                else:
                    self._fill(step, sink)

    def _fill(self, step: CreateArray | OverwriteArray, sink: ArraySink) -> None:
        match step.content:
            case Values(array=array):
                self.report.bytes_written += write_array(array, sink, pool=self._pool)
            case Copy(source=source):
                done = copy_array(source, sink, engine=self._engine, folder=self._folder)
                self.report.bytes_written += done.n_bytes
                way = self.report.copied if done.way == "raw" else self.report.recoded
                way.append(step.path)
            case Stream(stream=stream) if self._plan.interleave:
                self._streams.append((LocatedStream(stream, self._plan.source, step.path), sink))
            case Stream(stream=stream):
                self.report.bytes_written += write_stream(stream, sink, pool=self._pool)

    def _delete(self, path: str) -> None:
        """Take a node out of the way; it is deleted when the whole plan went through."""
        info = self._dest.node(path)
        if info is None:  # It was moved away, with its parent under another path.
            return
        self.report.deleted += 1
        if info.link is None or (info.source, info.home) == (self._dest.source, path):
            self._parked.append(self._undo.park(path))
        else:
            self._dest.delete(path)
            self._undo.unlinked(path, info.link)

    def settle(self) -> None:
        """Delete what was taken out of the way."""
        for path in self._parked:
            self._dest.delete(path)
            # What a node held is gone with it: from here on there is no way back.
            self._undo.forget()

    def drain(self) -> None:
        """Empty the streams that were kept back, one chunk of each in turn."""
        if self._streams:
            self.report.bytes_written += interleave(self._streams, pool=self._pool)

    def undo_after(self, error: BaseException, take_back: Callable[[], bool] | None) -> None:
        """Take back what was done, step by step or as the caller can."""
        self._sinks.clear()
        self._undo.run_after(error, take_back)


def _is_small(step: CreateArray, content: Values) -> bool:
    """Whether an array is made with its content at once: nothing of it is encoded or waits."""
    return step.layout.chunks is None and not step.late and content.array.nbytes < ENCODED_BYTES
