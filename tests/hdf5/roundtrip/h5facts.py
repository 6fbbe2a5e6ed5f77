"""What plain h5py says of types, values and layouts, in a form that compares across files."""

import io
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import h5py
import numpy as np
from h5py import h5d, h5o, h5r, h5s, h5t

Identity = tuple[int, int]
_CANNOT_READ = (OSError, RuntimeError)


def identity(node: Any) -> Identity:
    """The file number and address of an object: the same for all its names."""
    info = h5o.get_info(node.id)
    return info.fileno, info.addr


def names_of(group: h5py.Group) -> list[str]:
    """Names of the entries, by name whatever the order of the group."""
    return sorted(group)


def walk(file: h5py.File) -> Iterator[tuple[str, Any]]:
    """Yield ``(path, object)`` once for every object of the file, by its first name."""
    seen = {identity(file["/"])}
    pending: list[tuple[str, Any]] = [("/", file["/"])]
    while pending:
        path, node = pending.pop(0)
        yield path, node
        if not isinstance(node, h5py.Group):
            continue
        for name in names_of(node):
            if isinstance(node.get(name, getlink=True), h5py.HardLink):
                child = node[name]
                if identity(child) not in seen:
                    seen.add(identity(child))
                    pending.append((f"{path.rstrip('/')}/{name}", child))


def paths_by_identity(file: h5py.File) -> dict[Identity, str]:
    """The first path of every object."""
    return {identity(node): path for path, node in walk(file)}


def type_facts(tid: h5t.TypeID) -> Any:
    """Describe a datatype to the last bit.

    ``TypeID.equal`` is of no use for this: HDF5 holds that no two types of variable length, and no
    two references, are equal when they are in different files.
    """
    kind = tid.get_class()
    if kind == h5t.COMPOUND:
        members = range(tid.get_nmembers())
        fields = tuple(
            (tid.get_member_name(i), tid.get_member_offset(i), type_facts(tid.get_member_type(i)))
            for i in members
        )
        return "compound", tid.get_size(), fields
    if kind == h5t.ENUM:
        members = range(tid.get_nmembers())
        values = tuple((tid.get_member_name(i), tid.get_member_value(i)) for i in members)
        return "enum", type_facts(tid.get_super()), values
    if kind == h5t.ARRAY:
        return "array", tid.get_array_dims(), type_facts(tid.get_super())
    if kind == h5t.VLEN:
        return "sequence", type_facts(tid.get_super())
    if kind == h5t.STRING:
        length = "variable" if tid.is_variable_str() else tid.get_size()
        return "string", length, tid.get_cset(), tid.get_strpad()
    if kind == h5t.OPAQUE:
        return "opaque", tid.get_size(), tid.get_tag()
    if kind == h5t.REFERENCE:
        return "reference", tid.equal(h5t.STD_REF_OBJ), tid.get_size()
    return kind, tid.get_size(), tid.encode().hex()


def space_facts(space: h5s.SpaceID) -> Any:
    """Describe a dataspace: null, or its shape and how far it may grow."""
    if space.get_simple_extent_type() == h5s.NULL:
        return "null"
    limits = space.get_simple_extent_dims(True)
    return (
        space.get_simple_extent_dims(),
        tuple(None if n == h5s.UNLIMITED else n for n in limits),
    )


