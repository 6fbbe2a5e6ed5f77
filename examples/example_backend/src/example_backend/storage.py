"""A JSON tree behind the storage protocols of the core: a reader and a writer."""

from collections.abc import Callable, Iterator, Mapping

from example_backend.arrays import JsonArray
from example_backend.encoding import blank_cells, type_to_json
from example_backend.tree import Node, Tree, encoded, named, unnamed
from hdmf_io_core.errors import (
    ClosedIOError,
    InvalidNameError,
    LinkTargetError,
    NodeExistsError,
    NodeNotFoundError,
    ShapeError,
    UnresolvedReferenceError,
    UnsupportedFeatureError,
)
from hdmf_io_core.storage.dtypes import ElementType
from hdmf_io_core.storage.layout import (
    ArrayLayout,
    Attribute,
    Capabilities,
    Empty,
    LinkTarget,
    NodeInfo,
    ObjectRef,
    RegionRef,
    SpecDocuments,
)
from hdmf_io_core.storage.references import resolve_value

MAX_LINKS = 40


class JsonTreeReader:
    """One JSON tree open for reading."""

    def __init__(self, tree: Tree, source: str) -> None:
        self._tree = tree
        self._source = source
        self._is_open = True
        self.changed = False

    @property
    def source(self) -> str:
        """The file's absolute path."""
        return self._source

    @property
    def capabilities(self) -> Capabilities:
        """Hard and soft links, and arrays that can grow."""
        return Capabilities(hard_links=True, external_links=False)

    def check_open(self) -> None:
        """Raise after ``close``."""
        if not self._is_open:
            raise ClosedIOError("the file is closed", source=self._source)

    def node(self, path: str) -> NodeInfo | None:
        """Look one entry up; None if there is none."""
        self.check_open()
        group, name = self._parent(path)
        entry = self._tree.root if not name else (group.entries or {}).get(name)
        if entry is None:
            return None
        link = entry if isinstance(entry, LinkTarget) else None
        path = "/" + path.strip("/")
        try:
            node, home = self._walk(path)
        except NodeNotFoundError:
            return NodeInfo(path, "missing", None, self._source, "", link)
        kind = "group" if node.entries is not None else "array"
        return NodeInfo(path, kind, node.key, self._source, home, link, node.n_names)

    def children(self, path: str) -> Iterator[NodeInfo]:
        """Yield the entries of a group, in the order in which they were made."""
        group = self._walk(path)[0]
        if group.entries is None:
            raise NodeNotFoundError("there is no group", source=self._source, path=path)
        found = [self.node(f"{path.rstrip('/')}/{name}") for name in group.entries]
        return (info for info in found if info is not None)

    def attributes(self, path: str) -> Mapping[str, Attribute]:
        """Return all attributes of a node."""
        return dict(self._walk(path)[0].attributes)

    def array(self, path: str) -> JsonArray:
        """Open an array."""
        node = self._walk(path)[0]
        if node.layout is None:
            raise NodeNotFoundError("there is no array", source=self._source, path=path)
        return JsonArray(self, node, path)

    def datatype(self, path: str) -> ElementType:
        """Raise: a JSON tree holds no types as nodes."""
        raise NodeNotFoundError("there is no datatype", source=self._source, path=path)

    def resolve(self, ref: ObjectRef | RegionRef) -> NodeInfo | None:
        """Find the node behind a reference by its number; None if it is gone."""
        self.check_open()
        target = ref.target if isinstance(ref, RegionRef) else ref
        if target.source != self._source:
            return None
        if target.key is None:
            return self.node(target.path or "")
        pending = [("/", self._tree.root)]
        seen = set()
        while pending:
            path, node = pending.pop()
            if node.key == target.key:
                return self.node(path)
            if node.key not in seen:
                seen.add(node.key)
                for name, entry in (node.entries or {}).items():
                    if isinstance(entry, Node):
                        pending.append((f"{path.rstrip('/')}/{name}", entry))
        return None

    def specs(self) -> SpecDocuments:
        """Return the cached specifications."""
        self.check_open()
        return dict(self._tree.specs)

    def refresh(self) -> None:
        """Do nothing: the whole file is in memory, and is read again when it is opened again."""
        self.check_open()

    def close(self) -> None:
        """Let go of the tree."""
        self._is_open = False

    def bind(self, ref: ObjectRef | RegionRef) -> ObjectRef:
        """Return a reference by number for one by path."""
        info = self.node(ref.path or "") if isinstance(ref, ObjectRef) else None
        if info is None or info.key is None:
            raise UnresolvedReferenceError("a reference leads nowhere", source=self._source)
        return ObjectRef(self._source, key=info.key)

    def _parent(self, path: str) -> tuple[Node, str]:
        """Return the group that holds the last part of a path, and that part."""
        *above, name = path.strip("/").split("/")
        try:
            return self._walk("/".join(above))[0], name
        except NodeNotFoundError:
            return Node(-1), name

    def _walk(self, path: str, links: int = 0) -> tuple[Node, str]:
        """Return the node at a path, links followed, and its path without links."""
        self.check_open()
        node, home = self._tree.root, "/"
        for part in filter(None, path.split("/")):
            entry = (node.entries or {}).get(part)
            if isinstance(entry, LinkTarget) and links < MAX_LINKS:
                # A relative target starts at the group that holds the link.
                start = "" if entry.path.startswith("/") else f"{home}/"
                links += 1
                node, home = self._walk(start + entry.path, links)
            elif isinstance(entry, Node):
                node, home = entry, f"{home.rstrip('/')}/{part}"
            else:
                raise NodeNotFoundError("there is no such node", source=self._source, path=path)
        return node, home


