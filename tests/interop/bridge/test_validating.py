"""``bridge.validate`` and ``hdmf-io validate``: any backend, by the namespaces in the file."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import h5py
import pynwb
import pytest
from nwbcontainers import full_file

from hdmf_io_core import errors, open_io
from hdmf_io_core.bridge import validate
from hdmf_io_core.cli import main
from hdmf_io_core.cli.exitcodes import ExitCode

STORAGES = {
    "hdf5": ("{folder}/copy.nwb", {}),
    "zarr2": ("{folder}/two.nwb.zarr", {"zarr_format": 2}),
    "zarr3": ("{folder}/three.nwb.zarr", {"zarr_format": 3}),
    "memory": ("memory://validating-{number}", {}),
}


@pytest.fixture(scope="module")
def stock_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("stock") / "full.nwb"
    with pynwb.NWBHDF5IO(path, "w") as io:
        io.write(full_file())
    return path


@pytest.fixture
def broken_file(stock_file: Path, tmp_path: Path) -> Path:
    path = Path(shutil.copy(stock_file, tmp_path / "broken.nwb"))
    with h5py.File(path, "a") as file:
        del file["session_description"]
        del file["acquisition/raw/data"].attrs["unit"]
    return path


@pytest.fixture(params=STORAGES)
def exported(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[Path], str]:
    """Return a function that copies a file into a storage and returns where it is."""

    def export(path: Path) -> str:
        place, options = STORAGES[request.param]
        target = place.format(folder=tmp_path, number=path.stem)
        with open_io(path) as source, open_io(target, "w", **options) as io:
            io.export(source)
        return target

    return export


def test_a_valid_file_has_no_findings(stock_file: Path, exported: Callable[[Path], str]) -> None:
    assert validate(exported(stock_file)) == []


def test_findings_are_those_of_pynwb(broken_file: Path, exported: Callable[[Path], str]) -> None:
    expected = {str(error) for error in pynwb.validate(path=broken_file)}
    assert len(expected) == 2
    assert {str(error) for error in validate(exported(broken_file))} == expected


def test_the_command_says_valid(stock_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["validate", str(stock_file)]) == ExitCode.OK
    assert capsys.readouterr().out == "valid\n"


def test_the_command_prints_a_finding_a_line(
    broken_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["validate", str(broken_file)]) == ExitCode.FINDINGS
    *findings, count = capsys.readouterr().out.splitlines()
    assert count == "2 findings"
    assert {line.rpartition(": ")[2] for line in findings} == {"argument missing"}


def test_the_command_prints_json(broken_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["validate", "--json", str(broken_file)]) == ExitCode.FINDINGS
    told = json.loads(capsys.readouterr().out)
    assert (told["backend"], told["valid"]) == ("hdf5", False)
    assert {(found["kind"], found["reason"]) for found in told["findings"]} == {
        ("MissingError", "argument missing")
    }


def test_a_file_without_namespaces_cannot_be_checked(tmp_path: Path) -> None:
    path = tmp_path / "plain.h5"
    with h5py.File(path, "w") as file:
        file["x"] = 1
    with pytest.raises(errors.SpecError, match="no cached namespace"):
        validate(path)
    assert main(["validate", str(path)]) == ExitCode.FAILED


def test_a_namespace_that_is_not_cached_is_named(stock_file: Path) -> None:
    with pytest.raises(errors.SpecError, match="there are"):
        validate(stock_file, namespace="ndx-nothing")


def test_a_root_without_a_type_cannot_be_checked(broken_file: Path) -> None:
    with h5py.File(broken_file, "a") as file:
        del file.attrs["neurodata_type"]
    with pytest.raises(errors.SpecError, match="type of the root, None"):
        validate(broken_file)


@pytest.mark.parametrize(
    ("absent", "hint"),
    [("hdmf", 'pip install "hdmf-io-core[hdmf]"'), ("pynwb", "pip install pynwb")],
)
def test_what_is_not_installed_is_told(stock_file: Path, absent: str, hint: str) -> None:
    code = (
        f"import sys; sys.modules[{absent!r}] = None; from hdmf_io_core.cli import main;"
        "raise SystemExit(main(sys.argv[1:]))"
    )
    done = subprocess.run(
        [sys.executable, "-P", "-c", code, "validate", str(stock_file)],
        check=False,
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stdout) == (ExitCode.PLUGIN, "")
    assert done.stderr.endswith(f"Install it: {hint}\n")


def test_an_absent_hdmf_is_an_import_error(monkeypatch: pytest.MonkeyPatch) -> None:
    from hdmf_io_core.bridge.needs import needed

    monkeypatch.setitem(sys.modules, "hdmf", None)
    with pytest.raises(errors.MissingDependencyError) as caught, needed("hdmf"):
        import hdmf  # noqa: F401
    assert isinstance(caught.value, ImportError)
    with pytest.raises(ModuleNotFoundError, match="nothing"), needed("hdmf"):
        import nothing  # noqa: F401
