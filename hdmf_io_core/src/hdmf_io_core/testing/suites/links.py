"""Links, references and cached specifications."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from hdmf_io_core.errors import HdmfIOError, LinkTargetError, UnresolvedReferenceError
from hdmf_io_core.storage.dtypes import (
    CompoundField,
    CompoundType,
    NumberType,
    RefType,
    memory_dtype,
)
from hdmf_io_core.storage.layout import Attribute, LinkTarget, ObjectRef, RegionRef
from hdmf_io_core.storage.numpytypes import object_array
from hdmf_io_core.testing.factories import build_scenario, put_array, read_array
from hdmf_io_core.testing.suites.case import StorageCase

if TYPE_CHECKING:
    from pathlib import Path

    from hdmf_io_core.storage.layout import NodeInfo
    from hdmf_io_core.storage.protocols import StorageReader, StorageWriter

__all__ = ["LinkTests", "ReferenceTests", "SpecTests"]

INT32 = NumberType(np.dtype("i4"))


def _node(reader: StorageReader, path: str) -> NodeInfo:
    info = reader.node(path)
    assert info is not None
    return info


class LinkTests(StorageCase):
    """Soft, external and hard links."""

    def test_a_soft_link_shows_its_target(self, scenario: StorageReader) -> None:
        """Kind, key and home are the target's; the link is told."""
        link, target = _node(scenario, "/soft"), _node(scenario, "/group/numbers")
        assert link.link == LinkTarget("soft", "/group/numbers")
        assert (link.path, link.kind, link.key) == ("/soft", "array", target.key)
        assert link.home == "/group/numbers"
        assert (
            read_array(scenario, "/soft").tolist()
            == read_array(scenario, "/group/numbers").tolist()
        )

    def test_a_path_runs_through_a_link(self, scenario: StorageReader) -> None:
        """What it leads to is no link itself."""
        info = _node(scenario, "/folder/deep/scalar")
        assert (info.path, info.home) == ("/folder/deep/scalar", "/group/deep/scalar")
        assert info.link is None
        assert {child.path for child in scenario.children("/folder")} == {
            "/folder/numbers",
            "/folder/text",
            "/folder/deep",
        }

    def test_a_broken_link_is_missing_and_no_error(self, scenario: StorageReader) -> None:
        """It is listed, and says where it points."""
        info = _node(scenario, "/dangling")
        assert (info.kind, info.key) == ("missing", None)
        assert info.link == LinkTarget("soft", "/nowhere")

    def test_links_in_a_circle_are_missing(self, writer: StorageWriter) -> None:
        """Following them ends."""
        writer.create_link("/a", LinkTarget("soft", "/b"))
        writer.create_link("/b", LinkTarget("soft", "/a"))
        assert _node(writer, "/a").kind == "missing"

    def test_a_chain_of_links_is_followed(self, writer: StorageWriter) -> None:
        """To the end; the first link is told."""
        build_scenario(writer)
        writer.create_link("/second", LinkTarget("soft", "/soft"))
        info = _node(writer, "/second")
        assert (info.kind, info.home) == ("array", "/group/numbers")
        assert info.link == LinkTarget("soft", "/soft")

    def test_a_relative_link_starts_at_its_group(self, writer: StorageWriter) -> None:
        """And stays as it was given."""
        build_scenario(writer)
        writer.create_link("/group/near", LinkTarget("soft", "deep/scalar"))
        info = _node(writer, "/group/near")
        assert (info.kind, info.home) == ("array", "/group/deep/scalar")
        assert info.link == LinkTarget("soft", "deep/scalar")

    def test_deleting_a_link_leaves_its_target(self, writer: StorageWriter) -> None:
        """A link is an entry of its own."""
        build_scenario(writer)
        writer.delete("/soft")
        writer.delete("/dangling")
        assert writer.node("/soft") is None
        assert read_array(writer, "/group/numbers").shape == (4, 3)

    def test_a_target_may_come_later(self, writer: StorageWriter) -> None:
        """A soft link needs none when it is made."""
        writer.create_link("/x", LinkTarget("soft", "/late"))
        assert _node(writer, "/x").kind == "missing"
        writer.create_group("/late")
        assert _node(writer, "/x").kind == "group"

    def test_an_external_link_shows_the_other_file(
        self, writer: StorageWriter, folder: Path
    ) -> None:
        """Source and home tell where the node really is."""
        if not writer.capabilities.external_links:
            with pytest.raises(HdmfIOError):
                writer.create_link("/out", LinkTarget("external", "/x", self.link_name("other")))
            return
        other = self.create(folder, "other")
        build_scenario(other)
        source = other.source
        other.commit()
        other.close()
        file = self.link_name("other")
        writer.create_link("/out", LinkTarget("external", "/group/numbers", file))
        writer.create_link("/all", LinkTarget("external", "/group", file))
        reader = self.reopen(writer, folder)
        info = _node(reader, "/out")
        assert (info.kind, info.source, info.home) == ("array", source, "/group/numbers")
        assert info.link == LinkTarget("external", "/group/numbers", file)
        assert read_array(reader, "/out").shape == (4, 3)
        assert _node(reader, "/all/deep/scalar").source == source
        assert read_array(reader, "/all/text").tolist() == ["a", "é", ""]
        reader.close()

    def test_an_external_link_to_nothing_is_missing(
        self, writer: StorageWriter, folder: Path
    ) -> None:
        """It says which file was tried, and the rest of the file reads."""
        if not writer.capabilities.external_links:
            assert writer.node("/out") is None
            return
        writer.create_group("/g")
        writer.create_link("/out", LinkTarget("external", "/x", self.link_name("nowhere")))
        reader = self.reopen(writer, folder)
        info = _node(reader, "/out")
        assert (info.kind, info.key) == ("missing", None)
        assert info.tried
        assert _node(reader, "/g").kind == "group"
        reader.close()

    def test_a_hard_link_is_another_name(self, writer: StorageWriter, folder: Path) -> None:
        """One node, two entries; it lives as long as one of them."""
        if not writer.capabilities.hard_links:
            with pytest.raises(HdmfIOError):
                writer.create_link("/x", LinkTarget("hard", "/"))
            return
        build_scenario(writer)
        assert _node(writer, "/hard").key == _node(writer, "/group/text").key
        assert _node(writer, "/hard").n_names == 2
        assert _node(writer, "/hard").link is None
        writer.delete("/group/text")
        reader = self.reopen(writer, folder)
        assert read_array(reader, "/hard").tolist() == ["a", "é", ""]
        assert _node(reader, "/hard").n_names == 1
        reader.close()

    def test_a_hard_link_needs_its_target(self, writer: StorageWriter) -> None:
        """Nothing is made without it."""
        if writer.capabilities.hard_links:
            with pytest.raises(LinkTargetError):
                writer.create_link("/x", LinkTarget("hard", "/none"))
            assert writer.node("/x") is None


