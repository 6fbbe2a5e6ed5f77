"""All nodes of one open store, each read at most once and written at most once a commit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hdmf_io_core.errors import MetadataError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from hdmf_io_core.stores.documents import Consolidated, Documents, Node
    from hdmf_io_core.stores.folders import ByteStore

__all__ = ["NodeTree"]


class NodeTree:
    """Nodes by path, ``/`` for the root.

    Parameters
    ----------
    store, documents
        Where the documents are, and in which format.
    consolidated : Consolidated or None
        What is trusted to be all there is; None reads one document at a time.
    is_new : bool
        Whether the store holds nothing yet, so that it need not be asked.
    """

    def __init__(
        self,
        store: ByteStore,
        documents: Documents,
        consolidated: Consolidated | None,
        *,
        is_new: bool = False,
    ) -> None:
        self._store = store
        self._documents = documents
        self._consolidated = consolidated
        self._is_complete = is_new
        self._nodes: dict[str, Node] = {}
        self._names: dict[str, dict[str, None]] | None = {} if is_new else None
        self._dirty: dict[str, None] = {}

    # reading

    def get(self, path: str) -> Node | None:
        """Return a node; None if there is none. No links are followed."""
        node = self._nodes.get(path)
        if node is not None or self._is_complete:
            return node
        inner = path.strip("/")
        try:
            if self._consolidated is not None:
                node = self._consolidated.node(inner)
            elif inner.rsplit("/", 1)[-1] not in self._documents.names:
                node = self._documents.load(self._store, inner)
        except MetadataError as error:
            error.source, error.path = self._store.source, path
            raise
        if node is not None:
            node.path = path
            self._nodes[path] = node
        return node

    def names(self, path: str) -> list[str]:
        """Return the names of a group's own children, in order."""
        if self._names is None and self._consolidated is not None:
            self._index(self._consolidated.paths())
        if self._names is not None:
            return sorted(self._names.get(path, ()))
        above = path if path != "/" else ""
        found = {
            name for name in self._store.names(path.strip("/")) if name not in self._documents.names
        }
        found.update(name for parent, name in map(_split, self._dirty) if parent == path and name)
        return sorted(name for name in found if self.get(f"{above}/{name}") is not None)

    def walk(self, path: str = "/") -> Iterator[tuple[str, Node]]:
        """Yield a node and all below it; links are not followed."""
        # A stack of its own: stores can be nested deeper than Python's.
        waiting = [path]
        while waiting:
            path = waiting.pop()
            node = self.get(path)
            if node is None:
                continue
            yield path, node
            if node.kind == "group":
                above = path if path != "/" else ""
                waiting.extend(f"{above}/{name}" for name in reversed(self.names(path)))

    def _index(self, paths: object) -> None:
        self._names = {}
        for path in paths:  # type: ignore[attr-defined]
            self._note(f"/{path}")

    def _note(self, path: str) -> None:
        parent, name = _split(path)
        if self._names is not None and name:
            self._names.setdefault(parent, {})[name] = None

    # changing; documents reach the store with flush and consolidate

    def put(self, path: str, node: Node) -> None:
        """Add a node."""
        node.path = path
        self._nodes[path] = node
        self._note(path)
        self._dirty[path] = None

    def touch(self, path: str) -> None:
        """Note that a node was changed."""
        self._dirty[path] = None

    def remove(self, path: str) -> None:
        """Remove a node and all below it, with their chunks."""
        self._store.delete_tree(path.strip("/"))
        gone = self._below(path)
        for other in gone:
            self._nodes.pop(other, None)
            self._dirty.pop(other, None)
        if self._names is not None:
            self._forget_names(path, gone)

    def move(self, old: str, new: str) -> None:
        """Give a node, and all below it, another path; the nodes stay the same objects."""
        self.flush()
        self._store.move_tree(old.strip("/"), new.strip("/"))
        moved = {path: self._nodes.pop(path) for path in self._below(old)}
        if self._names is not None:
            self._forget_names(old, moved)
        for path, node in moved.items():
            node.path = new + path[len(old) :]
            self._nodes[node.path] = node
            self._note(node.path)

    def _forget_names(self, path: str, below: Iterable[str]) -> None:
        assert self._names is not None
        for other in below:
            self._names.pop(other, None)
        parent, name = _split(path)
        self._names.get(parent, {}).pop(name, None)

    def flush(self) -> None:
        """Write what was changed, the root last."""
        for path in sorted(self._dirty, key=lambda path: path == "/"):
            self._documents.save(self._store, path.strip("/"), self._nodes[path])
        self._dirty.clear()

    def consolidate(self) -> None:
        """Write what was changed, and all nodes into the root's document."""
        if not self._is_complete:
            nodes = dict(self.walk())
            self._index(path.strip("/") for path in nodes)
            self._nodes, self._is_complete = nodes, True
        self._dirty.pop("/", None)
        self.flush()
        nodes = {path.strip("/"): node for path, node in self._nodes.items()}
        self._documents.save_all(self._store, nodes)

    def forget(self, *, consolidated: Consolidated | None) -> None:
        """Drop what was read, so that changes of others show; not what is to be written."""
        self._nodes = {path: self._nodes[path] for path in self._dirty}
        self._names, self._is_complete = None, False
        self._consolidated = consolidated

    def unconsolidate(self) -> None:
        """Remove consolidated metadata from the store: it is about to be wrong."""
        if self._consolidated is not None:
            for path, _ in self.walk():
                self.get(path)
            self._consolidated, self._is_complete = None, True
        self._documents.drop_all(self._store)

    def _below(self, path: str) -> list[str]:
        return [other for other in self._nodes if other == path or other.startswith(f"{path}/")]


def _split(path: str) -> tuple[str, str]:
    parent, _, name = path.rpartition("/")
    return parent or "/", name
