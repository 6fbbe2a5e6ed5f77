"""What opening does to a store: what is replaced, what is refused, what a dead writer leaves."""

import os
import subprocess
import sys
import zipfile
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import zarr

from hdmf_io_core import Container, Data, open_io
from hdmf_io_core.errors import (
    CorruptFileError,
    LockedFileError,
    ModeError,
    NotThisFormatError,
    OpenError,
    SourceExistsError,
    SourceNotFoundError,
    UnsupportedDtypeError,
)
from hdmf_io_zarr import ZarrDataIO, ZarrIO


def experiment(*values: int) -> Container:
    container = Container(name="experiment")
    data = ZarrDataIO(np.array(values, "i4"), chunks=(4,), maxshape=(None,))
    container.add_child(Data(name="x", data=data))
    return container


def entries(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def values_in(path: Any) -> list[int]:
    with ZarrIO(path) as io:
        return list(io.read()["x"].data[:])


def test_what_is_written_is_read(tmp_path: Path, zarr_format: Any) -> None:
    path = tmp_path / "a.zarr"
    with open_io(path, "w", zarr_format=zarr_format) as io:
        io.write(experiment(1, 2, 3))
    assert entries(tmp_path) == ["a.zarr"]
    assert values_in(path) == [1, 2, 3]
    group = zarr.open_consolidated(path, zarr_format=zarr_format)
    np.testing.assert_array_equal(group["x"][:], [1, 2, 3])


def test_the_old_store_stays_until_the_first_write(tmp_path: Path) -> None:
    path = tmp_path / "a.zarr"
    with ZarrIO(path, "w") as io:
        io.write(experiment(1))
    with ZarrIO(path, "w") as io:
        assert values_in(path) == [1]
        io.write(experiment(2))
        assert values_in(path) == [2]
    assert entries(tmp_path) == ["a.zarr"]


def test_a_failed_write_leaves_the_old_store(tmp_path: Path) -> None:
    path = tmp_path / "a.zarr"
    with ZarrIO(path, "w") as io:
        io.write(experiment(1))
    container = experiment(2)
    container.add_child(Data(name="bad", data=np.array(["2020-01-01"], "M8[D]")))
    with pytest.raises(UnsupportedDtypeError), ZarrIO(path, "w") as io:
        io.write(container)
    assert values_in(path) == [1]
    assert entries(tmp_path) == ["a.zarr"]


@pytest.mark.parametrize("mode", ["w-", "x"])
def test_exclusive_modes_refuse_what_exists(mode: str, tmp_path: Path) -> None:
    path = tmp_path / "a.zarr"
    with ZarrIO(path, mode) as io:
        io.write(experiment(1))
    with pytest.raises(SourceExistsError):
        ZarrIO(path, mode)
    assert values_in(path) == [1]


def test_a_folder_that_is_no_store_is_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "precious.txt").write_text("work", "utf-8")
    for mode in ("w", "w-", "a"):
        with pytest.raises((SourceExistsError, NotThisFormatError)):
            ZarrIO(tmp_path, mode)
    assert (tmp_path / "precious.txt").read_text("utf-8") == "work"


def test_a_file_is_never_replaced(tmp_path: Path) -> None:
    path = tmp_path / "a.zarr"
    path.write_bytes(b"work")
    with pytest.raises(SourceExistsError):
        ZarrIO(path, "w")
    assert path.read_bytes() == b"work"


def test_an_empty_folder_is_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a.zarr"
    path.mkdir()
    with ZarrIO(path, "w") as io:
        io.write(experiment(1))
    assert values_in(path) == [1]


@pytest.mark.parametrize("mode", ["r", "r+"])
def test_a_missing_store_is_named(mode: str, tmp_path: Path) -> None:
    with pytest.raises(SourceNotFoundError, match="none"):
        ZarrIO(tmp_path / "none.zarr", mode)
    assert not entries(tmp_path)


def test_what_holds_no_store_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotThisFormatError):
        ZarrIO(tmp_path)


def test_append_adds_objects_and_rows(tmp_path: Path, zarr_format: Any) -> None:
    path = tmp_path / "a.zarr"
    with ZarrIO(path, "a", zarr_format=zarr_format) as io:
        io.write(experiment(1, 2, 3))
    for number in (4, 5):
        with ZarrIO(path, "a") as io:
            container = io.read()
            container["x"].append([number])
            container.add_child(Data(name=f"new{number}", data=[number]))
            io.write(container)
            assert not io.plan(container)
    assert values_in(path) == [1, 2, 3, 4, 5]
    group = zarr.open_consolidated(path, zarr_format=zarr_format)
    assert sorted(group) == ["new4", "new5", "specifications", "x"]