class ReferenceTests(StorageCase):
    """Object and region references."""

    def test_references_are_resolved(self, scenario: StorageReader) -> None:
        """To the node; the null reference is None."""
        first, second, none = read_array(scenario, "/references").tolist()
        assert _resolved(scenario, first) == "/group"
        assert _resolved(scenario, second) == "/group/numbers"
        assert none is None
        assert second.key is None or second.key == _node(scenario, "/group/numbers").key

    def test_a_reference_in_an_attribute_is_resolved(self, scenario: StorageReader) -> None:
        """Also to the root."""
        home = scenario.attributes("/group")["home"]
        assert home.dtype == RefType()
        assert isinstance(home.value, ObjectRef)
        assert _resolved(scenario, home.value) == "/"

    def test_a_null_reference_is_none(self, writer: StorageWriter, folder: Path) -> None:
        """As a scalar attribute and as a scalar array."""
        writer.set_attributes("/", {"x": Attribute(None, RefType())})
        put_array(writer, "/x", RefType(), object_array([None], ()))
        reader = self.reopen(writer, folder)
        assert reader.attributes("/")["x"].value is None
        assert reader.attributes("/")["x"].dtype == RefType()
        assert read_array(reader, "/x")[()] is None
        reader.close()

    def test_a_reference_in_a_record_is_resolved(self, writer: StorageWriter, folder: Path) -> None:
        """A field of a compound may be a reference."""
        build_scenario(writer)
        dtype = CompoundType((CompoundField("n", INT32), CompoundField("to", RefType())))
        values = np.empty(2, memory_dtype(dtype))
        values[0] = (1, ObjectRef(writer.source, path="/group/text"))
        values[1] = (2, None)
        put_array(writer, "/x", dtype, values)
        reader = self.reopen(writer, folder)
        found: Any = read_array(reader, "/x")
        assert reader.array("/x").layout.dtype == dtype
        assert found["n"].tolist() == [1, 2]
        assert found["to"][1] is None
        expected = {"/group/text", "/hard"}
        assert _resolved(reader, found["to"][0]) in expected
        reader.close()

    def test_a_reference_to_nothing_is_refused(self, writer: StorageWriter) -> None:
        """Before it is written."""
        wrong = ObjectRef(writer.source, path="/none")
        with pytest.raises(UnresolvedReferenceError):
            writer.set_attributes("/", {"x": Attribute(wrong, RefType())})
        assert "x" not in writer.attributes("/")

    def test_regions_are_kept(self, writer: StorageWriter, folder: Path) -> None:
        """Blocks, points, all and none."""
        if not writer.capabilities.region_references:
            return
        build_scenario(writer)
        target = ObjectRef(writer.source, path="/group/numbers")
        regions = [
            RegionRef(target, "blocks", (((0, 0), (1, 2)),)),
            RegionRef(target, "points", ((3, 2), (0, 1))),
            None,
        ]
        put_array(writer, "/x", RefType("region"), object_array(regions, (3,)))
        reader = self.reopen(writer, folder)
        blocks, points, none = read_array(reader, "/x").tolist()
        assert (blocks.kind, blocks.corners) == ("blocks", (((0, 0), (1, 2)),))
        assert (points.kind, points.corners) == ("points", ((3, 2), (0, 1)))
        assert none is None
        assert _resolved(reader, blocks) == "/group/numbers"
        reader.close()


