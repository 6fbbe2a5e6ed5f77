"""A pytest plugin for the test suites of hdmf, pynwb and hdmf-zarr: their classes are ours.

Run from the unpacked source distribution of one of them::

    python -m pytest -p stockswap --left-out deselected-<suite>.txt tests/...

A line of that file is one test, a parametrized test with all its cases, or a class. A line that
names no test is an error: it is out of date.
"""

import importlib.util
import sys
from pathlib import Path

import pytest

PLACES = ("hdmf.backends.hdf5", "hdmf.common", "hdmf.testing", "pynwb", "hdmf_zarr")


def swapped_classes() -> dict[type, type]:
    """Return our class for each class of theirs."""
    import pynwb
    from hdmf.backends.hdf5 import HDF5IO

    from hdmf_io_hdf5 import dropin

    ours: dict[type, type] = {HDF5IO: dropin.HDF5IO, pynwb.NWBHDF5IO: dropin.NWBHDF5IO}
    if importlib.util.find_spec("hdmf_zarr") is not None:
        import hdmf_zarr

        from hdmf_io_zarr import dropin as zarr_dropin

        ours[hdmf_zarr.ZarrIO] = zarr_dropin.ZarrIO
        ours[hdmf_zarr.NWBZarrIO] = zarr_dropin.NWBZarrIO
    return ours


def swap() -> None:
    """Replace the classes in every module of theirs that names them."""
    import pynwb.testing  # noqa: F401 - so that their helpers are there to be changed

    ours = swapped_classes()
    for name, module in list(sys.modules.items()):
        if not any(name == place or name.startswith(f"{place}.") for place in PLACES):
            continue
        for attribute, value in list(vars(module).items()):
            if isinstance(value, type) and value in ours:
                setattr(module, attribute, ours[value])


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--left-out", type=Path, help="file with the tests that are not run")


def pytest_configure(config: pytest.Config) -> None:
    swap()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    path = config.getoption("--left-out")
    if path is None:
        return
    lines = {line for line in path.read_text(encoding="utf-8").splitlines() if "::" in line}
    used: set[str] = set()
    kept, left_out = [], []
    for item in items:
        named = lines & set(names_of(item.nodeid))
        used |= named
        (left_out if named else kept).append(item)
    if lines - used:
        missing = "\n".join(sorted(lines - used))
        msg = f"{path.name} names tests that are not there:\n{missing}"
        raise pytest.UsageError(msg)
    config.hook.pytest_deselected(items=left_out)
    items[:] = kept


def names_of(node: str) -> tuple[str, ...]:
    """Return the names that a line may have for a test: its own, without the case, its class."""
    whole = node.partition("[")[0]
    return node, whole, whole.rpartition("::")[0]
