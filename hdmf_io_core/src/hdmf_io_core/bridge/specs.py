"""Namespaces between a storage's cache and hdmf's catalogs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from hdmf.backends.utils import NamespaceToBuilderHelper
from hdmf.spec import SpecReader, SpecWriter

from hdmf_io_core.errors import SpecError
from hdmf_io_core.model.spec import newest_version

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from hdmf_io_core.storage.layout import SpecDocument, SpecDocuments

__all__ = ["adopt_namespaces", "cached_versions", "documents_of", "load_documents"]

_NAMESPACE = "namespace"


class _DocumentReader(SpecReader):  # type: ignore[misc]  # hdmf has no types
    """One cached version of a namespace, for hdmf to read."""

    def __init__(self, source: str, document: SpecDocument) -> None:
        super().__init__(source=source)
        self._document = document

    def read_namespace(self, path: str) -> list[Any]:
        """Return the namespaces that a document describes."""
        found: list[Any] = self.read_spec(path)["namespaces"]
        return found

    def read_spec(self, path: str) -> dict[str, Any]:
        """Return the types of one source."""
        if path not in self._document:
            msg = f"the cached namespace has no source {path!r}"
            raise SpecError(msg, source=self.source)
        parsed: dict[str, Any] = json.loads(self._document[path])
        return parsed


class _DocumentWriter(SpecWriter):  # type: ignore[misc]
    """Takes from hdmf the documents of one namespace."""

    def __init__(self) -> None:
        self.document: dict[str, str] = {}

    def write_spec(self, spec: Mapping[str, Any], path: str) -> None:
        """Keep the types of one source."""
        self.document[path] = json.dumps(spec, separators=(",", ":"))

    def write_namespace(self, namespace: Mapping[str, Any], path: str) -> None:
        """Keep the namespace itself."""
        self.write_spec({"namespaces": [namespace]}, path)


def cached_versions(documents: SpecDocuments) -> dict[str, str]:
    """Return the newest cached version of each namespace, by number and not by alphabet."""
    versions: dict[str, list[str]] = {}
    for name, version in documents:
        versions.setdefault(name, []).append(version)
    return {name: newest_version(found) for name, found in versions.items()}


def load_documents(
    catalog: Any,
    documents: SpecDocuments,
    *,
    source: str,
    namespaces: Iterable[str] | None = None,
) -> dict[str, Any]:
    """Load cached namespaces into one of hdmf's catalogs, or a type map.

    Parameters
    ----------
    catalog : hdmf.spec.NamespaceCatalog or hdmf.build.TypeMap
        Changed.
    documents : SpecDocuments
        What is cached; the newest version of each namespace is taken.
    source : str
        Where they come from, for messages.
    namespaces : iterable of str or None
        Names; None for all.

    Returns
    -------
    dict
        What each loaded namespace depends on, as hdmf gives it.

    Raises
    ------
    SpecError
        If a namespace is not cached.
    """
    versions = cached_versions(documents)
    wanted = list(versions) if namespaces is None else list(namespaces)
    absent = [name for name in wanted if name not in versions]
    if absent:
        msg = f"the namespace {absent[0]!r} is not cached; there are {sorted(versions)}"
        raise SpecError(msg, source=source)
    if not wanted:
        return {}
    readers = {
        name: _DocumentReader(f"{source}:{name}", documents[name, versions[name]])
        for name in wanted
    }
    loaded: dict[str, Any] = catalog.load_namespaces(_NAMESPACE, reader=readers)
    return loaded


def documents_of(catalog: Any, stored: SpecDocuments) -> SpecDocuments:
    """Return the namespaces of one of hdmf's catalogs that are not among the stored ones."""
    found = {}
    for name in catalog.namespaces:
        key = (str(name), str(catalog.get_namespace(name).version))
        if key not in stored:
            writer = _DocumentWriter()
            builder = NamespaceToBuilderHelper.convert_namespace(catalog, name)
            builder.export(_NAMESPACE, writer=writer)
            found[key] = writer.document
    return found


def adopt_namespaces(source: Any, manager: Any) -> None:
    """Let a manager of hdmf have the namespaces that only another one has; None has none."""
    if source is None:
        return
    theirs, ours = source.namespace_catalog, manager.namespace_catalog
    for name in theirs.namespaces:
        if name not in ours.namespaces:
            ours.add_namespace(name=name, namespace=theirs.get_namespace(name))
