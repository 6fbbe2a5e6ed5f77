"""Modes, lifetime and publication of an IO, on files in memory."""

from typing import Any

import numpy as np
import pytest

from hdmf_io_core import HDMFIO, Container, Data, DataIO, WriteOptions, open_io
from hdmf_io_core.errors import (
    ClosedIOError,
    ExportError,
    ModeError,
    OptionError,
    SourceExistsError,
    SourceNotFoundError,
    UnsupportedDtypeError,
)
from hdmf_io_core.io.modes import check_mode, may_write, starts_anew


@pytest.fixture
def name(request: pytest.FixtureRequest) -> str:
    """A URL of this test's own: files in memory live as long as the process."""
    return f"memory://{request.node.nodeid}"


class Growing(DataIO):
    """Data that can grow by rows."""

    def options(self, dtype: Any = None) -> WriteOptions:
        return WriteOptions(maxshape=(None,))


@pytest.fixture
def old(name: str) -> str:
    """A file with data `x` and data `rows` that can grow."""
    container = Container("session")
    container.add_child(Data("x", np.arange(3)))
    container.add_child(Data("rows", Growing(np.arange(2))))
    with open_io(name, "w") as io:
        io.write(container)
    return name


def write_and_fail(io: HDMFIO, *containers: Container) -> None:
    for container in containers:
        io.write(container)
    msg = "mine"
    raise RuntimeError(msg)


def bad() -> Container:
    container = Container("bad")
    container.add_child(Data("x", {}))
    return container


MODES = {"r": (False, False), "r+": (True, False), "a": (True, False)} | dict.fromkeys(
    ("w", "w-", "x"), (True, True)
)


@pytest.mark.parametrize(("mode", "allows"), MODES.items())
def test_what_the_modes_allow(mode: str, allows: tuple[bool, bool]) -> None:
    assert check_mode(mode) == mode
    assert (may_write(mode), starts_anew(mode)) == allows


@pytest.mark.parametrize("mode", ["", "rw", "R", "wb", None, 1])
def test_unknown_mode_names_the_modes(mode: Any, name: str) -> None:
    with pytest.raises(ModeError, match=r"'r\+'"):
        check_mode(mode)
    with pytest.raises(ModeError):
        open_io(name, mode)


@pytest.mark.parametrize("mode", ["r", "r+", "a"])
def test_existing_file_is_read(mode: Any, old: str) -> None:
    with open_io(old, mode) as io:
        assert isinstance(io, HDMFIO)
        assert (io.mode, io.is_open) == (mode, True)
        assert io.read().x[:].tolist() == [0, 1, 2]
    assert not io.is_open


@pytest.mark.parametrize("mode", ["r", "r+"])
def test_missing_file_is_not_found(mode: Any, name: str) -> None:
    with pytest.raises(SourceNotFoundError):
        open_io(name, mode)


@pytest.mark.parametrize("mode", ["x", "w-"])
def test_existing_file_is_not_replaced(mode: Any, old: str) -> None:
    with pytest.raises(SourceExistsError):
        open_io(old, mode)


@pytest.mark.parametrize("mode", ["a", "w", "x", "w-"])
def test_new_file_is_made(mode: Any, name: str) -> None:
    with open_io(name, mode) as io:
        io.write(Container("fresh"))
        assert io.read().name == "fresh"
    with open_io(name) as io:
        assert io.read().name == "fresh"


def test_old_file_is_there_until_the_first_write(old: str) -> None:
    with open_io(old, "w") as io:
        with pytest.raises(ModeError, match="Write first"):
            io.read()
        with open_io(old) as other:
            assert other.read().name == "session"
        io.write(Container("fresh"))
        with open_io(old) as other:
            assert other.read().name == "fresh"


def test_exception_in_the_block_keeps_the_old_file(old: str) -> None:
    with pytest.raises(RuntimeError, match="mine"), open_io(old, "w") as io:
        write_and_fail(io)
    with open_io(old) as io:
        assert io.read().name == "session"


def test_failed_write_keeps_the_old_file(old: str) -> None:
    with pytest.raises(UnsupportedDtypeError), open_io(old, "w") as io:
        io.write(bad())
    with open_io(old) as io:
        assert io.read().name == "session"


def test_closing_after_a_failed_write_keeps_the_old_file(old: str) -> None:
    io = open_io(old, "w")
    with pytest.raises(UnsupportedDtypeError):
        io.write(bad())
    io.close()
    with open_io(old) as again:
        assert again.read().name == "session"


