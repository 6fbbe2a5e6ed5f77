"""A pytest plugin for the test suites of hdmf, pynwb and hdmf-zarr: their classes are ours.

Run from the unpacked source distribution of one of them::

    python -m pytest -p stockswap tests/...
"""

import importlib.util
import sys

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


def pytest_configure(config: pytest.Config) -> None:
    swap()
