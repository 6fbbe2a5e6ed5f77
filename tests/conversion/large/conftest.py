"""Makes the modules of the folder above importable; its fixtures are here already."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1]))
