"""The real files that the tests of this folder go over, each beside the files it links to."""

import shutil
import stat
from pathlib import Path

DATA = Path(__file__).parents[2] / "data"
FILES = sorted(
    path.relative_to(DATA).as_posix()
    for path in DATA.rglob("*")
    if path.suffix in {".h5", ".nwb"} and path.is_file()
)


def bring(name: str, folder: Path, root: Path = DATA) -> Path:
    """Copy a file, and all of its folder, so that its external links lead to the copies."""
    there = folder / "files"
    shutil.copytree((root / name).parent, there)
    for path in (there, *there.rglob("*")):
        # The originals may be write-protected; what is done to copies is nobody's harm.
        path.chmod(path.stat().st_mode | stat.S_IWUSR)
    return there / Path(name).name
