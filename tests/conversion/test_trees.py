"""Any tree goes from HDF5 through Zarr and back, and from Zarr through HDF5 and back."""

import os
import tempfile
from pathlib import Path
from typing import Any

import h5py
from converting import convert, leave_out
from h5diff import differences
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st
from zarrdiff import differences as store_differences

from hdmf_io_core.testing.strategies import trees, write_tree
from hdmf_io_hdf5.writer import HDF5Writer

tries = settings(
    derandomize=True,
    deadline=None,
    max_examples=int(os.environ.get("HDMF_IO_EXAMPLES", "25")),
    # Shrinking a tree takes minutes of writing files.
    phases=[phase for phase in Phase if phase is not Phase.shrink],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def has_names_of_zarr(tree: Any) -> bool:
    """Whether Zarr takes every name; it has fewer than HDF5, and refuses the others."""
    paths = [*tree.groups, *tree.arrays, *tree.references, *tree.links]
    return not any("\\" in path for path in paths)


def write_hdf5(path: Path, tree: Any) -> None:
    writer = HDF5Writer(h5py.File(path, "w"), source=str(path))
    write_tree(writer, tree)
    writer.close()


@given(tree=trees(), zarr_format=st.sampled_from([2, 3]))
@tries
def test_hdf5_to_zarr_and_back(tree: Any, zarr_format: int) -> None:
    assume(has_names_of_zarr(tree))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source, store, back = (folder / name for name in ("a.h5", "b.zarr", "c.h5"))
        write_hdf5(source, tree)
        losses = [*convert(source, store, zarr_format=zarr_format).losses]
        losses += convert(store, back).losses
        leave_out(source, losses)
        assert differences(source, back) == []


@given(tree=trees(), zarr_format=st.sampled_from([2, 3]))
@tries
def test_zarr_to_hdf5_and_back(tree: Any, zarr_format: int) -> None:
    assume(has_names_of_zarr(tree))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source, store, between, back = (
            folder / name for name in ("a.h5", "b.zarr", "c.h5", "d.zarr")
        )
        write_hdf5(source, tree)
        convert(source, store, zarr_format=zarr_format)
        assert convert(store, between).losses == ()
        assert convert(between, back, zarr_format=zarr_format).losses == ()
        assert store_differences(store, back) == []


@given(tree=trees())
@tries
def test_hdf5_to_memory_and_back(tree: Any) -> None:
    with tempfile.TemporaryDirectory() as name:
        source, back = Path(name) / "a.h5", Path(name) / "b.h5"
        write_hdf5(source, tree)
        place = f"memory://{Path(name).name}"
        assert convert(source, place).losses == ()
        assert convert(place, back).losses == ()
        assert differences(source, back) == []
