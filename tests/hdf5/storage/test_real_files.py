"""Every file of the tests' data reads as plain h5py reads it, node by node."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import h5py
import numpy as np
import pytest

from hdmf_io_core.errors import UnknownCodecError
from hdmf_io_core.storage.layout import Empty
from hdmf_io_hdf5.reader import HDF5Reader

DATA = Path(__file__).parents[2] / "data"
FILES = sorted(path for path in DATA.rglob("*") if path.suffix in {".h5", ".nwb"})


@pytest.fixture(params=FILES, ids=lambda path: path.name)
def opened(request: pytest.FixtureRequest) -> Any:
    reader = HDF5Reader(h5py.File(request.param, "r"))
    yield reader
    reader.close()


def groups(reader: HDF5Reader) -> Any:
    """Yield the path of every group, each node once."""
    seen, pending = {reader.node("/").key}, ["/"]
    while pending:
        path = pending.pop()
        yield path
        for child in reader.children(path):
            if child.kind == "group" and child.key not in seen:
                seen.add(child.key)
                pending.append(child.path)


def nodes(reader: HDF5Reader) -> Any:
    for path in groups(reader):
        yield reader.node(path)
        yield from reader.children(path)


def names(reader: HDF5Reader, path: Any) -> Any:
    file = reader.file
    hidden = set()
    if path == "/" and ".specloc" in file.attrs:
        hidden = {file[file.attrs[".specloc"]].name.strip("/")}
    return set(file[path]) - hidden


def test_there_are_files() -> None:
    assert len(FILES) >= 9


def test_groups_have_the_same_entries(opened: HDF5Reader) -> None:
    for path in groups(opened):
        assert {child.name for child in opened.children(path)} == names(opened, path)


def test_nodes_have_the_same_kind_and_links(opened: HDF5Reader) -> None:
    kinds = {h5py.Group: "group", h5py.Dataset: "array", h5py.Datatype: "datatype"}
    for path in groups(opened):
        for child in opened.children(path):
            target = opened.file[path].get(child.name)
            expected = (
                kinds[h5py.Group if isinstance(target, h5py.File) else type(target)]
                if (target is not None)
                else "missing"
            )
            assert child.kind == expected, child.path
            link = opened.file[path].get(child.name, getlink=True)
            if isinstance(link, h5py.SoftLink):
                assert (child.link.kind, child.link.path) == ("soft", link.path)
            elif isinstance(link, h5py.ExternalLink):
                found = (child.link.kind, child.link.file, child.link.path)
                assert found == ("external", link.filename, link.path)
            else:
                assert child.link is None


def test_node_agrees_with_children(opened: HDF5Reader) -> None:
    for path in groups(opened):
        for child in opened.children(path):
            assert opened.node(child.path) == child


def test_attributes_are_equal(opened: HDF5Reader, oracle: SimpleNamespace) -> None:
    for node in nodes(opened):
        if node.kind in {"missing", "datatype"}:
            continue
        theirs = opened.file[node.path].attrs
        ours = opened.attributes(node.path)
        hidden = {".specloc"} if node.path == "/" else set()
        assert set(ours) == set(theirs) - hidden
        for name, attribute in ours.items():
            low = theirs.get_id(name)
            assert oracle.same(attribute.value, theirs[name], low.dtype, opened), name


def test_data_are_equal(opened: HDF5Reader, oracle: SimpleNamespace) -> None:
    for node in nodes(opened):
        if node.kind != "array" or node.source != opened.source:
            continue
        theirs, ours = opened.file[node.path], opened.array(node.path)
        assert ours.layout.shape == theirs.shape
        if theirs.shape is None:
            assert isinstance(ours.layout.dtype, object)
            continue
        try:
            data = oracle.read_all(ours)
        except UnknownCodecError:
            with pytest.raises(OSError, match=r"filter|plugin|director"):
                theirs[()]
            continue
        try:
            expected = theirs[()]
        except OSError:
            # Read without the plugin, which h5py has not; the round trips compare it with one.
            assert ours.layout.codecs
            continue
        assert oracle.same(data if data.ndim else data[()], expected, theirs.dtype, opened)


def test_layouts_are_equal(opened: HDF5Reader) -> None:
    for node in nodes(opened):
        if node.kind != "array":
            continue
        theirs, layout = opened.file[node.path], opened.array(node.path).layout
        assert layout.chunks == theirs.chunks
        if theirs.shape is not None:
            assert (layout.maxshape or layout.shape) == theirs.maxshape
        filters = [codec.name for codec in layout.codecs]
        assert ("shuffle" in filters) == theirs.shuffle
        assert ("fletcher32" in filters) == theirs.fletcher32
        if theirs.compression == "gzip":
            codec = next(c for c in layout.codecs if c.name == "zlib")
            assert codec.config["level"] == theirs.compression_opts


def test_every_reference_resolves_to_its_target(opened: HDF5Reader) -> None:
    for node in nodes(opened):
        if node.kind == "missing" or node.source != opened.source:
            continue
        for attribute in opened.attributes(node.path).values():
            value = attribute.value
            if isinstance(value, Empty) or not hasattr(value, "key") or value.key is None:
                continue
            info = opened.resolve(value)
            assert info is None or opened.node(info.path).key == value.key


def test_raw_chunks_are_those_of_h5py(opened: HDF5Reader) -> None:
    for node in nodes(opened):
        if node.kind != "array" or node.source != opened.source:
            continue
        array = opened.array(node.path)
        if array.layout.chunks is None or not hasattr(array, "read_raw"):
            continue
        low = opened.file[node.path].id
        counts = [-(-n // c) for n, c in zip(array.layout.shape, array.layout.chunks, strict=True)]
        written = {low.get_chunk_info(i).chunk_offset for i in range(low.get_num_chunks())}
        for coords in np.ndindex(*counts):
            offset = tuple(p * c for p, c in zip(coords, array.layout.chunks, strict=True))
            chunk = array.read_raw(coords)
            if offset not in written:
                assert chunk is None
                continue
            mask = low.get_chunk_info_by_coord(offset).filter_mask
            data = low.read_direct_chunk(offset)[1]
            assert (bytes(chunk.data), chunk.skipped) == (data, mask)
