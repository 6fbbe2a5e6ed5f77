"""Makes the comparers importable: importlib mode leaves the tests' folders out of `sys.path`."""

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path += [
    str(HERE),
    str(HERE.parent / "hdf5" / "roundtrip"),
    str(HERE.parent / "conversion"),
]
