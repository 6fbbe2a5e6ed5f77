"""The example of the docs is a backend that works; plain h5py is the judge of its exports."""

import json
import sys
import tomllib
from pathlib import Path

import h5py
import numpy as np
import pytest

from hdmf_io_core import Container, Data, list_backends, open_io
from hdmf_io_core.errors import (
    ClosedIOError,
    NotThisFormatError,
    OptionError,
    SourceExistsError,
    UnsupportedFeatureError,
)
from hdmf_io_core.storage.layout import LinkTarget

EXAMPLE = Path(__file__).parents[2] / "examples" / "example_backend"


@pytest.fixture(autouse=True)
def example(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave the example as an editable install does: its sources on the path, and its metadata."""
    project = tomllib.loads((EXAMPLE / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    points = "".join(
        f"[{group}]\n" + "".join(f"{name} = {value}\n" for name, value in lines.items())
        for group, lines in project["entry-points"].items()
    )
    info = site / f"{project['name'].replace('-', '_')}-{project['version']}.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Name: {project['name']}\nVersion: {project['version']}\n")
    (info / "entry_points.txt").write_text(points)
    monkeypatch.syspath_prepend(str(EXAMPLE / "src"))
    # Each test starts as a new process would.
    for name in [name for name in sys.modules if name.partition(".")[0] == "example_backend"]:
        monkeypatch.delitem(sys.modules, name)


@pytest.fixture
def written(tmp_path: Path) -> Path:
    """A file with numbers, text, a reference, a soft link and a second name."""
    path = tmp_path / "session.jsontree"
    session = Container("session")
    session.add_child(Data("trace", np.arange(6.0).reshape(3, 2)))
    units = Container("units", attributes={"best": session["trace"]})
    units.add_child(Data("names", ["a", "b\u00e9", ""]))
    session.add_child(units)
    session.add_link("alias", session["trace"])
    with open_io(path, "w") as io:
        io.write(session)
    return path


def test_it_is_listed_without_being_imported() -> None:
    (info,) = (info for info in list_backends() if info.name == "jsontree")
    assert (info.available, info.distribution) == (True, "example-backend")
    assert info.suffixes == (".jsontree",)
    assert "example_backend.storage" not in sys.modules


def test_what_is_written_comes_back(written: Path) -> None:
    with open_io(written) as io:
        session = io.read()
        np.testing.assert_array_equal(session["trace"][:], np.arange(6.0).reshape(3, 2))
        assert list(session["units/names"][:]) == ["a", "b\u00e9", ""]
        assert session["units"].attributes["best"] is session["trace"]
        assert session["alias"] is session["trace"]
        assert session.name == "session"


def test_the_file_is_json(written: Path) -> None:
    content = json.loads(written.read_text(encoding="utf-8"))
    root = content["nodes"]["0"]
    assert set(root["entries"]) == {"trace", "units", "alias"}
    assert root["entries"]["alias"] == "/trace"


def test_its_option_reaches_it(tmp_path: Path) -> None:
    path = tmp_path / "new.jsontree"
    with open_io(path, "w", indent=2) as io:
        io.write(Container("c"))
    assert len(path.read_text().splitlines()) > 5
    with pytest.raises(OptionError, match="indent"):
        open_io(path, indnt=2)


def test_content_decides_whatever_the_name(written: Path, tmp_path: Path) -> None:
    renamed = written.rename(tmp_path / "session.h5")
    with open_io(renamed) as io:
        assert type(io).__name__ == "JsonTreeIO"


def test_appending_keeps_the_rest(written: Path) -> None:
    with open_io(written, "a") as io:
        session = io.read()
        session.add_child(Data("more", [1, 2]))
        session["units"].attributes["n"] = 3
        io.write(session)
        assert not io.plan(session)
    with open_io(written) as io:
        session = io.read()
        assert set(session) == {"trace", "units", "alias", "more"}
        assert session["units"].attributes["n"] == 3
        assert session["units"].attributes["best"] is session["trace"]


def test_removed_and_replaced_data_is_gone(written: Path) -> None:
    with open_io(written, "r+") as io:
        session = io.read()
        session["units"].remove_child("names")
        session["trace"].data = np.zeros((3, 2))
        io.write(session)
    with open_io(written) as io:
        assert "names" not in io.read()["units"]
        assert not io.read()["trace"][:].any()


def test_a_failed_write_leaves_the_old_file(written: Path) -> None:
    before = written.read_bytes()
    broken = Container("broken")
    broken.add_child(Data("x", [object()]))
    with pytest.raises(TypeError), open_io(written, "w") as io:
        io.write(broken)
    assert written.read_bytes() == before
    assert [path.name for path in written.parent.iterdir() if path.is_file()] == [written.name]


def test_modes_that_make_refuse_to_replace(written: Path) -> None:
    with pytest.raises(SourceExistsError):
        open_io(written, "x", backend="jsontree")


def test_foreign_content_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.jsontree"
    path.write_text("{}")
    with pytest.raises(NotThisFormatError):
        open_io(path, backend="jsontree")


def test_what_it_cannot_hold_raises(tmp_path: Path) -> None:
    container = Container("c")
    container.add_link("far", LinkTarget("external", "/x", "other.h5"))
    with open_io(tmp_path / "new.jsontree", "w") as io, pytest.raises(UnsupportedFeatureError):
        io.plan(container)
    with (
        pytest.raises(UnsupportedFeatureError),
        open_io(tmp_path / "other.jsontree", "w") as io,
    ):
        io.write(container)
    assert not (tmp_path / "other.jsontree").exists()


def test_data_of_another_file_is_copied_where_links_cannot_be(
    written: Path, tmp_path: Path
) -> None:
    with open_io(written) as source, open_io(tmp_path / "new.jsontree", "w") as target:
        assert target.write(source.read()).links == [("/alias", LinkTarget("soft", "/trace"))]
    with open_io(tmp_path / "new.jsontree") as io:
        assert io.read()["trace"].shape == (3, 2)


def test_a_closed_file_says_so(written: Path) -> None:
    with open_io(written) as io:
        trace = io.read()["trace"].data
    with pytest.raises(ClosedIOError):
        trace[:]


def facts(file: h5py.File) -> dict[str, tuple[object, ...]]:
    """Return what plain h5py says of every object of a file, references by their target."""
    found: dict[str, tuple[object, ...]] = {}

    def note(name: str, node: h5py.Group | h5py.Dataset) -> None:
        attributes = {
            key: file[value].name
            if isinstance(value, h5py.Reference)
            else np.asarray(value).tolist()
            for key, value in node.attrs.items()
        }
        data: tuple[object, ...] = ()
        if isinstance(node, h5py.Dataset):
            data = (node.dtype, node.shape, node.maxshape, node.chunks, node.compression)
            if node.dtype.kind in "iufb":
                data += (node[()].tobytes(),)
        found[name] = (attributes, *data)

    file.visititems(note)
    return found


@pytest.mark.parametrize("name", ["nwb/ecephys_full.nwb", "common/common.h5"])
def test_a_real_file_goes_through_it_and_comes_back(
    name: str, tmp_path: Path, data_dir: Path
) -> None:
    between, back = tmp_path / "between.jsontree", tmp_path / "back.h5"
    with open_io(data_dir / name) as source, open_io(between, "w") as target:
        target.export(source)
    with open_io(between) as source, open_io(back, "w") as target:
        target.export(source)
    with h5py.File(data_dir / name) as expected, h5py.File(back) as found:
        assert facts(found) == facts(expected)