class JsonTreeWriter(JsonTreeReader):
    """One JSON tree open for writing; ``commit`` passes it to ``save``, all of it at once."""

    def __init__(
        self,
        tree: Tree,
        source: str,
        save: Callable[[bytes], object],
        *,
        indent: int | None = None,
        is_new: bool = False,
    ) -> None:
        super().__init__(tree, source)
        self._save = save
        self._indent = indent
        self.changed = is_new

    def create_group(self, path: str) -> None:
        """Make a group."""
        self._put(path, Node(self._tree.new_key(), entries={}))

    def create_array(self, path: str, layout: ArrayLayout) -> JsonArray:
        """Make an array whose cells are the fill value."""
        self.check_layout(path, layout)
        cells = None
        if layout.shape is not None:
            cells = blank_cells(layout.shape, layout.dtype, layout.fill_value)
        node = Node(self._tree.new_key(), layout=layout, cells=cells)
        self._put(path, node)
        return JsonArray(self, node, path)

    def check_layout(self, path: str, layout: ArrayLayout) -> None:
        """Raise what ``create_array`` would raise."""
        self.check_open()
        type_to_json(layout.dtype)
        chunks = layout.chunks
        wrong = layout.is_resizable if chunks is None else not layout.shape or 0 in chunks
        if wrong:
            what = f"chunks {chunks} do not go with shape {layout.shape}"
            raise ShapeError(what, source=self._source, path=path)

    def open_sink(self, path: str) -> JsonArray:
        """Open an array for writing."""
        return self.array(path)

    def set_attributes(self, path: str, attributes: Mapping[str, Attribute]) -> None:
        """Create or replace attributes; all are checked before the first is stored."""
        node = self._walk(path)[0]
        checked = {}
        for name, attribute in attributes.items():
            type_to_json(attribute.dtype)
            value = attribute.value
            if not isinstance(value, Empty):
                value = resolve_value(value, attribute.dtype, self.bind)
            checked[name] = Attribute(value, attribute.dtype)
        node.attributes.update(checked)
        self.changed = True

    def delete_attributes(self, path: str, names: tuple[str, ...]) -> None:
        """Remove attributes; one that is not there is passed over."""
        node = self._walk(path)[0]
        for name in names:
            node.attributes.pop(name, None)
        self.changed = True

    def create_datatype(self, path: str, dtype: ElementType) -> None:
        """Raise: a JSON tree holds no types as nodes."""
        what = "a JSON tree holds no committed datatypes"
        raise UnsupportedFeatureError(what, source=self._source, path=path)

    def create_link(self, path: str, target: LinkTarget) -> None:
        """Make a soft link, or with a hard one a second name of a node."""
        if target.kind == "external":
            what = f"a JSON tree cannot link to another file, {target}"
            raise UnsupportedFeatureError(what, source=self._source, path=path)
        if target.kind == "soft":
            self._put(path, target)
            return
        try:
            self._put(path, self._walk(target.path)[0])
        except NodeNotFoundError as error:
            what = f"there is no {target.path!r} to link to"
            raise LinkTargetError(what, source=self._source, path=path) from error

    def delete(self, path: str) -> None:
        """Remove an entry; a node without a name is not saved."""
        self.check_open()
        group, name = self._parent(path)
        if not name or name not in (group.entries or {}):
            raise NodeNotFoundError("there is nothing to delete", source=self._source, path=path)
        unnamed(group.entries.pop(name))
        self.changed = True

    def write_specs(self, specs: SpecDocuments) -> None:
        """Cache specifications; a version that is there already is left alone."""
        self.check_open()
        for key, texts in specs.items():
            self._tree.specs.setdefault(key, dict(texts))
        self.changed = self.changed or bool(specs)

    def flush(self) -> None:
        """Save the file."""
        self.commit()

    def commit(self) -> None:
        """Save the file if anything changed since the last time."""
        self.check_open()
        if self.changed:
            self._save(encoded(self._tree, self._indent))
            self.changed = False

    def _put(self, path: str, entry: Node | LinkTarget) -> None:
        """Give an entry its place."""
        self.check_open()
        group, name = self._parent(path)
        where = {"source": self._source, "path": path}
        if name in {"", ".", ".."} or "\0" in name:
            raise InvalidNameError(f"{name!r} cannot be the name of a node", **where)
        if group.entries is None:
            raise NodeNotFoundError("the parent is no group", **where)
        if name in group.entries:
            raise NodeExistsError("there is a node of that name already", **where)
        group.entries[name] = entry
        named(entry)
        self.changed = True
