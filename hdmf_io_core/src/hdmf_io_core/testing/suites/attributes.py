"""Attributes: every element type, as scalars and arrays; replaced and removed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from hdmf_io_core.errors import NodeNotFoundError
from hdmf_io_core.storage.dtypes import ArrayType, NumberType, TextType
from hdmf_io_core.storage.layout import Attribute, Empty
from hdmf_io_core.testing.factories import attribute_of, build_scenario
from hdmf_io_core.testing.samples import SAMPLES, Sample, same_cells
from hdmf_io_core.testing.suites.case import StorageCase

if TYPE_CHECKING:
    from pathlib import Path

    from hdmf_io_core.storage.protocols import StorageReader, StorageWriter

__all__ = ["AttributeTests"]


class AttributeTests(StorageCase):
    """Values and types of attributes come back as they were given."""

    @pytest.mark.parametrize("sample", SAMPLES, ids=str)
    def test_an_array_comes_back(self, writer: StorageWriter, folder: Path, sample: Sample) -> None:
        """Of every element type."""
        writer.set_attributes("/", {"x": Attribute(sample.values, sample.dtype)})
        reader = self.reopen(writer, folder)
        found = reader.attributes("/")["x"]
        assert found.dtype == sample.dtype
        assert same_cells(found.value, sample.values)
        reader.close()

    @pytest.mark.parametrize(
        "sample", [s for s in SAMPLES if not isinstance(s.dtype, ArrayType)], ids=str
    )
    def test_a_scalar_comes_back(self, writer: StorageWriter, folder: Path, sample: Sample) -> None:
        """As an element, not an array."""
        writer.set_attributes("/", {"x": Attribute(sample.values[1], sample.dtype)})
        reader = self.reopen(writer, folder)
        found = reader.attributes("/")["x"]
        assert found.dtype == sample.dtype
        assert type(found.value) is type(sample.values[1])
        cells: Any = np.empty(1, sample.values.dtype)
        cells[0] = found.value
        assert same_cells(cells, sample.values[1:2])
        reader.close()

    @pytest.mark.parametrize(
        "value", [5, -1.5, "é", np.int8(3), np.arange(3), np.float32(0.5)], ids=repr
    )
    def test_the_storage_holds_the_value(
        self, writer: StorageWriter, folder: Path, value: object
    ) -> None:
        """As its own library reads it."""
        writer.create_group("/g")
        writer.set_attributes("/g", {"x": attribute_of(value)})
        writer.commit()
        writer.close()
        raw = self.raw_attribute(folder, "main", "/g", "x")
        np.testing.assert_array_equal(raw, value)
        if isinstance(value, np.generic):
            assert np.asarray(raw).dtype == value.dtype

    @pytest.mark.parametrize("dtype", [NumberType(np.dtype("f8")), TextType()], ids=["f8", "text"])
    def test_an_empty_one_keeps_its_type(
        self, writer: StorageWriter, folder: Path, dtype: NumberType | TextType
    ) -> None:
        """A null dataspace is not an array of length 0."""
        writer.set_attributes("/", {"x": Attribute(Empty(dtype), dtype)})
        reader = self.reopen(writer, folder)
        assert reader.attributes("/")["x"].value == Empty(dtype)
        reader.close()

    def test_an_array_of_length_zero_comes_back(self, writer: StorageWriter, folder: Path) -> None:
        """With its type and shape."""
        writer.set_attributes("/", {"x": attribute_of(np.empty((0, 2), "i2"))})
        reader = self.reopen(writer, folder)
        value = reader.attributes("/")["x"].value
        assert isinstance(value, np.ndarray)
        assert (value.shape, value.dtype) == ((0, 2), np.dtype("i2"))
        reader.close()

    def test_all_nodes_have_attributes(self, scenario: StorageReader) -> None:
        """The root, groups and arrays, and the targets of links."""
        assert scenario.attributes("/")["title"].value == "scenario"
        assert scenario.attributes("/")["count"].value == 3
        names = scenario.attributes("/group")["names"].value
        assert isinstance(names, np.ndarray)
        assert names.tolist() == ["a", "é"]
        assert set(scenario.attributes("/group/numbers")) == {"unit", "scale"}
        assert scenario.attributes("/soft")["unit"].value == "V"
        assert scenario.attributes("/group/text") == {}

    def test_setting_replaces_and_leaves_the_others(
        self, writer: StorageWriter, folder: Path
    ) -> None:
        """A new value may be of another type and shape."""
        build_scenario(writer)
        writer.set_attributes("/", {"count": attribute_of(["now", "text"])})
        reader = self.reopen(writer, folder)
        attributes = reader.attributes("/")
        assert set(attributes) == {"title", "count"}
        assert np.asarray(attributes["count"].value).tolist() == ["now", "text"]
        reader.close()

    def test_deleting_leaves_the_others(self, writer: StorageWriter, folder: Path) -> None:
        """What is not there is passed over."""
        build_scenario(writer)
        writer.delete_attributes("/", ("count", "never there"))
        reader = self.reopen(writer, folder)
        assert set(reader.attributes("/")) == {"title"}
        reader.close()

    @pytest.mark.parametrize("name", ["two words", "é", ".dotted", "a/b"])
    def test_names_are_kept(self, writer: StorageWriter, folder: Path, name: str) -> None:
        """A name may hold anything but a null."""
        writer.set_attributes("/", {name: attribute_of(1)})
        reader = self.reopen(writer, folder)
        assert list(reader.attributes("/")) == [name]
        reader.close()

    def test_long_text_comes_back(self, writer: StorageWriter, folder: Path) -> None:
        """Text of variable length has no limit that a user would meet."""
        text = "0123456789" * 50_000
        writer.set_attributes("/", {"x": attribute_of(text)})
        reader = self.reopen(writer, folder)
        assert reader.attributes("/")["x"].value == text
        reader.close()

    @pytest.mark.parametrize("path", ["/none", "/dangling"])
    def test_a_missing_node_raises(self, writer: StorageWriter, path: str) -> None:
        """For reading and for writing."""
        build_scenario(writer)
        with pytest.raises(NodeNotFoundError):
            writer.attributes(path)
        with pytest.raises(NodeNotFoundError):
            writer.set_attributes(path, {"x": attribute_of(1)})
