"""Checking an open IO, and a source by name."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from hdmf_io_core.check.content import ContentCheck
from hdmf_io_core.check.findings import CheckReport, Finding
from hdmf_io_core.check.structure import StructureCheck, opened_array
from hdmf_io_core.errors import HdmfIOError, UnsupportedFeatureError
from hdmf_io_core.io.base import StorageIO
from hdmf_io_core.io.open import find_backend, open_io
from hdmf_io_core.storage.walk import walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hdmf_io_core.io.protocol import HDMFIO
    from hdmf_io_core.storage.layout import NodeInfo
    from hdmf_io_core.storage.protocols import StorageReader

__all__ = ["check_io", "check_source", "stored_bytes"]

_MAX_DEPTH = 1000
_MAX_NODES = 10_000_000


def check_source(
    source: str, *, data: bool = False, backend: str | None = None, report: CheckReport
) -> Iterator[Finding | str]:
    """Open a source and check it; see :func:`check_io`.

    Raises
    ------
    OpenError, DispatchError, PluginError, FormatError
        As ``open_io``.
    """
    spec = find_backend(source, backend=backend).spec
    report.backend = spec.name
    guarded = {"allow_external": "folder"} if "allow_external" in spec.options else {}
    with open_io(source, backend=backend, **guarded) as opened:  # type: ignore[arg-type]  # no mode
        yield from check_io(opened, data=data, report=report)


def check_io(opened: HDMFIO, *, data: bool = False, report: CheckReport) -> Iterator[Finding | str]:
    """Check what an IO holds.

    Parameters
    ----------
    opened : HDMFIO
        Open for reading; stays open.
    data : bool
        Whether to read the elements too, and not the metadata alone.
    report : CheckReport
        Takes the counts, and the findings as they are yielded.

    Yields
    ------
    Finding or str
        A finding; or the path of the node that is looked at next.

    Raises
    ------
    UnsupportedFeatureError
        If the backend has no storage to look into.
    """
    if not isinstance(opened, StorageIO):
        msg = f"{type(opened).__name__} has no storage to look into"
        raise UnsupportedFeatureError(msg, source=opened.source)
    storage = opened.storage
    structure = StructureCheck(storage, report)
    content = ContentCheck(
        structure, report, opened.engine, stored_bytes=stored_bytes(storage.source)
    )
    for item in _findings(storage, structure, content, data=data):
        if isinstance(item, Finding):
            report.findings.append(item)
        yield item


def _findings(
    storage: StorageReader, structure: StructureCheck, content: ContentCheck, *, data: bool
) -> Iterator[Finding | str]:
    unlisted: list[Finding] = []

    def note(group: NodeInfo, error: HdmfIOError) -> None:
        message = f"the entries of the group cannot be listed: {error.what}"
        unlisted.append(Finding("unreadable", group.path, message))

    for number, visit in enumerate(walk(storage, depth=_MAX_DEPTH, on_error=note)):
        if number == _MAX_NODES:
            yield Finding("limit", visit.node.path, f"more than {_MAX_NODES:,} entries")
            break
        if visit.same_as is not None:
            continue
        yield visit.node.path
        if visit.node.kind == "group" and len(visit.trail) == _MAX_DEPTH:
            message = f"deeper than {_MAX_DEPTH:,} groups: not followed"
            yield Finding("limit", visit.node.path, message)
        yield from structure.node(visit.node)
        if visit.node.kind == "array" and visit.node.link is None:
            yield from _content(storage, visit.node, content, data=data)
    yield from unlisted
    yield from structure.end()


def _content(
    storage: StorageReader, node: NodeInfo, content: ContentCheck, *, data: bool
) -> Iterator[Finding]:
    source = opened_array(storage, node.path)
    if source is not None and (data or content.holds_references(source)):
        yield from content.array(node.path, source)


def stored_bytes(source: str) -> int | None:
    """Return the bytes on disk of a file, or of all files in a folder; None for anything else."""
    path = Path(source)
    if path.is_file():
        return path.stat().st_size
    if not path.is_dir():
        return None
    return sum(
        Path(folder, name).lstat().st_size for folder, _, names in os.walk(path) for name in names
    )
