"""What every change of a store goes through: begun, checked, committed."""

from __future__ import annotations

import datetime as dt
import os
import platform
import posixpath
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from hdmf_io_core.errors import (
    InvalidNameError,
    NodeExistsError,
    NodeNotFoundError,
    UnsupportedFeatureError,
)
from hdmf_io_core.model.names import check_name, join_path
from hdmf_io_core.stores.documents import Consolidated, Node
from hdmf_io_core.stores.folders import FolderStore
from hdmf_io_core.stores.hints import UNFINISHED, set_hint
from hdmf_io_core.stores.staging import StagedStore
from hdmf_io_zarr.conventions import (
    CONTROL_NAMES,
    ZarrFormat,
)
from hdmf_io_zarr.documents import documents_of
from hdmf_io_zarr.reader import ZarrReader
from hdmf_io_zarr.references import normal_path

if TYPE_CHECKING:
    from hdmf_io_core.stores.folders import Bytes, ByteStore
    from hdmf_io_zarr.nodes import Place, StoreOpener

__all__ = ["ChangingReader"]


class ChangingReader(ZarrReader):
    """A store that changes; what can be changed is in :class:`~hdmf_io_zarr.writer.ZarrWriter`.

    Parameters are those of :class:`~hdmf_io_zarr.writer.ZarrWriter`.
    """

    def __init__(
        self,
        store: ByteStore,
        *,
        new_format: ZarrFormat | None = None,
        consolidated: bool = False,
        consolidate: bool = True,
        marks: bool = True,
        clears: bool = False,
        allow_unfinished: bool = False,
        open_store: StoreOpener | None = None,
    ) -> None:
        self._new_format = new_format
        self.consolidates = consolidate
        self._marks = marks
        self._clears = clears
        self._has_begun = False
        self._in_transaction = False
        self._beginning = threading.RLock()
        self.n_commits = 0
        super().__init__(
            store,
            consolidated=consolidated,
            allow_unfinished=allow_unfinished,
            open_store=open_store,
        )
        if new_format is not None:
            self._start(new_format)

    def _start(self, new_format: ZarrFormat) -> None:
        self._attach(new_format, None, is_new=True)
        self._tree.put("/", Node("group"))

    def begin_transaction(self) -> None:
        """Commit, and from here on nothing before :meth:`end_transaction`.

        Raises
        ------
        UnsupportedFeatureError
            Changes are not staged, so they cannot be taken back.
        """
        self._staged()
        self.commit()
        self._in_transaction = True

    def end_transaction(self) -> None:
        """Commit all since :meth:`begin_transaction`."""
        self.check_open()
        self._in_transaction = False
        self.commit()

    def roll_back(self) -> None:
        """Take back all since the last commit: arrays that are open are not to be used any more.

        Raises
        ------
        UnsupportedFeatureError
            Changes are not staged.
        WriteError
            The last commit was decided on and did not come to its end.
        """
        self._staged().roll_back()
        self._in_transaction = False
        self._spec_path = False
        self._has_begun = False
        if self._new_format is not None:
            self._start(self._new_format)
        else:
            self._attach(*self._opened())

    def drop(self) -> None:
        """Close; what was not committed is taken back where it is staged."""
        self.close()

    def _staged(self) -> StagedStore:
        self.check_open()
        if not isinstance(self._store, StagedStore):
            msg = "the store is changed in place, so nothing can be taken back"
            hint = "Open a local folder by its path, with atomic=True."
            raise UnsupportedFeatureError(msg, source=self.source, hint=hint)
        return self._store

    _native_mode: Literal["r", "r+"] = "r+"

    def _opened(self) -> tuple[ZarrFormat, Consolidated | None]:
        return super()._opened() if self._new_format is None else (self._new_format, None)

    # state

    def begin(self) -> None:
        """Note that a change comes: the store says so until it is committed."""
        self.check_open()
        if not self._has_begun:
            with self._beginning:  # Workers store chunks.
                if not self._has_begun:
                    self._begin()
                    self._has_begun = True

    def _begin(self) -> None:
        if self._clears:
            self._store.delete_tree("")
            self._clears = False
        if not self._marks:
            return
        set_hint(self._root(), UNFINISHED, _who())
        self._tree.touch("/")
        self._tree.unconsolidate()
        self._tree.flush()

    def touch(self, path: str) -> None:
        """Note that an array's documents changed."""
        self._tree.touch(path)

    def flush(self) -> None:
        """Store all documents that changed; where changes are staged, commit."""
        self.check_open()
        if isinstance(self._store, StagedStore):
            self.commit()
        else:
            self._tree.flush()

    def commit(self) -> None:
        """Make all written so far visible to a fresh reader, and the store whole."""
        self.check_open()
        is_same = not self._has_begun and self._new_format is None
        if is_same or self._in_transaction:
            return
        self.begin()
        # The root is written last: with it the mark goes.
        set_hint(self._root(), UNFINISHED, None)
        self._tree.touch("/")
        if self.consolidates:
            self._tree.consolidate()
        else:
            self._tree.unconsolidate()
            self._tree.touch("/")
            self._tree.flush()
        if isinstance(self._store, StagedStore):
            self._store.commit(self._mark())
        self._has_begun, self._new_format = False, None
        self.n_commits += 1

    def _mark(self) -> dict[str, str | None]:
        """Return documents by which the store says that it is unfinished."""
        mark = _Mark()
        set_hint(self._root(), UNFINISHED, _who())
        documents_of(self._format).save(mark, "", self._root())
        documents_of(self._format).drop_all(mark)
        set_hint(self._root(), UNFINISHED, None)
        return mark.texts

    def native(self, path: str) -> Any:
        """Return zarr-python's group or array, as :meth:`ZarrReader.native`; documents are stored.

        Until the first change of a store that is to be replaced it is that of the old store.
        """
        if self._in_transaction:
            msg = "zarr-python changes the store itself, which a transaction could not take back"
            hint = "Use containers and lazy data, or open the store with zarr-python before it."
            raise UnsupportedFeatureError(msg, source=self.source, path=path, hint=hint)
        if not self._clears:
            self.flush()
        return super().native(path)

    # checks

    def _own(self, path: str) -> Place:
        """Return a node that is to be changed; what lies in another store is not."""
        self.check_open()
        place = self._at(path)
        if place.home is not self:
            msg = f"the node lies in another store, {place.home.source!r}, behind a link"
            raise UnsupportedFeatureError(
                msg,
                source=self.source,
                path=path,
                hint="Open that store to change it.",
            )
        return place

    def _parent(self, path: str) -> tuple[Place, str]:
        if path == "/":
            msg = "the root cannot be changed so"
            raise InvalidNameError(msg, source=self.source, path=path)
        return self._own(posixpath.dirname(path)), posixpath.basename(path)

    def _new_entry(self, path: str) -> tuple[Place, str]:
        self.check_open()
        self._check_name(path)
        parent, name = self._parent(normal_path(path))
        if parent.node.kind != "group":
            msg = "the parent is no group"
            raise NodeNotFoundError(msg, source=self.source, path=path)
        taken = self._tree.get(join_path(parent.path, name)) is not None
        if taken or name in self._links(parent.node):
            msg = "an entry of that name exists"
            raise NodeExistsError(
                msg,
                source=self.source,
                path=path,
                hint="Delete it first, or choose another name.",
            )
        self.begin()
        return parent, name

    def _check_name(self, path: str) -> None:
        """Refuse names that a key cannot have, or that zarr-python would take for others."""
        name = path.rsplit("/", 1)[-1]
        try:
            check_name(name)
        except InvalidNameError as error:
            error.source, error.path = self.source, path
            raise
        if name in CONTROL_NAMES or "\\" in name or set(name) == {"."}:
            msg = f"{name!r} cannot be the name of a node in Zarr"
            raise InvalidNameError(
                msg,
                source=self.source,
                path=path,
                hint="Choose another name.",
            )


class _Mark(FolderStore):
    """Takes documents, and stores none."""

    def __init__(self) -> None:
        super().__init__(Path())
        self.texts: dict[str, str | None] = {}

    def set(self, key: str, data: Bytes) -> None:
        """Take a document."""
        self.texts[key] = bytes(data).decode()

    def delete(self, key: str) -> None:
        """Note that there is to be none."""
        self.texts[key] = None


def _who() -> str:
    now = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
    return f"process {os.getpid()} on {platform.node()} began to write at {now}"
