"""The oracle: what plain h5py says of a file, compared with what the reader says."""

from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import h5py
import numpy as np
import pytest

from hdmf_io_core.storage.layout import Empty, ObjectRef, RegionRef
from hdmf_io_core.storage.selection import Selection
from hdmf_io_hdf5.reader import HDF5Reader
from hdmf_io_hdf5.writer import HDF5Writer


def read_all(array: Any) -> Any:
    """Return all elements of an array."""
    layout = array.layout
    out = np.empty(layout.shape, layout.memory_dtype)
    array.read_into(Selection(tuple(slice(0, n, 1) for n in layout.shape)), out)
    return out


def _text(value: Any) -> Any:
    raw = value if isinstance(value, bytes) else value.encode("utf-8", "surrogateescape")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw


def same(ours: Any, theirs: Any, dtype: Any, reader: HDF5Reader) -> Any:
    """Whether a value is what h5py's value of that h5py dtype means."""
    if isinstance(theirs, h5py.Empty):
        return isinstance(ours, Empty)
    if dtype.subdtype is not None:
        dtype = dtype.subdtype[0]
    if np.ndim(theirs) and dtype.kind in "OSV":
        ours = np.asarray(ours)
        if ours.shape != np.shape(theirs):
            return False
        pairs = zip(ours.ravel().tolist(), np.asarray(theirs).ravel().tolist(), strict=True)
        if dtype.names:
            pairs = zip(ours.ravel(), theirs.ravel(), strict=True)
        return all(_same_cell(a, b, dtype, reader) for a, b in pairs)
    return _same_cell(ours, theirs, dtype, reader)


def _same_cell(ours: Any, theirs: Any, dtype: Any, reader: HDF5Reader) -> Any:
    if dtype.names:
        return all(same(ours[n], theirs[n], dtype[n], reader) for n in dtype.names)
    if h5py.check_string_dtype(dtype):
        return ours == _text(theirs)
    if h5py.check_vlen_dtype(dtype) is not None:
        return ours.shape == theirs.shape and _same_items(ours, theirs, dtype, reader)
    kind = h5py.check_ref_dtype(dtype)
    if kind is None:
        if dtype.kind in "VmM":
            return np.asarray(ours).tobytes() == np.asarray(theirs).tobytes()
        ours, theirs = np.asarray(ours), np.asarray(theirs)
        number = dtype.kind in "fc"
        return ours.dtype.newbyteorder("=") == theirs.dtype.newbyteorder("=") and np.array_equal(
            ours, theirs, equal_nan=number
        )
    if not theirs:
        return ours is None
    assert isinstance(ours, RegionRef if kind is h5py.RegionReference else ObjectRef)
    info = reader.resolve(ours)
    target = reader.file[theirs]
    if kind is h5py.RegionReference:
        return reader.file[info.home] == target
    return info is not None and reader.file[info.home] == target


def _same_items(ours: Any, theirs: Any, dtype: Any, reader: HDF5Reader) -> Any:
    item = h5py.check_vlen_dtype(dtype)
    if item.byteorder == ">":
        # h5py forgets the byte order of the items (seen with 3.16).
        theirs = theirs.view(item)
    return all(same(a, b, item, reader) for a, b in zip(ours, theirs, strict=True))


@pytest.fixture(scope="session")
def oracle() -> Any:
    """Comparisons with plain h5py."""
    return SimpleNamespace(same=same, same_cell=_same_cell, read_all=read_all)


@pytest.fixture
def h5(tmp_path: Path) -> Iterator[h5py.File]:
    """An empty file of plain h5py, open for writing."""
    with h5py.File(tmp_path / "plain.h5", "w") as file:
        yield file


@pytest.fixture
def reader(h5: h5py.File) -> HDF5Reader:
    """A reader over that same open file."""
    return HDF5Reader(h5, close_file=False)


@pytest.fixture
def writer(h5: h5py.File) -> HDF5Writer:
    """A writer over that same open file."""
    return HDF5Writer(h5, close_file=False)


@pytest.fixture
def reopened(h5: h5py.File) -> Iterator[Callable[[], HDF5Reader]]:
    """Close the file and read it again, from disk."""
    readers = []

    def reopen() -> HDF5Reader:
        name = h5.filename
        h5.close()
        readers.append(HDF5Reader(h5py.File(name, "r")))
        return readers[-1]

    yield reopen
    for reader in readers:
        reader.close()
