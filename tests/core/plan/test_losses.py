"""What a destination cannot hold is told, or refused with ``strict=True``; all else is copied."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from hdmf_io_core.errors import UnsupportedFeatureError
from hdmf_io_core.io.base import StorageIO
from hdmf_io_core.storage.abilities import AdaptedLayout
from hdmf_io_core.storage.dtypes import NumberType, RefType
from hdmf_io_core.storage.layout import (
    ArrayLayout,
    Attribute,
    Capabilities,
    CodecSpec,
    LinkTarget,
    ObjectRef,
    RegionRef,
)
from hdmf_io_core.storage.memory import MemoryFile, MemoryStorage

if TYPE_CHECKING:
    from hdmf_io_core.plan.report import WriteReport

NUMBER = NumberType(np.dtype("i4"))


class Limited(MemoryStorage):
    """A storage without region references, committed types, or codecs other than zlib."""

    @property
    def capabilities(self) -> Capabilities:
        return Capabilities(hard_links=True)

    def adapt_layout(self, layout: ArrayLayout) -> AdaptedLayout:
        kept = tuple(codec for codec in layout.codecs if codec.name == "zlib")
        lost = tuple(f"no codec {codec.name}" for codec in layout.codecs if codec not in kept)
        return AdaptedLayout(
            ArrayLayout(layout.shape, layout.dtype, chunks=layout.chunks, codecs=kept), lost
        )


@pytest.fixture
def source() -> MemoryStorage:
    """Return a file with everything that ``Limited`` lacks, and a plain array."""
    storage = MemoryStorage(MemoryFile("source"))
    codecs = (CodecSpec("odd"), CodecSpec("zlib", {"level": 3}))
    sink = storage.create_array("/plain", ArrayLayout((3,), NUMBER, chunks=(3,), codecs=codecs))
    sink.write((slice(0, 3),), np.arange(3, dtype="i4"))
    storage.create_datatype("/kind", NUMBER)
    region = RegionRef(ObjectRef("source", path="/plain"), "all")
    storage.set_attributes("/", {"part": Attribute(region, RefType("region"))})
    to_kind = ObjectRef("source", path="/kind")
    storage.set_attributes("/plain", {"kind": Attribute(to_kind, RefType())})
    regions = storage.create_array("/regions", ArrayLayout((1,), RefType("region")))
    cells = np.empty(1, dtype=object)
    cells[0] = region
    regions.write((slice(0, 1),), cells)
    return storage


def exported(source: MemoryStorage, *, strict: bool) -> tuple[WriteReport, Limited]:
    dest = Limited(MemoryFile("dest"))
    report = StorageIO(dest, "w").export(StorageIO(source, "r"), strict=strict)
    return report, dest


def test_every_loss_is_told_with_its_place_and_reason(source: MemoryStorage) -> None:
    report, _ = exported(source, strict=False)
    told = {(loss.path, loss.what) for loss in report.losses}
    assert told == {
        ("/", "attribute 'part'"),
        ("/kind", "the node"),
        ("/plain", "the layout"),
        ("/plain", "a reference"),
        ("/regions", "the node"),
    }
    assert "no codec odd" in str(report)


def test_what_can_be_held_is_copied(source: MemoryStorage) -> None:
    _, dest = exported(source, strict=False)
    assert [child.name for child in dest.children("/")] == ["plain"]
    assert dest.array("/plain").layout.codecs == (CodecSpec("zlib", {"level": 3}),)
    assert dest.attributes("/plain")["kind"].value is None


def test_strict_refuses_the_first_loss_before_anything_is_written(source: MemoryStorage) -> None:
    dest = Limited(MemoryFile("dest"))
    with pytest.raises(UnsupportedFeatureError) as caught:
        StorageIO(dest, "w").export(StorageIO(source, "r"), strict=True)
    assert caught.value.path is not None
    assert "strict=True" in str(caught.value)
    assert list(dest.children("/")) == []


def test_a_write_may_lose_form_and_no_content(source: MemoryStorage) -> None:
    read = StorageIO(source, "r").read()
    with pytest.raises(UnsupportedFeatureError, match="part"):
        StorageIO(Limited(MemoryFile("dest")), "w").write(read, link_data=False)
    del read.attributes["part"]
    for name in ("kind", "regions"):
        read.remove_child(name)
    del read.plain.attributes["kind"]
    report = StorageIO(Limited(MemoryFile("dest")), "w").write(read, link_data=False)
    assert [(loss.path, loss.what) for loss in report.losses] == [("/plain", "the layout")]


def test_a_second_name_that_cannot_be_is_told_and_becomes_a_soft_link() -> None:
    source = MemoryStorage(MemoryFile("source"))
    source.create_group("/a")
    source.create_link("/b", LinkTarget("hard", "/a"))

    class WithoutSecondNames(Limited):
        @property
        def capabilities(self) -> Capabilities:
            return Capabilities()

    dest = WithoutSecondNames(MemoryFile("dest"))
    report = StorageIO(dest, "w").export(StorageIO(source, "r"))
    assert [(loss.path, loss.what) for loss in report.losses] == [("/b", "the hard link")]
    link = next(child.link for child in dest.children("/") if child.name == "b")
    assert link == LinkTarget("soft", "/a")