def test_two_writers_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.zarr"
    with ZarrIO(path, "w") as io:
        io.write(experiment(1))
        for mode in ("a", "r+", "w"):
            with pytest.raises(LockedFileError, match=str(os.getpid())):
                ZarrIO(path, mode)
        assert values_in(path) == [1]
    with ZarrIO(path, "a"):
        pass
    assert entries(tmp_path) == ["a.zarr"]


DIES = """
import os, sys
from hdmf_io_zarr import ZarrIO
io = ZarrIO(sys.argv[1], "a", atomic=False)
container = io.read()
container["x"].append([9])
container["x"].data[1] = 2
os._exit(1)
"""


def test_a_writer_that_dies_in_place_leaves_a_mark(tmp_path: Path, zarr_format: Any) -> None:
    path = tmp_path / "a.zarr"
    with ZarrIO(path, "w", zarr_format=zarr_format) as io:
        io.write(experiment(1, 2))
    run = subprocess.run([sys.executable, "-P", "-c", DIES, str(path)], check=False)
    assert run.returncode == 1
    for mode in ("r", "a"):
        with pytest.raises(CorruptFileError, match="process"):
            ZarrIO(path, mode)
    with ZarrIO(path, "a", allow_unfinished=True) as io:
        container = io.read()
        container.add_child(Data(name="y", data=[1]))
        io.write(container)
    assert values_in(path)[:2] == [1, 2]


def test_rows_that_a_dead_writer_only_kept_leave_a_whole_store(tmp_path: Path) -> None:
    path = tmp_path / "a.zarr"
    with ZarrIO(path, "w") as io:
        io.write(experiment(1, 2))
    code = DIES.replace('container["x"].data[1] = 2\n', "")
    subprocess.run([sys.executable, "-P", "-c", code, str(path)], check=False)
    assert values_in(path) == [1, 2]


def test_a_dead_writer_of_mode_w_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a.zarr"
    with ZarrIO(path, "w") as io:
        io.write(experiment(1))
    code = (
        DIES.replace('"a", atomic=False', '"w"')
        .replace("container = io.read()\n", "")
        .replace('container["x"].append([9])\ncontainer["x"].data[1] = 2\n', "")
    )
    subprocess.run([sys.executable, "-P", "-c", code, str(path)], check=False)
    assert values_in(path) == [1]


def test_a_zip_is_written_once_and_read(tmp_path: Path, zarr_format: Any) -> None:
    path = tmp_path / "a.zarr.zip"
    with open_io(path, "w", zarr_format=zarr_format) as io:
        io.write(experiment(1, 2))
    assert entries(tmp_path) == ["a.zarr.zip"]
    with zipfile.ZipFile(path) as archive:
        assert len(archive.namelist()) == len(set(archive.namelist()))
    with open_io(path) as io:
        assert isinstance(io, ZarrIO)
        assert list(io.read()["x"].data[:]) == [1, 2]
    with zarr.storage.ZipStore(path, mode="r") as store:
        assert list(zarr.open_group(store, mode="r")["x"][:]) == [1, 2]


@pytest.mark.parametrize("mode", ["a", "r+"])
def test_a_zip_cannot_be_changed(mode: str, tmp_path: Path) -> None:
    path = tmp_path / "a.zarr.zip"
    with ZarrIO(path, "w") as io:
        io.write(experiment(1))
    with pytest.raises(ModeError, match="zip"):
        ZarrIO(path, mode)


def test_a_store_object_is_used_in_place(zarr_format: Any) -> None:
    store = zarr.storage.MemoryStore()
    with open_io(store, "w", zarr_format=zarr_format) as io:
        io.write(experiment(1, 2))
    with open_io(store, "a") as io:
        io.read()["x"].append([3])
    with open_io(store, "w", zarr_format=zarr_format) as io:
        assert values_in(store) == [1, 2, 3]
        io.write(experiment(4))
    assert values_in(store) == [4]
    assert list(zarr.open_group(store, mode="r")["x"][:]) == [4]


def test_a_group_inside_a_store_is_a_root(tmp_path: Path) -> None:
    outer = zarr.open_group(tmp_path / "outer.zarr", mode="w")
    with ZarrIO(outer.create_group("inner"), "a") as io:
        io.write(experiment(1))
    assert list(zarr.open_group(tmp_path / "outer.zarr", mode="r")["inner/x"][:]) == [1]


def test_a_url_is_opened_through_fsspec() -> None:
    url = "memory://hdmf-io-zarr-test.zarr"
    if find_spec("fsspec") is None:
        with pytest.raises(OpenError, match="pip install fsspec"):
            ZarrIO(url, "w")
        return
    with ZarrIO(url, "w") as io:
        io.write(experiment(1, 2))
    assert values_in(url) == [1, 2]


def test_file_is_the_group_of_zarr_python(tmp_path: Path) -> None:
    path = tmp_path / "a.zarr"
    with ZarrIO(path, "w") as io:
        io.write(experiment(1))
        assert isinstance(io.file, zarr.Group)
        assert list(io.file["x"][:]) == [1]
