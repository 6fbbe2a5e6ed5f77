"""The metadata documents of both formats: how one node's are read and written, and all at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hdmf_io_core.errors import MetadataError, NotThisFormatError
from hdmf_io_core.stores.documents import Node, read_document, write_document
from hdmf_io_zarr.conventions import CONTROL_NAMES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from hdmf_io_core.stores.documents import Consolidated, Documents
    from hdmf_io_core.stores.folders import ByteStore
    from hdmf_io_zarr.conventions import ZarrFormat

__all__ = ["documents_of", "find_format", "open_documents"]

_NO_NAMES = frozenset({"", ".", ".."})


def find_format(store: ByteStore) -> ZarrFormat | None:
    """Return the format of a store's root; None if it has none."""
    if store.get("zarr.json") is not None:
        return 3
    v2 = (".zgroup", ".zarray", ".zmetadata")
    return 2 if any(store.get(name) is not None for name in v2) else None


def open_documents(
    store: ByteStore, *, consolidated: bool
) -> tuple[ZarrFormat, Consolidated | None]:
    """Return the format of a store, and consolidated metadata if there is some and it is wanted.

    Raises
    ------
    NotThisFormatError
        There is no Zarr root.
    """
    formats: tuple[ZarrFormat, ...] = (3, 2) if consolidated else ()
    for zarr_format in formats:
        found = documents_of(zarr_format).load_all(store)
        if found is not None:
            return zarr_format, found
    known = find_format(store)
    if known is None:
        msg = "there is no Zarr group or array"
        raise NotThisFormatError(msg, source=store.source, hint="Check the path.")
    return known, None


def documents_of(zarr_format: ZarrFormat) -> Documents:
    """Return how a format keeps documents."""
    return _DocumentsV3() if zarr_format == 3 else _DocumentsV2()


def is_place(path: str) -> bool:
    """Whether consolidated metadata may hold a node at a path, which has no leading slash.

    Names that a file system takes for a way out are none of a node.
    """
    return "\0" not in path and not _NO_NAMES.intersection(path.split("/"))


def _node(kind: str, meta: object, attributes: object) -> Node:
    """Return a node whose documents are JSON objects; both are copied."""
    attributes = {} if attributes is None else attributes
    if not isinstance(meta, dict) or not isinstance(attributes, dict):
        msg = f"the metadata of the {kind}, or its attributes, are no JSON object"
        raise MetadataError(msg)
    return Node(kind, dict(meta), dict(attributes))  # type: ignore[arg-type]


def _key(path: str, name: str) -> str:
    return f"{path}/{name}" if path else name


# format 2: .zgroup or .zarray, .zattrs, and .zmetadata beside the root's


class _DocumentsV2:
    names = CONTROL_NAMES

    def load(self, store: ByteStore, path: str) -> Node | None:
        for kind, name in (("array", ".zarray"), ("group", ".zgroup")):
            meta = read_document(store, _key(path, name))
            if meta is not None:
                return _node(kind, meta, read_document(store, _key(path, ".zattrs")))
        return None

    def save(self, store: ByteStore, path: str, node: Node) -> None:
        for name, document in _v2_documents(node).items():
            write_document(store, _key(path, name), document)
        if not node.attributes:
            store.delete(_key(path, ".zattrs"))

    def load_all(self, store: ByteStore) -> Consolidated | None:
        document = read_document(store, ".zmetadata")
        if document is None or not isinstance(document.get("metadata"), dict):
            return None
        return _ConsolidatedV2(document["metadata"])

    def save_all(self, store: ByteStore, nodes: Mapping[str, Node]) -> None:
        metadata = {
            _key(path, name): document
            for path, node in sorted(nodes.items())
            for name, document in _v2_documents(node).items()
        }
        self.save(store, "", nodes[""])
        write_document(store, ".zmetadata", {"metadata": metadata, "zarr_consolidated_format": 1})

    def drop_all(self, store: ByteStore) -> None:
        store.delete(".zmetadata")


def _v2_documents(node: Node) -> dict[str, dict[str, Any]]:
    first = ".zarray" if node.kind == "array" else ".zgroup"
    documents = {first: {**node.meta, "zarr_format": 2}}
    if node.attributes:
        documents[".zattrs"] = node.attributes
    return documents


class _ConsolidatedV2:
    def __init__(self, metadata: dict[str, Any]) -> None:
        self._metadata = metadata

    def paths(self) -> Iterable[str]:
        ends = ("/.zarray", "/.zgroup")
        keys = (key[:-8] for key in self._metadata if f"/{key}".endswith(ends))
        return [path for path in keys if not path or is_place(path)]

    def node(self, path: str) -> Node | None:
        attributes = self._metadata.get(_key(path, ".zattrs"))
        for kind, name in (("array", ".zarray"), ("group", ".zgroup")):
            meta = self._metadata.get(_key(path, name))
            if meta is not None:
                return _node(kind, meta, attributes)
        return None


# format 3: zarr.json, the root's with all others inside


class _DocumentsV3:
    names = CONTROL_NAMES

    def load(self, store: ByteStore, path: str) -> Node | None:
        document = read_document(store, _key(path, "zarr.json"))
        return None if document is None else _v3_node(document)

    def save(self, store: ByteStore, path: str, node: Node) -> None:
        write_document(store, _key(path, "zarr.json"), _v3_document(node))

    def load_all(self, store: ByteStore) -> Consolidated | None:
        root = read_document(store, "zarr.json")
        inline = (root or {}).get("consolidated_metadata")
        if root is None or not isinstance(inline, dict) or inline.get("kind") != "inline":
            return None
        metadata = inline.get("metadata")
        return _ConsolidatedV3(root, metadata) if isinstance(metadata, dict) else None

    def save_all(self, store: ByteStore, nodes: Mapping[str, Node]) -> None:
        ordered = sorted(nodes.items(), key=lambda item: (item[0].count("/"), item[0]))
        metadata = {path: _v3_document(node, is_inner=True) for path, node in ordered if path}
        inline = {"kind": "inline", "must_understand": False, "metadata": metadata}
        document = {**_v3_document(nodes[""]), "consolidated_metadata": inline}
        write_document(store, "zarr.json", document)

    def drop_all(self, store: ByteStore) -> None:
        """Nothing to do: the root is written without it."""


def _v3_node(document: Any) -> Node:
    kind = document.get("node_type") if isinstance(document, dict) else None
    if kind not in ("group", "array"):
        msg = f"a zarr.json says node_type {kind!r}, not group or array"
        raise MetadataError(msg)
    node = _node(kind, document, document.get("attributes"))
    node.meta.pop("consolidated_metadata", None)
    node.meta.pop("attributes", None)
    return node


def _v3_document(node: Node, *, is_inner: bool = False) -> dict[str, Any]:
    document = {
        "zarr_format": 3, "node_type": node.kind, **node.meta, "attributes": node.attributes,
    }  # fmt: skip
    if is_inner and node.kind == "group":
        # zarr-python would otherwise list the group in the store.
        empty = {"kind": "inline", "must_understand": False, "metadata": {}}
        document["consolidated_metadata"] = empty
    return document


class _ConsolidatedV3:
    def __init__(self, root: dict[str, Any], metadata: dict[str, Any]) -> None:
        self._root = root
        self._metadata = metadata

    def paths(self) -> Iterable[str]:
        return ["", *filter(is_place, self._metadata)]

    def node(self, path: str) -> Node | None:
        document = self._metadata.get(path) if path else self._root
        return None if document is None else _v3_node(document)
