"""Zarr to HDF5 and back gives an equal store, but for what the page of the docs accepts."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from accepted import refused
from converting import convert
from files import DATA
from zarrdiff import differences

STORES = sorted(
    path.relative_to(DATA).as_posix().removesuffix(".zip") for path in DATA.glob("zarr[23]/*.zip")
)
each_store = pytest.mark.parametrize("name", STORES)


def format_of(name: str) -> int:
    return 2 if name.startswith("zarr2/") else 3


@each_store
def test_through_hdf5(name: str, stores_of: Callable[[str], Path]) -> None:
    source = stores_of(name)
    between, back = source.with_name("between.h5"), source.with_name("back.zarr")
    losses = convert(source, between).losses
    assert convert(between, back, zarr_format=format_of(name)).losses == ()
    lost = {loss.path for loss in losses}
    assert refused(differences(source, back), lost) == []


@each_store
def test_through_memory(name: str, stores_of: Callable[[str], Path]) -> None:
    source = stores_of(name)
    between, back = f"memory://{source.parent.name}", source.with_name("back.zarr")
    assert convert(source, between).losses == ()
    assert convert(between, back, zarr_format=format_of(name)).losses == ()
    assert refused(differences(source, back), set()) == []


@each_store
def test_through_the_other_format(name: str, stores_of: Callable[[str], Path]) -> None:
    source = stores_of(name)
    between, back = source.with_name("between.zarr"), source.with_name("back.zarr")
    assert convert(source, between, zarr_format=5 - format_of(name)).losses == ()
    assert convert(between, back, zarr_format=format_of(name)).losses == ()
    assert refused(differences(source, back), set()) == []


@each_store
def test_a_copy_in_the_same_format(name: str, stores_of: Callable[[str], Path]) -> None:
    source = stores_of(name)
    back = source.with_name("back.zarr")
    assert convert(source, back, zarr_format=format_of(name)).losses == ()
    assert refused(differences(source, back), set()) == []


@each_store
def test_a_store_of_ours_comes_back_as_it_was(name: str, stores_of: Callable[[str], Path]) -> None:
    """What is accepted above is how others write; our own stores do not change any more."""
    source = stores_of(name)
    ours, between, back = (source.with_name(n) for n in ("ours.zarr", "between.h5", "back.zarr"))
    convert(source, between)
    convert(between, ours, zarr_format=format_of(name))
    again = source.with_name("again.h5")
    assert convert(ours, again).losses == ()
    assert convert(again, back, zarr_format=format_of(name)).losses == ()
    found: list[Any] = differences(ours, back)
    assert found == []
