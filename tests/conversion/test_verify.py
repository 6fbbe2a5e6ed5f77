"""A copy is compared with its source before it is published; a difference keeps the old target."""

import contextlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from files import FILES, bring

from hdmf_io_core import Data, LinkTarget, open_io
from hdmf_io_core.chunks.iterators import DataChunkIterator
from hdmf_io_core.errors import ExportError, VerificationError
from hdmf_io_hdf5.writer import HDF5Writer
from hdmf_io_zarr.writer import ZarrWriter

WRITERS: dict[str, Any] = {"h5": HDF5Writer, "zarr": ZarrWriter}


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("kind", ["h5", "zarr"])
def test_real_files_compare_equal(name: str, kind: str, tmp_path: Path) -> None:
    source = bring(name, tmp_path)
    target, back = source.with_name(f"copy.{kind}"), source.with_name("back.h5")
    for one, other in ((source, target), (target, back)):
        with open_io(one) as src, open_io(other, "w") as dst:
            assert dst.export(src, verify=True).is_verified


@pytest.fixture
def made(tmp_path: Path) -> Path:
    path = tmp_path / "made.h5"
    with h5py.File(path, "w") as file:
        file["g/x"] = np.arange(100)
        file["g/y"] = np.arange(10.0)
        file["g/text"] = ["a", "b"]
        file["g"].attrs["to"] = file["g/x"].ref
        file["g"].attrs["number"] = 1.5
        file["link"] = h5py.SoftLink("/g/x")
        file["references"] = np.array([file["g/x"].ref, None], h5py.ref_dtype)
    return path


def _element(storage: Any) -> None:
    storage.open_sink("/g/x").write((slice(99, 100),), np.array([7]))


def _text(storage: Any) -> None:
    storage.open_sink("/g/text").write((slice(0, 1),), np.array(["z"], object))


def _missing(storage: Any) -> None:
    storage.delete("/g/y")


def _more(storage: Any) -> None:
    storage.create_group("/g/more")


def _gone_attribute(storage: Any) -> None:
    storage.delete_attributes("/g", ("number",))


def _other_link(storage: Any) -> None:
    storage.delete("/link")
    storage.create_link("/link", LinkTarget("soft", "/g/y"))


DAMAGES: dict[Callable[[Any], None], str] = {
    _element: "/g/x",
    _text: "/g/text",
    _missing: "/g/y",
    _more: "/g/more",
    _gone_attribute: "/g",
    _other_link: "/link",
}


@pytest.mark.parametrize("kind", WRITERS)
@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
def test_a_difference_is_named_and_the_old_target_stays(
    damage: Callable[[Any], None],
    kind: str,
    made: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    target = tmp_path / f"copy.{kind}"
    with open_io(made) as src, open_io(target, "w") as dst:
        dst.export(src)
    writer, commit = WRITERS[kind], WRITERS[kind].commit

    def damaged(self: Any) -> None:
        if self.node("/g/x") is not None:
            damage(self)
        commit(self)

    with open_io(target) as io:
        before = list(io.read()), sorted(tmp_path.iterdir())
    with monkeypatch.context() as patch:
        patch.setattr(writer, "commit", damaged)
        with (
            open_io(made) as src,
            pytest.raises(VerificationError) as caught,
            open_io(target, "w") as dst,
        ):
            dst.export(src, verify=True)
    assert isinstance(caught.value, ExportError)
    assert caught.value.path == DAMAGES[damage]
    with open_io(target) as io:
        assert (list(io.read()), sorted(tmp_path.iterdir())) == before
        assert io.read()["g"]["x"].data[99] == 99


def test_what_is_lost_is_not_a_difference(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "s.h5", "w") as file:
        file["type"] = np.dtype("f4")
        file["x"] = np.arange(4)
        file["y"] = file["x"]
        file.attrs["part"] = file["x"].regionref[1:3]
        file.attrs["to_type"] = file["type"].ref
    with open_io(tmp_path / "s.h5") as src, open_io(tmp_path / "d.zarr", "w") as dst:
        report = dst.export(src, verify=True)
    assert len(report.losses) == 4
    assert report.is_verified


def _damaged_on_commit(monkeypatch: pytest.MonkeyPatch, kind: str, damage: Any) -> None:
    writer, commit = WRITERS[kind], WRITERS[kind].commit

    def damaged(self: Any) -> None:
        if self.node("/g") is not None:
            damage(self)
        commit(self)

    monkeypatch.setattr(writer, "commit", damaged)


def _stream_element(storage: Any) -> None:
    storage.open_sink("/rows").write((slice(99, 100),), np.array([7]))


def _stream_text(storage: Any) -> None:
    storage.open_sink("/words").write((slice(1, 2),), np.array(["z"], object))


def _elsewhere(storage: Any) -> None:
    storage.delete("/away")
    storage.create_link("/away", LinkTarget("external", "/g/y", "made.h5"))


@pytest.mark.parametrize("kind", WRITERS)
@pytest.mark.parametrize("damage", [None, _stream_element, _stream_text, _elsewhere])
def test_streams_and_links_to_other_files_are_compared(
    damage: Any, kind: str, made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with h5py.File(tmp_path / "linking.h5", "w") as file:
        file.create_group("g")
        file["away"] = h5py.ExternalLink("made.h5", "/g/x")
    if damage is not None:
        _damaged_on_commit(monkeypatch, kind, damage)
    with (
        open_io(tmp_path / "linking.h5") as src,
        contextlib.suppress(VerificationError),
        open_io(tmp_path / f"copy.{kind}", "w") as dst,
    ):
        container = src.read()
        container.add_child(Data("rows", DataChunkIterator(iter(np.arange(200)), buffer_size=30)))
        container.add_child(Data("words", DataChunkIterator(iter("abc"), buffer_size=2)))
        assert dst.export(src, container, verify=True).is_verified
        assert damage is None
        return
    assert damage is not None


def test_a_copy_that_stands_for_a_link_is_compared(
    made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with h5py.File(tmp_path / "linking.h5", "w") as file:
        file["g"] = h5py.ExternalLink("made.h5", "/g")
    _damaged_on_commit(monkeypatch, "zarr", _element)
    with (
        open_io(tmp_path / "linking.h5") as src,
        pytest.raises(VerificationError) as caught,
        open_io(tmp_path / "copy.zarr", "w") as dst,
    ):
        dst.export(src, verify=True)
    assert caught.value.path == "/g/x"


def test_cached_specifications_are_compared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = bring("common/common.h5", tmp_path)

    def less(self: Any, specs: Any) -> None:
        cut = {key: {**texts, "namespace": "{}"} for key, texts in specs.items()}
        write_specs(self, cut)

    write_specs = HDF5Writer.write_specs
    monkeypatch.setattr(HDF5Writer, "write_specs", less)
    with (
        open_io(source) as src,
        pytest.raises(VerificationError, match="cached specification"),
        open_io(tmp_path / "copy.h5", "w") as dst,
    ):
        dst.export(src, verify=True)
