"""What hdmf-zarr's classes are given to open, and what their references lead to."""

from __future__ import annotations

import gc
import json
import os
import posixpath
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import zarr
from hdmf.utils import generate_array_html_repr
from zarr.storage import LocalStore

from hdmf_io_core.errors import HdmfIOError, LockedFileError, OpenError
from hdmf_io_core.stores.folders import FolderStore
from hdmf_io_zarr.documents import find_format
from hdmf_io_zarr.io import ZarrIO as ZarrStorageIO
from hdmf_io_zarr.opening import StoreOptions, open_storage
from hdmf_io_zarr.references import candidates

__all__ = [
    "absolute",
    "check_options",
    "clear_way",
    "describe",
    "is_store",
    "located",
    "opened",
    "target_of",
]


def absolute(path: Any) -> Any:
    """Return a source as hdmf-zarr tells it: a local path made absolute, links not followed."""
    if isinstance(path, (str, os.PathLike)) and "://" not in os.fspath(path):
        return os.path.abspath(path)  # noqa: PTH100 - pathlib has no way that normalises
    return path


def located(path: Any) -> Any:
    """Return a source as this engine opens it: local ones as their resolved path."""
    if isinstance(path, LocalStore):
        path = path.root
    if isinstance(path, (str, os.PathLike)) and "://" not in os.fspath(path):
        return str(Path(path).resolve())
    return path


def check_options(mode: str, storage_options: Mapping[str, object] | None) -> None:
    """Raise ``ValueError`` where hdmf-zarr does: what is behind a file system is only read."""
    if storage_options is not None and mode not in {"r", "r-"}:
        msg = f"with storage_options the mode is 'r', not {mode!r}"
        raise ValueError(msg)


def opened(
    source: Any,
    mode: str,
    manager: object,
    *,
    use_consolidated: bool | None = None,
    storage_options: Mapping[str, object] | None = None,
) -> ZarrStorageIO:
    """Open a store, also if an IO that nobody holds any more was left open on it.

    Raises
    ------
    ImportError
        If a package for a URL is not there; it says which.
    """
    options: dict[str, Any] = {
        "use_consolidated": use_consolidated,
        "storage_options": storage_options,
    }
    try:
        return ZarrStorageIO(source, mode, manager, **options)
    except LockedFileError:
        # hdmf closes its IOs when they are collected; its users rely on that.
        gc.collect()
        return ZarrStorageIO(source, mode, manager, **options)
    except OpenError as error:
        if isinstance(error.__cause__, ImportError):
            raise ImportError(str(error)) from error
        raise


def clear_way(path: Any) -> None:
    """Remove what is at a local path, unless it is a store or an empty folder.

    A store stays until the new one takes its place.
    """
    if not isinstance(path, str) or "://" in path or not os.path.lexists(path):
        return
    place = Path(path)
    if not place.is_dir() or place.is_symlink():
        place.unlink()
    elif any(place.iterdir()) and find_format(FolderStore(place)) is None:
        shutil.rmtree(place)


def is_store(path: Any) -> bool:
    """Whether there is a Zarr group or array that can be opened."""
    try:
        open_storage(located(path), "r", StoreOptions()).storage.close()
    except (HdmfIOError, OSError):
        return False
    return True


def target_of(ref: Any, root: Any, source: str) -> tuple[str, Any]:
    """Return the name and the object of zarr-python that a reference leads to.

    Parameters
    ----------
    ref : str, Mapping or array of shape ()
        A path, JSON, or a mapping with ``source`` and ``path``.
    root : zarr.Group
        Of the store that the reference stands in, whose name is ``source``.

    Raises
    ------
    ValueError
        If nothing is there.
    """
    entry = _entry(ref)
    stored, path = str(entry.get("source") or "."), entry.get("path")
    name = posixpath.basename(path) if path else "root"
    for place in candidates(stored, source):
        found = root if place == source else _opened(place)
        if found is not None and (not path or path.strip("/") in found):
            return name, found[path] if path else found
    msg = f"Found bad link to object {path} in file {source if stored == '.' else stored}"
    raise ValueError(msg)


def _entry(ref: Any) -> Mapping[str, Any]:
    if isinstance(ref, Mapping):
        return ref
    text = str(ref[()] if isinstance(ref, np.ndarray) else ref)
    return json.loads(text) if text.startswith("{") else {"path": text}


def _opened(place: str) -> Any:
    try:
        return zarr.open(place, mode="r")
    except (OSError, ValueError):
        return None


def describe(dataset: Any) -> str:
    """Return a table about an array, as hdmf shows it in a notebook."""
    if not isinstance(dataset, zarr.Array):
        return str(
            generate_array_html_repr({}, dataset, "Array Read from ZarrIO (not a Zarr Array)")
        )
    lines = (line.partition(":") for line in str(dataset.info).splitlines())
    facts = {name.strip(): value.strip() for name, colon, value in lines if colon}
    return str(generate_array_html_repr(facts, dataset, "Zarr Array"))
