"""The documented usage examples run as they stand; plain h5py says what they left behind."""

from __future__ import annotations

import runpy
from pathlib import Path

import h5py
import numpy as np
import pytest

from hdmf_io_core import Container, Data
from hdmf_io_hdf5 import HDF5IO, H5DataIO

EXAMPLES = Path(__file__).parent / "documented"


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def run(name: str, **names: object) -> dict[str, object]:
    return runpy.run_path(str(EXAMPLES / name), init_globals=names)


def a_container(name: str, data: object) -> Container:
    container = Container("experiment")
    container.add_child(Data(name, data))
    return container


def test_every_example_is_run_by_a_test() -> None:
    here = Path(__file__).read_text(encoding="utf-8")
    assert all(f'"{path.name}"' in here for path in EXAMPLES.glob("*.py"))


def test_basic_example_writes_and_reads_back(capsys: pytest.CaptureFixture[str]) -> None:
    names = run("basic.py")
    assert capsys.readouterr().out == "Container: experiment\nData shape: (1000, 100)\n"
    with h5py.File("experiment.h5") as file:
        np.testing.assert_array_equal(file["neural_data"][()], names["data_array"])


def test_advanced_example_writes_its_container() -> None:
    run("advanced.py", container=a_container("x", np.arange(3)))
    with h5py.File("compressed_experiment.h5") as file:
        assert list(file["x"]) == [0, 1, 2]


def test_options_of_the_advanced_example_reach_the_file() -> None:
    data = H5DataIO(
        data=np.ones((2000, 200)),
        compression="gzip",
        compression_opts=9,
        shuffle=True,
        fletcher32=True,
        chunks=(1000, 100),
        maxshape=(None, 200),
    )
    with HDF5IO("x.h5", mode="w") as io:
        io.write(a_container("x", data), exhaust_dci=False)
    with h5py.File("x.h5") as file:
        x = file["x"]
        assert (x.compression, x.compression_opts) == ("gzip", 9)
        assert x.shuffle
        assert x.fletcher32
        assert (x.chunks, x.maxshape) == ((1000, 100), (None, 200))


def test_external_example_writes_its_container(tmp_path: Path) -> None:
    run("external.py", container=a_container("x", np.arange(3)))
    assert h5py.is_hdf5(tmp_path / "main_file.h5")


def test_external_data_becomes_a_link_relative_to_the_file(tmp_path: Path) -> None:
    folder = tmp_path / "path/to/external"
    folder.mkdir(parents=True)
    with h5py.File(folder / "data.h5", "w") as file:
        file["group/only"] = np.arange(4)
    external = H5DataIO(data="path/to/external/data.h5", link_data=True)
    (tmp_path / "out").mkdir()
    with HDF5IO("out/main_file.h5", mode="w") as io:
        io.write(a_container("external_data", external), link_data=True)
    with h5py.File("out/main_file.h5") as file:
        link = file.get("external_data", getlink=True)
        assert (link.filename, link.path) == ("../path/to/external/data.h5", "/group/only")
        assert list(file["external_data"]) == [0, 1, 2, 3]


def test_subsets_example_reads_slices(capsys: pytest.CaptureFixture[str]) -> None:
    values = np.random.default_rng(1).normal(size=(2500, 12))
    with h5py.File("large_experiment.h5", "w") as file:
        file["neural_data"] = values
    names = run("subsets.py")
    assert capsys.readouterr().out == "Dataset shape: (2500, 12)\nSlice shape: (100, 12)\n"
    np.testing.assert_array_equal(names["specific_channels"], values[:, [0, 5, 10]])
    np.testing.assert_array_equal(names["time_window"], values[1000:2000])


def test_appending_example_adds_its_rows() -> None:
    first = np.zeros((100, 50))
    data = H5DataIO(data=first, maxshape=(None, 50), chunks=(10, 50))
    names = run("appending.py", container=a_container("growing_data", data))
    with h5py.File("growing_experiment.h5") as file:
        np.testing.assert_array_equal(
            file["growing_data"][()], np.concatenate([first, names["new_data"]])
        )


def test_cross_platform_example_processes_every_child(tmp_path: Path) -> None:
    source, target = tmp_path / "in.h5", tmp_path / "out.h5"
    with HDF5IO(source, "w") as io:
        io.write(a_container("x", np.arange(5.0)))
    run("crossplatform.py", input_file=str(source), output_file=str(target))
    with h5py.File(target) as file:
        np.testing.assert_array_equal(file["x"][()], np.arange(5.0) * 1.5)
        assert isinstance(file.get("x", getlink=True), h5py.HardLink)