class Values:
    """Turns values of one file into plain tuples, references into the paths they lead to."""

    def __init__(self, file: h5py.File) -> None:
        self._file = file
        self._paths = paths_by_identity(file)

    def of(self, value: Any) -> Any:
        if isinstance(value, h5py.Empty):
            return "empty"
        if isinstance(value, h5py.RegionReference):
            return self._region(value)
        if isinstance(value, h5py.Reference):
            return ("reference", self._target(value)) if value else ("reference", None)
        if isinstance(value, np.ndarray) and value.dtype.names is None and value.dtype.kind != "O":
            return value.shape, _bits(value)
        if isinstance(value, np.ndarray) and value.dtype.names is None:
            return value.shape, tuple(self.of(cell) for cell in value.reshape(-1))
        if isinstance(value, (np.ndarray, np.void)) and value.dtype.names is not None:
            return value.shape, tuple((n, self.of(np.asarray(value[n]))) for n in value.dtype.names)
        if isinstance(value, np.generic) and not isinstance(value, (str, bytes)):
            return (), _bits(np.asarray(value))
        return value

    def _target(self, reference: h5r.Reference) -> str | None:
        try:
            return self._paths.get(identity(self._file[reference]), "outside the tree")
        except (KeyError, ValueError):
            return "nowhere"

    def _region(self, reference: h5r.RegionReference) -> Any:
        if not reference:
            return "region", None
        space = h5r.get_region(reference, self._file.id)
        kind = space.get_select_type()
        corners: Any = ()
        if kind == h5s.SEL_POINTS:
            corners = space.get_select_elem_pointlist().tolist()
        elif kind == h5s.SEL_HYPERSLABS:
            corners = space.get_select_hyper_blocklist().tolist()
        return "region", self._target(reference), kind, repr(corners)


def _bits(array: Any) -> Any:
    if array.dtype.kind in "fc" and array.dtype.itemsize not in {2, 4, 8, 16}:
        return repr(array.tolist())
    if array.dtype.char in "gG":
        # Ten bytes of sixteen count in a long double, the others are whatever was there.
        return repr([repr(cell) for cell in array.reshape(-1)])
    return array.dtype.str, array.tobytes()


def attribute_facts(aid: Any, value: Any, values: Values) -> dict[str, Any]:
    """Describe an attribute: type, dataspace, value."""
    return {
        "type": type_facts(aid.get_type()),
        "space": space_facts(aid.get_space()),
        "value": values.of(value),
    }


def content(dataset: h5py.Dataset) -> Any:
    """All of a dataset as h5py gives it, or None where a filter is missing."""
    try:
        return dataset[()]
    except _CANNOT_READ:
        return None


_BY_PLUGIN = """
import sys
import h5py, hdf5plugin, numpy
with h5py.File(sys.argv[1]) as file:
    numpy.save(sys.stdout.buffer, file[sys.argv[2]][()], allow_pickle=False)
"""


def content_by_plugin(dataset: h5py.Dataset) -> Any:
    """All of a dataset as h5py gives it in a process that has the plugins of its filters."""
    command = [sys.executable, "-P", "-c", _BY_PLUGIN, dataset.file.filename, dataset.name]
    ran = subprocess.run(command, capture_output=True, check=True)
    return np.load(io.BytesIO(ran.stdout))


def raw_chunks(dataset: h5py.Dataset) -> dict[Any, Any]:
    """The encoded bytes of every chunk, and the filters skipped for it, by offset."""
    offsets: list[Any] = []
    dataset.id.chunk_iter(lambda info: offsets.append(info.chunk_offset))
    return {offset: dataset.id.read_direct_chunk(offset) for offset in offsets}


def layout_facts(dataset: h5py.Dataset) -> dict[str, Any]:
    """Describe how a dataset is stored; the answers are those of its creation list."""
    dcpl = dataset.id.get_create_plist()
    layout = dcpl.get_layout()
    facts = {
        "storage": {h5d.COMPACT: "compact", h5d.CONTIGUOUS: "contiguous", h5d.CHUNKED: "chunked",
                    h5d.VIRTUAL: "virtual"}[layout],
        "chunks": dcpl.get_chunk() if layout == h5d.CHUNKED else None,
        # HDF5 takes the name of a filter from its plugin, and keeps none where that is missing.
        "filters": tuple(dcpl.get_filter(i)[:3] for i in range(dcpl.get_nfilters())),
        "fill value": _fill_value(dcpl, dataset),
        "track times": dcpl.get_obj_track_times(),
    }  # fmt: skip
    if dcpl.get_external_count():
        facts["storage"] = "external"
    return facts


def _fill_value(dcpl: Any, dataset: h5py.Dataset) -> Any:
    if dcpl.fill_value_defined() != h5d.FILL_VALUE_USER_DEFINED:
        return None
    if dataset.dtype.hasobject:
        return repr(dataset.fillvalue)
    value = np.zeros((), dataset.dtype)
    dcpl.get_fill_value(value)
    return _bits(value)
