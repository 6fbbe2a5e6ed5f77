"""Changes of a local store, kept beside it until they are whole, and moved in by a commit.

Nothing here knows of nodes. A journal is the folder ``.NAME.journal`` beside the store: in ``new``
all values that are to be stored, under their keys, and ``commit`` once it was decided that they
are. Without ``commit`` the store was not touched; with it, what is still to do can be done again.
"""

from __future__ import annotations

import json
import os
import shutil
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hdmf_io_core.durability import syscalls
from hdmf_io_core.durability.beside import remove, sweep
from hdmf_io_core.durability.syncs import sync_file, sync_files, sync_tree
from hdmf_io_core.errors import JournalError, WriteError
from hdmf_io_core.stores.decisions import check_reach, read_decision
from hdmf_io_core.stores.folders import FolderStore

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from hdmf_io_core.stores.folders import Bytes

__all__ = ["StagedStore", "journal_of", "recover"]

_NEW, _COMMIT = "new", "commit"


class StagedStore:
    """A folder of the local file system that changes as a whole.

    Parameters
    ----------
    folder : Path
        Where the files are; it need not exist. Its lock is held by the caller.
    documents : Collection of str
        Last parts of the keys that describe nodes: they move in after all chunks, and the root's
        own last.
    stays_inside : bool
        Whether files that links of the file system lead to must lie in the folder too: others are
        neither read nor changed (``ExternalAccessError``).

    Notes
    -----
    Several threads may read and write. What was written is read back at once, by this object alone.
    A value costs what it costs in a folder, and one rename more at the commit.
    """

    def __init__(
        self, folder: Path, documents: Collection[str] = (), *, stays_inside: bool = False
    ) -> None:
        self.folder = folder
        self._documents = frozenset(documents)
        self.source = str(folder)
        self._journal = journal_of(folder)
        self._old = FolderStore(folder, stays_inside=stays_inside)
        self._new = FolderStore(self._journal / _NEW, source=self.source, is_hidden=True)
        self._staged: set[str] = set()
        self._gone: set[str] = set()

    def get(self, key: str, start: int = 0, length: int | None = None) -> bytes | None:
        """Return a value, or part of it; None if there is no such key."""
        if key in self._staged:
            return self._new.get(key, start, length)
        return None if self._is_gone(key) else self._old.get(key, start, length)

    def names(self, path: str) -> list[str]:
        """Return the next parts of all keys below a path."""
        if not self._staged and not self._gone:
            return self._old.names(path)
        found = set(self._new.names(path))
        above = f"{path}/" if path else ""
        if not self._is_gone(path):
            found.update(n for n in self._old.names(path) if not self._is_gone(above + n))
        return sorted(found)

    def set(self, key: str, data: Bytes) -> None:
        """Store a value, whole or not at all."""
        self._old.check_reach(key)
        self._new.set(key, data)
        self._staged.add(key)

    def delete(self, key: str) -> None:
        """Remove a value; one that is not there is passed over."""
        self._old.check_reach(key)
        if key in self._staged:
            self._staged.discard(key)
            self._new.delete(key)
        if (self.folder / key).exists():
            self._gone.add(key)

    def delete_tree(self, path: str) -> None:
        """Remove all keys below a path."""
        self._old.check_reach(path)
        self._staged = {key for key in self._staged if not _is_below(key, path)}
        self._new.delete_tree(path)
        self._gone = {key for key in self._gone if not _is_below(key, path)} | {path}

    def move_tree(self, old: str, new: str) -> None:
        """Rename all keys below a path; a second link to each file is made, no content copied."""
        self._old.check_reach(old)
        self._old.check_reach(new)
        kept = [key for key in self._stored_keys(old) if key not in self._staged]
        moved = {key for key in self._staged if _is_below(key, old)}
        try:
            if moved:
                target = self._new.folder / new
                target.parent.mkdir(parents=True, exist_ok=True)
                syscalls.rename(self._new.folder / old, target)
            for key in kept:
                _link(self.folder / key, self._new.folder / (new + key[len(old) :]))
        except OSError as error:
            msg = f"{old!r} cannot be renamed: {error.strerror}"
            raise WriteError(msg, source=self.source) from error
        self._staged -= moved
        self._staged.update(new + key[len(old) :] for key in (*moved, *kept))
        self._gone = {key for key in self._gone if not _is_below(key, old)} | {old}

    def commit(self, mark: Mapping[str, str | None]) -> None:
        """Make all changes since the last commit part of the store, or none of them.

        Parameters
        ----------
        mark : Mapping
            Texts by key that say that the store is unfinished, None for a key that would not say
            so. They are there while changes move in, and are replaced by the last of these.

        Raises
        ------
        WriteError
            The file system refused. Nothing has changed then; or, once the decision is on the disk,
            the next open for writing completes it.
        """
        try:
            if not self._is_decided:
                if not self._staged and not self._gone:
                    return
                self._decide(mark)
            _complete(self.folder, self._journal, self._documents)
        except OSError as error:
            msg = f"the changes cannot be committed: {error.strerror}"
            hint = "Make room, or see to the file system's errors; then open it with mode 'r+'."
            raise WriteError(msg, source=self.source, hint=hint) from error
        self._staged.clear()
        self._gone.clear()

    def close(self) -> None:
        """Drop what was not committed."""
        if not self._is_decided:
            remove(self._journal)
            self._staged.clear()
            self._gone.clear()

    def roll_back(self) -> None:
        """Drop what was not committed; ``WriteError`` if a commit was decided on and not done."""
        if self._is_decided:
            msg = "the changes were decided on, and cannot be taken back"
            hint = "Open the store with mode 'r+': that completes them."
            raise WriteError(msg, source=self.source, hint=hint)
        self.close()

    @property
    def _is_decided(self) -> bool:
        return (self._journal / _COMMIT).exists()

    def _decide(self, mark: Mapping[str, str | None]) -> None:
        self._new.folder.mkdir(parents=True, exist_ok=True)
        sync_tree(self._journal)
        syscalls.fsync_folder(self._journal.parent)
        _note(self._journal, {"gone": sorted(self._gone), "mark": dict(mark)})

    def _is_gone(self, key: str) -> bool:
        if not self._gone:
            return False
        if key in self._gone or "" in self._gone:
            return True
        parts = key.split("/")
        return any("/".join(parts[:n]) in self._gone for n in range(1, len(parts)))

    def _stored_keys(self, path: str) -> list[str]:
        """Return all keys below a path that are committed and not gone."""
        found = (p for p in (self.folder / path).rglob("*") if p.is_file())
        keys = [p.relative_to(self.folder).as_posix() for p in found]
        return [key for key in keys if not self._is_gone(key)]


