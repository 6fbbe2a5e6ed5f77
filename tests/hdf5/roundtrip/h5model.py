"""Compare what the light model shows of a file with what plain h5py finds in it."""

import contextlib
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from h5facts import Identity, content, content_by_plugin, identity, names_of
from h5py import h5r, h5s

from hdmf_io_core import Container, Data
from hdmf_io_core.errors import BrokenLinkWarning, UnknownCodecError
from hdmf_io_core.model.data import Datatype
from hdmf_io_core.model.node import BrokenLink, Node
from hdmf_io_core.storage.layout import Empty, ObjectRef, RegionRef
from hdmf_io_hdf5 import HDF5IO

SPECLOC = ".specloc"


def model_differences(io: HDF5IO, file: h5py.File | None = None) -> list[str]:
    """Return where the containers of an open IO differ from a file, its own unless told."""
    return list(_ModelComparison(io, file or io.file).everything())


def explore(container: Container, *, seen: set[int] | None = None) -> None:
    """Touch every attribute, child and element below a container, through links as well."""
    seen = set() if seen is None else seen
    seen.add(id(container))
    list(container.attributes.items())
    for name in container:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", BrokenLinkWarning)
            child = container[name]
        if isinstance(child, Container) and id(child) not in seen:
            explore(child, seen=seen)
        elif isinstance(child, Data):
            list(child.attributes.items())
            with contextlib.suppress(UnknownCodecError):
                child.value  # noqa: B018 - reads


