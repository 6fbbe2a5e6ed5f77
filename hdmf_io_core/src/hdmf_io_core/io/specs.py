"""Cached specifications of an open IO: one class writes them, one reads; backends subclass."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, cast

from hdmf_io_core.errors import ModeError, SpecError
from hdmf_io_core.io.modes import may_write
from hdmf_io_core.model.builders import find_type
from hdmf_io_core.model.spec import NamespaceCatalog, SpecCatalog, SpecNamespace

if TYPE_CHECKING:
    from hdmf_io_core.io.base import StorageIO
    from hdmf_io_core.storage.protocols import StorageWriter

__all__ = ["SpecReader", "SpecWriter"]


class SpecWriter:
    """Stores specifications in a file.

    Parameters
    ----------
    io : StorageIO
        Open for writing; stays open.

    Raises
    ------
    ModeError
        If it is open for reading.
    """

    def __init__(self, io: StorageIO) -> None:
        if not may_write(io.mode):
            msg = f"mode {io.mode!r} does not allow to write specifications"
            raise ModeError(
                msg,
                source=io.source,
                hint="Open with mode 'a', 'r+' or 'w'.",
            )
        self._io = io

    def write_spec(self, spec_catalog: SpecCatalog, spec_namespace: SpecNamespace) -> None:
        """Store a namespace and its types; a version that is there already is left alone.

        Parameters
        ----------
        spec_catalog : SpecCatalog
            Definitions by schema source.
        spec_namespace : SpecNamespace
            The namespace they belong to.

        Raises
        ------
        SpecError
            If the namespace names a schema source that the catalog does not have.
        """
        missing = [name for name in _sources(spec_namespace) if name not in spec_catalog.documents]
        if missing:
            msg = (
                f"namespace {spec_namespace.name!r} names the sources {missing}, the catalog has "
                f"{sorted(spec_catalog.documents)}"
            )
            raise SpecError(
                msg,
                source=self._io.source,
                hint="Give a catalog with a document for each source.",
            )
        document = {"namespace": _compact({"namespaces": [dict(spec_namespace.content)]})}
        for name, content in spec_catalog.documents.items():
            document[name] = _compact(content)
        writer = cast("StorageWriter", self._io.storage)
        writer.write_specs({(spec_namespace.name, spec_namespace.version): document})


class SpecReader:
    """Reads the specifications that a file holds.

    Parameters
    ----------
    io : StorageIO
        Open; stays open.
    """

    def __init__(self, io: StorageIO) -> None:
        self._io = io

    def read_spec(self) -> tuple[SpecCatalog, SpecNamespace]:
        """Return the definitions, and the namespace, of the root's type.

        The newest version counts; a root without a type takes the first namespace that no other
        includes. The catalog holds every type cached in the file, the namespaces that are built on
        among them.

        Raises
        ------
        SpecError
            If the file caches no specification, or not that of its root.
        """
        cached = NamespaceCatalog(self._io.storage.specs())
        if not cached.namespaces:
            msg = "the file caches no specification"
            raise SpecError(
                msg,
                source=self._io.source,
                hint="Files written with cache_spec=True do.",
            )
        _, name = find_type(self._io.storage.attributes("/"))
        namespace = cached.get_namespace(name if name is not None else _outermost(cached))
        documents = {}
        for each in sorted(cached.namespaces, key=lambda other: other == namespace.name):
            documents.update(cached.get_catalog(each).documents)
        return SpecCatalog(documents), namespace


def _sources(namespace: SpecNamespace) -> list[str]:
    schema = namespace.content.get("schema") or ()
    assert isinstance(schema, (list, tuple))
    return [str(item["source"]) for item in schema if isinstance(item, dict) and "source" in item]


def _outermost(cached: NamespaceCatalog) -> str:
    included = {
        other for name in cached.namespaces for other in cached.get_namespace(name).included
    }
    return next((name for name in cached.namespaces if name not in included), cached.namespaces[0])


def _compact(content: object) -> str:
    return json.dumps(content, separators=(",", ":"), ensure_ascii=False)
