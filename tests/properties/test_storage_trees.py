"""Any tree that a storage takes comes back equal, node for node."""

import io
from typing import Any

import h5py
from hypothesis import HealthCheck, given, settings

from hdmf_io_core.storage.memory import MemoryFile, MemoryReader, MemoryStorage
from hdmf_io_core.testing.samples import same_cells
from hdmf_io_core.testing.strategies import read_tree, trees, write_tree
from hdmf_io_hdf5.reader import HDF5Reader
from hdmf_io_hdf5.writer import HDF5Writer


def assert_equal(found: Any, tree: Any) -> None:
    assert set(found.groups) == set(tree.groups)
    assert found.links == tree.links
    assert found.references == tree.references
    assert set(found.arrays) == set(tree.arrays)
    for path, (layout, values) in tree.arrays.items():
        found_layout, found_values = found.arrays[path]
        assert found_layout.dtype == layout.dtype
        assert found_layout.shape == layout.shape
        assert found_layout.chunks == layout.chunks
        assert found_layout.maxshape == layout.maxshape
        assert same_cells(found_values, values)
    assert set(found.attributes) == set(tree.attributes)
    for key, attribute in tree.attributes.items():
        assert found.attributes[key].dtype == attribute.dtype
        assert same_cells(found.attributes[key].value, attribute.value)


@given(trees())
@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
def test_memory(tree: Any) -> None:
    file = MemoryFile("m")
    write_tree(MemoryStorage(file), tree)
    assert_equal(read_tree(MemoryReader(file)), tree)


@given(trees())
@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
def test_hdf5(tree: Any) -> None:
    content = io.BytesIO()
    writer = HDF5Writer(h5py.File(content, "w"), source="m")
    write_tree(writer, tree)
    writer.close()
    reader = HDF5Reader(h5py.File(content, "r"), source="m")
    assert_equal(read_tree(reader), tree)
    reader.close()