def test_write_after_a_failed_one_is_published(old: str) -> None:
    with open_io(old, "w") as io:
        with pytest.raises(UnsupportedDtypeError):
            io.write(bad())
        io.write(Container("fresh"))
    with open_io(old) as io:
        assert io.read().name == "fresh"


def test_exception_after_the_first_write_keeps_what_is_published(old: str) -> None:
    with pytest.raises(RuntimeError, match="mine"), open_io(old, "w") as io:
        write_and_fail(io, Container("fresh"))
    with open_io(old) as io:
        assert io.read().name == "fresh"


def test_file_that_was_never_written_is_empty(name: str) -> None:
    open_io(name, "w").close()
    with open_io(name) as io:
        assert list(io.read()) == []


USES: dict[str, Any] = {
    "read": lambda io: io.read(),
    "write": lambda io: io.write(Container("c")),
    "plan": lambda io: io.plan(Container("c")),
    "export": lambda io: io.export(io),
    "flush": lambda io: io.flush(),
    "storage": lambda io: io.storage,
    "tree": lambda io: io.tree,
}


@pytest.mark.parametrize("use", USES.values(), ids=USES)
def test_closed_io_refuses_and_names_its_source(use: Any, old: str) -> None:
    io = open_io(old, "a")
    io.close()
    io.close()
    with pytest.raises(ClosedIOError) as caught:
        use(io)
    assert caught.value.source == io.source
    assert "closed" in repr(io)


@pytest.mark.parametrize("use", ["write", "export"])
def test_mode_r_does_not_write(use: str, old: str) -> None:
    with open_io(old) as io, pytest.raises(ModeError, match="'a'"):
        USES[use](io)


def test_flush_in_mode_r_has_nothing_to_do(old: str) -> None:
    with open_io(old) as io:
        io.flush()  # type: ignore[attr-defined]


def test_rows_are_appended_and_written_twice_without_harm(old: str) -> None:
    with open_io(old, "a") as io:
        container = io.read()
        container.rows.append([5, 6])
        assert not io.plan(container)  # type: ignore[attr-defined]
        io.write(container)
        io.write(container)
        assert not container.modified
    with open_io(old) as io:
        assert io.read().rows[:].tolist() == [0, 1, 5, 6]


def test_new_container_written_twice_is_there_once(name: str) -> None:
    container = Container("session")
    container.add_child(Data("x", [1]))
    with open_io(name, "w") as io:
        assert io.write(container).arrays == 1
        assert io.write(container).arrays == 0
        container.x.data = [2]
        assert io.write(container).arrays == 1
        container.add_child(Data("y", [3]))
        assert io.write(container).arrays_made == ["/y"]
    with open_io(name) as io:
        assert (io.read().x[0], io.read().y[0]) == (2, 3)


def test_wrapper_gets_the_array_that_was_made(name: str) -> None:
    wrapper = DataIO(dtype="i4", shape=(3,))
    container = Container("session")
    container.add_child(Data("x", wrapper))
    with open_io(name, "w") as io:
        io.write(container)
        wrapper.dataset[:] = [1, 2, 3]
    with open_io(name) as io:
        assert io.read().x[:].tolist() == [1, 2, 3]


def test_export_copies_all_or_a_changed_container(old: str) -> None:
    with open_io(old) as io:
        with open_io(f"{old} whole", "w") as out:
            out.export(io)
        container = io.read()
        container.remove_child("x")
        container.add_child(Data("new", ["a"]))
        with open_io(f"{old} changed", "w") as out:
            out.export(io, container)
    with open_io(f"{old} whole") as whole, open_io(f"{old} changed") as changed:
        assert sorted(whole.read()) == ["rows", "x"]
        assert sorted(changed.read()) == ["new", "rows"]
        assert whole.read().object_id == changed.read().object_id


def test_export_needs_another_open_io(old: str) -> None:
    with open_io(old, "a") as io:
        with pytest.raises(ExportError, match="itself") as caught:
            io.export(io)
        assert caught.value.source == io.source
        with pytest.raises(ExportError, match="open IO"):
            io.export(None)  # type: ignore[arg-type]


def test_misspelt_option_is_refused(old: str) -> None:
    with pytest.raises(OptionError, match="'memory' has no option 'driver'"):
        open_io(old, driver="core")
