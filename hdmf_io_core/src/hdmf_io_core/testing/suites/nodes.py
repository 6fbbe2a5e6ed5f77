"""Groups and entries: made, found, listed, deleted; files: closed, committed, opened again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from hdmf_io_core.errors import (
    ClosedIOError,
    InvalidNameError,
    NodeExistsError,
    NodeNotFoundError,
)
from hdmf_io_core.storage.dtypes import NumberType
from hdmf_io_core.storage.layout import ArrayLayout, LinkTarget, ObjectRef
from hdmf_io_core.testing.factories import attribute_of, build_scenario, put_array, read_array
from hdmf_io_core.testing.suites.case import StorageCase

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from hdmf_io_core.storage.protocols import StorageReader, StorageWriter

__all__ = ["LifetimeTests", "NodeTests"]

NAMES = ["plain", "two words", "dotted.name", "é漢", "a:b", "data", "UPPER", "-1", "_x"]
SCENARIO = {"group", "nothing", "references", "soft", "folder", "dangling"}


class NodeTests(StorageCase):
    """Groups and the entries in them."""

    def test_an_empty_file_has_a_root(self, writer: StorageWriter) -> None:
        """The root is there from the beginning, and has no name."""
        root = writer.node("/")
        assert root is not None
        assert (root.kind, root.path, root.name, root.link) == ("group", "/", "", None)
        assert list(writer.children("/")) == []

    def test_entries_are_found_by_path(self, scenario: StorageReader) -> None:
        """An entry tells its path, its kind and where it is."""
        for path, kind in (
            ("/group", "group"),
            ("/group/numbers", "array"),
            ("/group/deep/scalar", "array"),
            ("/nothing", "array"),
        ):
            info = scenario.node(path)
            assert info is not None
            assert (info.path, info.kind, info.home) == (path, kind, path)
            assert (info.source, info.name) == (scenario.source, path.rsplit("/", 1)[-1])
            assert info.key is not None
            assert info.link is None

    @pytest.mark.parametrize("path", ["/none", "/group/none", "/none/none", "/group/text/none"])
    def test_what_is_not_there_is_none(self, scenario: StorageReader, path: str) -> None:
        """Neither a missing entry nor a path through an array is an error."""
        assert scenario.node(path) is None

    def test_children_are_the_entries(self, scenario: StorageReader) -> None:
        """A listing says of each entry what a look-up says."""
        entries = {info.name: info for info in scenario.children("/")}
        hard = {"hard"} if scenario.capabilities.hard_links else set()
        assert set(entries) == SCENARIO | hard
        for name, info in entries.items():
            assert info == scenario.node(f"/{name}")
        assert {info.name for info in scenario.children("/group")} == {"numbers", "text", "deep"}
        assert next(iter(scenario.children("/group/deep"))).path == "/group/deep/scalar"

    @pytest.mark.parametrize("path", ["/group/text", "/none"])
    def test_only_groups_have_children(self, scenario: StorageReader, path: str) -> None:
        """What is no group raises."""
        with pytest.raises(NodeNotFoundError):
            list(scenario.children(path))

    def test_the_storage_holds_what_was_written(
        self, scenario: StorageReader, folder: Path
    ) -> None:
        """The names are those that the storage's own library sees."""
        scenario.close()
        assert self.raw_names(folder, "main", "/group") == {"numbers", "text", "deep"}

    @pytest.mark.parametrize("name", NAMES)
    def test_names_are_kept(self, writer: StorageWriter, folder: Path, name: str) -> None:
        """Any name without a slash or a null is kept as it is."""
        writer.create_group(f"/{name}")
        writer.create_group(f"/{name}/{name}")
        reader = self.reopen(writer, folder)
        assert [info.name for info in reader.children("/")] == [name]
        found = reader.node(f"/{name}/{name}")
        assert found is not None
        assert found.path == f"/{name}/{name}"
        reader.close()
        assert self.raw_names(folder, "main", "/") == {name}

    @pytest.mark.parametrize("path", ["/", "/.", "/..", "/a\0b", "/group/.."])
    def test_impossible_names_are_refused(self, writer: StorageWriter, path: str) -> None:
        """A name is neither empty nor a dot path, and holds no null."""
        writer.create_group("/group")
        with pytest.raises(InvalidNameError):
            writer.create_group(path)

    def test_a_taken_name_is_refused(self, writer: StorageWriter) -> None:
        """Nothing replaces an entry, whatever it is."""
        build_scenario(writer)
        layout = ArrayLayout((), NumberType(np.dtype("i4")))
        for path in ("/group", "/nothing", "/soft", "/dangling"):
            for make in (
                lambda path: writer.create_group(path),
                lambda path: writer.create_array(path, layout),
                lambda path: writer.create_link(path, LinkTarget("soft", "/")),
            ):
                with pytest.raises(NodeExistsError):
                    make(path)

    @pytest.mark.parametrize("path", ["/none/x", "/group/text/x"])
    def test_a_parent_is_needed(self, writer: StorageWriter, path: str) -> None:
        """A parent that is missing, or no group, raises."""
        build_scenario(writer)
        with pytest.raises(NodeNotFoundError):
            writer.create_group(path)

    def test_keys_tell_nodes_apart(self, scenario: StorageReader) -> None:
        """A node has one key, and no other has it."""
        paths = ["/", "/group", "/group/numbers", "/group/text", "/group/deep", "/nothing"]
        keys = [info.key for path in paths if (info := scenario.node(path)) is not None]
        again = [info.key for path in paths if (info := scenario.node(path)) is not None]
        assert keys == again
        assert len(set(keys)) == len(paths)

    def test_a_deleted_entry_is_gone(self, writer: StorageWriter, folder: Path) -> None:
        """With all that was in it; the name is free again."""
        build_scenario(writer)
        writer.delete("/group/deep")
        assert writer.node("/group/deep") is None
        assert writer.node("/group/deep/scalar") is None
        writer.create_group("/group/deep")
        reader = self.reopen(writer, folder)
        assert list(reader.children("/group/deep")) == []
        reader.close()

    @pytest.mark.parametrize("path", ["/none", "/group/none"])
    def test_deleting_nothing_raises(self, writer: StorageWriter, path: str) -> None:
        """An entry that is not there cannot be deleted."""
        build_scenario(writer)
        with pytest.raises(NodeNotFoundError):
            writer.delete(path)


