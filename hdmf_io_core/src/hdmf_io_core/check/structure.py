"""The structure of a storage: every node reads, every link and reference leads somewhere."""

from __future__ import annotations

import json
import warnings
from typing import TYPE_CHECKING

from hdmf_io_core.check.findings import CheckReport, Finding
from hdmf_io_core.errors import HdmfIOError, HdmfIOWarning
from hdmf_io_core.model.builders import find_type
from hdmf_io_core.storage.dtypes import has_references
from hdmf_io_core.storage.layout import RegionRef
from hdmf_io_core.storage.references import resolve_value

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hdmf_io_core.storage.dtypes import ElementType
    from hdmf_io_core.storage.layout import NodeInfo, ObjectRef
    from hdmf_io_core.storage.protocols import ArraySource, StorageReader

__all__ = ["StructureCheck", "opened_array"]


class StructureCheck:
    """Looks at nodes one by one and notes what is wrong.

    Parameters
    ----------
    storage : StorageReader
        Open; belongs to the caller.
    report : CheckReport
        Takes the counts.
    """

    def __init__(self, storage: StorageReader, report: CheckReport) -> None:
        self._storage = storage
        self._report = report
        self._namespaces: dict[str, str] = {}
        self._resolved: dict[object, bool] = {}

    def node(self, node: NodeInfo) -> Iterator[Finding]:
        """Look at one node; yields what is wrong with its metadata, links and references."""
        self._report.n_nodes += 1
        if node.kind == "missing":
            yield self._broken(node)
            return
        if node.link is not None or node.kind == "datatype":
            return
        yield from self._attributes(node)
        if node.kind == "array":
            self._report.n_arrays += 1
            yield from self._layout(node)

    def end(self) -> Iterator[Finding]:
        """Look at the cached specifications, when all nodes were seen."""
        try:
            specs = self._storage.specs()
        except (HdmfIOError, RecursionError, ValueError) as error:
            yield Finding("bad-spec", "/", f"the cached specifications do not read: {error}")
            return
        for (namespace, version), documents in specs.items():
            for name, text in documents.items():
                where = f"{namespace} {version}, {name}"
                yield from _parsed(text, where)
        cached = {namespace for namespace, _ in specs}
        for namespace, path in self._namespaces.items():
            if namespace not in cached:
                message = f"types of namespace {namespace!r} are used, and it is not cached"
                yield Finding("spec-not-cached", path, message, "warning")

    def references(
        self, path: str, values: object, element: ElementType, what: str
    ) -> Iterator[Finding]:
        """Yield one finding if references among values lead to nothing; the first is named."""
        dangling: list[ObjectRef | RegionRef] = []

        def look(ref: ObjectRef | RegionRef) -> None:
            if not self._leads_somewhere(ref):
                dangling.append(ref)

        resolve_value(values, element, look)
        if dangling:
            target = _target(dangling[0])
            to = f" to {target.path!r}" if target.path else ""
            message = f"{len(dangling)} of the references in {what} lead nowhere: the first{to}"
            yield Finding("dangling-reference", path, message)

    def _broken(self, node: NodeInfo) -> Finding:
        if node.link is None:
            return Finding("unreadable", node.path, "the node cannot be opened")
        tried = f"; tried: {', '.join(node.tried)}" if node.tried else ""
        target = f"the {node.link.kind} link to {str(node.link)!r}"
        if node.withheld:
            return Finding("not-checked", node.path, f"{target}: {node.withheld}", "warning")
        message = f"{target} leads nowhere{tried}"
        return Finding("broken-link", node.path, message)

    def _attributes(self, node: NodeInfo) -> Iterator[Finding]:
        with warnings.catch_warnings(record=True) as raised:
            warnings.simplefilter("always", HdmfIOWarning)
            try:
                attributes = self._storage.attributes(node.path)
            except HdmfIOError as error:
                yield Finding("unreadable", node.path, f"the attributes do not read: {error.what}")
                return
        for warning in raised:
            yield Finding("not-checked", node.path, str(warning.message), "warning")
        _, namespace = find_type(attributes)
        if namespace:
            self._namespaces.setdefault(namespace, node.path)
        for name, attribute in attributes.items():
            if has_references(attribute.dtype):
                what = f"attribute {name!r}"
                yield from self.references(node.path, attribute.value, attribute.dtype, what)

    def _layout(self, node: NodeInfo) -> Iterator[Finding]:
        try:
            self._storage.array(node.path).layout  # noqa: B018 - it is read here
        except HdmfIOError as error:
            yield Finding("unreadable", node.path, f"the array does not open: {error.what}")

    def _leads_somewhere(self, ref: ObjectRef | RegionRef) -> bool:
        target = _target(ref)
        key = target.key if target.key is not None else target.path
        if key not in self._resolved:
            try:
                found = self._storage.resolve(ref)
            except HdmfIOError:
                found = None
            self._resolved[key] = found is not None and found.kind != "missing"
        return self._resolved[key]


def opened_array(storage: StorageReader, path: str) -> ArraySource | None:
    """Return an array; None if it does not open, which the structure's check has told."""
    try:
        array = storage.array(path)
        array.layout  # noqa: B018 - it is read here
    except HdmfIOError:
        return None
    return array


def _target(ref: ObjectRef | RegionRef) -> ObjectRef:
    return ref.target if isinstance(ref, RegionRef) else ref


def _parsed(text: str, where: str) -> Iterator[Finding]:
    try:
        parsed = json.loads(text)
    except (RecursionError, ValueError) as error:
        yield Finding("bad-spec", "/", f"the cached specification {where} is no JSON: {error}")
        return
    if not isinstance(parsed, dict):
        kind = type(parsed).__name__
        yield Finding("bad-spec", "/", f"the cached specification {where} is a {kind}")