class SpecTests(StorageCase):
    """Cached specifications."""

    def test_documents_come_back(self, writer: StorageWriter, folder: Path) -> None:
        """All versions of all namespaces, text for text."""
        specs = {
            ("core", "2.10.0"): {"namespace": '{"namespaces":[]}', "nwb.base": '{"groups":["é"]}'},
            ("core", "2.9.0"): {"namespace": "{}"},
            ("ndx-x", "0.1.0"): {"namespace": "{}", "ndx-x.extensions": "{}"},
        }
        writer.write_specs(specs)
        reader = self.reopen(writer, folder)
        assert {key: dict(value) for key, value in reader.specs().items()} == specs
        reader.close()

    def test_they_are_not_in_the_tree(self, writer: StorageWriter, folder: Path) -> None:
        """Neither the documents nor what locates them."""
        build_scenario(writer)
        before = {info.name for info in writer.children("/")}
        attributes = set(writer.attributes("/"))
        writer.write_specs({("core", "1.0"): {"namespace": "{}"}})
        reader = self.reopen(writer, folder)
        assert {info.name for info in reader.children("/")} == before
        assert set(reader.attributes("/")) == attributes
        reader.close()

    def test_a_version_that_is_there_is_left_alone(
        self, writer: StorageWriter, folder: Path
    ) -> None:
        """Others are added beside it."""
        writer.write_specs({("core", "1.0"): {"namespace": "first"}})
        writer.write_specs(
            {("core", "1.0"): {"namespace": "second"}, ("core", "1.1"): {"namespace": "third"}}
        )
        reader = self.reopen(writer, folder)
        texts = {key: dict(document)["namespace"] for key, document in reader.specs().items()}
        assert texts == {("core", "1.0"): "first", ("core", "1.1"): "third"}
        reader.close()

    def test_a_file_may_have_none(self, scenario: StorageReader) -> None:
        """Then there is nothing, and no error."""
        assert dict(scenario.specs()) == {}


def _resolved(reader: StorageReader, ref: ObjectRef | RegionRef) -> str:
    info = reader.resolve(ref)
    assert info is not None
    return info.path
