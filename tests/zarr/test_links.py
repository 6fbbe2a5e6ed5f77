"""Links and references: where they lead, after folders moved and after nodes got other names."""

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hdmf_io_core import Container, Data
from hdmf_io_core.chunks.iterators import DataChunkIterator
from hdmf_io_core.storage.dtypes import RefType
from hdmf_io_core.storage.layout import ArrayLayout, Attribute, LinkTarget, ObjectRef
from hdmf_io_core.storage.numpytypes import object_array
from hdmf_io_core.storage.selection import select_all
from hdmf_io_zarr import ZarrDataIO, ZarrIO, ZarrWriter
from hdmf_io_zarr.opening import StoreOptions, open_storage
from hdmf_io_zarr.references import candidates, link_entry


def source_store(path: Path) -> Path:
    path.parent.mkdir(exist_ok=True)
    container = Container(name="source")
    container.add_child(Data(name="x", data=np.arange(5)))
    with ZarrIO(path, "w") as io:
        io.write(container)
    return path


def linking_store(path: Path, target: str, zarr_format: Any = 3) -> Path:
    container = Container(name="linking")
    data = ZarrDataIO(target, link_data=True)
    container.add_child(Data(name="x", data=data))
    with ZarrIO(path, "w", zarr_format=zarr_format) as io:
        io.write(container)
    return path


