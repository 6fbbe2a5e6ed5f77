"""Makes helpers and comparers importable, and the third-party filters of HDF5 known."""

import sys
from pathlib import Path

import hdf5plugin  # noqa: F401 - registers the filters
import pytest

HERE = Path(__file__).parent
sys.path += [str(HERE), str(HERE.parent / "hdf5" / "roundtrip")]


@pytest.fixture(scope="session")
def stock_files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Files made by stock hdmf and pynwb, by what they are about. Read them; change copies only."""
    # Importable only since the lines above; and only who asks for files pays for pynwb.
    from stockcommon import make_common, make_sparse
    from stocknwb import NWB_FILES

    folder = tmp_path_factory.mktemp("stock")
    made = {
        "common": make_common(folder / "common.h5"),
        "sparse": make_sparse(folder / "sparse.h5"),
    }
    for name, make in NWB_FILES.items():
        made[name] = make(folder / f"{name}.nwb")
    return made
