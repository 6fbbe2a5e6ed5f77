"""Makes the comparers importable: importlib mode leaves the tests' folders out of `sys.path`."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parent))
