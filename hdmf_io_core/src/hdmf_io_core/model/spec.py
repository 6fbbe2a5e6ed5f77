"""Specifications as they are cached in files: namespaces, catalogs, the order of versions.

They are held as authored, unresolved: the real hdmf interprets them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from hdmf_io_core.errors import NodeNotFoundError, SpecError

if TYPE_CHECKING:
    from hdmf_io_core.storage.layout import SpecDocument, SpecDocuments
    from hdmf_io_core.types import JSON

__all__ = ["NamespaceCatalog", "SpecCatalog", "SpecNamespace", "newest_version", "version_key"]

_TYPE_KEYS = ("neurodata_type_def", "data_type_def")
_NO_VERSION = frozenset({"None", "unversioned", ""})


def version_key(version: str) -> tuple[object, ...]:
    """Return a key that orders versions by number: 1.10.0 after 1.9.9, 2.0.0 after 2.0b.

    ``None`` and ``unversioned`` come before everything.
    """
    if version in _NO_VERSION:
        return (0, (), 0, _natural(version))
    # Digits and dots are the number; what follows is a pre-release, or a build's after a plus.
    text = version.partition("+")[0].lstrip("vV")
    number = re.match(r"[\d.]*", text)
    assert number is not None
    release = [int(part) for part in number.group().split(".") if part]
    while release and release[-1] == 0:
        release.pop()
    pre = text[number.end() :].strip("-_.")
    return (1, tuple(release), 0 if pre else 1, _natural(pre))


def _natural(text: str) -> tuple[tuple[int, int, str], ...]:
    """Return a key by which rc10 comes after rc9."""
    parts = re.findall(r"\d+|[^\d]+", text)
    return tuple((1, int(p), "") if p.isdigit() else (0, 0, p.lower()) for p in parts)


def newest_version(versions: Mapping[str, object] | Iterator[str] | list[str]) -> str:
    """Return the newest of some versions, by number and not by alphabet.

    Raises
    ------
    SpecError
        If there are none.
    """
    found = list(versions)
    if not found:
        msg = "there is no version to choose from"
        raise SpecError(msg)
    return max(found, key=version_key)


@dataclass(frozen=True, slots=True)
class SpecNamespace:
    """One version of a namespace.

    Attributes
    ----------
    name, version : str
        As authored; the version is ``unversioned`` where there is none.
    content : Mapping
        Everything else that the file says of it: ``doc``, ``author``, ``schema``, ...
    """

    name: str
    version: str
    content: Mapping[str, JSON] = field(default_factory=dict, hash=False)

    @property
    def doc(self) -> str:
        """What it is for; empty if it does not say."""
        return str(self.content.get("doc", ""))

    @property
    def included(self) -> tuple[str, ...]:
        """Names of the namespaces that it builds on."""
        said = self.content.get("schema")
        schema = said if isinstance(said, (list, tuple)) else ()
        return tuple(
            str(item["namespace"])
            for item in schema
            if isinstance(item, Mapping) and "namespace" in item
        )


class SpecCatalog:
    """Type definitions of one namespace, by type name; ``documents`` holds them as authored.

    Parameters
    ----------
    documents : Mapping of str to JSON
        Content of each schema source: ``{"groups": [...], "datasets": [...]}``.
    """

    def __init__(self, documents: Mapping[str, JSON]) -> None:
        self.documents = dict(documents)
        self._types: dict[str, Mapping[str, JSON]] = {}
        for document in self.documents.values():
            self._collect(document)

    def _collect(self, document: JSON) -> None:
        # Without Python's stack: a file may nest its specifications as deeply as it likes.
        waiting = [document]
        while waiting:
            spec = waiting.pop()
            if not isinstance(spec, Mapping):
                continue
            name = next((spec[key] for key in _TYPE_KEYS if key in spec), None)
            if isinstance(name, str):
                self._types[name] = spec
            lists = [spec.get(key) for key in ("groups", "datasets")]
            nested = [item for inner in lists if isinstance(inner, list) for item in inner]
            waiting.extend(reversed(nested))

    def get_spec(self, data_type: str) -> Mapping[str, JSON]:
        """Return the definition of a type.

        Raises
        ------
        NodeNotFoundError
            If the type is not defined here.
        """
        try:
            return self._types[data_type]
        except KeyError:
            msg = f"no specification of {data_type!r}"
            raise NodeNotFoundError(msg) from None

    def get_registered_types(self) -> tuple[str, ...]:
        """Return the names of all types, in the order of their definition."""
        return tuple(self._types)

    def __contains__(self, data_type: object) -> bool:
        return data_type in self._types

    def __iter__(self) -> Iterator[str]:
        return iter(self._types)

    def __len__(self) -> int:
        return len(self._types)


class NamespaceCatalog:
    """All namespaces cached in a file, the newest version of each in front.

    Parameters
    ----------
    documents : Mapping
        As ``StorageReader.specs`` gives them.

    Raises
    ------
    SpecError
        If a document is no JSON, or a namespace has none.
    """

    def __init__(self, documents: SpecDocuments) -> None:
        self._documents = documents
        self._versions: dict[str, list[str]] = {}
        for name, version in documents:
            self._versions.setdefault(name, []).append(version)

    @property
    def namespaces(self) -> tuple[str, ...]:
        """Names of the namespaces."""
        return tuple(self._versions)

    def versions(self, name: str) -> tuple[str, ...]:
        """Return the cached versions of a namespace, newest first; empty if it is not cached."""
        return tuple(sorted(self._versions.get(name, ()), key=version_key, reverse=True))

    def get_namespace(self, name: str, version: str | None = None) -> SpecNamespace:
        """Return a namespace; None stands for the newest version."""
        version, document = self._find(name, version)
        parsed = _parse(document.get("namespace", ""), name, "namespace")
        listed = parsed.get("namespaces") if isinstance(parsed, Mapping) else None
        if not isinstance(listed, list) or not listed or not isinstance(listed[0], Mapping):
            msg = f"the cached namespace {name!r} does not describe itself"
            raise SpecError(msg)
        return SpecNamespace(name, version, listed[0])

    def get_catalog(self, name: str, version: str | None = None) -> SpecCatalog:
        """Return the type definitions of a namespace; None stands for the newest version."""
        _, document = self._find(name, version)
        return SpecCatalog(
            {
                source: _parse(text, name, source)
                for source, text in document.items()
                if source != "namespace"
            }
        )

    def _find(self, name: str, version: str | None) -> tuple[str, SpecDocument]:
        versions = self._versions.get(name)
        if not versions or (version is not None and version not in versions):
            wanted = name if version is None else f"{name} {version}"
            msg = f"the namespace {wanted!r} is not cached; there are {sorted(self._versions)}"
            raise SpecError(msg)
        chosen = newest_version(versions) if version is None else version
        return chosen, self._documents[name, chosen]


def _parse(text: str, namespace: str, source: str) -> JSON:
    try:
        parsed: JSON = json.loads(text)
    except (RecursionError, ValueError) as error:
        msg = f"the cached specification {namespace}/{source} is no JSON: {error}"
        raise SpecError(msg) from error
    return parsed
