"""What happens in a transaction is kept together, or not at all; memory, HDF5 and Zarr alike."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hdmf_io_core import Container, Data, open_io
from hdmf_io_core.errors import (
    ModeError,
    NodeNotFoundError,
    UnsupportedFeatureError,
    WriteError,
)
from hdmf_io_core.io.memory import MemoryIO
from hdmf_io_hdf5 import H5DataIO
from hdmf_io_hdf5.io import HDF5IO
from hdmf_io_zarr import ZarrDataIO, ZarrIO

ROWS = np.arange(12, dtype="i4").reshape(4, 3)
Opener = Callable[..., Any]


class Stop(Exception):
    """Ends a transaction."""


@pytest.fixture(params=["hdf5", "zarr", "memory"])
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Opener:
    """Opens the same file again and again; there is one with rows, a note and a group."""

    def opener(mode: str = "r") -> Any:
        if request.param == "memory":
            return MemoryIO(str(tmp_path), mode)
        if request.param == "hdf5":
            return HDF5IO(tmp_path / "a.h5", mode)
        return ZarrIO(tmp_path / "a.zarr", mode)

    root = Container("root", attributes={"note": "old"})
    wrapper = ZarrDataIO if request.param == "zarr" else H5DataIO
    root.add_child(Data("rows", wrapper(ROWS, maxshape=(None, 3), chunks=(2, 3))))
    root.add_child(Container("group"))
    with opener("w") as io:
        io.write(root)
    return opener


def content(io: Any) -> dict[str, Any]:
    root = io.read()
    arrays = {name: root[name].data[:].tolist() for name in sorted(root) if name != "group"}
    return {"note": root.attributes["note"], "group": list(root["group"]), **arrays}


OLD = {"note": "old", "group": [], "rows": ROWS.tolist()}
NEW = {"note": "new", "group": ["inner"], "rows": [[9, 9, 9], *ROWS.tolist()[1:], [7, 7, 7]]}


def change(io: Any) -> Any:
    """Change all kinds of things, by two writes and by lazy data."""
    root = io.read()
    root.attributes["note"] = "new"
    root["group"].add_child(Container("inner"))
    io.write(root)
    root["rows"].append([7, 7, 7])
    root["rows"].data[0] = 9
    root.add_child(Data("more", np.arange(100)))
    io.write(root)
    return root


def test_all_of_it_is_kept(opened: Opener) -> None:
    with opened("a") as io, io.transaction():
        change(io)
    with opened() as io:
        assert content(io) == NEW | {"more": list(range(100))}


def test_after_an_exception_nothing_of_it_is(opened: Opener) -> None:
    with opened("a") as io:
        with suppress(Stop), io.transaction():
            change(io)
            raise Stop
        assert content(io)["rows"] == OLD["rows"]
        assert io.is_open
    with opened() as io:
        assert content(io) == OLD


def test_others_see_nothing_before_its_end(opened: Opener) -> None:
    with opened("a") as io:
        if io.backend != "zarr":
            return  # HDF5 is locked, memory is this process alone
        with io.transaction():
            change(io)
            io.flush()
            with opened() as other:
                assert content(other) == OLD


def test_lazy_data_survives(opened: Opener) -> None:
    with opened("a") as io:
        before = io.read()["rows"].data
        with suppress(Stop), io.transaction():
            root = change(io)
            after, more = root["rows"].data, io.tree.at("/more").data
            assert len(before) == len(after) == 5
            assert more[3] == 3
            raise Stop
        for data in (before, after):
            assert data[:].tolist() == OLD["rows"]
        with pytest.raises(NodeNotFoundError, match="taken back"):
            more[:]
        before.append([1, 2, 3])
        assert len(after) == 5
    with opened() as io:
        assert len(io.read()["rows"].data) == 5


def test_a_later_write_stores_what_was_taken_back(opened: Opener) -> None:
    with opened("a") as io:
        root = io.read()
        root.attributes["note"] = "new"
        root.add_child(Data("more", [1, 2]))
        root["group"].add_child(Container("inner"))
        with suppress(Stop), io.transaction():
            io.write(root)
            assert not root.modified
            raise Stop
        assert root.modified
        with io.transaction():
            io.write(root)
    with opened() as io:
        assert content(io) == {
            "note": "new",
            "group": ["inner"],
            "rows": ROWS.tolist(),
            "more": [1, 2],
        }


def test_a_removed_child_is_removed_by_a_later_write(opened: Opener) -> None:
    with opened("a") as io:
        root = io.read()
        root.remove_child("group")
        with suppress(Stop), io.transaction():
            io.write(root)
            raise Stop
        io.write(root)
    with opened() as io:
        assert list(io.read()) == ["rows"]


def test_what_was_changed_before_it_is_kept(opened: Opener) -> None:
    with opened("a") as io:
        io.read()["rows"].append([1, 1, 1])
        with suppress(Stop), io.transaction():
            io.read()["rows"].append([2, 2, 2])
            raise Stop
    with opened() as io:
        assert io.read()["rows"].data[4:].tolist() == [[1, 1, 1]]


def test_there_is_none_inside_another_and_no_end_of_the_io(opened: Opener) -> None:
    with opened("a") as io:
        with io.transaction():
            change(io)
            with pytest.raises(ModeError), io.transaction():
                pass
            with pytest.raises(ModeError):
                io.close()
        assert content(io)["note"] == "new"
    with opened() as io, pytest.raises(ModeError), io.transaction():
        pass


def test_in_mode_w_the_whole_file_is_the_transaction(opened: Opener) -> None:
    with opened("w") as io:
        with io.transaction():
            root = Container("root", attributes={"note": "first"})
            io.write(root)
            with opened() as other:
                assert content(other) == OLD
            root.add_child(Container("group"))
            io.write(root)
        root.attributes["note"] = "second"
        io.write(root)
    with opened() as io:
        assert content(io) == {"note": "second", "group": []}


def test_in_mode_w_an_exception_leaves_the_old_file(opened: Opener) -> None:
    io = opened("w")
    with suppress(Stop), io.transaction():
        io.write(Container("root"))
        raise Stop
    assert not io.is_open
    with opened() as again:
        assert content(again) == OLD


def test_several_in_a_row(opened: Opener) -> None:
    with opened("a") as io:
        for number in range(6):
            try:
                with io.transaction():
                    io.read()["rows"].append([number] * 3)
                    io.read().attributes["note"] = str(number)
                    io.write(io.read())
                    if number % 2:
                        raise Stop
            except Stop:
                assert len(io.read()["rows"].data) == 4 + (number + 1) // 2
    with opened() as io:
        assert io.read()["rows"].data[4:, 0].tolist() == [0, 2, 4]
        assert io.read().attributes["note"] == "4"


@pytest.mark.parametrize("name", ["a.h5", "a.zarr"])
def test_what_cannot_go_back_says_so_before_anything(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    with open_io(path, "w") as io:
        io.write(Container("root"))
    with (
        open_io(path, "a", atomic=False) as io,
        pytest.raises(UnsupportedFeatureError),
        io.transaction(),
    ):
        pytest.fail("it began")


def test_a_write_whose_undo_fails_is_taken_back_as_a_whole(
    opened: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        msg = "refused"
        raise WriteError(msg)

    with opened("a") as io:
        if io.backend == "memory":
            return
        root = io.read()
        root.add_child(Data("more", np.arange(5)))
        root.attributes["note"] = "new"
        with monkeypatch.context() as patch:
            patch.setattr(type(io.storage), "set_attributes", refuse)
            patch.setattr(type(io.storage), "delete", refuse)
            with pytest.raises(WriteError) as raised:
                io.write(root)
        assert any("one by one" in note for note in raised.value.__notes__)
        io.close()
    with opened() as io:
        assert content(io) == OLD
