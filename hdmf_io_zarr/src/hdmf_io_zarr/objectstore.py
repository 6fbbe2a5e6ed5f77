"""Stores of zarr-python, of whichever package, as stores of keys and bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hdmf_io_core.errors import ModeError, OpenError
from hdmf_io_core.stores.folders import FolderStore
from hdmf_io_core.stores.staging import StagedStore
from hdmf_io_core.stores.zips import ZipStore

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from hdmf_io_core.stores.folders import Bytes, ByteStore

__all__ = ["ObjectStore", "native_store", "open_url"]


class ObjectStore:
    """A store of zarr-python: in memory, remote, or of another package.

    Parameters
    ----------
    store : zarr.abc.store.Store
        Open; belongs to the caller.
    source : str or None
        Its name; None takes the store's own.
    prefix : str
        Path below which the root is.
    """

    def __init__(self, store: Any, *, source: str | None = None, prefix: str = "") -> None:
        from zarr.core.buffer import default_buffer_prototype
        from zarr.core.sync import sync

        self._store = store
        self._sync = sync
        self._prototype = default_buffer_prototype()
        self._prefix = f"{prefix.strip('/')}/" if prefix.strip("/") else ""
        self.source = str(store) if source is None else source

    def get(self, key: str, start: int = 0, length: int | None = None) -> bytes | None:
        """Return a value, or part of it; None if there is no such key."""
        request = _byte_request(start, length)
        if request is None and hasattr(self._store, "get_sync"):
            found = self._store.get_sync(self._prefix + key, prototype=self._prototype)
        else:
            found = self._sync(self._store.get(self._prefix + key, self._prototype, request))
        return None if found is None else found.to_bytes()

    def set(self, key: str, data: Bytes) -> None:
        """Store a value, whole or not at all."""
        value = self._prototype.buffer.from_bytes(bytes(data))
        try:
            if hasattr(self._store, "set_sync"):
                self._store.set_sync(self._prefix + key, value)
            else:
                self._sync(self._store.set(self._prefix + key, value))
        except ValueError as error:
            msg = "the store is read-only"
            raise ModeError(msg, source=self.source) from error

    def delete(self, key: str) -> None:
        """Remove a value; one that is not there is passed over."""
        self._sync(self._store.delete(self._prefix + key))

    def delete_tree(self, path: str) -> None:
        """Remove all keys below a path."""
        for key in self._keys(path):
            self._sync(self._store.delete(key))

    def move_tree(self, old: str, new: str) -> None:
        """Rename all keys below a path."""
        start = len(self._prefix) + len(old)
        for key in self._keys(old):
            data = self._sync(self._store.get(key, self._prototype))
            self._sync(self._store.set(f"{self._prefix}{new}{key[start:]}", data))
            self._sync(self._store.delete(key))

    def names(self, path: str) -> list[str]:
        """Return the next parts of all keys below a path."""
        where = f"{self._prefix}{path}".rstrip("/")
        found: list[str] = self._sync(_listed(self._store.list_dir, where))
        return sorted({name.rstrip("/").rsplit("/", 1)[-1] for name in found})

    @property
    def native(self) -> Any:
        """The store, or the place in it, as zarr-python has it."""
        from zarr.storage import StorePath

        return StorePath(self._store, self._prefix.rstrip("/")) if self._prefix else self._store

    def close(self) -> None:
        """Leave the store to whoever opened it."""

    def _keys(self, path: str) -> list[str]:
        where = f"{self._prefix}{path}/" if path else self._prefix
        keys: list[str] = self._sync(_listed(self._store.list_prefix, where))
        return keys


def native_store(store: ByteStore) -> Any:
    """Return a store as one of zarr-python; of what is staged it sees what is committed."""
    from zarr import storage

    if isinstance(store, ObjectStore):
        return store.native
    if isinstance(store, ZipStore):
        return storage.ZipStore(store.source, mode="r")
    assert isinstance(store, (FolderStore, StagedStore))
    return storage.LocalStore(store.folder)


def open_url(url: str, mode: str, options: Mapping[str, object] | None) -> ObjectStore:
    """Open a URL through fsspec, or through obstore where fsspec is not installed.

    Raises
    ------
    OpenError
        Neither package is there, or it refuses the URL.
    """
    read_only = mode == "r"
    given = dict(options or {})
    # Of all file systems of fsspec this one alone wants folders before what is in them.
    local = {"auto_mkdir": True} if url.startswith(("file://", "local://")) else {}
    try:
        try:
            from zarr.storage import FsspecStore

            store: Any = FsspecStore.from_url(url, {**local, **given}, read_only=read_only)
        except ImportError:  # fsspec's own, or that of a package which it needs for the scheme
            from obstore.store import from_url
            from zarr.storage import ObjectStore as Obstore

            store = Obstore(
                from_url(url, **{**_obstore_defaults(url), **given}), read_only=read_only
            )
    except ImportError as error:
        msg = f"a URL needs a package that is not installed: {error.__context__ or error}"
        hint = (
            "Run: pip install fsspec, with what it needs for the scheme (s3fs, gcsfs), or obstore."
        )
        raise OpenError(msg, source=url, hint=hint) from error
    except (OSError, TypeError, ValueError) as error:
        msg = f"the URL cannot be opened: {error}"
        raise OpenError(msg, source=url) from error
    return ObjectStore(store, source=url)


def _byte_request(start: int, length: int | None) -> Any:
    from zarr.abc.store import OffsetByteRequest, RangeByteRequest, SuffixByteRequest

    if start < 0:
        return SuffixByteRequest(-start)
    if length is not None:
        return RangeByteRequest(start, start + length)
    return OffsetByteRequest(start) if start else None


async def _listed(listing: Callable[[str], Any], where: str) -> list[str]:
    # Called in here: that of obstore wants the event loop to run when it is asked.
    return [name async for name in listing(where)]


def _obstore_defaults(url: str) -> Mapping[str, object]:
    """Return the options without which obstore refuses what fsspec takes."""
    match url.partition("://")[0].lower():
        case "file":
            return {"mkdir": True}
        case "http":
            return {"client_options": {"allow_http": True}}
        case _:
            return {}