class LifetimeTests(StorageCase):
    """Closing, committing, opening again."""

    def test_committed_content_shows_to_a_fresh_reader(
        self, writer: StorageWriter, folder: Path
    ) -> None:
        """Everything of the scenario is there after ``commit`` and ``close``."""
        build_scenario(writer)
        reader = self.reopen(writer, folder)
        numbers = read_array(reader, "/group/numbers")
        assert numbers.tolist() == np.arange(12).reshape(4, 3).tolist()
        assert read_array(reader, "/group/text").tolist() == ["a", "é", ""]
        assert read_array(reader, "/group/deep/scalar")[()] == 2.5
        reader.close()

    def test_a_writer_goes_on_where_another_ended(
        self, writer: StorageWriter, folder: Path
    ) -> None:
        """An existing file is opened with its content, and added to."""
        build_scenario(writer)
        writer.commit()
        writer.close()
        second = self.open_writer(folder, "main")
        put_array(second, "/more", NumberType(np.dtype("i4")), np.arange(2, dtype="i4"))
        second.set_attributes("/", {"count": attribute_of(4)})
        reader = self.reopen(second, folder)
        assert read_array(reader, "/more").tolist() == [0, 1]
        assert read_array(reader, "/group/text").tolist() == ["a", "é", ""]
        assert reader.attributes("/")["count"].value == 4
        reader.close()

    def test_a_closed_reader_raises(self, scenario: StorageReader) -> None:
        """Every method, and arrays opened before; closing again does nothing."""
        array = scenario.array("/group/numbers")
        layout = array.layout
        scenario.close()
        scenario.close()
        calls: list[Callable[[], object]] = [
            lambda: scenario.node("/"),
            lambda: list(scenario.children("/")),
            lambda: scenario.attributes("/"),
            lambda: scenario.array("/group/numbers"),
            lambda: scenario.resolve(ObjectRef(scenario.source, path="/")),
            lambda: scenario.specs(),
            lambda: scenario.refresh(),
            lambda: array.layout,
        ]
        for call in calls:
            with pytest.raises(ClosedIOError):
                call()
        assert layout.shape == (4, 3)

    def test_a_closed_writer_raises(self, writer: StorageWriter) -> None:
        """Nothing is written after ``close``."""
        build_scenario(writer)
        sink = writer.open_sink("/group/numbers")
        writer.close()
        calls: list[Callable[[], object]] = [
            lambda: writer.create_group("/x"),
            lambda: writer.delete("/group"),
            lambda: writer.set_attributes("/", {}),
            lambda: writer.open_sink("/group/numbers"),
            lambda: writer.flush(),
            lambda: writer.commit(),
            lambda: sink.resize((5, 3)),
            lambda: sink.write((slice(0, 1), slice(0, 3)), np.zeros((1, 3), "i4")),
        ]
        for call in calls:
            with pytest.raises(ClosedIOError):
                call()

    def test_a_writer_reads_what_it_wrote(self, writer: StorageWriter) -> None:
        """Before any commit; flushing and refreshing lose nothing."""
        build_scenario(writer)
        writer.flush()
        writer.refresh()
        assert read_array(writer, "/group/text").tolist() == ["a", "é", ""]
        assert writer.attributes("/")["title"].value == "scenario"