class _ModelComparison:
    def __init__(self, io: HDF5IO, file: h5py.File) -> None:
        self._io = io
        self._file = file
        self._nodes: dict[Identity, Node] = {}
        located = self._file.attrs.get(SPECLOC)
        self._hidden = self._file[located] if isinstance(located, h5py.Reference) else None

    def everything(self) -> Iterator[str]:
        yield from self._node("/", self._io.read(), self._file["/"])

    def _node(self, path: str, node: Any, plain: Any) -> Iterator[str]:
        known = self._nodes.get(identity(plain))
        if known is not None:
            if known is not node:
                yield f"{path}: identity: another node stands for the same object"
            return
        self._nodes[identity(plain)] = node
        kinds = {h5py.Group: Container, h5py.Dataset: Data, h5py.Datatype: Datatype}
        if not isinstance(node, kinds[type(plain)]):
            yield f"{path}: kind: {type(node).__name__} for {type(plain).__name__}"
            return
        yield from self._attributes(path, node, plain)
        if isinstance(plain, h5py.Group):
            yield from self._group(path, node, plain)
        elif isinstance(plain, h5py.Dataset):
            yield from self._dataset(path, node, plain)

    def _group(self, path: str, container: Container, plain: h5py.Group) -> Iterator[str]:
        names = [n for n in names_of(plain) if self._hidden is None or not self._is_spec(plain, n)]
        if sorted(container.keys()) != names:
            yield f"{path}: names: {sorted(container.keys())} for {names}"
            return
        for name in names:
            link = plain.get(name, getlink=True)
            place = f"{path.rstrip('/')}/{name}"
            if not isinstance(link, h5py.HardLink):
                yield from self._link(place, container, link)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", BrokenLinkWarning)
                child = container[name]
            target = plain.get(name)
            if target is None:
                if not isinstance(child, BrokenLink):
                    yield f"{place}: link: {child!r} where nothing is"
            else:
                yield from self._node(place, child, target)

    def _is_spec(self, group: h5py.Group, name: str) -> bool:
        return group.get(name) == self._hidden

    def _link(self, path: str, container: Container, link: Any) -> Iterator[str]:
        shown = container.links.get(path.rsplit("/", 1)[-1])
        if shown is None or (shown.path, shown.file) != (
            link.path,
            getattr(link, "filename", None),
        ):
            yield f"{path}: link: {shown} for {link}"

    def _attributes(self, path: str, node: Node, plain: Any) -> Iterator[str]:
        names = sorted(n for n in plain.attrs if n not in {SPECLOC, "_hdmf_io_name"} or path != "/")
        if sorted(node.attributes) != names:
            yield f"{path}: attributes: {sorted(node.attributes)} for {names}"
            return
        for name in names:
            shown, there = self.shown(node.attributes[name]), self.there(plain.attrs[name], plain)
            if shown != there:
                yield f"{path}: attribute {name}: {shown!r:.200} for {there!r:.200}"

    def _dataset(self, path: str, data: Data, plain: h5py.Dataset) -> Iterator[str]:
        expected = content(plain)
        if expected is None:
            try:
                data.value  # noqa: B018 - it may fail, as h5py does
            except UnknownCodecError:
                return
            expected = content_by_plugin(plain)
        if plain.shape is not None:
            facts = {
                "shape": (data.shape, plain.shape),
                "maxshape": (data.maxshape or data.shape, plain.maxshape),
                "chunks": (data.chunks, plain.chunks),
            }
            for what, (shown, there) in facts.items():
                if shown != there:
                    yield f"{path}: {what}: {shown} for {there}"
        if self.shown(data.value) != self.there(expected, plain):
            shown, there = self.shown(data.value), self.there(expected, plain)
            yield f"{path}: data: {shown!r:.200} for {there!r:.200}"

    @staticmethod
    def _place(target: Any) -> tuple[str, int]:
        """Where a reference leads: the file's name, since it may be open twice, and the address."""
        return Path(target.file.filename).resolve().name, identity(target)[1]

    # values, both to the same plain form

    def shown(self, value: Any) -> Any:
        if isinstance(value, Node):
            assert isinstance(value, (Container, Data, Datatype))
            return "reference", self._place(self._io.file[value.path])
        if isinstance(value, BrokenLink):
            return "reference", "nowhere"
        if isinstance(value, ObjectRef):
            return "unresolved reference"
        if isinstance(value, RegionRef):
            info = self._io.storage.resolve(value)
            assert info is not None
            return "region", self._place(self._io.file[info.home]), value.kind, str(value.corners)
        if isinstance(value, Empty):
            return "empty"
        return _plain(value, self.shown)

    def there(self, value: Any, owner: Any) -> Any:
        if isinstance(value, h5py.Empty):
            return "empty"
        if isinstance(value, h5py.RegionReference):
            return self._region(value, owner) if value else None
        if isinstance(value, h5py.Reference):
            return ("reference", self._place(owner.file[value])) if value else None
        return _plain(value, lambda cell: self.there(cell, owner))

    def _region(self, reference: Any, owner: Any) -> Any:
        space = h5r.get_region(reference, owner.file.id)
        if space.get_select_type() == h5s.SEL_POINTS:
            points = tuple(tuple(p) for p in space.get_select_elem_pointlist().tolist())
            kind, corners = "points", str(points)
        elif space.get_select_type() == h5s.SEL_HYPERSLABS:
            blocks = space.get_select_hyper_blocklist().tolist()
            kind, corners = "blocks", str(tuple((tuple(a), tuple(b)) for a, b in blocks))
        else:
            kind, corners = "all" if space.get_select_type() == h5s.SEL_ALL else "none", "()"
        return "region", self._place(owner.file[reference]), kind, corners


def _plain(value: Any, inner: Any) -> Any:
    if isinstance(value, (str, bytes)):
        return _text(value)
    if isinstance(value, (np.ndarray, np.void)) and value.dtype.names is not None:
        return value.shape, tuple((n, inner(np.asarray(value[n])[()])) for n in value.dtype.names)
    if isinstance(value, np.ndarray) and value.dtype.kind in "OS":
        return value.shape, tuple(inner(cell) for cell in value.reshape(-1).tolist())
    if isinstance(value, (np.ndarray, np.generic)):
        if value.dtype.char in "gG":
            return repr(value.tolist())
        # h5py gives times for opaque elements with a tag of its own; the bytes are the same.
        kind = f"|V{value.dtype.itemsize}" if value.dtype.kind in "mM" else value.dtype.str
        return kind, value.shape, value.tobytes()
    return value


def _text(value: str | bytes) -> str | bytes:
    """Text decoded; what is not UTF-8 stays bytes."""
    raw = value.encode("utf-8", "surrogateescape") if isinstance(value, str) else bytes(value)
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw
