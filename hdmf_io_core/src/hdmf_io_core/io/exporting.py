"""What an export asks of its source, and how its copy is compared with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, runtime_checkable

from hdmf_io_core.errors import ExportError
from hdmf_io_core.plan.planner import PlanOptions
from hdmf_io_core.plan.readtree import TreeReader
from hdmf_io_core.plan.recoding import Recoding
from hdmf_io_core.plan.verify import Expected, verify

if TYPE_CHECKING:
    from hdmf_io_core.chunks.engine import Engine
    from hdmf_io_core.io.protocol import HDMFIO
    from hdmf_io_core.model.builders import GroupBuilder
    from hdmf_io_core.model.container import Container
    from hdmf_io_core.model.manager import Manager
    from hdmf_io_core.plan.recoding import Rechunk, Recompress
    from hdmf_io_core.plan.report import WriteReport
    from hdmf_io_core.storage.protocols import StorageReader

__all__ = ["check_copy", "export_options", "exported_root"]


@runtime_checkable
class _Exportable(Protocol):
    """An IO over a storage."""

    @property
    def tree(self) -> TreeReader: ...

    @property
    def manager(self) -> Manager: ...


def exported_root(src_io: HDMFIO, dst_io: HDMFIO, container: Container | None) -> GroupBuilder:
    """Return the root of what one IO gives to another: all, or a container as it is now.

    Raises
    ------
    ExportError
        ``src_io`` is no IO over a storage, or both are one.
    """
    if src_io is dst_io:
        msg = "an IO cannot be exported to itself"
        hint = "Export to another file; changes of what was read go in with write()."
        raise ExportError(msg, source=dst_io.source, hint=hint)
    if not isinstance(src_io, _Exportable):
        msg = f"{type(src_io).__name__} has no storage that could be exported"
        source = getattr(src_io, "source", None)
        hint = "Give an open IO; or read what it holds as a container, and write that."
        raise ExportError(msg, source=source, hint=hint)
    if container is None:
        return src_io.tree.root()
    return src_io.manager.build(container, source=dst_io.source, export=True)


def export_options(
    recompress: Recompress, rechunk: Rechunk, *, is_new: bool, cache_spec: bool, strict: bool
) -> PlanOptions:
    """Return what the planner is asked for; parameters are those of :meth:`HDMFIO.export`."""
    is_recoding = recompress is not None or rechunk is not None
    return PlanOptions(
        is_new=is_new,
        link_data=False,
        cache_spec=cache_spec,
        may_lose="nothing" if strict else "content",
        recoding=Recoding(recompress, rechunk) if is_recoding else None,
    )


def check_copy(
    root: GroupBuilder,
    storage: StorageReader,
    report: WriteReport,
    *,
    engine: Engine,
    expected: Expected,
) -> None:
    """Compare what was to be copied with what ``storage`` holds now, and note it in the report.

    Raises
    ------
    VerificationError
        They differ by more than the report names.
    """
    copy = TreeReader(storage, engine=engine).root()
    verify(root, copy, report.losses, source=storage.source, engine=engine, expected=expected)
    report.is_verified = True
