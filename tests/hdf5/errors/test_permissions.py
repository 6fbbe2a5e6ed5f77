"""What the operating system forbids. Root may do everything, so a child process gives that up."""

import os
import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hdmf_io_core.errors import HdmfIOError
from hdmf_io_hdf5 import HDF5IO

NOBODY = 65534

pytestmark = pytest.mark.skipif(
    not hasattr(os, "fork"), reason="the operating system has no users to change to"
)


def as_nobody(act: Callable[[], object]) -> str:
    """Run a function in a forked child without privileges; return what it says of its error."""
    read_end, write_end = os.pipe()
    with warnings.catch_warnings():
        # The child runs Python code of this thread alone, and ends without cleaning up.
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if child == 0:
        said = "no error"
        try:
            if os.geteuid() == 0:
                os.setuid(NOBODY)
            act()
        except HdmfIOError as error:
            said = f"{type(error).__name__} {error.source}: {error}"
        except BaseException as error:
            said = f"untyped {error!r}"
        finally:
            os.write(write_end, said.encode())
            os._exit(0)
    os.close(write_end)
    with os.fdopen(read_end) as pipe:
        said = pipe.read()
    os.waitpid(child, 0)
    return said


@pytest.fixture
def open_folder(old: Path) -> Iterator[Path]:
    """A folder that everybody can reach, unlike that of pytest, with a copy of `old`."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        shutil.copy(old, folder / "old.h5")
        (folder / "old.h5").chmod(0o644)
        yield folder
        folder.chmod(0o755)


def test_unreadable_file_is_named(open_folder: Path) -> None:
    file = open_folder / "old.h5"
    file.chmod(0o000)
    said = as_nobody(lambda: HDF5IO(file))
    assert said.startswith(f"OpenError {file}: no permission to read")


@pytest.mark.parametrize("mode", ["r+", "a", "w"])
def test_write_protected_file_is_not_changed(mode: str, open_folder: Path) -> None:
    file = open_folder / "old.h5"
    file.chmod(0o444)
    open_folder.chmod(0o777)
    before = file.read_bytes()
    said = as_nobody(lambda: HDF5IO(file, mode).close())
    assert said.startswith(f"OpenError {file}: no permission to write")
    assert file.read_bytes() == before


def test_write_protected_file_is_read(open_folder: Path) -> None:
    (open_folder / "old.h5").chmod(0o444)
    assert as_nobody(lambda: HDF5IO(open_folder / "old.h5").read()) == "no error"


@pytest.mark.parametrize("mode", ["a", "w", "x"])
def test_folder_that_takes_no_file_is_named(mode: str, open_folder: Path) -> None:
    open_folder.chmod(0o555)
    said = as_nobody(lambda: HDF5IO(open_folder / "new.h5", mode))
    assert said.startswith(f"OpenError {open_folder / 'new.h5'}: ")
    assert [path.name for path in open_folder.iterdir()] == ["old.h5"]