def journal_of(folder: Path) -> Path:
    """Return where the changes of a store are kept."""
    return folder.with_name(f".{folder.name}.journal")


def recover(folder: Path, documents: Collection[str] = ()) -> None:
    """Bring a store whose writer died to its last commit; the caller holds its lock.

    Parameters are those of :class:`StagedStore`.

    Raises
    ------
    JournalError
        The journal cannot be read, or names what is not in the store; or the file system refuses.
    """
    journal = journal_of(folder)
    try:
        if (journal / _COMMIT).exists():
            decision = read_decision(journal / _COMMIT)
            check_reach(folder, journal / _NEW, (*decision["gone"], *decision["mark"]))
            _complete(folder, journal, documents)
    except OSError as error:
        msg = f"the changes that a dead writer had decided on cannot be completed: {error}"
        hint = f"They are in {str(journal)!r}; make room, or see to the file system's errors."
        raise JournalError(msg, source=str(folder), hint=hint) from error
    if journal.is_dir():
        remove(journal)
    sweep(folder, is_sole=True)


# what a commit does, again if need be


def _note(journal: Path, decision: Mapping[str, Any]) -> None:
    """Put the decision on the disk."""
    beside = journal / f"{_COMMIT}.part"
    beside.write_text(json.dumps(decision), "utf-8")
    sync_file(beside)
    syscalls.rename(beside, journal / _COMMIT)
    syscalls.fsync_folder(journal)


def _complete(folder: Path, journal: Path, documents: Collection[str]) -> None:
    """Carry out a decision; whatever of it was done already is passed over."""
    decision = read_decision(journal / _COMMIT)
    if decision["mark"] or decision["gone"]:
        store = FolderStore(folder)
        for key, text in decision["mark"].items():
            _discard(folder, key) if text is None else store.set(key, text.encode())
        for key in decision["gone"]:
            _discard(folder, key)
        above = {os.fspath((folder / key).parent) for key in (*decision["gone"], *decision["mark"])}
        sync_files(folder, [], sorted(path for path in above if Path(path).is_dir()))
        # Done again, it would remove what moves in next.
        _note(journal, {"gone": [], "mark": {}})
    touched = _move_in(journal / _NEW, folder, documents)
    sync_files(folder, [], sorted(touched))
    syscalls.unlink(journal / _COMMIT)
    syscalls.fsync_folder(journal)
    remove(journal)


def _discard(folder: Path, key: str) -> None:
    path = folder / key
    if path.is_symlink():
        syscalls.unlink(path)
    elif path.is_dir():
        for inner in path.iterdir():
            _discard(path, inner.name)
        if key:
            path.rmdir()
    elif path.exists():
        syscalls.unlink(path)


def _move_in(new: Path, folder: Path, documents: Collection[str]) -> set[str]:
    """Move all values in, and return the folders whose names have changed."""
    keys = [path.relative_to(new).as_posix() for path in new.rglob("*") if path.is_file()]
    touched: set[str] = set()
    for key in sorted(keys, key=partial(_rank, documents)):
        path = folder / key
        above = path.parent
        if os.fspath(above) not in touched:
            while not above.is_dir():
                above = above.parent
                touched.add(os.fspath(above))
            path.parent.mkdir(parents=True, exist_ok=True)
            touched.add(os.fspath(path.parent))
        syscalls.rename(new / key, path)
    return touched


def _rank(documents: Collection[str], key: str) -> tuple[int, str]:
    """Chunks come first, then the documents of nodes, and last the root's, which lists them all."""
    is_document = key.rpartition("/")[2] in documents
    return is_document + (is_document and "/" not in key), key


def _is_below(key: str, path: str) -> bool:
    return not path or key == path or key.startswith(f"{path}/")


def _link(path: Path, name: Path) -> None:
    name.parent.mkdir(parents=True, exist_ok=True)
    try:
        syscalls.link(path, name)
    except OSError:
        shutil.copyfile(path, name)