def test_a_path_becomes_a_relative_link(
    tmp_path: Path, zarr_format: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    source_store(tmp_path / "data" / "source.zarr")
    monkeypatch.chdir(tmp_path)
    path = linking_store(tmp_path / "a.zarr", "data/source.zarr", zarr_format)
    document = path / ("zarr.json" if zarr_format == 3 else ".zattrs")
    stored = json.loads(document.read_text("utf-8"))
    links = stored["attributes"]["_LINKS"] if zarr_format == 3 else stored["zarr_link"]
    assert links == [{"name": "x", "source": "../data/source.zarr", "path": "/x"}]
    with ZarrIO(path) as io:
        assert io.read()["x"].data[:].tolist() == [0, 1, 2, 3, 4]


def test_links_hold_when_the_folder_moves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source_store(tmp_path / "old" / "source.zarr")
    monkeypatch.chdir(tmp_path / "old")
    linking_store(tmp_path / "old" / "a.zarr", "source.zarr::/x")
    shutil.move(tmp_path / "old", tmp_path / "new")
    monkeypatch.chdir(tmp_path)
    with ZarrIO(tmp_path / "new" / "a.zarr") as io:
        assert io.read()["x"].data[:].tolist() == [0, 1, 2, 3, 4]


def test_sources_relative_to_the_parent_are_followed(tmp_path: Path) -> None:
    """Older hdmf-zarr wrote them so."""
    source_store(tmp_path / "source.zarr")
    path = source_store(tmp_path / "a.zarr")
    document = json.loads((path / "zarr.json").read_text("utf-8"))
    document["attributes"]["_LINKS"] = [{"name": "old", "source": "source.zarr", "path": "/x"}]
    (path / "zarr.json").write_text(json.dumps(document), "utf-8")
    with ZarrIO(path) as io:
        info = io.storage.node("/old")
        assert info is not None
        assert (info.kind, info.source) == ("array", str(tmp_path / "source.zarr"))
        assert info.link == LinkTarget("external", "/x", "source.zarr")


def test_a_missing_store_is_named(tmp_path: Path) -> None:
    opened = open_storage(tmp_path / "a.zarr", "a", StoreOptions())
    writer = opened.storage
    assert isinstance(writer, ZarrWriter)
    writer.create_link("/x", LinkTarget("external", "/y", "none.zarr"))
    info = writer.node("/x")
    assert info is not None
    assert (info.kind, info.tried) == ("missing", (str(tmp_path / "none.zarr"),))
    assert opened.lock is not None
    opened.lock.release()


@pytest.mark.parametrize(
    ("stored", "own", "expected"),
    [
        (".", "/d/a.zarr", ("/d/a.zarr",)),
        ("../b.zarr", "/d/a.zarr", ("/d/b.zarr", "/b.zarr")),
        ("/e/b.zarr", "/d/a.zarr", ("/e/b.zarr",)),
        ("../b.zarr", "s3://d/a.zarr", ("s3://d/b.zarr", "s3://b.zarr")),
        ("s3://d/b.zarr", "/d/a.zarr", ("s3://d/b.zarr",)),
    ],
)
def test_where_a_source_may_be(stored: str, own: str, expected: tuple[str, ...]) -> None:
    assert candidates(stored, own) == expected


def test_an_entry_is_relative_to_the_store() -> None:
    external = LinkTarget("external", "/x", "b.zarr")
    assert link_entry("l", external, "/g") == {"name": "l", "source": "../b.zarr", "path": "/x"}
    relative = link_entry("l", LinkTarget("soft", "x"), "/g")
    assert relative == {"name": "l", "source": ".", "path": "/g/x", "relative": "x"}


@pytest.fixture
def referring(tmp_path: Path, zarr_format: Any) -> Any:
    """A store with ``/g/x``, and a link, an attribute and an array that refer to it."""
    opened = open_storage(tmp_path / "a.zarr", "a", StoreOptions(zarr_format=zarr_format))
    writer: Any = opened.storage
    ref = ObjectRef(writer.source, path="/g/x")
    writer.create_group("/g")
    writer.create_group("/g/x")
    writer.create_link("/link", LinkTarget("soft", "/g/x"))
    writer.set_attributes("/", {"ref": Attribute(ref, RefType())})
    sink = writer.create_array("/refs", ArrayLayout((2,), RefType()))
    sink.write((slice(0, 2),), object_array([ref, None], (2,)))
    writer.commit()
    yield writer
    writer.close()
    assert opened.lock is not None
    opened.lock.release()


def targets(reader: Any) -> tuple[Any, ...]:
    cells = np.empty(2, object)
    reader.array("/refs").read_into(select_all((2,)), cells)
    link = reader.node("/link")
    return link.home, reader.attributes("/")["ref"].value.path, cells[0].path, cells[1]


def test_references_follow_a_moved_group(referring: Any) -> None:
    referring.create_group("/h")
    referring.move("/g", "/h/moved")
    referring.retarget({"/g": "/h/moved"})
    referring.commit()
    new = "/h/moved/x"
    assert targets(referring) == (new, new, new, None)
    reader = open_storage(Path(referring.source), "r", StoreOptions()).storage
    assert targets(reader) == (new, new, new, None)
    reader.close()


def test_two_nodes_can_change_places(referring: Any) -> None:
    referring.create_group("/other")
    referring.move("/g", "/parked")
    referring.move("/other", "/g")
    referring.move("/parked", "/other")
    referring.retarget({"/g": "/other", "/other": "/g"})
    assert targets(referring) == ("/other/x", "/other/x", "/other/x", None)


def test_an_open_array_survives_a_move(referring: Any) -> None:
    array = referring.array("/refs")
    referring.move("/refs", "/g/refs")
    cells = np.empty(2, object)
    array.read_into(select_all((2,)), cells)
    assert cells[0].path == "/g/x"


def test_a_deleted_container_comes_back_when_the_write_fails(tmp_path: Path) -> None:
    path = source_store(tmp_path / "a.zarr")
    with ZarrIO(path, "a") as io:
        container = io.read()
        container.remove_child("x")
        container.add_child(Data(name="y", data=iter_that_fails()))
        with pytest.raises(Exception, match="iterator"):
            io.write(container)
    with ZarrIO(path) as io:
        assert [child.name for child in io.read().children] == ["x"]
        assert io.read()["x"].data[:].tolist() == [0, 1, 2, 3, 4]


def iter_that_fails() -> Any:
    def rows() -> Any:
        yield np.arange(3)
        msg = "no more"
        raise RuntimeError(msg)

    return DataChunkIterator(data=rows(), maxshape=(None, 3), dtype=np.dtype("i8"))
