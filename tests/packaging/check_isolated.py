"""Checks one isolated environment: `python -P check_isolated.py ABSENT_DISTRIBUTION...`.

Not a test module: `nox -s isolated` runs it with the environment's own Python, from elsewhere.
"""

import sys
from importlib import metadata
from pathlib import Path

import hdmf_io_core
from hdmf_io_core import list_backends

CLONE = Path(__file__).resolve().parents[2]


def main(absent: list[str]) -> None:
    """Print what is here; raise SystemExit with the reason when it is not as it must be."""
    # Distribution metadata, not `find_spec`: a folder of that name would look like a package.
    installed = {dist.metadata["Name"].lower() for dist in metadata.distributions()}
    if unwanted := installed.intersection(absent):
        raise SystemExit(f"installed, but must not be: {sorted(unwanted)}")
    home = Path(hdmf_io_core.__file__).resolve()
    if home.is_relative_to(CLONE) and ".nox" not in home.parts:
        raise SystemExit(f"hdmf_io_core comes from the source tree: {home}")
    usable = {backend.name for backend in list_backends() if backend.available}
    if "hdmf-io-hdf5" in installed and "hdf5" not in usable:
        raise SystemExit("hdmf-io-hdf5 is installed, and its backend cannot be used")
    if loaded := sorted({"h5py", "zarr", "hdmf"}.intersection(sys.modules)):
        raise SystemExit(f"list_backends() imported {loaded}")
    ours = sorted(name for name in installed if name.startswith("hdmf-io"))
    print(f"{', '.join(ours)}: usable backends {sorted(usable)}")


if __name__ == "__main__":
    main(sys.argv[1:])
