"""What importing us, and asking which backends there are, must not import."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = ("h5py", "zarr", "pandas", "hdmf", "numcodecs", "pynwb", "pytest", "hypothesis", "fsspec")
DEAR = (
    "asyncio",
    "concurrent.futures",
    "difflib",
    "importlib.metadata",
    "multiprocessing",
    "zipfile",
)
STATEMENTS = {
    "package": "import hdmf_io_core",
    "names": "from hdmf_io_core import open_io, Container, Data, list_backends",
    "list": "from hdmf_io_core import list_backends; list_backends()",
    "plugin": "import hdmf_io_hdf5._plugin",
    "backend": "import hdmf_io_hdf5",
}


def modules_after(statement: str, cwd: Path) -> set[str]:
    """Return what a fresh interpreter has loaded after `statement`."""
    code = f"import json, sys\n{statement}\nprint(json.dumps(sorted(sys.modules)))"
    # Elsewhere and with -P: nothing of ours or of pytest is loaded or lies about yet.
    ran = subprocess.run(
        [sys.executable, "-P", "-c", code], cwd=cwd, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    return set(json.loads(ran.stdout))


@pytest.mark.parametrize("statement", [STATEMENTS["names"], STATEMENTS["list"]])
def test_names_and_list_load_no_dear_module_of_python(statement: str, tmp_path: Path) -> None:
    """Beside numpy's import; each of these costs a good part of the 40 ms that we may take."""
    statement = f"import numpy, sys; numpys = set(sys.modules)\n{statement}"
    code = f"{statement}\n[sys.modules.pop(name) for name in numpys - {{'sys', 'json'}}]"
    assert not modules_after(code, tmp_path).intersection(DEAR)


@pytest.mark.parametrize("statement", STATEMENTS.values(), ids=STATEMENTS)
def test_imports_no_storage_library(statement: str, tmp_path: Path) -> None:
    assert not modules_after(statement, tmp_path).intersection(HEAVY)


def test_no_public_name_of_the_core_loads_a_storage_library(tmp_path: Path) -> None:
    """The model and the planner need numcodecs at most."""
    statement = "import hdmf_io_core as core; [getattr(core, name) for name in core.__all__]"
    assert not modules_after(statement, tmp_path).intersection({*HEAVY} - {"numcodecs"})
