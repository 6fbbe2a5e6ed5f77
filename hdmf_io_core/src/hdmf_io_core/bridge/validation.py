"""Files of any backend against the specifications cached in them, by hdmf's own validator."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from hdmf.build import BuildManager, TypeMap
from hdmf.spec import NamespaceCatalog
from hdmf.validate import ValidatorMap

from hdmf_io_core.bridge.manager import HdmfManager
from hdmf_io_core.bridge.needs import needed
from hdmf_io_core.bridge.specs import load_documents
from hdmf_io_core.errors import SpecError
from hdmf_io_core.io.open import open_io

if TYPE_CHECKING:
    from pathlib import Path

    from hdmf_io_core.io.base import StorageIO
    from hdmf_io_core.storage.layout import SpecDocuments

__all__ = ["validate"]

_NWB = "core"
_EXPERIMENTAL = "hdmf-experimental"


def validate(
    source: str | Path, *, namespace: str | None = None, backend: str | None = None
) -> list[Any]:
    """Check a file against the namespaces cached in it.

    Parameters
    ----------
    source : str or Path
        Path or URL, of any backend that is installed.
    namespace : str or None
        The one to check against; None for all that no other cached one builds on.
    backend : str or None
        Name of a backend; None to find it, as ``open_io`` does.

    Returns
    -------
    list of hdmf.validate.errors.Error
        What is wrong; empty if nothing is.

    Raises
    ------
    SpecError
        If the file caches no namespaces, or not that one, or none that has the type of its root.
    MissingDependencyError
        If it is an NWB file, and pynwb is not installed.
    HdmfIOError
        As ``open_io``.
    """
    with open_io(source, backend=backend) as opened:
        documents = cast("StorageIO", opened).storage.specs()
    catalog = _catalog(documents)
    loaded = load_documents(catalog, documents, source=str(source))
    names = _most_specific(loaded) if namespace is None else [namespace]
    if not names or any(name not in catalog.namespaces for name in names):
        msg = f"there is no cached namespace to check against; there are {sorted(loaded)}"
        raise SpecError(msg, source=str(source))
    manager = HdmfManager(BuildManager(TypeMap(catalog)))
    with open_io(source, backend=backend, manager=manager) as io:
        root = manager.builder(cast("StorageIO", io).tree.root())
        data_type = manager.manager.get_builder_dt(root)
        validators = [
            ValidatorMap(found)
            for found in map(catalog.get_namespace, names)
            if data_type is not None and found.catalog.get_spec(data_type) is not None
        ]
        if not validators:
            msg = f"none of the cached namespaces {names} has the type of the root, {data_type!r}"
            raise SpecError(msg, source=str(source))
        return [error for validator in validators for error in validator.validate(root)]


def _most_specific(loaded: dict[str, Any]) -> list[str]:
    """Return the namespaces that no other one includes."""
    # As pynwb: what is experimental is not yet settled enough to be checked.
    settled = {name: needed for name, needed in loaded.items() if name != _EXPERIMENTAL}
    included = {name for needed in settled.values() for name in needed}
    return sorted(settled.keys() - included)


def _catalog(documents: SpecDocuments) -> Any:
    """Return an empty catalog that reads the dialect of the cached namespaces."""
    if not any(name == _NWB for name, _ in documents):
        return NamespaceCatalog()
    # NWB names its types by keys of its own, which pynwb knows.
    with needed("pynwb"):
        from pynwb.spec import NWBDatasetSpec, NWBGroupSpec, NWBNamespace

    return NamespaceCatalog(
        group_spec_cls=NWBGroupSpec,
        dataset_spec_cls=NWBDatasetSpec,
        spec_namespace_cls=NWBNamespace,
    )
